import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, TWO_NETWORKS } from './worlds-begin.js';

const V4 = '192.0.2.0/24 via 10.0.0.2';
const V6 = '2001:db8:a::/48 via 2001:db8::2';
const SHOW = ['ip -d route show 192.0.2.0/24', 'ip -d -6 route show 2001:db8:a::/48'];
const DELETE = ['ip route del 192.0.2.0/24', 'ip -6 route del 2001:db8:a::/48'];

/** A route of each family with the same attributes, shown, looked up and deleted. */
const each = (...attributes: readonly string[]): string[] =>
  attributes.flatMap((one) => [
    `ip route add ${V4} ${one}`,
    `ip -6 route add ${V6} ${one}`,
    ...SHOW,
    'ip route get 192.0.2.9',
    'ip -6 route get 2001:db8:a::9',
    ...DELETE,
  ]);

export const ROUTE_ATTRIBUTES: readonly Scenario[] = [
  {
    name: 'mtu and advmss, locked and not, small and large',
    commands: [...CONNECTED, ...each('mtu 1300', 'mtu lock 1300', 'advmss 500', 'advmss lock 500 mtu 70000', 'mtu 68 advmss 70000')],
  },
  {
    name: 'round-trip times in every unit',
    commands: [...CONNECTED, ...each('rtt 100', 'rtt 50ms rttvar 30ms', 'rtt lock 2s', 'rttvar lock 7', 'rto_min 20ms', 'rto_min lock 3s')],
  },
  {
    name: 'windows of congestion control',
    commands: [...CONNECTED, ...each('window 1000', 'cwnd 5', 'cwnd lock 5', 'ssthresh 4', 'initcwnd 10', 'initrwnd 11', 'initcwnd 10 initrwnd 11 window 2')],
  },
  {
    name: 'hop limits, quick acknowledgements, reordering',
    commands: [
      ...CONNECTED,
      ...each('hoplimit 9', 'hoplimit 255', 'hoplimit 300', 'quickack 1', 'quickack 7', 'reordering 6', 'fastopen_no_cookie 1', 'fastopen_no_cookie 0'),
    ],
  },
  {
    name: 'features and congestion control by name',
    commands: [
      ...CONNECTED,
      ...each('features ecn', 'congctl cubic', 'congctl reno', 'congctl lock bbr', 'congctl nosuch', 'features nosuch', 'congctl a-name-that-is-too-long'),
    ],
  },
  {
    name: 'metrics of several kinds together, and none but zeros',
    commands: [...CONNECTED, ...each('mtu lock 1400 congctl cubic rtt 5 hoplimit 3 features ecn quickack 1', 'mtu 0', 'hoplimit 0 window 0')],
  },
  {
    name: 'metrics tell routes apart when they are deleted',
    commands: [
      ...CONNECTED,
      `ip route add ${V4} mtu 1400`,
      `ip route append ${V4} mtu 1300 congctl cubic`,
      `ip -6 route add ${V6} mtu 1400`,
      'ip route del 192.0.2.0/24 mtu 1200',
      'ip route del 192.0.2.0/24 mtu 1300 congctl reno',
      'ip route del 192.0.2.0/24 mtu 1300 congctl cubic',
      'ip -6 route del 2001:db8:a::/48 mtu 1200',
      'ip route show',
      `ip route replace ${V4} mtu lock 1400`,
      `ip route replace ${V4}`,
      'ip -d route show',
      'ip route del 192.0.2.0/24 mtu 1400',
      'ip route del 192.0.2.0/24',
    ],
  },
  {
    name: 'a multipath route and a refusing route with metrics',
    commands: [
      ...TWO_NETWORKS,
      'ip route add 192.0.2.0/24 mtu 1400 nexthop via 10.0.0.2 nexthop via 10.1.0.2',
      'ip -6 route add 2001:db8:a::/48 mtu 1400 nexthop via 2001:db8::2 nexthop via 2001:db8:1::2',
      'ip route add blackhole 192.0.3.0/24 mtu 1400',
      'ip -6 route add unreachable 2001:db8:b::/48 mtu 1400',
      'ip -d route',
      'ip -d -6 route',
      'ip -6 route append 2001:db8:a::/48 mtu 1300 via 2001:db8::3',
      'ip -6 route',
      'ip route change 192.0.2.0/24 mtu 1300 nexthop via 10.0.0.2 nexthop via 10.1.0.2',
      'ip route',
    ],
  },
  {
    name: 'TOS of routes: classes, ECN bits, IPv6',
    commands: [
      ...CONNECTED,
      ...['0x10', '0x01', '0x02', '0x03', '0xff', 'EF', 'AF41', 'lowdelay', '252', '256'].map((tos) => `ip route add ${V4} tos ${tos}`),
      'ip -d route show 192.0.2.0/24',
      'ip route show tos 0x10',
      'ip route show tos EF',
      'ip route get 192.0.2.9 tos 0x10',
      'ip route get 192.0.2.9 tos 0xb8',
      'ip route get 192.0.2.9 tos 0x13',
      'ip route get 192.0.2.9 tos 0x04',
      'ip route del 192.0.2.0/24 tos 0x20',
      'ip route del 192.0.2.0/24 tos EF',
      `ip -6 route add ${V6} tos 0x10`,
      `ip -6 route add ${V6} tos 0`,
      'ip -6 route get 2001:db8:a::9 tos 0x10',
      'ip route show',
    ],
  },
  {
    name: 'realms of routes and of legs',
    commands: [
      ...CONNECTED,
      `ip route add ${V4} realm 5`,
      'ip route get 192.0.2.9',
      `ip route add ${V4} realm 5/6 metric 7`,
      'ip route add 192.0.3.0/24 realm 9 nexthop via 10.0.0.2 realm 9 nexthop via 10.0.0.3 realm 7',
      'ip route add 192.0.4.0/24 nexthop via 10.0.0.2 realm 9 nexthop via 10.0.0.3',
      `ip -6 route add ${V6} realm 5`,
      'ip -d route',
      'ip -d -6 route show 2001:db8:a::/48',
      'ip route show realm 5',
      'ip route show realms 5/6',
      'ip route del 192.0.2.0/24 via 10.0.0.2 realm 6',
      'ip route del 192.0.2.0/24 via 10.0.0.2 realm 5',
      'ip route show',
      `ip route add ${V4} realm 70000`,
      `ip route add ${V4} realm nosuch`,
    ],
  },
  {
    name: 'router preferences',
    commands: [
      ...CONNECTED,
      ...['high', 'medium', 'low', '1', '2', '9', 'nosuch'].map((pref, i) => `ip -6 route add 2001:db8:${i + 10}::/48 via 2001:db8::2 pref ${pref}`),
      `ip -6 route add ${V6} pref low`,
      'ip -6 route add 2001:db8:a::/48 dev v0 pref high',
      'ip -6 route get 2001:db8:a::9',
      'ip -6 route change 2001:db8:10::/48 via 2001:db8::2 pref low',
      'ip -d -6 route',
    ],
  },
  {
    name: 'a route that expires, is renewed, and made to stay',
    commands: [
      ...CONNECTED,
      `ip -6 route add ${V6} expires 100`,
      'ip -6 route add blackhole 2001:db8:b::/48 expires 200',
      'ip -6 route add 2001:db8:c::/48 dev v0 expires 300',
      'ip -6 route add 2001:db8:d::/48 expires 400 nexthop via 2001:db8::2 nexthop via 2001:db8::3',
      'ip -6 route show',
      'ip -6 route get fibmatch 2001:db8:a::9',
      `ip -6 route replace ${V6} expires 50`,
      `ip -6 route add ${V6} expires 20`,
      'ip -6 route show',
      `ip -6 route replace ${V6}`,
      'ip -6 route show',
    ],
  },
  {
    name: 'a route over whose time an eye is kept goes',
    masks: ['moment of notifications'],
    commands: [
      ...CONNECTED,
      `ip -6 route add ${V6} expires 1`,
      'ip -6 route add 2001:db8:b::/48 dev v0 expires 1 table 100',
      'for wait in $(seq 100); do ip -6 route show table all | grep -q expires || break; sleep 0.5; done; ip -6 route show table all',
    ],
  },
  {
    name: 'protocols of routes, those of routers among them',
    commands: [
      ...CONNECTED,
      ...['ra', 'redirect', 'kernel', 'boot', 'static', 'zebra', 'bird', 'babel', 'bgp', 'isis', 'ospf', 'rip', 'eigrp', 'dhcp', '255', 'nosuch'].map(
        (protocol, i) => `ip -6 route add 2001:db8:${i + 10}::/48 via 2001:db8::2 proto ${protocol}`,
      ),
      'ip -d -6 route show',
      'ip -6 route show proto ra',
      'ip -6 route show proto redirect',
      'ip -6 route flush proto ra',
      'ip -6 route flush proto 255',
      'ip -6 route del 2001:db8:11::/48 proto bgp',
      'ip -6 route del 2001:db8:11::/48 proto redirect',
      'ip -6 route show',
    ],
  },
  {
    name: 'encapsulations that the kernel was built without are refused',
    commands: [
      ...CONNECTED,
      ...[
        'mpls 100',
        'mpls 100/200 ttl 5',
        'xfrm if_id 5',
        'ila 1:2:3:4',
        'rpl segs 2001:db8::9',
        'ioam6 mode inline trace prealloc type 0x800000 ns 1 size 12',
      ].flatMap((encap) => [
        `ip route add 192.0.2.0/24 encap ${encap} via 10.0.0.2`,
        `ip -6 route add 2001:db8:a::/48 encap ${encap} via 2001:db8::2`,
        `ip route add 192.0.3.0/24 nexthop encap ${encap} via 10.0.0.2 nexthop via 10.0.0.3`,
        `ip -6 route add 2001:db8:b::/48 nexthop encap ${encap} via 2001:db8::2 nexthop via 2001:db8::3`,
        `ip nexthop add id 1 encap ${encap} via 10.0.0.2 dev v0`,
      ]),
      'ip route show table all',
    ],
  },
  {
    name: 'encapsulations that the kernel has',
    commands: [
      ...CONNECTED,
      ...['ip id 5 dst 10.0.0.9', 'ip6 id 5 dst 2001:db8::9', 'seg6 mode encap segs 2001:db8::9', 'seg6local action End'].flatMap((encap) => [
        `ip route add 192.0.2.0/24 encap ${encap} via 10.0.0.2`,
        `ip -6 route add 2001:db8:a::/48 encap ${encap} via 2001:db8::2`,
      ]),
      'ip route show table all',
    ],
  },
];
