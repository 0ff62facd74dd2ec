import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR, PAIR_UP } from './worlds-begin.js';

/** Programs other than ip(8): statically linked, with system calls of their own. */
export const PROGRAMS: readonly Scenario[] = [
  {
    name: 'busybox ip lists links, addresses and routes',
    needsProgram: 'BUSYBOX',
    commands: [
      ...CONNECTED, 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip -6 route add 2001:db8:a::/48 via 2001:db8::2', '$BUSYBOX ip link', '$BUSYBOX ip link show v0', '$BUSYBOX ip addr', '$BUSYBOX ip addr show dev v0', '$BUSYBOX ip route', '$BUSYBOX ip route show table all', '$BUSYBOX ip -6 route', '$BUSYBOX ip -o addr', '$BUSYBOX ip -4 addr', '$BUSYBOX ip route get 192.0.2.1',
    ],
  },
  {
    name: 'busybox ip changes links',
    needsProgram: 'BUSYBOX',
    commands: [
      ...PAIR, '$BUSYBOX ip link set v0 up', '$BUSYBOX ip link set v0 mtu 1400', '$BUSYBOX ip link set v0 down', '$BUSYBOX ip link set v0 name left', '$BUSYBOX ip link set nosuch up', '$BUSYBOX ip link show nosuch', '$BUSYBOX ip link del v1',
    ],
    },
  {
    name: 'busybox ip changes a MAC address, for which it opens a packet socket',
    needsProgram: 'BUSYBOX',
    needsRoot: true,
    commands: [...PAIR, '$BUSYBOX ip link set v0 address 02:00:00:00:00:77', '$BUSYBOX ip link show v0'],
  },
  {
    name: 'busybox ip changes addresses and routes',
    needsProgram: 'BUSYBOX',
    commands: [
      ...PAIR_UP, '$BUSYBOX ip addr add 10.0.0.1/24 dev v0', '$BUSYBOX ip addr add 10.0.0.1/24 dev v0', '$BUSYBOX ip addr add 10.1.0.1/24 brd + dev v0', '$BUSYBOX ip route add 192.0.2.0/24 via 10.0.0.2', '$BUSYBOX ip route add 192.0.2.0/24 via 10.0.0.2', '$BUSYBOX ip route add 192.0.3.0/24 dev v0', '$BUSYBOX ip route replace 192.0.2.0/24 via 10.0.0.3', '$BUSYBOX ip route append 192.0.2.0/24 via 10.0.0.4', '$BUSYBOX ip route',
      '$BUSYBOX ip route del 192.0.2.0/24', '$BUSYBOX ip route del 192.0.9.0/24', '$BUSYBOX ip route flush table main', '$BUSYBOX ip route', '$BUSYBOX ip addr del 10.1.0.1/24 dev v0', '$BUSYBOX ip addr flush dev v0', '$BUSYBOX ip addr',
    ],
  },
  {
    name: 'a static C program with raw system calls',
    needsProgram: 'RAW_NETLINK',
    commands: [
      ...PAIR_UP, '$RAW_NETLINK links', '$RAW_NETLINK add-address 3 10.0.0.1', '$RAW_NETLINK add-address 3 10.0.0.1', '$RAW_NETLINK add-address 77 10.0.0.1', '$RAW_NETLINK add-route 192.0.2.0 10.0.0.2', '$RAW_NETLINK add-route 192.0.2.0 10.0.0.2', '$RAW_NETLINK add-route 192.0.3.0 172.16.0.1', '$RAW_NETLINK routes', '$RAW_NETLINK delete-route 192.0.2.0', '$RAW_NETLINK delete-route 192.0.2.0', '$RAW_NETLINK churn 20', '$RAW_NETLINK many 20',
    ],
  },
  {
    name: 'a static Go program: the standard library and raw system calls',
    needsProgram: 'GO_NETLINK',
    commands: [
      ...CONNECTED, 'ip link set lo up', '$GO_NETLINK interfaces', '$GO_NETLINK rib', '$GO_NETLINK add-address 3 10.7.0.1', '$GO_NETLINK add-address 3 10.7.0.1', '$GO_NETLINK rib', '$GO_NETLINK delete-address 3 10.7.0.1', '$GO_NETLINK delete-address 3 10.7.0.1', '$GO_NETLINK interfaces',
    ],
  },
];
