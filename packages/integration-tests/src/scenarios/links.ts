import type { Scenario } from '@nlspace/testkit';
import { CONNECTED, PAIR, PAIR_UP } from './worlds-begin.js';

export const LINKS: readonly Scenario[] = [
  {
    name: 'a fresh world has lo, down',
    commands: ['ip link', 'ip -br link', 'ip -s link show lo', 'ip -d link show lo', 'ip addr', 'ip route', 'ip -6 route', 'ip route show table all'],
  },
  {
    name: 'lo up brings 127.0.0.1 and ::1',
    commands: ['ip link set lo up', 'ip addr show lo', 'ip route show table local', 'ip -6 route show table local'],
  },
  {
    name: 'lo down and up again',
    commands: [
      'ip link set lo up', 'ip link set lo down', 'ip addr show lo', 'ip route show table all', 'ip -6 route show table all',
      'ip link set lo up',
    ],
  },
  {
    name: 'lo keeps a second address over down and up',
    commands: [
      'ip link set lo up', 'ip addr add 10.255.0.1/32 dev lo', 'ip -6 addr add 2001:db8:ff::1/128 dev lo', 'ip link set lo down',
      'ip addr show lo', 'ip route show table all', 'ip link set lo up',
    ],
  },
  {
    name: 'lo cannot be deleted, its mtu can be changed',
    commands: ['ip link del lo', 'ip link set lo mtu 1500', 'ip link set lo mtu 0', 'ip link set lo mtu 70000', 'ip link show lo'],
  },
  {
    name: 'a veth pair is made down, the peer first',
    commands: ['ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02', 'ip link', 'ip -br link', 'ip -d link show v1', 'ip -o link'],
  },
  {
    name: 'a veth pair without names gets veth0 and veth1',
    commands: ['ip link add type veth', 'ip link add type veth', 'ip -br link show type veth'],
    masks: ['mac'],
  },
  {
    name: 'a named veth without a peer name gets a veth0 for it',
    commands: ['ip link add left type veth', 'ip -br link', 'ip link del veth0', 'ip -br link'],
    masks: ['mac'],
  },
  {
    name: 'a veth with mtu, queue length, group, queues on both ends',
    commands: [
      'ip link add v0 mtu 1400 txqueuelen 77 group 5 address 02:00:00:00:00:01 numtxqueues 3 numrxqueues 2 type veth peer name v1 mtu 1300 txqueuelen 88 address 02:00:00:00:00:02',
      'ip link show group 5', 'ip -d link',
    ],
  },
  {
    name: 'an interface index can be chosen',
    commands: [
      'ip link add v0 index 50 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02', 'ip -br link',
      'ip link add x0 index 50 type veth peer name x1', 'ip link add w0 address 02:00:00:00:00:03 type veth peer name w1 address 02:00:00:00:00:04',
      'ip -o link',
    ],
  },
  {
    name: 'interface indexes are not used again',
    commands: [...PAIR, 'ip link del v0', ...PAIR, 'ip -o link'],
  },
  {
    name: 'link errors: names, kinds, missing links',
    commands: [
      ...PAIR, 'ip link add v0 type veth peer name v9', 'ip link add v8 type veth peer name v1', 'ip link add x0 type nosuchkind',
      'ip link add waytoolonginterfacename type veth', 'ip link show nosuch', 'ip link set nosuch up', 'ip link del nosuch',
      "ip link add 'a/b' type veth peer name c0", "ip link add . type veth peer name c0", 'ip link add same type veth peer name same',
      'ip -br link',
    ],
  },
  {
    name: 'link errors: values out of range',
    commands: [
      ...PAIR, 'ip link set v0 mtu 67', 'ip link set v0 mtu 68', 'ip link set v0 mtu 65535', 'ip link set v0 mtu 65536',
      'ip link set v0 address 01:00:00:00:00:01', 'ip link set v0 address 00:00:00:00:00:00', 'ip link set v0 address 02:00:00:00:00',
      'ip link set v0 master lo', 'ip link set v0 master nosuch', 'ip link set v0 txqueuelen 0', 'ip link set v0 group 4294967295',
      'ip link add x0 mtu 10 type veth peer name x1', 'ip link set v0 netns nosuch', 'ip link set v0 protodown on',
    ],
  },
  {
    name: 'set mtu on one end leaves the other',
    commands: [...PAIR_UP, 'ip link set v0 mtu 9000', 'ip link show', 'ip link set dev v0 mtu 1280', 'ip link set dev v0 mtu 1279'],
  },
  {
    name: 'mtu below 1280 takes IPv6 away',
    commands: [
      ...CONNECTED, 'ip link set v0 mtu 1200', 'ip addr show v0', 'ip -6 route show table all', 'ip link set v0 mtu 1500', 'ip addr show v0',
      'ip -6 addr add 2001:db8::7/64 dev v0 nodad',
    ],
  },
  {
    name: 'set address, broadcast, alias, txqueuelen, group',
    commands: [
      ...PAIR, 'ip link set v0 address 02:00:00:00:00:aa', 'ip link set v0 broadcast ff:ff:ff:ff:ff:00', "ip link set v0 alias 'uplink to core 1'",
      'ip link set v0 txqueuelen 4321', 'ip link set v0 group 42', 'ip link show group 42', 'ip link show v0', "ip link set v0 alias ''", 'ip link show v0',
    ],
  },
  {
    name: 'several changes in one command',
    commands: [...PAIR, 'ip link set v0 up mtu 1450 alias both txqueuelen 5 address 02:00:00:00:00:bb name first', 'ip -d link'],
  },
  {
    name: 'a link is renamed down and up',
    commands: [
      ...CONNECTED, 'ip link set v1 name right', 'ip link set v0 name left', 'ip -br addr', 'ip route', 'ip link set left name right',
      'ip link set left name left', 'ip link show v0', 'ip addr add 10.2.0.1/24 dev left label left:1', 'ip link set left name middle', 'ip addr show middle',
    ],
  },
  {
    name: 'alternative names find the link',
    commands: [
      ...PAIR, 'ip link property add dev v0 altname uplink', 'ip link property add dev v0 altname averyveryverylongalternativename',
      'ip link show uplink', 'ip link show averyveryverylongalternativename', 'ip link set uplink mtu 1400', 'ip addr add 10.0.0.1/24 dev uplink',
      'ip link property add dev v1 altname uplink', 'ip link property add dev v1 altname v0', 'ip link property add dev v0 altname uplink',
      'ip link property add dev v0 altname one altname two', 'ip link show v0',
      'ip link property del dev v0 altname uplink', 'ip link show uplink', 'ip link property del dev v0 altname uplink', 'ip link property del dev v0 altname v0',
      'ip link add two type veth peer name x9',
      'ip link show dev v0',
    ],
  },
  {
    name: 'a link is deleted by an alternative name',
    commands: [...PAIR, 'ip link property add dev v1 altname other', 'ip link del other', 'ip -br link'],
  },
  {
    name: 'deleting one veth end deletes both with addresses and routes',
    commands: [...CONNECTED, 'ip addr add 10.3.0.1/24 dev v1', 'ip route add 192.0.2.0/24 via 10.0.0.2', 'ip -6 route add 2001:db8:9::/48 via 2001:db8::2', 'ip link del v1', 'ip link', 'ip route show table all'],
  },
  {
    name: 'carrier of a veth follows its peer',
    commands: [
      ...PAIR, 'ip link set v0 up', 'ip -d link show v0', 'ip link set v1 up', 'ip -br link', 'ip link set v0 down', 'ip -br link',
      'ip link set v0 up', 'ip link set v1 down', 'ip -br link', 'ip -j -d link show dev v0',
    ],
  },
  {
    name: 'flags: arp, multicast, allmulticast, promisc, dynamic, trailers',
    commands: [
      ...PAIR, 'ip link set v0 arp off', 'ip link set v0 multicast off', 'ip link set v0 allmulticast on', 'ip link set v0 promisc on',
      'ip link set v0 dynamic on', 'ip -d link show v0', 'ip link set v0 promisc on', 'ip -d link show v0', 'ip link set v0 promisc off allmulticast off arp on multicast on dynamic off',
      'ip -d link show v0', 'ip link set v0 trailers off',
    ],
  },
  {
    name: 'link show filters: up, type, group, dev, master',
    commands: [
      ...PAIR, 'ip link set v0 up', 'ip link set v1 group 9', 'ip link show up', 'ip link show type veth', 'ip link show type dummy', 'ip link show type nosuch',
      'ip link show group 9', 'ip link show group default', 'ip link show dev lo', 'ip -br link show up', 'ip link show master lo', 'ip -d -o link show type veth',
    ],
  },
  {
    name: 'addrgenmode is kept per link',
    commands: [
      ...PAIR, 'ip link set v0 addrgenmode eui64', 'ip -d link show v0', 'ip link set v0 addrgenmode random', 'ip link set v1 addrgenmode stable_secret',
      'ip -d link show',
    ],
  },
  {
    name: 'a group of links is set and deleted at once',
    commands: [
      ...PAIR, 'ip link set v0 group 10', 'ip link set v1 group 10', 'ip link set group 10 mtu 1400', 'ip -o link', 'ip link set group 10 up', 'ip -br link',
      'ip link set group 11 up', 'ip link del group 11', 'ip link del group 10', 'ip -br link',
    ],
  },
  {
    name: 'a link is deleted with its type named',
    commands: [...PAIR, 'ip link del v0 type dummy', 'ip link del v0 type veth', 'ip -br link'],
  },
  {
    name: 'up twice and down twice change nothing more',
    commands: [...PAIR, 'ip link set v0 up', 'ip link set v0 up', 'ip link set v1 up', 'ip link set v0 down', 'ip link set v0 down', 'ip -d link'],
  },
  {
    name: 'operational state of links: mode dormant, state, carrier',
    commands: [
      ...PAIR_UP, 'ip link set v0 mode dormant', 'ip link show v0', 'ip link set v0 mode default', 'ip link show v0', 'ip link set v0 state dormant', 'ip link show v0',
      'ip link set v0 carrier off', 'ip link show v0',
    ],
  },
  {
    name: 'link-local addresses come with carrier',
    commands: [
      'ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02',
      'ip link set v0 up', 'ip -6 addr show', 'ip link set v1 up', 'ip -6 addr show', 'ip -6 route show table all',
    ],
  },
  {
    name: 'link-local addresses go with down, of the far end not',
    commands: [
      'ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02',
      'ip link set v0 up', 'ip link set v1 up', 'ip link set v1 down', 'ip -6 addr show', 'ip -6 route show table all', 'ip link set v1 up',
    ],
  },
  {
    name: 'link commands that ip itself refuses',
    commands: ['ip link add', 'ip link set', 'ip link set lo mtu abc', 'ip link set lo bogus', 'ip link frobnicate', 'ip bogus', 'ip link add v0 type veth peer bogus'],
    masks: ['mac'],
  },
  {
    name: 'a dummy is made, used and deleted',
    needsKind: 'dummy',
    commands: [
      'ip link add d0 address 02:00:00:00:00:0d type dummy', 'ip link set d0 addrgenmode none', 'ip -d link show d0', 'ip link set d0 up', 'ip addr add 10.0.0.1/24 dev d0', 'ip route add 192.0.2.0/24 via 10.0.0.2',
      'ip -d link show d0', 'ip link set d0 down', 'ip route show table all', 'ip link del d0',
    ],
  },
  {
    name: 'dummies without a name are numbered',
    needsKind: 'dummy',
    commands: ['ip link add type dummy', 'ip link add type dummy', 'ip link del dummy0', 'ip link add type dummy', 'ip -br link'],
    masks: ['mac'],
  },
];
