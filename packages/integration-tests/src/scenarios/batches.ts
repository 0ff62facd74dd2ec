import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR } from './worlds-begin.js';

export const BATCHES: readonly Scenario[] = [
  {
    name: 'a batch builds a network',
    commands: [
      [
        "printf '%s\\n' 'link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02' 'link set v0 addrgenmode none'",
        "'link set v1 addrgenmode none' 'link set v0 up' '# a comment' '' 'addr add 10.0.0.1/24 dev v0' > $SCRATCH/batch",
      ].join(' '),
      'ip -batch $SCRATCH/batch',
      'ip -br addr',
      'ip link set v1 up',
    ],
  },
  {
    name: 'a batch stops at its first error',
    commands: [...PAIR, "printf '%s\\n' 'link set v0 mtu 1400' 'link set nosuch up' 'link set v0 mtu 1300' | ip -batch -", 'ip link show v0'],
  },
  {
    name: 'a forced batch goes on and still fails',
    commands: [
      ...CONNECTED,
      "printf '%s\\n' 'route add 192.0.2.0/24 via 10.0.0.2' 'route add 192.0.2.0/24 via 10.0.0.2' 'route add 192.0.3.0/24 via 10.9.0.2' 'bogus' 'route add 192.0.4.0/24 via 10.0.0.4' | ip -force -batch -",
      'ip route',
    ],
  },
  {
    name: 'a batch shows what it has changed',
    commands: [
      ...CONNECTED,
      "printf '%s\\n' 'route add 192.0.2.0/24 via 10.0.0.2' 'route show' 'route del 192.0.2.0/24' 'route show' 'addr show dev v0' | ip -batch -",
    ],
  },
  {
    name: 'a batch of IPv6 routes',
    commands: [...CONNECTED, 'for n in 1 2 3 4 5 6 7 8; do echo "route add 2001:db8:$n::/48 via 2001:db8::$n metric $n"; done | ip -6 -batch -', 'ip -6 route'],
  },
  {
    name: 'a thousand routes in a batch are shown and flushed',
    commands: [
      ...CONNECTED,
      'n=0; while [ $n -lt 1000 ]; do echo "route add 172.16.$((n / 250)).$((n % 250))/32 via 10.0.0.$((n % 200 + 2)) metric $((n % 7))"; n=$((n + 1)); done > $SCRATCH/routes',
      'ip -batch $SCRATCH/routes',
      'ip route | wc -l',
      'ip route show 172.16.3.7',
      'ip route | md5sum',
      'ip route flush proto boot',
      'ip route',
    ],
  },
];
