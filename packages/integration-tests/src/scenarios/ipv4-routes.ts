import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR, PAIR_UP, TWO_NETWORKS } from './worlds-begin.js';

export const IPV4_ROUTES: readonly Scenario[] = [
  {
    name: 'a route through a gateway',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route', 'ip route del 192.0.2.0/24', 'ip route'],
  },
  {
    name: 'default routes',
    commands: [
      ...TWO_NETWORKS, 'ip route add default via 10.0.0.2', 'ip route add default via 10.1.0.2', 'ip route add default via 10.1.0.2 metric 100', 'ip route add 0.0.0.0/0 dev v0 metric 200',
      'ip route', 'ip route show default', 'ip route show 0.0.0.0/0', 'ip route del default', 'ip route del default', 'ip route',
    ],
  },
  {
    name: 'routes to a device',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 dev v0', 'ip route add 192.0.3.1 dev v1', 'ip route add 192.0.4.0/24 dev v1 scope global', 'ip route add 192.0.5.0/24 dev lo', 'ip -d route', 'ip route del 192.0.2.0/24 dev v1', 'ip route del 192.0.2.0/24 dev v0',
    ],
  },
  {
    name: 'metric and tos make different routes',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 metric 20', 'ip route add 192.0.2.0/24 via 10.0.0.3 metric 10', 'ip route add 192.0.2.0/24 via 10.0.0.4', 'ip route add 192.0.2.0/24 via 10.0.0.5 tos 0x10',
      'ip route add 192.0.2.0/24 via 10.0.0.6 metric 10', 'ip route add 192.0.2.0/24 via 10.0.0.5 tos 0x08', 'ip route', 'ip route del 192.0.2.0/24 metric 10', 'ip route del 192.0.2.0/24 tos 0x10', 'ip route', 'ip route del 192.0.2.0/24', 'ip route',
    ],
  },
  {
    name: 'the same route twice is refused, in another table not',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 10.0.0.3', 'ip route add 192.0.2.0/24 via 10.0.0.2 table 100', 'ip route add 192.0.2.0/24 dev v0', 'ip route add blackhole 192.0.2.0/24', 'ip route show table all 192.0.2.0/24',
    ],
  },
  {
    name: 'append and prepend keep their order',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.5', 'ip route append 192.0.2.0/24 via 10.0.0.6', 'ip route append 192.0.2.0/24 via 10.0.0.7', 'ip route prepend 192.0.2.0/24 via 10.0.0.4', 'ip route prepend 192.0.2.0/24 via 10.0.0.3',
      'ip route append 192.0.2.0/24 via 10.0.0.6', 'ip route', 'ip route get 192.0.2.9', 'ip route del 192.0.2.0/24', 'ip route', 'ip route del 192.0.2.0/24 via 10.0.0.6', 'ip route',
    ],
  },
  {
    name: 'append and prepend among metrics',
    commands: [
      ...CONNECTED, 'ip route append 192.0.2.0/24 via 10.0.0.5 metric 5', 'ip route append 192.0.2.0/24 via 10.0.0.6', 'ip route prepend 192.0.2.0/24 via 10.0.0.7 metric 5', 'ip route append 192.0.2.0/24 via 10.0.0.8 metric 5', 'ip route prepend 192.0.2.0/24 via 10.0.0.9 metric 3', 'ip route',
    ],
  },
  {
    name: 'replace puts the new route in the place of the first',
    commands: [
      ...CONNECTED, 'ip route replace 192.0.2.0/24 via 10.0.0.2', 'ip route replace 192.0.2.0/24 via 10.0.0.3', 'ip route', 'ip route append 192.0.2.0/24 via 10.0.0.4', 'ip route replace 192.0.2.0/24 via 10.0.0.5', 'ip route',
      'ip route replace 192.0.2.0/24 via 10.0.0.4', 'ip route', 'ip route replace 192.0.2.0/24 via 10.0.0.6 metric 7', 'ip route replace blackhole 192.0.2.0/24', 'ip route',
    ],
  },
  {
    name: 'change changes what is there and nothing else',
    commands: [
      ...CONNECTED, 'ip route change 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route change 192.0.2.0/24 via 10.0.0.3 proto static', 'ip route', 'ip route change 192.0.2.0/24 via 10.0.0.3 metric 4',
      'ip route change 192.0.2.0/24 dev v1', 'ip route', 'ip route change 192.0.2.0/24 via 10.0.0.3 table 200',
    ],
  },
  {
    name: 'ip route test asks whether it is there',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route test 192.0.2.0/24 via 10.0.0.2', 'ip route test 192.0.3.0/24 via 10.0.0.2'],
  },
  {
    name: 'blackhole, unreachable, prohibit, throw',
    commands: [
      ...CONNECTED, 'ip route add blackhole 192.0.2.0/24', 'ip route add unreachable 192.0.3.0/24 metric 5', 'ip route add prohibit 192.0.4.0/24 proto static', 'ip route add throw 192.0.5.0/24', 'ip route', 'ip -d route', 'ip route get 192.0.2.1', 'ip route get 192.0.3.1', 'ip route get 192.0.4.1', 'ip route get 192.0.5.1',
      'ip route show type blackhole', 'ip route del blackhole 192.0.2.0/24', 'ip route del 192.0.3.0/24', 'ip route del unreachable 192.0.4.0/24', 'ip route',
    ],
  },
  {
    name: 'refusing routes take no gateway',
    commands: [...CONNECTED, 'ip route add blackhole 192.0.2.0/24 via 10.0.0.2', 'ip route add unreachable 192.0.2.0/24 dev v0', 'ip route add prohibit 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3'],
  },
  {
    name: 'local, broadcast, multicast, nat, anycast routes',
    commands: [
      ...CONNECTED, 'ip route add local 192.0.2.1 dev v0', 'ip route add local 192.0.3.0/24 dev lo table 100', 'ip route add broadcast 192.0.4.255 dev v0', 'ip route add multicast 232.0.0.0/8 dev v0', 'ip route add anycast 192.0.5.1 dev v0', 'ip route add nat 192.0.6.0/24 via 10.0.0.2',
      'ip route show table all', 'ip -d route show table all', 'ip route get 192.0.2.1',
    ],
  },
  {
    name: 'several tables',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 table 100', 'ip route add 192.0.3.0/24 via 10.0.0.2 table 1000', 'ip route add 192.0.4.0/24 via 10.0.0.2 table 4294967295', 'ip route add 192.0.5.0/24 via 10.0.0.2 table default', 'ip route add 192.0.6.0/24 via 10.0.0.2 table local',
      'ip route add 192.0.7.0/24 via 10.0.0.2 table main', 'ip route show table 100', 'ip route show table 1000', 'ip route show table 4294967295', 'ip route show table default', 'ip route show table all', 'ip route show table 77', 'ip route del 192.0.2.0/24', 'ip route del 192.0.2.0/24 table 100', 'ip route show table 100', 'ip route del 192.0.2.0/24 table 77',
    ],
  },
  {
    name: 'tables are shown in the order of the kernel',
    commands: [
      ...CONNECTED, ...[256, 1, 511, 100, 512, 257, 99999, 252, 253].map((table) => `ip route add 192.0.2.0/24 dev v0 table ${table}`), 'ip route show table all',
    ],
  },
  {
    name: 'prefixes are shown in the order of the trie',
    commands: [
      ...CONNECTED,
      ...['192.0.2.0/24', '10.0.0.128/25', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/8', '10.0.0.0/16', '192.0.2.128/32', '192.0.2.0/32', '192.0.0.0/16', '172.16.0.0/12', '192.0.2.0/25', '8.8.8.8/32', '11.0.0.0/9', '10.128.0.0/9', '255.0.0.0/8']
        .map((prefix) => `ip route add ${prefix} dev v0`),
      'ip route', 'ip route del 192.0.2.0/24 dev v0', 'ip route add 192.0.2.0/24 dev v0', 'ip route',
    ],
  },
  {
    name: 'protocols by name and number',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 proto static', 'ip route add 192.0.3.0/24 via 10.0.0.2 proto bird', 'ip route add 192.0.4.0/24 via 10.0.0.2 proto 77', 'ip route add 192.0.5.0/24 via 10.0.0.2 proto kernel', 'ip route add 192.0.6.0/24 via 10.0.0.2 proto bgp',
      'ip route add 192.0.7.0/24 via 10.0.0.2 proto 0', 'ip route show proto static', 'ip route show proto 77', 'ip route show proto kernel', 'ip route', 'ip route del 192.0.2.0/24 proto bird', 'ip route del 192.0.2.0/24 proto static', 'ip route flush proto bird', 'ip route',
    ],
  },
  {
    name: 'a preferred source',
    commands: [
      ...CONNECTED, 'ip addr add 10.0.0.7/24 dev v0', 'ip route add 192.0.2.0/24 via 10.0.0.2 src 10.0.0.7', 'ip route add 192.0.3.0/24 via 10.0.0.2 src 10.9.9.9', 'ip route add 192.0.2.0/24 via 10.0.0.2 src 10.0.0.1', 'ip route get 192.0.2.1', 'ip route show src 10.0.0.7', 'ip addr del 10.0.0.7/24 dev v0', 'ip route',
    ],
  },
  {
    name: 'routes with a preferred source go with the address',
    commands: [...CONNECTED, 'ip addr add 10.0.9.1/24 dev v1', 'ip route add 192.0.2.0/24 via 10.0.0.2 src 10.0.9.1', 'ip route add 192.0.3.0/24 dev v1 src 10.0.0.1', 'ip addr del 10.0.9.1/24 dev v1', 'ip route'],
  },
  {
    name: 'scope of a route',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 dev v0 scope link', 'ip route add 192.0.3.0/24 dev v0 scope host', 'ip route add 192.0.4.0/24 dev v0 scope global', 'ip route add 192.0.5.0/24 dev v0 scope 200', 'ip route add 192.0.6.0/24 via 10.0.0.2 scope link', 'ip route add 192.0.6.0/24 via 10.0.0.2 scope site', 'ip route add 192.0.7.0/24 dev v0 scope nowhere',
      'ip route', 'ip -d route', 'ip route show scope link', 'ip route show scope global', 'ip route del 192.0.2.0/24 scope host', 'ip route del 192.0.2.0/24 scope link',
    ],
  },
  {
    name: 'onlink gateways',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 172.16.0.1 dev v0', 'ip route add 192.0.2.0/24 via 172.16.0.1 dev v0 onlink', 'ip route add 192.0.3.0/24 via 172.16.0.1 onlink', 'ip route', 'ip -d route', 'ip route get 192.0.2.1', 'ip route add 192.0.4.0/24 via 10.0.0.1 dev v0 onlink', 'ip route add 192.0.5.0/24 nexthop via 172.16.0.1 dev v0 onlink nexthop via 172.16.0.2 dev v0 onlink', 'ip route',
    ],
  },
  {
    name: 'a gateway reached through another route',
    commands: [...CONNECTED, 'ip route add 172.16.0.1 dev v0', 'ip route add 192.0.2.0/24 via 172.16.0.1', 'ip route add 192.0.3.0/24 via 192.0.2.1', 'ip route add 192.0.4.0/24 via 10.0.0.1', 'ip route del 172.16.0.1', 'ip route', 'ip route add 192.0.5.0/24 via 10.0.0.2 dev v1'],
  },
  {
    name: 'an IPv6 gateway of an IPv4 route',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via inet6 2001:db8::2', 'ip route add 192.0.3.0/24 via inet6 2001:db8::3 dev v0', 'ip route add 192.0.4.0/24 via inet6 fe80::1 dev v0', 'ip route add 192.0.5.0/24 via inet6 fe80::1', 'ip route', 'ip route get 192.0.2.1', 'ip route show via inet6 2001:db8::2', 'ip route del 192.0.2.0/24 via inet6 2001:db8::2', 'ip route add 192.0.6.0/24 nexthop via inet6 2001:db8::2 nexthop via 10.0.0.2'],
  },
  {
    name: 'multipath with weights',
    commands: [
      ...TWO_NETWORKS, 'ip route add 192.0.2.0/24 nexthop via 10.0.0.2 weight 3 nexthop via 10.1.0.2', 'ip route add 192.0.3.0/24 proto static metric 9 nexthop via 10.0.0.2 dev v0 weight 256 nexthop dev w0 weight 10 nexthop via 10.0.0.3', 'ip route', 'ip -o route', 'ip route show dev w0', 'ip route show via 10.0.0.2',
      'ip route add 192.0.4.0/24 nexthop via 10.0.0.2 weight 257', 'ip route add 192.0.4.0/24 nexthop via 10.0.0.2 weight 0', 'ip route add 192.0.4.0/24 nexthop via 10.0.0.2', 'ip route add 192.0.5.0/24 nexthop via 10.0.0.2 nexthop via 172.16.0.1', 'ip route add 192.0.6.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.2', 'ip route',
    ],
  },
  {
    name: 'multipath is deleted by one nexthop or whole',
    commands: [
      ...TWO_NETWORKS, 'ip route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2', 'ip route del 192.0.2.0/24 via 10.0.0.3', 'ip route del 192.0.2.0/24 nexthop via 10.1.0.2 nexthop via 10.0.0.2', 'ip route del 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2', 'ip route',
      'ip route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2', 'ip route replace 192.0.2.0/24 via 10.0.0.9', 'ip route', 'ip route del 192.0.2.0/24 via 10.0.0.9 dev v0',
    ],
  },
  {
    name: 'multipath loses a link',
    commands: [...TWO_NETWORKS, 'ip route add 192.0.2.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2', 'ip link set v0 down', 'ip route', 'ip link set v0 up', 'ip route', 'ip link set w1 down', 'ip route', 'ip link del w0', 'ip route'],
  },
  {
    name: 'metrics of a route: mtu, advmss, window, locks and times',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 mtu 1400 advmss 1360', 'ip route add 192.0.3.0/24 via 10.0.0.2 mtu lock 1300 window 1000 hoplimit 9', 'ip route add 192.0.4.0/24 via 10.0.0.2 rtt 100 rttvar 50 rto_min 20ms ssthresh 4 cwnd 5 initcwnd 10 initrwnd 11 reordering 6 quickack 1',
      'ip route add 192.0.5.0/24 via 10.0.0.2 congctl cubic', 'ip route add 192.0.6.0/24 via 10.0.0.2 features ecn', 'ip route', 'ip route get 192.0.2.1', 'ip route add 192.0.7.0/24 via 10.0.0.2 mtu 1400', 'ip route add 192.0.7.0/24 via 10.0.0.2 mtu 1401', 'ip route add 192.0.8.0/24 via 10.0.0.2 hoplimit 256',
    ],
  },
  {
    name: 'route errors: prefixes',
    commands: [...CONNECTED, 'ip route add 192.0.2.1/24 via 10.0.0.2', 'ip route add 192.0.2.0/33 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 2001:db8::2', 'ip route add bogus via 10.0.0.2', 'ip route add 192.0.2/24 via 10.0.0.2', 'ip route del 192.0.2.1/24', 'ip route add 0.0.0.1/0 dev v0', 'ip route'],
  },
  {
    name: 'route errors: unreachable gateways and wrong devices',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 172.16.0.1', 'ip route add 192.0.2.0/24 via 10.0.0.2 dev v1', 'ip route add 192.0.2.0/24 dev nosuch', 'ip route add 192.0.2.0/24 via 10.0.0.255', 'ip route add 192.0.2.0/24 via 0.0.0.0 dev v0', 'ip route add 192.0.2.0/24 via 224.0.0.1', 'ip route add 192.0.2.0/24',
      'ip route add 192.0.2.0/24 via 10.0.0.1', 'ip route add 192.0.2.0/24 via 127.0.0.1', 'ip route',
    ],
  },
  {
    name: 'route errors: devices that are down',
    commands: [...PAIR, 'ip addr add 10.0.0.1/24 dev v0', 'ip route add 192.0.2.0/24 dev v0', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 10.0.0.2 dev v0', 'ip route add 192.0.2.0/24 via 10.0.0.2 dev v0 onlink', 'ip route add blackhole 192.0.3.0/24', 'ip route'],
  },
  {
    name: 'route errors: nothing to delete',
    commands: [...CONNECTED, 'ip route del 192.0.2.0/24', 'ip route del 192.0.2.0/24 table 55', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route del 192.0.2.0/24 via 10.0.0.3', 'ip route del 192.0.2.0/24 dev v1', 'ip route del 192.0.2.0/24 metric 5', 'ip route del blackhole 192.0.2.0/24', 'ip route del 192.0.2.0/25', 'ip route del default', 'ip route del 192.0.2.0/24 proto static', 'ip route del 192.0.2.0/24 src 10.0.0.1', 'ip route'],
  },
  {
    name: 'deleting an address deletes the routes that need its subnet not',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.3.0/24 dev v0', 'ip addr del 10.0.0.1/24 dev v0', 'ip route', 'ip route show table local'],
  },
  {
    name: 'link down removes IPv4 routes, link up restores prefix routes',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.3.0/24 dev v0 table 100', 'ip route add blackhole 192.0.4.0/24', 'ip link set v0 down', 'ip route show table all', 'ip link set v0 up', 'ip route show table all'],
  },
  {
    name: 'peer down marks IPv4 routes linkdown',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip link set v1 down', 'ip route', 'ip -d route', 'ip route get 192.0.2.1', 'ip route add 192.0.3.0/24 via 10.0.0.3', 'ip route add 192.0.4.0/24 dev v0', 'ip route', 'ip link set v1 up', 'ip route'],
  },
  {
    name: 'an address on a link without carrier makes a linkdown route',
    commands: [...PAIR, 'ip link set v0 up', 'ip addr add 10.0.0.1/24 dev v0', 'ip route show table all', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route', 'ip link set v1 up', 'ip route show table all'],
  },
  {
    name: 'flush by device, table, protocol, prefix, type',
    commands: [
      ...TWO_NETWORKS, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route add 192.0.3.0/24 via 10.1.0.2 proto static', 'ip route add 192.0.4.0/24 via 10.1.0.2 table 100', 'ip route add blackhole 192.0.5.0/24', 'ip route add 192.0.2.128/25 via 10.0.0.3',
      'ip route flush proto static', 'ip route', 'ip route flush root 192.0.2.0/24', 'ip route', 'ip route flush table 100', 'ip route flush type blackhole', 'ip route flush dev w0', 'ip route', 'ip -s route flush table main', 'ip route', 'ip route flush table 100', 'ip route flush',
    ],
  },
  {
    name: 'show filters: root, match, exact, dev, via, scope, table, metric',
    commands: [
      ...TWO_NETWORKS, 'ip route add 192.0.0.0/16 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 10.0.0.3', 'ip route add 192.0.2.128/25 via 10.1.0.4 metric 5', 'ip route add default via 10.0.0.5',
      'ip route show root 192.0.0.0/16', 'ip route show match 192.0.2.129', 'ip route show exact 192.0.2.0/24', 'ip route show to root 192.0.2.0/24', 'ip route show 192.0.2.0/24', 'ip route show dev v0', 'ip route show via 10.0.0.3', 'ip route show scope link', 'ip route show table main dev w0', 'ip route show root 0/0 match 10.0.0.0/8',
      'ip -o route', 'ip -4 route', 'ip -j route', 'ip route show dev nosuch', 'ip route show bogus', 'ip route show metric 5', 'ip route show tos 4', 'ip route list type local table all', 'ip route show src 10.0.0.1',
    ],
  },
  {
    name: 'route get: local, connected, gateway, broadcast, multicast, none',
    commands: [
      ...CONNECTED, 'ip link set lo up', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip route get 10.0.0.1', 'ip route get 127.0.0.5', 'ip route get 10.0.0.77', 'ip route get 10.0.0.255', 'ip route get 224.0.0.1', 'ip route get 255.255.255.255', 'ip route get 192.0.2.1', 'ip route get 8.8.8.8', 'ip -j -d route get 192.0.2.1', 'ip -d route get 192.0.2.1',
    ],
  },
  {
    name: 'route get with source, device, mark, uid, ports',
    commands: [
      ...TWO_NETWORKS, 'ip route add default via 10.0.0.2', 'ip route get 8.8.8.8 from 10.0.0.1', 'ip route get 8.8.8.8 from 10.1.0.1', 'ip route get 8.8.8.8 from 9.9.9.9', 'ip route get 10.1.0.9 oif w0', 'ip route get 10.1.0.9 oif v0', 'ip route get 8.8.8.8 mark 5', 'ip route get 8.8.8.8 uid 0', 'ip route get 8.8.8.8 ipproto tcp sport 1 dport 80', 'ip route get 8.8.8.8 tos 4', 'ip route get 8.8.8.8 oif nosuch',
    ],
  },
  {
    name: 'route get with fibmatch shows the route itself',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 metric 7 proto static mtu 1400', 'ip route add 192.0.2.128/25 nexthop via 10.0.0.3 nexthop via 10.0.0.4', 'ip route get fibmatch 192.0.2.1', 'ip route get fibmatch 192.0.2.200', 'ip route get fibmatch 10.0.0.1', 'ip route get fibmatch 8.8.8.8', 'ip route get 192.0.2.1/25', 'ip route get 0.0.0.0'],
  },
  {
    name: 'route get of an arriving packet',
    commands: [...TWO_NETWORKS, 'ip route get 10.0.0.1 from 10.1.0.2 iif w0', 'ip route get 10.0.0.9 from 10.1.0.2 iif w0', 'ip route get 10.0.0.1 iif v0', 'ip route get 10.0.0.1 from 10.0.0.1 iif v0'],
  },
  {
    name: 'routes are saved and restored',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 metric 5 proto static', 'ip route add blackhole 192.0.3.0/24', 'ip route add 192.0.4.0/24 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3', 'ip route save > $SCRATCH/routes', 'ip route showdump < $SCRATCH/routes', 'ip route flush table main', 'ip route restore < $SCRATCH/routes', 'ip route', 'ip route restore < $SCRATCH/routes', 'ip route save table 77 > $SCRATCH/none',
    ],
  },
  {
    name: 'routes of two protocols are saved, flushed and restored',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 metric 5 proto static', 'ip route add 192.0.4.0/24 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3', 'ip route add default via 10.0.0.9 mtu 1400', 'ip route save > $SCRATCH/routes', 'ip route flush proto static', 'ip route flush proto boot', 'ip route', 'ip route restore < $SCRATCH/routes', 'ip route', 'ip route save table local > $SCRATCH/local', 'ip route showdump < $SCRATCH/local',
    ],
  },
  {
    name: 'the longest prefix wins, then the metric',
    commands: [
      ...CONNECTED, 'ip route add 192.0.0.0/16 via 10.0.0.2', 'ip route add 192.0.2.0/24 via 10.0.0.3 metric 20', 'ip route add 192.0.2.0/24 via 10.0.0.4 metric 10', 'ip route add 192.0.2.7/32 via 10.0.0.5', 'ip route add throw 192.0.3.0/24', 'ip route add 192.0.2.64/26 via 10.0.0.6 tos 0x10',
      'ip route get 192.0.1.1', 'ip route get 192.0.2.1', 'ip route get 192.0.2.7', 'ip route get 192.0.3.1', 'ip route get 192.0.2.65', 'ip route get 192.0.2.65 tos 0x10', 'ip route del 192.0.2.0/24 metric 10', 'ip route get 192.0.2.1',
    ],
  },
  {
    name: 'a route in table local or a default table is looked up',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 table default', 'ip route add 192.0.3.0/24 via 10.0.0.2 table 100', 'ip route add 192.0.4.0/24 via 10.0.0.3 table local', 'ip route get 192.0.2.1', 'ip route get 192.0.3.1', 'ip route get 192.0.4.1'],
  },
  {
    name: 'realms, pref, expires and what IPv4 does not take',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2 realm 5', 'ip route add 192.0.3.0/24 via 10.0.0.2 pref high', 'ip route add 192.0.4.0/24 via 10.0.0.2 expires 100', 'ip route'],
  },
  {
    name: 'routes through a renamed link',
    commands: [...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip link set v0 name renamed', 'ip route', 'ip route del 192.0.2.0/24 dev renamed'],
  },
  {
    name: 'large numbers of equal prefixes with metrics',
    commands: [...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', ...[9, 3, 7, 1, 4294967295, 5, 0].map((metric) => `ip route add 192.0.2.0/24 via 10.0.0.2 metric ${metric}`), 'ip route', 'ip route del 192.0.2.0/24', 'ip route del 192.0.2.0/24 metric 0', 'ip route'],
  },
];
