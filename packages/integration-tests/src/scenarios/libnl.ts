import type { Scenario } from '@nlspace/testkit';
import { eventually } from './waiting.js';
import { CONNECTED, PAIR_UP } from './worlds-begin.js';

/** Addresses carry the time since the machine began. */
const withoutAges = (command: string): string => `${command} | sed 's/boot-time+.*//'`;

/** The command-line tools of libnl 3, which keep caches and follow them by rules of their own. */
export const LIBNL: readonly Scenario[] = [
  {
    name: 'lists links, addresses and routes',
    needsProgram: 'LIBNL_TOOLS',
    commands: [
      ...CONNECTED,
      'ip link set lo up',
      'ip route add 192.0.2.0/24 via 10.0.0.2 metric 7',
      'ip route add 198.51.100.0/24 nexthop via 10.0.0.2 nexthop via 10.0.0.3 weight 4',
      'ip -6 route add 2001:db8:a::/48 via 2001:db8::2',
      'nl-link-list',
      'nl-link-list --details',
      'nl-link-list --name v0',
      'nl-link-list --name nosuch',
      'nl-addr-list',
      withoutAges('nl-addr-list --details'),
      'nl-addr-list --family inet --dev v0',
      'nl-route-list',
      'nl-route-list --format details',
      'nl-route-list --family inet6',
      'nl-route-list --table main',
      'nl-route-list --dst 192.0.2.0/24',
      'nl-route-get 192.0.2.1',
      'nl-route-get 10.0.0.7',
      'nl-link-name2ifindex v0',
      'nl-link-ifindex2name 1',
    ],
  },
  {
    name: 'changes links',
    needsProgram: 'LIBNL_TOOLS',
    commands: [
      ...PAIR_UP,
      'nl-link-set --name v0 --mtu 1400',
      'nl-link-set --name v0 --txqlen 55',
      'nl-link-set --name v0 --down',
      'nl-link-set --name v0 --rename other',
      'nl-link-set --name nosuch --mtu 1400',
      'nl-link-set --ifindex 1 --up',
      'ip link',
    ],
  },
  {
    name: 'adds and deletes addresses and routes',
    needsProgram: 'LIBNL_TOOLS',
    commands: [
      ...CONNECTED,
      'nl-addr-add --local 10.7.0.1/24 --dev v0',
      'nl-addr-add --local 10.7.0.1/24 --dev v0',
      'nl-addr-add --local 2001:db8:7::1/64 --dev v0',
      eventually('[ -z "$(ip -6 -o addr show tentative)" ]'),
      'nl-addr-add --local 10.7.1.1/24 --dev v0 --label v0:x --broadcast 10.7.1.255',
      withoutAges('nl-addr-list --details'),
      'nl-route-add --dst 192.0.2.0/24 --nexthop via=10.0.0.2,dev=v0',
      'nl-route-add --dst 192.0.2.0/24 --nexthop via=10.0.0.2,dev=v0',
      'nl-route-add --dst 198.51.100.0/24 --nexthop via=10.0.0.2,dev=v0 --nexthop via=10.0.0.3,dev=v0,weight=3',
      'nl-route-add --dst 192.0.3.0/24 --type blackhole',
      'nl-route-add --dst 192.0.4.0/24 --nexthop via=172.16.0.1,dev=v0',
      'nl-route-add --dst 192.0.5.0/24 --table 100 --metrics mtu=1400 --nexthop dev=v0',
      'nl-route-add --dst 2001:db8:a::/48 --nexthop via=2001:db8::2,dev=v0',
      'nl-route-list --format details',
      'ip route show table all',
      'nl-route-delete --dst 192.0.2.0/24',
      'nl-route-delete --dst 192.0.2.0/24',
      'nl-addr-delete --local 10.7.0.1/24 --dev v0 --yes',
      'nl-addr-delete --local 10.7.0.1/24 --dev v0 --yes',
      'nl-addr-list',
      'ip route show table all',
    ],
  },
  {
    name: 'keeps neighbours',
    needsProgram: 'LIBNL_TOOLS',
    commands: [
      ...CONNECTED,
      'nl-neigh-add --addr 10.0.0.9 --lladdr 02:00:00:00:00:09 --dev v0',
      'nl-neigh-add --addr 10.0.0.9 --lladdr 02:00:00:00:00:0a --dev v0',
      'nl-neigh-add --create-only --addr 10.0.0.9 --lladdr 02:00:00:00:00:0b --dev v0',
      'nl-neigh-add --addr 2001:db8::9 --lladdr 02:00:00:00:00:09 --dev v0 --state permanent',
      'nl-neigh-list | grep -v "^bridge\\|ff02"',
      'nl-neigh-delete --addr 10.0.0.9 --dev v0',
      'nl-neigh-delete --addr 10.0.0.9 --dev v0',
      'nl-neigh-list | grep -v "^bridge\\|ff02"',
    ],
  },
  {
    name: 'lists rules',
    needsProgram: 'LIBNL_TOOLS',
    commands: [...CONNECTED, 'ip rule add from 192.0.2.0/24 table 100 priority 500', 'nl-rule-list', 'nl-rule-list --format details'],
  },
];
