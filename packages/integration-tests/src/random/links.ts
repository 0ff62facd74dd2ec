import { type Choices, type Command, LINKS, type WeightedCommands } from './choices.js';
import { address, neighbour } from './routes.js';

/** Renamed links and those that commands make. */
const MADE = ['x0', 'x1', 'm0', 'm1', 'i0', 'br0'];
const anyLink: Command = (c) => c.oneOrOdd([...LINKS, ...LINKS, ...MADE], 3, ['lo', 'nobody', 'other']);
export const macAddress: Command = (c) => `02:00:00:00:00:${c.one(['01', '03', '0b', '30', '31', 'aa'])}`;
const oddAddress: Command = (c) =>
  c.one(['01:00:00:00:00:01', '00:00:00:00:00:00', '02:00:00:00:00', '02:00:00:00:00:00:01']);
/** A random identifier would be everybody's own; so would an address that follows from it. */
export const made = (command: string, ...names: readonly string[]): string =>
  [command, ...names.map((name) => `ip link set ${name} addrgenmode none`)].join(' && ');

/** Without IPv6 (below 1280) and with it again, links would get addresses of their own. */
export const mtu: Command = (c) =>
  `mtu ${c.oneOrOdd([1280, 1400, 1500, 9000], 8, [65535, 65536, 2147483648])}`;

/** IPv6 leaves, and some of them are too small for IPv4, too. */
const SMALL_MTUS = [1279, 1000, 576, 68, 67, 1];

const oddity: Command = (c) =>
  c.one([
    'mtu 67',
    'txqueuelen 7',
    'numtxqueues 3',
    'numtxqueues 0',
    'group 7',
    'alias words',
    'mtu 1400',
    'up',
  ]);

export const making: Command = (c) => {
  const rest = c.maybe(25, () => oddity(c));
  const own = c.oneOrOdd([macAddress(c)], 5, [oddAddress(c)]);
  return c.one([
    () => {
      const [name, peer] = c.oneOrOdd([['x0', 'x1']], 10, [
        ['x1', 'x0'],
        ['x0', 'x0'],
        ['x0', 'v1'],
        ['a/b', 'x1'],
        ['waytoolonginterface', 'x1'],
        ['x0', 'other'],
      ]) as [string, string];
      const up = rest.includes(' up') ? '' : rest;
      return made(
        `ip link add ${name} address ${own}${up} type veth peer name ${peer} address ${macAddress(c)}`,
        name,
        peer,
      );
    },
    () => {
      const name = c.one(['m0', 'm1']);
      const mode = c.oneOrOdd(['bridge', 'private', 'vepa', 'source'], 15, ['passthru']);
      return made(
        `ip link add ${name} address ${own}${rest.replace(' up', '')} link ${anyLink(c)} type macvlan mode ${mode}`,
        name,
      );
    },
    // Too small an MTU takes IPv4 away: a known difference.
    () => made(`ip link add i0 address ${own}${rest.replace(/ up| mtu 67/, '')} type ifb`, 'i0'),
    () => made(`ip link add br0 address ${own}${rest.replace(' up', '')} type bridge`, 'br0'),
    () =>
      `ip link add ${anyLink(c)} type ${c.one(['nosuchkind', 'macvlan', 'bridge', 'veth', 'loopback'])} mtu 67`,
  ])();
};

const deleting: Command = (c) =>
  c.one([
    () => `ip link del ${anyLink(c)}`,
    () => `ip link del ${c.one(MADE)}`,
    () => `ip link del ${anyLink(c)} type ${c.one(['veth', 'bridge', 'macvlan', 'dummy'])}`,
    () => `ip link del group ${c.one(['7', '8'])}`,
  ])();

const flag: Command = (c) =>
  `${c.one(['promisc', 'allmulticast', 'multicast', 'dynamic', 'promisc', 'allmulticast', 'trailers'])} ${c.one(['on', 'off'])}`;

const attribute = (c: Choices): string =>
  c.one([
    () => mtu(c),
    () => mtu(c),
    () => `address ${c.oneOrOdd([macAddress(c)], 10, [oddAddress(c)])}`,
    () => `address ${macAddress(c)}`,
    () => `broadcast ${c.one(['ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:00', '02:00'])}`,
    () => `alias ${c.one(['words', "''", "'two words'"])}`,
    () => `txqueuelen ${c.one(['0', '5', '1000'])}`,
    () => `group ${c.oneOrOdd(['0', '7', '8'], 5, ['4294967295'])}`,
    () => flag(c),
    () => flag(c),
    () => `mode ${c.one(['dormant', 'default'])}`,
    () => `state ${c.one(['up', 'down', 'dormant', 'unknown', 'testing'])}`,
    () => `carrier ${c.one(['on', 'off'])}`,
    () => `arp ${c.one(['on', 'off', 'off'])}`,
    () => `addrgenmode ${c.oneOrOdd(['none', 'eui64'], 15, ['stable_secret', 'eui65'])}`,
    () => `mtu ${c.one(SMALL_MTUS)}`,
    () => `protodown ${c.one(['on', 'off'])}`,
    () => `gso_max_size ${c.one(['1000', '65536', '600000'])}`,
    () => `gso_max_segs ${c.one(['10', '65535', '65536'])}`,
    () => `gro_max_size ${c.one(['1000', '65536'])}`,
    () => `gso_ipv4_max_size ${c.one(['1000', '65536'])}`,
  ])();

