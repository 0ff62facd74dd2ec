import type { Choices, Command, WeightedCommands } from './choices.js';
import { macAddress, made, mtu } from './links.js';

const VXLANS = ['a0', 'a1', 'a2', 'a3'];
const vxlan: Command = (c) => c.oneOrOdd(VXLANS, 3, ['v0', 'br0', 'nobody']);

/** Groups of nexthops that entries may go to. */
export const VXLAN_WORLD = [
  made('ip link add a0 address 02:00:00:00:00:a0 type vxlan id 5 dstport 4789 remote 10.0.0.2', 'a0'),
  'ip nexthop add id 1 via 10.0.0.2 fdb',
  'ip nexthop add id 2 via 10.0.0.3 fdb',
  'ip nexthop add id 10 group 1/2 fdb',
];

const remote: Command = (c) =>
  c.oneOrOdd(['10.0.0.2', '10.0.0.3', '10.1.0.2', '2001:db8::2'], 10, [
    '239.1.1.1',
    'ff05::1',
    '0.0.0.0',
    '::',
  ]);

const setting: Command = (c) =>
  c.oneOrOdd(
    [
      `remote ${remote(c)}`,
      `remote ${remote(c)}`,
      'local 10.0.0.1',
      'local 2001:db8::1',
      `ttl ${c.one(['5', 'auto', '255'])}`,
      `tos ${c.one(['0x10', 'inherit', '1'])}`,
      `ageing ${c.one(['0', '100', '300'])}`,
      `df ${c.one(['set', 'unset', 'inherit'])}`,
      c.one(['learning', 'nolearning']),
      'flowlabel 0x77',
    ],
    8,
    [
      'ttl inherit',
      'proxy',
      'noproxy',
      'dstport 4790',
      'id 6',
      'id 16777216',
      'maxaddress 5',
      'dev nobody',
      'dev w0',
    ],
  );

const birth: Command = (c) =>
  [
    c.maybe(25, () => `dev ${c.oneOrOdd(['v0', 'w0', 'lo'], 5, ['nobody', 'a0'])}`),
    c.maybe(15, () => `maxaddress ${c.one(['2', '3'])}`),
    c.maybe(10, () => 'srcport 1000 2000'),
    c.maybe(10, () =>
      c.one(['gbp', 'proxy', 'rsc', 'l2miss', 'l3miss', 'noudpcsum', 'udp6zerocsumrx', 'udp6zerocsumtx']),
    ),
    c.maybe(40, () => setting(c)),
    c.maybe(20, () => setting(c)),
  ].join('');

const making: Command = (c) => {
  const name = c.one(VXLANS);
  const start = `ip link add ${name} address ${macAddress(c)}${c.maybe(10, () => mtu(c))} type vxlan`;
  const port = `dstport ${c.one(['4789', '4789', '8472', '4790'])}`;
  return c.one([
    () => made(`${start} id ${c.one(['5', '6', '7'])} ${port}${birth(c)}`, name),
    () => made(`${start} id ${c.one(['5', '6', '7'])} ${port}${birth(c)}`, name),
    () => made(`${start} external ${port}${c.maybe(20, () => setting(c))}`, name),
    () => `ip link del ${vxlan(c)}`,
  ])();
};

const changing: Command = (c) =>
  c.one([
    () => `ip link set ${vxlan(c)} type vxlan ${setting(c)}${c.maybe(20, () => setting(c))}`,
    () =>
      `ip link set ${vxlan(c)} ${c.one([mtu(c), `address ${macAddress(c)}`, 'master br0', 'nomaster', 'promisc on', 'alias words'])}`,
  ])();

const upDown: Command = (c) =>
  `ip link set ${c.one([...VXLANS, ...VXLANS, 'v0', 'w0', 'br0'])} ${c.one(['up', 'up', 'down'])}`;

const destination: Command = (c) =>
  c.oneOrOdd(['02:00:00:00:01:01', '02:00:00:00:01:02', '02:00:00:00:01:03', '00:00:00:00:00:00'], 8, [
    '01:00:00:00:00:01',
    'ff:ff:ff:ff:ff:ff',
    '02:00:00:00',
  ]);

const entryOptions = (c: Choices): string =>
  [
    c.maybe(75, () => `dst ${remote(c)}`),
    c.maybe(15, () => `port ${c.one(['99', '4789', '0'])}`),
    c.maybe(15, () => `vni ${c.one(['5', '77', '16777216'])}`),
    c.maybe(10, () => `via ${c.one(['v0', 'w0', 'nobody'])}`),
    c.maybe(15, () => `src_vni ${c.one(['5', '9'])}`),
    c.maybe(10, () => 'nhid 10'),
    c.maybe(25, () => c.one(['static', 'dynamic', 'local', 'extern_learn', 'use', 'router', 'sticky'])),
  ].join('');

const entry: Command = (c) => {
  const where = `${destination(c)} dev ${vxlan(c)}`;
  const put = () =>
    `bridge fdb ${c.one(['add', 'add', 'append', 'append', 'replace'])} ${where}${entryOptions(c)}${c.maybe(10, () => c.one(['self', 'master', 'self master']))}`;
  return c.one([
    put,
    put,
    put,
    () => `bridge fdb del ${where}${c.maybe(50, () => `dst ${remote(c)}`)}${c.maybe(10, () => 'src_vni 9')}`,
    () => `bridge fdb get ${where} self${c.maybe(10, () => 'vni 9')}`,
    () =>
      `bridge fdb flush dev ${vxlan(c)}${c.maybe(50, () => c.one(['permanent', 'nopermanent', 'static', 'extern_learn', 'self', 'master']))}`,
    () =>
      `ip nexthop ${c.one(['del id 2', 'replace id 2 via 10.0.0.3 fdb', 'replace id 10 group 1/2 fdb', 'replace id 10 group 1 fdb'])}`,
  ])();
};

/** An address on a link that packets leave by, and one on the VXLAN. */
const addressing: Command = (c) =>
  c.one([
    () => `ip addr ${c.one(['add', 'del'])} 10.3.0.1/24 dev ${vxlan(c)}`,
    () => `ip addr ${c.one(['add', 'del'])} 10.0.0.1/24 dev v0`,
    () => made(`ip link add br0 address 02:00:00:00:00:0b type bridge`, 'br0'),
    () => `ip link del ${c.one(['v0', 'br0', 'w1'])}`,
  ])();

export const VXLAN_COMMANDS: WeightedCommands = [
  [4, making],
  [4, changing],
  [4, upDown],
  [8, entry],
  [1, addressing],
];

export const VXLAN_PROBES = [
  'ip -d link',
  ...VXLANS.map((name) => `bridge -d fdb show dev ${name} | grep -v "^33:33:\\|^01:00:5e:"`),
  'ip nexthop',
];
