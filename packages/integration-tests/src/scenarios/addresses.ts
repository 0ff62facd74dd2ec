import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR, PAIR_UP, TWO_NETWORKS } from './worlds-begin.js';

export const ADDRESSES: readonly Scenario[] = [
  {
    name: 'an IPv4 address on a link that is down',
    commands: [...PAIR, 'ip addr add 10.0.0.1/24 dev v0', 'ip addr show v0', 'ip route show table all', 'ip link set v0 up', 'ip route show table all'],
  },
  {
    name: 'an IPv4 address on a link that is up',
    commands: [...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', 'ip -br addr', 'ip route', 'ip route show table local'],
  },
  {
    name: 'an IPv4 address without prefix length is a /32',
    commands: [...PAIR_UP, 'ip addr add 10.0.0.1 dev v0', 'ip addr add 10.0.0.2/31 dev v0', 'ip addr add 10.0.0.5/30 dev v0', 'ip addr add 10.0.1.1/0 dev v0', 'ip route show table all'],
  },
  {
    name: 'broadcast: plus, minus, given, none',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 brd + dev v0', 'ip addr add 10.1.0.1/24 brd - dev v0', 'ip addr add 10.2.0.1/24 broadcast 10.2.0.99 dev v0',
      'ip addr add 10.3.0.1/24 dev v0', 'ip addr show v0', 'ip route show table local type broadcast',
    ],
  },
  {
    name: 'labels must begin with the link name only for ip',
    commands: [
      ...PAIR, 'ip addr add 10.0.0.1/24 dev v0 label v0:one', 'ip addr add 10.1.0.1/24 dev v0 label other', 'ip addr add 10.2.0.1/24 dev v0 label v0:averylonglabelindeed',
      'ip addr show label v0:one', "ip addr show label 'v0:*'", 'ip addr flush label v0:one', 'ip addr show v0',
    ],
  },
  {
    name: 'several addresses in one subnet: the later are secondary',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', 'ip addr add 10.0.0.2/24 dev v0', 'ip addr add 10.0.0.3/24 brd + dev v0', 'ip addr add 10.0.0.4/25 dev v0',
      'ip addr show v0', 'ip addr show secondary', 'ip addr show primary', 'ip route show table all',
    ],
  },
  {
    name: 'deleting the primary deletes its secondaries',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', 'ip addr add 10.0.0.2/24 dev v0', 'ip addr add 10.9.0.1/24 dev v0', 'ip addr del 10.0.0.1/24 dev v0',
      'ip addr show v0', 'ip route show table all',
    ],
  },
  {
    name: 'deleting a secondary leaves the primary',
    commands: [...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0', 'ip addr add 10.0.0.2/24 dev v0', 'ip addr del 10.0.0.2/24 dev v0', 'ip route show table all'],
  },
  {
    name: 'the same prefix on two links keeps two prefix routes',
    commands: [
      ...TWO_NETWORKS, 'ip addr add 10.0.0.9/24 dev w0', 'ip route show table all', 'ip addr del 10.0.0.1/24 dev v0', 'ip route show table all',
    ],
  },
  {
    name: 'the same address on two links keeps one local route until both are gone',
    commands: [
      ...TWO_NETWORKS, 'ip addr add 10.0.0.1/24 dev w0', 'ip route show table local', 'ip addr del 10.0.0.1/24 dev v0', 'ip route show table local',
      'ip addr del 10.0.0.1/24 dev w0',
    ],
  },
  {
    name: 'a peer address',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1 peer 10.0.0.2 dev v0', 'ip addr add 10.0.1.1 peer 10.0.1.2/24 dev v0', 'ip addr show v0', 'ip route show table all',
      'ip addr del 10.0.0.1 dev v0', 'ip addr del 10.0.0.1 peer 10.0.0.2 dev v0', 'ip addr del 10.0.1.1 peer 10.0.1.2/24 dev v0',
    ],
  },
  {
    name: 'scopes of IPv4 addresses',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 scope link dev v0', 'ip addr add 10.1.0.1/24 scope host dev v0', 'ip addr add 10.2.0.1/24 scope global dev v0',
      'ip addr add 10.3.0.1/24 scope site dev v0', 'ip addr add 10.4.0.1/24 scope 77 dev v0', 'ip addr add 10.0.0.2/24 scope global dev v0', 'ip addr show scope link', 'ip addr show scope global', 'ip route show table all',
    ],
  },
  {
    name: 'noprefixroute adds no prefix route',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0 noprefixroute', 'ip addr add 2001:db8::1/64 dev v0 noprefixroute nodad', 'ip addr show v0', 'ip route show table all',
      'ip -6 route show table all', 'ip addr del 10.0.0.1/24 dev v0', 'ip addr del 2001:db8::1/64 dev v0',
    ],
  },
  {
    name: 'a metric for the prefix route',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0 metric 500', 'ip addr add 2001:db8::1/64 dev v0 metric 600 nodad', 'ip addr show v0', 'ip route show table all', 'ip -6 route',
      'ip addr change 10.0.0.1/24 dev v0 metric 700', 'ip -6 addr change 2001:db8::1/64 dev v0 metric 800 nodad', 'ip route show', 'ip -6 route show',
    ],
  },
  {
    name: 'lifetimes of addresses',
    commands: [
      ...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0 valid_lft 1000 preferred_lft 500', 'ip addr add 10.1.0.1/24 dev v0 preferred_lft 0', 'ip addr add 10.2.0.1/24 dev v0 valid_lft 100 preferred_lft 200',
      'ip addr add 10.3.0.1/24 dev v0 valid_lft 0', 'ip addr add 10.4.0.1/24 dev v0 valid_lft forever preferred_lft 300', 'ip addr show v0', 'ip addr show deprecated', 'ip addr show permanent', 'ip addr show dynamic',
    ],
  },
  {
    name: 'lifetimes of IPv6 addresses',
    commands: [
      ...PAIR_UP, 'ip addr add 2001:db8:1::1/64 dev v0 valid_lft 1000 preferred_lft 500 nodad noprefixroute', 'ip addr add 2001:db8:2::1/64 dev v0 preferred_lft 0 nodad noprefixroute',
      'ip addr add 2001:db8:3::1/64 dev v0 valid_lft 100 preferred_lft 200 nodad', 'ip addr add 2001:db8:4::1/64 dev v0 valid_lft forever preferred_lft 300 nodad noprefixroute', 'ip -6 addr show v0', 'ip -6 addr show deprecated', 'ip -6 addr show -deprecated',
    ],
  },
  {
    name: 'change and replace of an IPv4 address',
    commands: [
      ...PAIR_UP, 'ip addr change 10.0.0.1/24 dev v0', 'ip addr replace 10.0.0.1/24 dev v0', 'ip addr replace 10.0.0.1/24 dev v0 valid_lft 900 preferred_lft 800', 'ip addr show v0',
      'ip addr change 10.0.0.1/24 dev v0 valid_lft forever preferred_lft forever', 'ip addr replace 10.0.0.1/24 dev v0 label v0:2', 'ip addr replace 10.0.0.1/25 dev v0', 'ip addr show v0', 'ip route show table all',
    ],
  },
  {
    name: 'change and replace of an IPv6 address',
    commands: [
      ...PAIR_UP, 'ip addr change 2001:db8::1/64 dev v0 nodad', 'ip addr replace 2001:db8::1/64 dev v0 nodad', 'ip addr replace 2001:db8::2/64 dev v0 nodad preferred_lft 50 noprefixroute', 'ip addr show v0',
      'ip addr replace 2001:db8::2/64 dev v0 nodad noprefixroute', 'ip addr replace 2001:db8::1/80 dev v0 nodad', 'ip -6 route show table all',
    ],
  },
  {
    name: 'IPv6 addresses: prefix and local routes',
    commands: [
      ...PAIR_UP, 'ip addr add 2001:db8::1/64 dev v0 nodad', 'ip addr add 2001:db8::2/64 dev v0 nodad', 'ip addr add 2001:db8:1::1/128 dev v0 nodad', 'ip addr add 2001:db8:2::1/127 dev v0 nodad',
      'ip -6 addr show', 'ip -6 route', 'ip -6 route show table local', 'ip addr del 2001:db8::1/64 dev v0', 'ip -6 route', 'ip addr del 2001:db8::2/64 dev v0', 'ip -6 route show table all',
    ],
  },
  {
    name: 'an IPv6 address goes through duplicate address detection',
    commands: [...PAIR_UP, 'ip addr add 2001:db8::1/64 dev v0', 'ip -6 addr show v0', 'ip -6 route show table all'],
  },
  {
    name: 'an IPv6 address on a link without carrier stays tentative',
    commands: [...PAIR, 'ip addr add 2001:db8::1/64 dev v0 nodad', 'ip -6 addr show v0', 'ip -6 route show table all', 'ip link set v0 up', 'ip -6 addr show v0', 'ip -6 route show table all', 'ip link set v1 up', 'ip -6 addr show v0'],
  },
  {
    name: 'IPv6 flags: home, mngtmpaddr, optimistic, autojoin',
    commands: [
      ...PAIR_UP, 'ip addr add 2001:db8::1/64 dev v0 nodad home', 'ip addr add 2001:db8:1::1/64 dev v0 nodad mngtmpaddr', 'ip addr add 2001:db8:2::1/64 dev v0 optimistic nodad',
      'ip addr add 2001:db8:3::1/48 dev v0 nodad mngtmpaddr', 'ip -d -6 addr show v0 home', 'ip addr add 10.0.0.1/24 dev v0 mngtmpaddr', 'ip addr add 10.0.1.1/24 dev v0 nodad', 'ip addr add 10.0.2.1/24 dev v0 home',
    ],
  },
  {
    name: 'an IPv6 peer address',
    commands: [...PAIR_UP, 'ip addr add 2001:db8::1 peer 2001:db8::2 dev v0 nodad', 'ip addr add 2001:db8:1::1 peer 2001:db8:1::2/64 dev v0 nodad', 'ip -6 addr show', 'ip -6 route show table all', 'ip addr del 2001:db8::1 peer 2001:db8::2 dev v0', 'ip addr del 2001:db8:1::1/64 dev v0'],
  },
  {
    name: 'address errors: exists, not there, no device',
    commands: [
      ...CONNECTED, 'ip addr add 10.0.0.1/24 dev v0', 'ip addr add 10.0.0.1/25 dev v0', 'ip addr del 10.0.0.7/24 dev v0', 'ip addr del 10.0.0.1/16 dev v0', 'ip addr add 10.0.0.1/24 dev nosuch',
      'ip addr add 10.0.0.1/33 dev v0', 'ip addr add 300.0.0.1/24 dev v0', 'ip addr add 10.0.0.1/24', 'ip -6 addr add 2001:db8::1/64 dev v0', 'ip -6 addr del 2001:db8::7/64 dev v0', 'ip -6 addr del 2001:db8::1/65 dev v0',
      'ip addr del 10.0.0.1 dev v0', 'ip addr show v0', 'ip addr show nosuch', 'ip addr del 10.0.0.1/24 dev v1',
    ],
  },
  {
    name: 'address errors: kinds that cannot be assigned',
    commands: [
      ...PAIR_UP, 'ip addr add 224.0.0.1/24 dev v0', 'ip addr add 255.255.255.255/32 dev v0', 'ip addr add 0.0.0.0/0 dev v0', 'ip addr add 127.0.0.2/8 dev v0', 'ip addr add ff02::1/64 dev v0 nodad', 'ip addr add ::/64 dev v0 nodad',
      'ip addr add ::1/128 dev v0 nodad', 'ip addr add ::ffff:10.0.0.1/128 dev v0 nodad', 'ip addr add fe80::5/64 dev v0 nodad', 'ip addr add fec0::1/64 dev v0 nodad', 'ip addr add fc00::1/7 dev v0 nodad', 'ip addr add 10.0.0.1/24 dev v0 autojoin',
      'ip addr show v0', 'ip route show table all',
    ],
  },
  {
    name: 'address flush by link, family, scope, prefix',
    commands: [
      ...CONNECTED, 'ip addr add 10.1.0.1/24 dev v0', 'ip addr add 10.2.0.1/24 scope link dev v0', 'ip addr add 2001:db8:7::1/64 dev v0 nodad', 'ip addr flush to 10.1.0.0/16', 'ip -o addr', 'ip addr flush dev v0 scope link',
      'ip -o addr', 'ip -6 addr flush dev v0', 'ip -o addr', 'ip addr flush dev v0', 'ip addr flush dev v0', 'ip addr flush dev nosuch', 'ip addr flush',
    ],
  },
  {
    name: 'address flush with statistics',
    commands: [...CONNECTED, 'ip addr add 10.0.0.2/24 dev v0', 'ip -s addr flush dev v0', 'ip -s -s addr flush dev lo'],
  },
  {
    name: 'address show filters: to, up, dev, family, brief',
    commands: [
      ...CONNECTED, 'ip addr show to 10.0.0.0/8', 'ip addr show to 2001:db8::/32', 'ip addr show up', 'ip -4 addr show', 'ip -6 addr show', 'ip -br addr', 'ip -br -6 addr', 'ip -o addr', 'ip addr show dev v0 permanent', 'ip addr show dev v0 tentative',
      'ip addr show type veth', 'ip addr show dynamic', 'ip -4 -o addr show dev lo',
    ],
  },
  {
    name: 'addresses are saved and restored',
    commands: [
      ...CONNECTED, 'ip addr add 10.1.0.1/24 brd + label v0:x dev v0', 'ip addr save dev v0 > $SCRATCH/addresses', 'ip addr showdump < $SCRATCH/addresses', 'ip addr flush dev v0', 'ip addr restore < $SCRATCH/addresses', 'ip addr show v0',
    ],
  },
  {
    name: 'link down keeps IPv4 addresses and loses IPv6 ones',
    commands: [...CONNECTED, 'ip link set v0 down', 'ip addr show v0', 'ip route show table all', 'ip -6 route show table all', 'ip link set v0 up', 'ip addr show v0', 'ip route show table all', 'ip -6 route show table all'],
  },
  {
    name: 'addresses on both ends of a pair',
    commands: [...CONNECTED, 'ip addr add 10.0.0.2/24 dev v1', 'ip addr add 2001:db8::2/64 dev v1 nodad', 'ip -br addr', 'ip route show table all', 'ip -6 route show table all', 'ip route get 10.0.0.2', 'ip route get 10.0.0.99'],
  },
  {
    name: 'address protocol numbers',
    commands: [...PAIR_UP, 'ip addr add 10.0.0.1/24 dev v0 proto 99', 'ip addr show v0'],
  },
];
