import type { Scenario } from '@nlspace/testkit';
import { eventually } from './waiting.js';
import { CONNECTED } from './worlds-begin.js';

/** What vtysh answers, but for the times in it. */
const ask = (...commands: readonly string[]): string =>
  `vtysh --vty_socket "$PWD" ${commands.map((command) => `-c '${command}'`).join(' ')} | sed -E 's/[0-9]{2}:[0-9]{2}:[0-9]{2}/TIME/'`;

const shows = (command: string, pattern: string): string => eventually(`${ask(command)} | grep -q '${pattern}'`);

/** Files and sockets of its own; no TCP port. The daemons run as the user of the package, which keeps CAP_NET_ADMIN. */
const daemon = (name: string): string =>
  `"$FRR/${name}" -d -u frr -g frr -P 0 --vty_socket "$PWD" -z "$PWD/zserv.api" -f "$PWD/${name}.conf" -i "$PWD/${name}.pid" 2>/dev/null`;

const configuration = (name: string, text: string): string => `cat > ${name}.conf <<'END'\n${text}\nEND`;

const start = (staticRoutes: string): string[] => [
  configuration('zebra', 'hostname zebra'),
  configuration('staticd', staticRoutes),
  'chmod 755 . && chown frr:frr .',
  daemon('zebra'),
  daemon('staticd'),
];

const STOP = [
  `kill $(cat staticd.pid); ${eventually('! kill -0 $(cat staticd.pid)')} || kill -9 $(cat staticd.pid)`,
  eventually('! ip route show proto 196 | grep -q .'),
  `kill $(cat zebra.pid); ${eventually('! kill -0 $(cat zebra.pid)')} || kill -9 $(cat zebra.pid)`,
];

/** FRR numbers nexthops as its threads happen to run. */
const withoutNumbers = (command: string): string => `${command} | sed -E 's/(nh)?id [0-9]+/\\1id N/; s:group [0-9/]+:group N:' | sort`;

/** FRR 8: zebra and staticd, driven by vtysh. */
export const FRR: readonly Scenario[] = [
  {
    name: 'zebra installs the routes of staticd through nexthops and groups of its own',
    needsProgram: 'FRR',
    needsRoot: true,
    commands: [
      ...CONNECTED,
      'ip link set lo up',
      ...start(`ip route 192.0.2.0/24 10.0.0.2
ip route 198.51.100.0/24 10.0.0.2
ip route 198.51.100.0/24 10.0.0.3
ip route 203.0.113.0/24 Null0
ip route 203.0.114.0/24 reject
ip route 203.0.115.0/24 v0
ipv6 route 2001:db8:a::/48 2001:db8::2
ipv6 route 2001:db8:b::/48 2001:db8::2
ipv6 route 2001:db8:b::/48 2001:db8::3`),
      eventually('ip -6 route show 2001:db8:b::/48 | grep -q nhid'),
      eventually('ip route show 198.51.100.0/24 | grep -q nhid'),
      eventually('ip route show 203.0.115.0/24 | grep -q nhid'),
      shows('show ip route 203.0.115.0/24', '[*] directly'),
      ask('show interface brief'),
      ask('show ip route'),
      ask('show ipv6 route'),
      withoutNumbers('ip nexthop'),
      withoutNumbers('ip route'),
      withoutNumbers('ip -6 route'),
      ask('configure terminal', 'no ip route 192.0.2.0/24 10.0.0.2', 'ip route 192.0.77.0/24 10.0.0.77'),
      eventually('ip route show 192.0.77.0/24 | grep -q nhid'),
      eventually('! ip route show 192.0.2.0/24 | grep -q .'),
      ask('show ip route static'),
      withoutNumbers('ip route'),
      ...STOP,
      'ip route',
      'ip nexthop flush 2>&1 | grep -v "^Flushed"',
    ],
  },
  {
    name: 'routes, links and addresses made by others appear in zebra',
    needsProgram: 'FRR',
    needsRoot: true,
    commands: [
      ...CONNECTED,
      'ip route add 172.16.0.0/16 via 10.0.0.9',
      'ip route add 198.18.0.0/16 nexthop via 10.0.0.9 nexthop via 10.0.0.8',
      ...start(''),
      shows('show ip route', '172.16.0.0/16'),
      ask('show ip route'),
      ask('show ip route 198.18.0.0/16'),
      'ip route add 172.17.0.0/16 via 10.0.0.9 metric 7',
      'ip route add blackhole 172.18.0.0/16',
      'ip -6 route add 2001:db8:99::/48 via 2001:db8::9',
      shows('show ip route', '172.18.0.0/16'),
      shows('show ipv6 route', '2001:db8:99::/48'),
      ask('show ip route'),
      ask('show ipv6 route'),
      'ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04',
      'ip link set w0 addrgenmode none; ip link set w1 addrgenmode none; ip link set w0 up; ip link set w1 up',
      'ip addr add 10.7.0.1/24 dev w0',
      shows('show ip route', '10.7.0.0/24'),
      ask('show interface brief'),
      ask('show ip route connected'),
      `${ask('show interface w0')} | sed 's/last: .*//'`,
      'ip route del 172.17.0.0/16',
      eventually(`! ${ask('show ip route')} | grep -q 172.17`),
      'ip link del w0',
      eventually(`! ${ask('show ip route')} | grep -q 10.7.0`),
      ask('show ip route'),
      ...STOP,
      'ip nexthop flush 2>&1 | grep -v "^Flushed"',
    ],
  },
  {
    name: 'zebra follows links down and up, and changes them',
    needsProgram: 'FRR',
    needsRoot: true,
    commands: [
      ...CONNECTED,
      ...start('ip route 192.0.2.0/24 10.0.0.2\nip route 198.51.100.0/24 10.0.0.2\nip route 198.51.100.0/24 10.0.0.3'),
      eventually('ip route show 198.51.100.0/24 | grep -q nhid'),
      eventually('ip route show 192.0.2.0/24 | grep -q nhid'),
      'ip link set v0 down',
      eventually(`! ${ask('show ip route')} | grep -q 192.0.2`),
      ask('show ip route'),
      'ip route',
      'ip link set v0 up',
      eventually('ip route show 198.51.100.0/24 | grep -q nhid'),
      eventually('ip route show 192.0.2.0/24 | grep -q nhid'),
      shows('show ip route 192.0.2.0/24', '[*] 10.0.0.2'),
      ask('show ip route'),
      withoutNumbers('ip route'),
      ask('configure terminal', 'interface v1', 'ip address 10.8.0.1/24', 'ipv6 address 2001:db8:8::1/64'),
      eventually('ip addr show dev v1 | grep -q 2001:db8:8::1'),
      eventually('[ -z "$(ip -6 -o addr show tentative)" ]'),
      'ip addr show dev v1',
      ask('configure terminal', 'interface v1', 'shutdown'),
      eventually('ip link show dev v1 | grep -q "state DOWN"'),
      'ip link show dev v1',
      ask('configure terminal', 'interface v1', 'no shutdown'),
      eventually('ip link show dev v1 | grep -q "state UP"'),
      eventually('[ -z "$(ip -6 -o addr show tentative)" ]'),
      ...STOP,
      'ip nexthop flush 2>&1 | grep -v "^Flushed"',
    ],
  },
];
