import type { Scenario } from '@nlspace/testkit';
import { eventually } from './waiting.js';
import { CONNECTED, PAIR, PAIR_UP } from './worlds-begin.js';

const MONITOR = '$SCRATCH/monitor';
/** For what shows when it was. */
const WITHOUT_TIMES = "sed -E 's/^\\[[0-9]{4}-[0-9T:.-]+\\] ?/[time] /; /^Timestamp: /d'";

/**
 * Commands watched by `ip monitor` of another program. What it showed before the watched commands (it takes a moment
 * to be there) is cut away at a mark, a change of lo's mtu, and it is over when it has shown a second one.
 */
export function watched(setup: readonly string[], objects: string, commands: readonly string[], settle = ''): string[] {
  // Every scenario compares all notifications, so that only what ip(8) makes of some of them needs a monitor.
  if (objects === 'monitor all') return [...setup, ...commands];
  return [
    ...setup,
    `: > ${MONITOR}; ip ${objects} > ${MONITOR} 2>&1 & echo $! > $SCRATCH/pid`,
    eventually(`ip link set lo mtu 61001; ip link set lo mtu 61000; grep -q 'mtu 61000' ${MONITOR}`),
    `wait=0; until [ "$(tail -n 2 ${MONITOR} | grep -c 'mtu 61000')" = 1 ] || [ $wait = 100 ]; do wait=$((wait + 1)); sleep 0.02; done`,
    'ip link set lo mtu 62000',
    ...commands,
    ...(settle === '' ? [] : [settle]),
    `wait=0; ip link set lo mtu 63000; until grep -q 'mtu 63000' ${MONITOR} || [ $wait = 200 ]; do wait=$((wait + 1)); sleep 0.02; done; kill $(cat $SCRATCH/pid)`,
    `sed -n '/mtu 62000/,/mtu 63000/p' ${MONITOR}`,
  ];
}