export const changing: Command = (c) =>
  `ip link set ${anyLink(c)} ${attribute(c)}${c.maybe(15, () => attribute(c))}${c.maybe(10, () => c.one(['up', 'down']))}`;

const naming: Command = (c) =>
  c.one([
    () =>
      `ip link set ${anyLink(c)} name ${c.oneOrOdd([...LINKS, 'x0', 'x1', 'm1'], 8, ['a/b', '.', 'waytoolonginterface', 'lo', 'x%d'])}`,
    () =>
      `ip link property ${c.one(['add', 'add', 'del'])} dev ${anyLink(c)} altname ${c.oneOrOdd(['other', 'words'], 15, ['v1', 'a/b', 'averyveryverylongalternativename'])}`,
    () => `ip link property add dev ${anyLink(c)} altname other altname words`,
  ])();

const macvlanOption: Command = (c) =>
  `ip link set ${c.one(['m0', 'm1', 'm0', 'v0'])} type macvlan ${c.one(['mode bridge', 'mode private', 'mode passthru', 'mode source', 'mode vepa', 'macaddr add 02:00:00:00:01:01', 'macaddr del 02:00:00:00:01:01', 'macaddr flush', 'bcqueuelen 2000', 'mode passthru nopromisc', 'bclim 5'])}`;

const mastering: Command = (c) =>
  `ip link set ${anyLink(c)} ${c.one(['nomaster', 'master v0', 'master lo', 'master nobody', 'master m0'])}`;

/** What a link takes itself, beside its own address. */
const takenAddress: Command = (c) =>
  `bridge fdb ${c.one(['add', 'add', 'append', 'del'])} ${c.oneOrOdd(['00:00:00:00:01:05', '00:00:00:00:01:06', '01:00:5e:01:01:05'], 10, ['00:00:00:00:00:00', '02:00:00:00:00:01'])} dev ${anyLink(c)} self${c.maybe(20, () => c.one(['dynamic', 'static', 'vlan 5', 'use']))}`;

const upDown: Command = (c) =>
  `ip link set ${c.one([...LINKS, ...LINKS, ...MADE, 'lo'])} ${c.one(['up', 'up', 'down'])}`;

const addressOfMade: Command = (c) =>
  `ip addr ${c.one(['add', 'add', 'del'])} ${c.one(['10.3.0.1/24', '10.0.0.77/24', '2001:db8:30::1/64'])} dev ${c.one(MADE)}`.replace(
    /^(ip addr add 2.*)$/,
    '$1 nodad',
  );

const route: Command = (c) =>
  c.one([
    () =>
      `ip route ${c.one(['add', 'replace', 'del'])} ${c.one(['192.0.2.0/24', 'default'])} ${c.one(['via 10.0.0.2', 'via 10.3.0.2', `dev ${anyLink(c)}`, 'nexthop via 10.0.0.2 nexthop via 10.1.0.2'])}`,
    () =>
      `ip -6 route ${c.one(['add', 'replace', 'del'])} ${c.one(['2001:db8:a::/48', 'default'])} ${c.one(['via 2001:db8::2', 'via 2001:db8:30::2', `dev ${anyLink(c)}`, 'nexthop via 2001:db8::2 nexthop via 2001:db8:1::2'])}`,
    () =>
      `ip nexthop ${c.one(['add', 'replace', 'del'])} id ${c.one(['1', '2'])} via ${c.one(['10.0.0.2', '10.3.0.2', '2001:db8::2'])} dev ${anyLink(c)}`,
    () => `ip route replace ${c.one(['192.0.2.0/25', '192.0.3.0/24'])} nhid ${c.one(['1', '2'])}`,
  ])();

const showing: Command = (c) =>
  c.one([
    () =>
      `ip ${c.one(['-d', '-br', '-o', '-j -d'])} link show ${c.one(['up', 'type veth', 'type macvlan', 'group 7', 'master br0', 'nomaster', `dev ${anyLink(c)}`])}`,
    () => `ip ${c.one(['-4', '-6'])} netconf show dev ${anyLink(c)}`,
  ])();

/** Links of every kind come, change and go, with addresses and routes on them. */
export const LINK_COMMANDS: WeightedCommands = [
  [3, making],
  [2, deleting],
  [6, changing],
  [2, naming],
  [1, macvlanOption],
  [1, mastering],
  [1, takenAddress],
  [4, upDown],
  [1, addressOfMade],
  [1, address],
  [1, neighbour],
  [2, route],
  [1, showing],
];
export const LINK_PROBES = [
  'ip -d link',
  'ip addr',
  'ip route show table all',
  'ip -6 route show table all',
  'ip nexthop',
  'ip -4 netconf',
  'bridge -d fdb show | grep -v "^33:33:\\|^01:00:5e:00:00:"',
];
