import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR, TWO_NETWORKS } from './worlds-begin.js';

export const IPV6_ROUTES: readonly Scenario[] = [
  {
    name: 'an IPv6 route through a gateway',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route', 'ip -6 route del 2001:db8:a::/48', 'ip -6 route'],
  },
  {
    name: 'IPv6 default routes',
    commands: [...TWO_NETWORKS, 'ip -6 route add default via 2001:db8::2', 'ip -6 route add default via 2001:db8:1::2', 'ip -6 route add default via 2001:db8:1::2 metric 100', 'ip -6 route add ::/0 dev v0 metric 2000', 'ip -6 route', 'ip -6 route show default', 'ip -6 route del default', 'ip -6 route del default', 'ip -6 route'],
  },
  {
    name: 'IPv6 routes to a device',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 dev v0', 'ip -6 route add 2001:db8:b::1 dev v1', 'ip -6 route add 2001:db8:c::/48 dev lo', 'ip -d -6 route', 'ip -6 route del 2001:db8:a::/48 dev v1', 'ip -6 route del 2001:db8:a::/48 dev v0'],
  },
  {
    name: 'an IPv6 metric is 1024 when none is given',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::3 metric 1024', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::3 metric 0', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::3 metric 10', 'ip -6 route', 'ip -6 route del 2001:db8:a::/48', 'ip -6 route', 'ip -6 route del 2001:db8:a::/48 metric 1024'],
  },
  {
    name: 'append makes an IPv6 multipath route',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route append 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route append 2001:db8:a::/48 via 2001:db8::4', 'ip -6 route append 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route', 'ip -6 route del 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route', 'ip -6 route del 2001:db8:a::/48', 'ip -6 route'],
  },
  {
    name: 'prepend makes an IPv6 multipath route too',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route prepend 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route', 'ip -6 route prepend 2001:db8:b::/48 via 2001:db8::3', 'ip -6 route prepend 2001:db8:b::/48 dev v0', 'ip -6 route'],
  },
  {
    name: 'IPv6 device routes do not become multipath',
    commands: [...TWO_NETWORKS, 'ip -6 route add 2001:db8:a::/48 dev v0', 'ip -6 route append 2001:db8:a::/48 dev w0', 'ip -6 route append 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route append 2001:db8:a::/48 via 2001:db8:1::3', 'ip -6 route'],
  },
  {
    name: 'IPv6 replace and change',
    commands: [
      ...CONNECTED, 'ip -6 route change 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route replace 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route replace 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route', 'ip -6 route append 2001:db8:a::/48 via 2001:db8::4', 'ip -6 route replace 2001:db8:a::/48 via 2001:db8::5', 'ip -6 route',
      'ip -6 route replace 2001:db8:a::/48 via 2001:db8::6 metric 7', 'ip -6 route change 2001:db8:a::/48 via 2001:db8::8 proto static', 'ip -6 route change 2001:db8:a::/48 dev v0', 'ip -6 route replace blackhole 2001:db8:a::/48', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 multipath with weights',
    commands: [
      ...TWO_NETWORKS, 'ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8::2 weight 3 nexthop via 2001:db8:1::2', 'ip -6 route', 'ip -6 route add 2001:db8:b::/48 nexthop via 2001:db8::2 dev v0 nexthop via 2001:db8::3 dev v0 weight 256', 'ip -6 route add 2001:db8:c::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::2', 'ip -6 route add 2001:db8:d::/48 nexthop via 2001:db8::2 nexthop via 2001:dead::2',
      'ip -6 route add 2001:db8:e::/48 nexthop dev v0 nexthop dev w0', 'ip -6 route', 'ip -6 route show dev w0', 'ip -6 route del 2001:db8:a::/48 via 2001:db8:1::2', 'ip -6 route', 'ip -6 route replace 2001:db8:b::/48 nexthop via 2001:db8:1::7 nexthop via 2001:db8:1::8', 'ip -6 route', 'ip -6 route del 2001:db8:b::/48 nexthop via 2001:db8:1::7 nexthop via 2001:db8:1::8', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 blackhole, unreachable, prohibit, throw',
    commands: [
      ...CONNECTED, 'ip link set lo up', 'ip -6 route add blackhole 2001:db8:a::/48', 'ip -6 route add unreachable 2001:db8:b::/48 metric 5', 'ip -6 route add prohibit 2001:db8:c::/48', 'ip -6 route add throw 2001:db8:d::/48', 'ip -6 route', 'ip -d -6 route', 'ip -6 route get 2001:db8:a::1', 'ip -6 route get 2001:db8:b::1', 'ip -6 route get 2001:db8:c::1', 'ip -6 route get 2001:db8:d::1',
      'ip -6 route del blackhole 2001:db8:a::/48', 'ip -6 route del 2001:db8:b::/48', 'ip -6 route', 'ip link set lo down', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 refusing routes while lo is down',
    commands: ['ip -6 route add blackhole 2001:db8:a::/48', 'ip -6 route add unreachable 2001:db8:b::/48 dev lo', 'ip -6 route add prohibit 2001:db8:c::/48 via fe80::1', 'ip -6 route', 'ip link set lo up', 'ip -6 route', 'ip -6 route add blackhole 2001:db8:a::/48'],
  },
  {
    name: 'IPv6 local, anycast and multicast routes',
    commands: [...CONNECTED, 'ip -6 route add local 2001:db8:a::/48 dev lo', 'ip link set lo up', 'ip -6 route add local 2001:db8:a::/48 dev lo', 'ip -6 route add local 2001:db8:b::1 dev v0 table 100', 'ip -6 route add anycast 2001:db8:c::1 dev v0', 'ip -6 route add multicast ff05::/16 dev v0', 'ip -6 route show table all', 'ip -6 route get 2001:db8:a::5'],
  },
  {
    name: 'IPv6 tables',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 table 100', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 table 1000', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 table 4294967295', 'ip -6 route show table 100', 'ip -6 route show table 1000', 'ip -6 route show table all', 'ip -6 route show table 77', 'ip -6 route del 2001:db8:a::/48 table 100', 'ip -6 route show table 100', 'ip -6 route del 2001:db8:a::/48 table 77', 'ip -6 route get 2001:db8:a::1'],
  },
  {
    name: 'IPv6 prefixes are shown in the order of the tree',
    commands: [
      ...CONNECTED,
      ...['2001:db8:a::/48', '2001:db8:a::/64', '2001:db8:a::/128', '::/1', '8000::/1', 'default', '2001::/16', '2001:db8:a:8000::/49', 'fc00::/7', '2001:db8::/32', '2001:db8:a::1/128', 'fe80::/10', '64:ff9b::/96']
        .map((prefix) => `ip -6 route add ${prefix} dev v0`),
      'ip -6 route', 'ip -6 route del 2001:db8:a::/48', 'ip -6 route add 2001:db8:a::/48 dev v0', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 attributes: proto, pref, mtu, expires, src, hoplimit',
    commands: [
      ...CONNECTED, 'ip -6 addr add 2001:db8::9/64 dev v0 nodad', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 proto static pref high mtu 1400 advmss 1300', 'ip -6 route add 2001:db8:b::/48 via 2001:db8::2 pref low hoplimit 7', 'ip -6 route add 2001:db8:c::/48 via 2001:db8::2 src 2001:db8::9', 'ip -6 route add 2001:db8:d::/48 via 2001:db8::2 src 2001:db8::77',
      'ip -6 route add 2001:db8:e::/48 via 2001:db8::2 expires 500', 'ip -6 route add 2001:db8:f::/48 via 2001:db8::2 proto ra', 'ip -6 route', 'ip -6 route show proto static', 'ip -6 route get 2001:db8:c::1', 'ip -6 addr del 2001:db8::9/64 dev v0', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 source routes are another dimension',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 from 2001:db8:5::/48 via 2001:db8::2', 'ip -6 route'],
  },
  {
    name: 'IPv6 gateways: link-local, onlink, own, unreachable',
    commands: [
      ...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via fe80::2 dev v0', 'ip -6 route add 2001:db8:b::/48 via fe80::2', 'ip -6 route add 2001:db8:c::/48 via 2001:dead::2', 'ip -6 route add 2001:db8:d::/48 via 2001:dead::2 dev v0', 'ip -6 route add 2001:db8:e::/48 via 2001:dead::2 dev v0 onlink', 'ip -6 route add 2001:db8:f::/48 via 2001:db8::1', 'ip -6 route add 2001:db8:10::/48 via 2001:db8::2 dev v1', 'ip -6 route add 2001:db8:11::/48 via ff02::1 dev v0', 'ip -6 route add 2001:db8:12::/48 via :: dev v0', 'ip -6 route add 2001:db8:13::/48 via 10.0.0.2', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 route errors',
    commands: [
      ...CONNECTED, 'ip -6 route add 2001:db8:a::1/48 via 2001:db8::2', 'ip -6 route add 2001:db8:a::/129 dev v0', 'ip -6 route add 2001:db8:a::/48', 'ip -6 route add 2001:db8:a::/48 dev nosuch', 'ip -6 route del 2001:db8:a::/48', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::3', 'ip -6 route del 2001:db8:a::/48 via 2001:db8::3',
      'ip -6 route del 2001:db8:a::/48 metric 5', 'ip -6 route del 2001:db8:a::/48 dev v1', 'ip -6 route del blackhole 2001:db8:a::/48', 'ip -6 route del 2001:db8:a::/48 proto static', 'ip -6 route add blackhole 2001:db8:b::/48 via 2001:db8::2', 'ip -6 route test 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 routes on a device that is down',
    commands: [...PAIR, 'ip -6 route add 2001:db8:a::/48 dev v0', 'ip -6 route add 2001:db8:a::/48 via fe80::1 dev v0', 'ip link set v0 up', 'ip -6 route add 2001:db8:a::/48 dev v0', 'ip -6 route', 'ip link set v1 up', 'ip -6 route'],
  },
  {
    name: 'IPv6 link down removes routes and addresses',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route add 2001:db8:b::/48 dev v0 table 100', 'ip link set v0 down', 'ip -6 route show table all', 'ip link set v0 up', 'ip -6 route show table all'],
  },
  {
    name: 'IPv6 routes of a link whose peer goes down',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip link set v1 down', 'ip -6 route show table all', 'ip -6 addr show v0', 'ip -6 route get 2001:db8:a::1', 'ip link set v1 up', 'ip -6 route show table all'],
  },
  {
    name: 'IPv6 multipath loses a link',
    commands: [...TWO_NETWORKS, 'ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8::2 nexthop via 2001:db8:1::2', 'ip link set v1 down', 'ip -6 route', 'ip link set v1 up', 'ip -6 route', 'ip link del w0', 'ip -6 route'],
  },
  {
    name: 'IPv6 route get',
    commands: [
      ...TWO_NETWORKS, 'ip link set lo up', 'ip -6 route add default via 2001:db8::2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8:1::2 metric 7', 'ip -6 route get 2001:db8::1', 'ip -6 route get ::1', 'ip -6 route get 2001:db8::77', 'ip -6 route get 2001:db8:a::1', 'ip -6 route get 2620::1', 'ip -6 route get fe80::1 oif v0', 'ip -6 route get ff02::1 oif v0', 'ip -6 route get 2620::1 from 2001:db8:1::1',
      'ip -6 route get 2620::1 from 2001:db8:77::1', 'ip -6 route get 2001:db8:a::1 oif v0', 'ip -6 route get fibmatch 2001:db8:a::1', 'ip -6 route get 2620::1 mark 3', 'ip -6 route get 2620::1 uid 1000', 'ip -j -d -6 route get 2001:db8:a::1', 'ip route get 2001:db8:a::1', 'ip -6 route get ::',
    ],
  },
  {
    name: 'IPv6 route get without a route',
    commands: [...CONNECTED, 'ip -6 route get 2620::1', 'ip -6 route get fibmatch 2620::1', 'ip -6 route get fe80::1', 'ip -6 route get ff02::1'],
  },
  {
    name: 'IPv6 flush and show filters',
    commands: [
      ...TWO_NETWORKS, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 route add 2001:db8:a:1::/64 via 2001:db8:1::2 proto static', 'ip -6 route add 2001:db8:b::/48 via 2001:db8::2 table 100', 'ip -6 route show root 2001:db8:a::/48', 'ip -6 route show match 2001:db8:a:1::5', 'ip -6 route show exact 2001:db8:a::/48', 'ip -6 route show dev w0', 'ip -6 route show via 2001:db8::2', 'ip -6 route show metric 1024',
      'ip -6 route show type local table all', 'ip -6 route flush proto static', 'ip -6 route', 'ip -6 route flush table 100', 'ip -6 route show table all', 'ip -6 route flush dev v0', 'ip -6 route flush root 2001:db8::/16', 'ip -6 route',
    ],
  },
  {
    name: 'IPv6 routes are saved and restored',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 metric 5', 'ip -6 route add 2001:db8:b::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::3', 'ip -6 route save > $SCRATCH/routes', 'ip -6 route showdump < $SCRATCH/routes', 'ip -6 route flush proto boot', 'ip -6 route restore < $SCRATCH/routes', 'ip -6 route'],
  },
  {
    name: 'deleting an IPv6 address leaves routes through its subnet',
    commands: [...CONNECTED, 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', 'ip -6 addr del 2001:db8::1/64 dev v0', 'ip -6 route show table all'],
  },
  {
    name: 'forty IPv6 nexthops of one route',
    commands: [...CONNECTED, "for n in $(seq 10 49); do ip -6 route append 2001:db8:a::/48 via 2001:db8::$n; done", 'ip -6 route', 'ip -6 route | wc -l', 'ip -6 route flush 2001:db8:a::/48', 'ip -6 route'],
  },
];
