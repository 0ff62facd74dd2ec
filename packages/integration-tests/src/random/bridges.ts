import type { Command, WeightedCommands } from './choices.js';
import { macAddress, made, mtu } from './links.js';

/** A wire has one end in a bridge at most, and bridges are not wired together: packets would run in circles. */
const PORTS = ['v0', 'w0', 'x0', 'i0'];
const BRIDGES = ['br0', 'br0', 'br1'];
const port: Command = (c) => c.oneOrOdd(PORTS, 3, ['lo', 'nobody', 'br0']);
const bridge: Command = (c) => c.one(BRIDGES);
/** Nobody sends from these, so no bridge learns them. */
const destination: Command = (c) => `02:00:00:00:00:${c.one(['cc', 'cd', 'ce', '01', '0b'])}`;

export const BRIDGE_WORLD = [
  made('ip link add br0 address 02:00:00:00:00:0b type bridge', 'br0'),
  'ip link set br0 up',
];

const making: Command = (c) => {
  const options = c.maybe(40, () => bridgeOption(c));
  return c.one([
    () => made(`ip link add ${bridge(c)} address ${macAddress(c)} type bridge${options}`, 'br0'),
    () =>
      made(
        `ip link add br1 address 02:00:00:00:00:0c${c.maybe(20, () => mtu(c))} type bridge${options}`,
        'br1',
      ),
    () =>
      made(
        `ip link add x0 address ${macAddress(c)}${c.maybe(40, () => `master ${bridge(c)}`)} type veth peer name x1 address 02:00:00:00:00:06`,
        'x0',
        'x1',
      ),
    () =>
      made(
        `ip link add i0 address ${macAddress(c)}${c.maybe(40, () => `master ${bridge(c)}`)} type ifb`,
        'i0',
      ),
    () =>
      made(
        `ip link add m0 address ${macAddress(c)} link ${c.one(['br0', 'v0', 'w0'])} type macvlan mode bridge`,
        'm0',
      ),
  ])();
};

const bridgeOption: Command = (c) =>
  c.oneOrOdd(
    [
      'ageing_time 100',
      'ageing_time 30000',
      'priority 100',
      'priority 4096',
      'group_fwd_mask 8',
      'stp_state 1',
      'stp_state 0',
      'forward_delay 300',
      'hello_time 150',
      'max_age 700',
      'mcast_snooping 0',
      'mcast_snooping 1',
      'mcast_router 2',
      'mcast_query_use_ifaddr 1',
      'mcast_hash_max 512',
      'mcast_igmp_version 3',
      'mcast_mld_version 2',
      'mcast_stats_enabled 1',
      'nf_call_iptables 1',
      'no_linklocal_learn 1',
      'fdb_flush',
      'mcast_last_member_interval 200',
    ],
    10,
    [
      'forward_delay 10',
      'hello_time 5000',
      'max_age 5000',
      'group_fwd_mask 7',
      'mcast_router 3',
      'vlan_filtering 1',
      'mcast_igmp_version 9',
      'group_address 01:80:c2:00:00:05',
      'group_address 01:80:c2:00:00:02',
      'priority 70000',
    ],
  );

const portOption: Command = (c) => {
  const isOn = c.one(['on', 'off']);
  return c.oneOrOdd(
    [
      'cost 5',
      'cost 100',
      'priority 7',
      'state 0',
      'state 1',
      'state 3',
      'state 4',
      `hairpin ${isOn}`,
      `guard ${isOn}`,
      `root_block ${isOn}`,
      `fastleave ${isOn}`,
      `flood ${isOn}`,
      `mcast_flood ${isOn}`,
      `mcast_to_unicast ${isOn}`,
      `neigh_suppress ${isOn}`,
      `isolated ${isOn}`,
      `locked ${isOn}`,
      `vlan_tunnel ${isOn}`,
    ],
    10,
    [
      'cost 0',
      'cost 70000',
      'priority 64',
      'state 9',
      'learning off',
      'backup_port w0',
      'backup_port v0',
      'nobackup_port',
    ],
  );
};

const mastering: Command = (c) =>
  `ip link set ${port(c)} ${c.one([`master ${bridge(c)}`, `master ${bridge(c)}`, 'nomaster'])}`;

const option: Command = (c) =>
  c.one([
    () => `ip link set ${bridge(c)} type bridge ${bridgeOption(c)}${c.maybe(30, () => bridgeOption(c))}`,
    () => `bridge link set dev ${port(c)} ${portOption(c)}${c.maybe(30, () => portOption(c))}`,
    () => `ip link set ${port(c)} type bridge_slave ${portOption(c)}`,
  ])();

