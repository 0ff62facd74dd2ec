import type { Scenario } from '@nlspace/testkit';
import { eventually } from './waiting.js';
import { CONNECTED } from './worlds-begin.js';

const TIME = 's/[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}/TIME/g';

/** What BIRD answers, but for the times in it. */
const ask = (command: string): string => `"\${BIRD}c" -s control ${command} | sed -E '${TIME}'`;

const answers = (command: string, pattern: string): string => eventually(`${ask(command)} | grep -q '${pattern}'`);

const configuration = (text: string): string => `cat > bird.conf <<'END'\nrouter id 10.0.0.1;\nprotocol device { scan time 1; }\n${text}\nEND`;

const START = '$BIRD -c bird.conf -s control -P pid';

/** Over when BIRD has gone; one that does not go is killed. */
const STOP = [ask('down'), `${eventually('[ ! -e pid ]')} || kill -9 $(cat pid)`];

/** BIRD 2 with its device, direct, static and kernel protocols. */
export const BIRD: readonly Scenario[] = [
  {
    name: 'exports IPv4 routes, learns those of others, follows its links and takes its own routes away',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      'ip link set lo up',
      'ip route add 172.16.0.0/16 via 10.0.0.9',
      configuration(`protocol direct { ipv4; }
protocol static {
  ipv4;
  route 192.0.2.0/24 via 10.0.0.2;
  route 198.51.100.0/24 via 10.0.0.2 via 10.0.0.3 weight 3;
  route 203.0.113.0/24 blackhole;
  route 203.0.114.0/24 unreachable;
  route 203.0.115.0/24 prohibit;
  route 10.99.0.0/16 via "v0" { krt_metric = 40; };
  route 10.98.0.0/16 via 10.0.0.7 { krt_prefsrc = 10.0.0.1; krt_mtu = 1400; krt_lock_rtt = true; krt_advmss = 1300; };
}
protocol kernel k4 { ipv4 { import all; export all; }; learn; scan time 1; merge paths; }`),
      START,
      answers('show route 172.16.0.0/16', 'k4'),
      eventually('ip route show 203.0.113.0/24 | grep -q .'),
      ask('show interfaces'),
      ask('show protocols k4'),
      ask('show route all'),
      'ip route',
      'ip route add 172.17.0.0/16 via 10.0.0.9 metric 7',
      answers('show route 172.17.0.0/16', 'k4'),
      ask('show route 172.17.0.0/16 all'),
      'ip route change 172.17.0.0/16 via 10.0.0.8 metric 7',
      answers('show route 172.17.0.0/16', '10.0.0.8'),
      'ip route del 172.17.0.0/16 metric 7',
      answers('show route 172.17.0.0/16', 'not found'),
      'ip route del 192.0.2.0/24',
      eventually('ip route show 192.0.2.0/24 | grep -q bird'),
      'ip link set v0 down',
      answers('show route 172.16.0.0/16', 'not found'),
      answers('show route 192.0.2.0/24', 'not found'),
      ask('show route'),
      ask('show interfaces'),
      'ip route',
      'ip link set v0 up',
      eventually('ip route show 198.51.100.0/24 | grep -q .'),
      eventually('ip route show 192.0.2.0/24 | grep -q .'),
      eventually('ip route show 10.98.0.0/16 | grep -q .'),
      ask('show route'),
      'ip route',
      'ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04',
      'ip link set w0 addrgenmode none; ip link set w1 addrgenmode none; ip link set w0 up; ip link set w1 up',
      'ip addr add 10.1.0.1/24 dev w0',
      answers('show route 10.1.0.0/24', 'w0'),
      'ip link set w0 mtu 1400 name renamed; ip link set w0 down; ip link set w0 mtu 1400 name renamed; ip link set renamed up',
      answers('show interfaces', 'renamed'),
      ask('show interfaces'),
      'ip link del renamed',
      `${eventually(`! ${ask('show interfaces')} | grep -q renamed`)}`,
      ask('show interfaces'),
      ...STOP,
      'ip route',
    ],
  },
  {
    name: 'exports IPv6 routes, learns those of others, follows its links and takes its own routes away',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      'ip link set lo up',
      'ip -6 route add 2001:db8:99::/48 via 2001:db8::9',
      configuration(`protocol direct { ipv6; }
protocol static {
  ipv6;
  route 2001:db8:a::/48 via 2001:db8::2;
  route 2001:db8:b::/48 via 2001:db8::2 via 2001:db8::3 weight 3;
  route 2001:db8:c::/48 prohibit;
  route 2001:db8:d::/48 blackhole;
  route 2001:db8:e::/48 unreachable;
  route 2001:db8:10::/48 via 2001:db8::2 { krt_metric = 40; krt_hoplimit = 9; };
}
protocol kernel k6 { ipv6 { import all; export all; }; learn; scan time 1; merge paths; }`),
      START,
      answers('show route 2001:db8:99::/48', 'k6'),
      eventually('ip -6 route show 2001:db8:e::/48 | grep -q .'),
      ask('show route all'),
      'ip -6 route',
      'ip -6 route add 2001:db8:98::/48 via 2001:db8::9 metric 7',
      answers('show route 2001:db8:98::/48', 'k6'),
      'ip -6 route del 2001:db8:98::/48',
      answers('show route 2001:db8:98::/48', 'not found'),
      'ip link set v0 down',
      answers('show route 2001:db8:a::/48', 'not found'),
      answers('show route 2001:db8::/64', 'not found'),
      ask('show route'),
      'ip -6 route',
      'ip link set v0 up',
      'ip -6 addr add 2001:db8::1/64 dev v0 nodad',
      eventually('ip -6 route show 2001:db8:a::/48 | grep -q .'),
      eventually('ip -6 route show 2001:db8:10::/48 | grep -q .'),
      'ip -6 route',
      ...STOP,
      'ip -6 route',
    ],
  },
  {
    name: 'configured anew it changes what is different',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      configuration(`protocol static fixed {
  ipv4;
  route 192.0.2.0/24 via 10.0.0.2;
  route 192.0.3.0/24 via 10.0.0.3;
  route 192.0.4.0/24 via 10.0.0.4;
}
protocol kernel main4 { ipv4 { export all; }; scan time 1; }`),
      START,
      eventually('ip route show 192.0.4.0/24 | grep -q .'),
      'ip route',
      configuration(`protocol static fixed {
  ipv4;
  route 192.0.2.0/24 via 10.0.0.2;
  route 192.0.3.0/24 via 10.0.0.33 via 10.0.0.3;
  route 192.0.5.0/24 via 10.0.0.5;
}
protocol kernel main4 { ipv4 { export all; }; scan time 1; metric 50; }`),
      ask('configure'),
      eventually('ip route show 192.0.5.0/24 | grep -q "metric 50"'),
      eventually('ip route show 192.0.2.0/24 | grep -q "metric 50"'),
      'ip route',
      ask('disable main4'),
      eventually('! ip route show 192.0.2.0/24 | grep -q .'),
      'ip route',
      ask('enable main4'),
      eventually('ip route show 192.0.5.0/24 | grep -q "metric 50"'),
      ...STOP,
      'ip route',
    ],
  },
  {
    name: 'with persist its routes outlive it, and it knows them again',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      configuration(`protocol static { ipv4; route 192.0.2.0/24 via 10.0.0.2; }
protocol kernel main4 { ipv4 { export all; }; scan time 1; persist; }`),
      START,
      eventually('ip route show 192.0.2.0/24 | grep -q .'),
      ...STOP,
      'ip route',
      configuration(`protocol static { ipv4; route 192.0.3.0/24 via 10.0.0.2; }
protocol kernel main4 { ipv4 { export all; }; scan time 1; }`),
      START,
      eventually('ip route show 192.0.3.0/24 | grep -q .'),
      eventually('! ip route show 192.0.2.0/24 | grep -q .'),
      'ip route',
      ...STOP,
      'ip route',
    ],
  },
  {
    name: 'tables of its own, with small numbers and large ones',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      configuration(`ipv4 table t1; ipv4 table t2;
protocol static { ipv4 { table t1; }; route 192.0.2.0/24 via 10.0.0.2; }
protocol static { ipv4 { table t2; }; route 192.0.3.0/24 via 10.0.0.2; }
protocol kernel k1 { ipv4 { table t1; import all; export all; }; kernel table 100; scan time 1; learn; }
protocol kernel k2 { ipv4 { table t2; import all; export all; }; kernel table 1000; scan time 1; learn; }`),
      START,
      eventually('ip route show table 100 | grep -q .'),
      eventually('ip route show table 1000 | grep -q .'),
      'ip route add 172.16.0.0/16 via 10.0.0.9 table 1000',
      answers('show route 172.16.0.0/16 table t2', 'k2'),
      ask('show route table all'),
      'ip route show table all',
      ...STOP,
    ],
  },
  {
    name: 'a hundred thousand routes, half of which change',
    needsProgram: 'BIRD',
    commands: [
      ...CONNECTED,
      `awk 'BEGIN { for (n = 0; n < 100000; n++) printf "route 20.%d.%d.%d/32 via 10.0.0.2;\\n", n / 65536, n / 256 % 256, n % 256 }' > routes.conf`,
      configuration(`protocol static {
  ipv4;
  include "routes.conf";
}
protocol kernel main4 { ipv4 { export all; }; scan time 60; }`),
      START,
      answers('show protocols all main4', 'Export updates: *100000 *0 *0 *--- *100000'),
      'ip route | wc -l',
      'ip route | md5sum',
      'ip route show 20.1.134.159',
      `awk 'BEGIN { for (n = 50000; n < 150000; n++) printf "route 20.%d.%d.%d/32 via 10.0.0.%d;\\n", n / 65536, n / 256 % 256, n % 256, 2 + n % 2 }' > routes.conf`,
      ask('configure'),
      answers('show protocols all main4', 'Routes: *0 imported, 100000 exported'),
      eventually('ip route show 20.2.73.239 | grep -q .'),
      'ip route | wc -l',
      'ip route | md5sum',
      ...STOP,
      'ip route | wc -l',
    ],
  },
];