/** What one program sees of another's changes: the same messages in the same order. */
export const MONITORS: readonly Scenario[] = [
  {
    name: 'a monitor sees a veth pair made and deleted',
    commands: watched([], 'monitor all', [...PAIR, 'ip link del v0']),
  },
  {
    name: 'a monitor sees lo go up and down',
    commands: watched([], 'monitor all', ['ip link set lo up', 'ip link set lo down', 'ip link set lo up']),
  },
  {
    name: 'a monitor sees links go up, one end after the other',
    commands: watched(PAIR, 'monitor all', ['ip link set v0 up', 'ip link set v1 up', 'ip link set v1 down', 'ip link set v1 up', 'ip link set v0 down']),
  },
  {
    name: 'a monitor sees changes of a link',
    commands: watched(CONNECTED, 'monitor all', [
      'ip link set v0 mtu 1400',
      'ip link set v0 alias x',
      'ip link set v0 txqueuelen 5',
      'ip link set v0 group 3',
      'ip link set v0 address 02:00:00:00:00:99',
      'ip link property add dev v0 altname other',
      'ip link property del dev v0 altname other',
      'ip link set v0 promisc on',
      'ip link set v0 promisc off',
      'ip link set v0 multicast off',
    ]),
  },
  {
    name: 'a monitor sees a link renamed',
    commands: watched([...CONNECTED, 'ip addr add 10.5.0.1/24 dev v0 label v0:five'], 'monitor all', ['ip link set v0 name other']),
  },
  {
    name: 'a monitor sees IPv4 addresses come, change and go',
    commands: watched(PAIR_UP, 'monitor all', [
      'ip addr add 10.0.0.1/24 dev v0',
      'ip addr add 10.0.0.2/24 brd + dev v0',
      'ip addr add 10.1.0.1 peer 10.1.0.2/32 dev v0',
      'ip addr add 10.2.0.1/24 dev v0 noprefixroute',
      'ip addr change 10.0.0.1/24 dev v0 preferred_lft 100',
      'ip addr add 10.3.0.1/24 brd + scope link label v0:x dev v0',
      'ip addr del 10.0.0.1/24 dev v0',
      'ip addr flush dev v0',
    ]),
  },
  {
    name: 'a monitor sees IPv6 addresses come and go',
    commands: watched(PAIR_UP, 'monitor all', [
      'ip addr add 2001:db8::1/64 dev v0 nodad',
      'ip addr add 2001:db8::2/64 dev v0 nodad',
      'ip addr add 2001:db8:3::1/64 dev v0 nodad noprefixroute',
      'ip addr del 2001:db8::1/64 dev v0',
      'ip -6 addr flush dev v0',
    ]),
  },
  {
    name: 'a monitor sees IPv4 routes',
    commands: watched(CONNECTED, 'monitor all', [
      'ip route add 192.0.2.0/24 via 10.0.0.2',
      'ip route append 192.0.2.0/24 via 10.0.0.3',
      'ip route prepend 192.0.2.0/24 via 10.0.0.4',
      'ip route replace 192.0.2.0/24 via 10.0.0.5',
      'ip route change 192.0.2.0/24 via 10.0.0.6',
      'ip route add 192.0.3.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 4',
      'ip route add blackhole 192.0.4.0/24 table 100',
      'ip route add 192.0.2.0/24 via 10.0.0.5',
      'ip route del 192.0.2.0/24',
      'ip route del 192.0.9.0/24',
      'ip route flush table main',
    ]),
  },
  {
    name: 'a monitor sees IPv6 routes',
    commands: watched(CONNECTED, 'monitor all', [
      'ip -6 route add 2001:db8:a::/48 via 2001:db8::2',
      'ip -6 route append 2001:db8:a::/48 via 2001:db8::3',
      'ip -6 route replace 2001:db8:a::/48 via 2001:db8::4',
      'ip -6 route add 2001:db8:b::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3 weight 2',
      'ip -6 route add unreachable 2001:db8:c::/48',
      'ip -6 route del 2001:db8:b::/48 via 2001:db8::3',
      'ip -6 route del 2001:db8:b::/48',
      'ip -6 route del 2001:db8:a::/48',
      'ip -6 route flush table main',
    ]),
  },
  {
    name: 'a monitor sees a link with addresses and routes go down and up',
    commands: watched([...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2'], 'monitor all', [
      'ip link set v0 down',
      'ip link set v0 up',
    ]),
  },
  {
    name: 'a monitor sees the peer go down and up',
    commands: watched([...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2'], 'monitor all', [
      'ip link set v1 down',
      'ip link set v1 up',
    ]),
  },
  {
    name: 'a monitor sees a link with addresses and routes deleted',
    commands: watched([...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2'], 'monitor all', [
      'ip link del v0',
    ]),
  },
  {
    name: 'a monitor of links and one address family sees only those',
    commands: watched(PAIR, '-4 monitor link address route', [
      'ip link set v0 up',
      'ip addr add 10.0.0.1/24 dev v0',
      'ip -6 addr add 2001:db8::1/64 dev v0 nodad',
      'ip route add 192.0.2.0/24 via 10.0.0.2',
      'ip addr del 10.0.0.1/24 dev v0',
    ]),
  },
  {
    name: 'a monitor sees nexthops come, change and go',
    commands: watched(CONNECTED, 'monitor all', [
      'ip nexthop add id 1 via 10.0.0.2 dev v0',
      'ip nexthop add id 2 via 10.0.0.3 dev v0 proto bird',
      'ip nexthop add id 20 via 2001:db8::2 dev v0',
      'ip nexthop add id 21 via 2001:db8::3 dev v0',
      'ip nexthop add id 10 group 1/2',
      'ip nexthop add id 11 group 1,3/2,4',
      'ip nexthop add id 30 group 20/21 type resilient buckets 4',
      'ip nexthop add id 1 via 10.0.0.9 dev v0',
      'ip nexthop replace id 2 via 10.0.0.8 dev v0',
      'ip nexthop replace id 11 group 2',
      'ip nexthop replace id 30 group 20,3/21 type resilient',
      'ip nexthop del id 1',
      'ip nexthop del id 20',
      'ip nexthop del id 2',
      'ip nexthop del id 21',
    ]),
  },
  {
    name: 'a monitor sees what nexthops do to their routes',
    commands: watched(CONNECTED, 'monitor all', [
      'ip nexthop add id 1 via 10.0.0.2 dev v0',
      'ip nexthop add id 2 via 10.0.0.3 dev v0',
      'ip nexthop add id 20 via 2001:db8::2 dev v0',
      'ip nexthop add id 21 via 2001:db8::3 dev v0',
      'ip nexthop add id 10 group 1/2',
      'ip nexthop add id 11 group 2/1',
      'ip nexthop add id 30 group 20/21',
      'ip route add 192.0.3.0/24 nhid 1',
      'ip route add 192.0.2.0/24 nhid 1',
      'ip route add 192.0.2.0/25 nhid 1',
      'ip route add 192.0.2.0/24 nhid 1 metric 7',
      'ip route add 192.0.2.0/24 nhid 1 tos 0x10',
      'ip route add 192.0.9.0/24 nhid 1 table 100',
      'ip route add 192.0.4.0/24 nhid 10',
      'ip route add 192.0.5.0/24 nhid 11',
      'ip route append 192.0.5.0/24 nhid 10',
      'ip -6 route add 2001:db8:a::/48 nhid 20',
      'ip -6 route add 2001:db8:b::/48 nhid 20',
      'ip -6 route append 2001:db8:b::/48 nhid 30',
      'ip -6 route replace 2001:db8:c::/48 nhid 21',
      'ip nexthop replace id 1 via 10.0.0.9 dev v0',
      'ip nexthop replace id 20 via 2001:db8::9 dev v0',
      'ip nexthop replace id 10 group 2',
      'ip nexthop replace id 10 group 2/1,9',
      'ip route del 192.0.2.0/25 nhid 1',
      'ip nexthop del id 1',
      'ip nexthop del id 20',
      'ip nexthop del id 10',
      'ip nexthop flush',
    ]),
  },
  {
    name: 'a monitor sees a link with nexthops go down',
    commands: watched(
      [
        ...CONNECTED,
        'ip nexthop add id 1 via 10.0.0.2 dev v0',
        'ip nexthop add id 20 via 2001:db8::2 dev v0',
        'ip nexthop add id 21 via 2001:db8::3 dev v0',
        'ip nexthop add id 30 group 20/21',
        'ip route add 192.0.2.0/24 nhid 1',
        'ip -6 route add 2001:db8:a::/48 nhid 20',
        'ip -6 route add 2001:db8:c::/48 nhid 20',
        'ip -6 route add 2001:db8:b::/48 nhid 30',
        'ip -6 route add 2001:db8:d::/48 nhid 21',
      ],
      'monitor all',
      ['ip link set v0 down', 'ip link set v0 up'],
    ),
  },
  {
    name: 'a monitor sees the peer of a link with nexthops go down',
    commands: watched(
      [...CONNECTED, 'ip nexthop add id 1 via 10.0.0.2 dev v0', 'ip nexthop add id 20 via 2001:db8::2 dev v0', 'ip -6 route add 2001:db8:a::/48 nhid 20'],
      'monitor all',
      ['ip link set v1 down'],
    ),
  },
  {
    name: 'a monitor sees a link with nexthops deleted',
    commands: watched(
      [...CONNECTED, 'ip nexthop add id 1 via 10.0.0.2 dev v0', 'ip nexthop add id 20 via 2001:db8::2 dev v0', 'ip -6 route add 2001:db8:a::/48 nhid 20'],
      'monitor all',
      ['ip link del v0'],
    ),
  },
  {
    name: 'a monitor labels what it shows, and says when',
    commands: [
      ...watched(CONNECTED, '-ts monitor label link address route nexthop', [
        'ip addr add 10.5.0.1/24 dev v0',
        'ip -6 addr add 2001:db8:5::1/64 dev v0 nodad',
        'ip route add 192.0.2.0/24 via 10.0.0.2',
        'ip nexthop add id 1 via 10.0.0.2 dev v0',
        'ip link set v0 down',
      ]).map((command) => command.replace(/^sed .*/, (shown) => `${shown} | ${WITHOUT_TIMES}`)),
    ],
  },
  {
    name: 'rtmon writes a file that a monitor reads',
    commands: [
      ...CONNECTED,
      'rtmon file $SCRATCH/log & echo $! > $SCRATCH/pid',
      // What it writes first is what there is, when it has joined the groups.
      eventually(`ip link set lo mtu 61001; ip link set lo mtu 61000; ip monitor file $SCRATCH/log | grep -q 'mtu 61000'`),
      'ip link set lo mtu 62000',
      'ip addr add 10.5.0.1/24 dev v0',
      'ip route add 192.0.2.0/24 via 10.0.0.2',
      'ip -6 route add 2001:db8:a::/48 via 2001:db8::2',
      'ip link set v0 down',
      'ip link set lo mtu 63000',
      eventually("ip monitor file $SCRATCH/log | grep -q 'mtu 63000'"),
      'kill $(cat $SCRATCH/pid)',
      `ip monitor file $SCRATCH/log | sed -n '/mtu 62000/,/mtu 63000/p' | ${WITHOUT_TIMES}`,
    ],
  },
  {
    name: 'a monitor of nexthops sees only those',
    commands: watched(CONNECTED, 'monitor link nexthop', [
      'ip nexthop add id 1 via 10.0.0.2 dev v0',
      'ip route add 192.0.2.0/24 nhid 1',
      'ip nexthop del id 1',
    ]),
  },
];