const entry: Command = (c) => {
  const [on, where] = c.oneOrOdd(
    [
      [port(c), 'master'],
      [port(c), 'master'],
      [bridge(c), 'self'],
    ],
    5,
    [
      ['v1', 'master'],
      ['lo', 'master'],
    ],
  ) as [string, string];
  const kind = c.oneOrOdd(['permanent', 'static', 'dynamic', 'static sticky', 'extern_learn', 'local'], 5, [
    'permanent sticky',
    'static vlan 5',
    'use',
  ]);
  const address = c.oneOrOdd([destination(c)], 3, [
    '00:00:00:00:00:00',
    '01:00:5e:00:00:01',
    'ff:ff:ff:ff:ff:ff',
  ]);
  return c.one([
    () => `bridge fdb ${c.one(['add', 'add', 'replace', 'append'])} ${address} dev ${on} ${where} ${kind}`,
    () => `bridge fdb ${c.one(['add', 'add', 'replace', 'append'])} ${address} dev ${on} ${where} ${kind}`,
    () => `bridge fdb del ${address} dev ${on} ${where}`,
    () => `bridge fdb get ${address} br ${bridge(c)}`,
  ])();
};

const group: Command = (c) => {
  const where = `dev ${c.oneOrOdd(BRIDGES, 3, ['v0', 'nobody'])} port ${c.oneOrOdd([port(c)], 20, BRIDGES)}`;
  const address = c.oneOrOdd(['239.1.1.1', '239.1.1.2', 'ff0e::1', '01:00:5e:01:01:01'], 8, [
    '224.0.0.1',
    'ff02::1',
    '10.0.0.1',
    '0.0.0.0',
  ]);
  return `bridge mdb ${c.one(['add', 'add', 'del'])} ${where} grp ${address}${c.maybe(20, () => `src ${c.one(['10.0.0.9', '2001:db8::9'])}`)}${c.maybe(50, () => c.one(['permanent', 'temp']))}${c.maybe(5, () => 'vid 5')}`;
};

/** This kernel's bridges do not filter VLANs. `vlan set` is not asked for: it knows no such message, and nlspace says so in words. */
const vlan: Command = (c) =>
  c.one([
    () =>
      `bridge vlan ${c.one(['add', 'del'])} vid ${c.one(['5', '0', '4095', '5-7'])} dev ${port(c)}${c.maybe(20, () => c.one(['pvid', 'untagged', 'self', 'master']))}`,
    () => 'bridge vlan show',
    () => 'bridge -d vlan global show',
  ])();

const changing: Command = (c) => {
  const name = c.oneOrOdd([...PORTS, 'br0', 'br1'], 10, ['v1', 'w1', 'm0']);
  return c.one([
    () => `ip link set ${name} ${mtu(c)}`,
    () => `ip link set ${name} address ${macAddress(c)}`,
    () => `ip link set ${name} ${c.one(['promisc', 'allmulticast', 'multicast'])} ${c.one(['on', 'off'])}`,
    () =>
      `ip link set ${name} ${c.one(['group 7', 'arp off', 'arp on', 'mtu 1000', 'addrgenmode eui64', 'alias words', 'txqueuelen 5', 'carrier off', 'protodown on', 'mode dormant', 'mode default'])}`,
  ])();
};

const upDown: Command = (c) =>
  `ip link set ${c.one([...PORTS, 'v1', 'w1', 'br0', 'br1'])} ${c.one(['up', 'up', 'down'])}`;

const deleting: Command = (c) =>
  `ip link del ${c.oneOrOdd(['br0', 'br1', 'x0', 'x1', 'i0', 'm0'], 10, ['v0', 'w1'])}`;

const routing: Command = (c) =>
  c.one([
    () =>
      `ip addr ${c.one(['add', 'add', 'del'])} ${c.one(['10.3.0.1/24', '10.0.0.77/24'])} dev ${bridge(c)}`,
    () => `ip addr add 2001:db8:30::1/64 dev ${bridge(c)} nodad`,
    () => `ip route ${c.one(['add', 'del'])} 192.0.2.0/24 via ${c.one(['10.3.0.2', '10.0.0.2'])}`,
    () =>
      `ip neigh ${c.one(['add', 'replace'])} 10.3.0.5 lladdr 02:00:00:00:00:09 dev ${bridge(c)} nud permanent`,
  ])();

const showing: Command = (c) =>
  c.one([
    () => `bridge ${c.one(['-d', '-j -d'])} link show ${c.one(['', `dev ${port(c)}`])}`,
    () => `ip -d link show ${c.one(['master br0', 'type bridge', 'type bridge_slave', 'nomaster'])}`,
  ])();

export const BRIDGE_COMMANDS: WeightedCommands = [
  [3, making],
  [4, mastering],
  [5, option],
  [4, entry],
  [3, group],
  [1, vlan],
  [4, changing],
  [4, upDown],
  [1, deleting],
  [2, routing],
  [1, showing],
];
/** Without what the kernel learns from packets, and what every link takes itself. */
export const BRIDGE_PROBES = [
  'ip -d link',
  'bridge -d link',
  "bridge -d fdb show | grep -v self | grep -E 'permanent|static|extern'",
  'bridge -d mdb show | grep -v "grp ff02::" | sort',
  'ip addr',
  'ip route show table all',
];
