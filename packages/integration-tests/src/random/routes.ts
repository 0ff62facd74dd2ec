import { type Choices, type Command, LINKS, link, type WeightedCommands } from './choices.js';

const prefix4: Command = (c) =>
  c.oneOrOdd(
    [
      '192.0.2.0/24',
      '192.0.2.0/25',
      '192.0.2.128/25',
      '192.0.2.7/32',
      '192.0.0.0/16',
      'default',
      '10.0.0.0/24',
      '10.1.0.0/16',
      '0.0.0.0/1',
    ],
    3,
    ['192.0.2.1/24', '224.0.0.0/4', '255.255.255.255/32', '127.0.0.0/8', '10.0.0.1/32', '0.0.0.0/32'],
  );
const gateway4: Command = (c) =>
  c.oneOrOdd(['10.0.0.2', '10.0.0.3', '10.1.0.2', '10.1.0.3', '172.16.0.1', '10.0.0.1'], 4, [
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '127.0.0.1',
    '10.0.0.255',
    '192.0.2.9',
    'inet6 2001:db8::2',
    'inet6 fe80::9',
  ]);
const prefix6: Command = (c) =>
  c.oneOrOdd(
    [
      '2001:db8:a::/48',
      '2001:db8:a::/64',
      '2001:db8:a:8000::/49',
      '2001:db8:a::7/128',
      '2001:db8::/32',
      'default',
      '2001:db8::/64',
      'fc00::/7',
    ],
    3,
    ['2001:db8::1/64', 'ff00::/8', '::1/128', 'fe80::/64', '2001:db8::1/128', '::/128'],
  );
const gateway6: Command = (c) =>
  c.oneOrOdd(
    [
      '2001:db8::2',
      '2001:db8::3',
      '2001:db8:1::2',
      '2001:db8:1::3',
      '2001:dead::1',
      'fe80::9',
      '2001:db8::1',
    ],
    4,
    ['::', '::1', 'ff02::1', '2001:db8:a::9', '::ffff:10.0.0.2'],
  );
const refusal: Command = (c) => c.one(['blackhole', 'unreachable', 'prohibit', 'throw']);
const metric: Command = (c) => `metric ${c.oneOrOdd([5, 10, 20], 5, [0, 1024, 4294967295])}`;
const table: Command = (c) =>
  `table ${c.oneOrOdd(['100', '1000', 'main', 'local'], 4, ['0', '253', '4294967295'])}`;
/** The cache is flushed through a file of the machine, which an ordinary user may not write. */
const CACHE = process.getuid?.() === 0 ? ['cache'] : [];

export const protocol: Command = (c) => `proto ${c.oneOrOdd(['static', 'bird', '77'], 4, ['0', '2', '255'])}`;
const write: Command = (c) =>
  c.one(['add', 'add', 'add', 'append', 'prepend', 'replace', 'replace', 'change', 'del', 'del', 'del']);
/** Metrics of paths. */
const measures: Command = (c) =>
  c.one([
    'mtu 1400',
    'mtu lock 1400',
    'advmss 1000',
    'hoplimit 5',
    'window 500',
    'initcwnd 10',
    'initrwnd 3',
    'quickack 1',
    'features ecn',
    'rto_min 100ms',
    'congctl cubic',
    'reordering 5',
    'hoplimit 300',
  ]);

const nexthop4 = (c: Choices) =>
  `via ${gateway4(c)}${c.maybe(40, () => `dev ${link(c)}`)}${c.maybe(10, () => 'onlink')}`;
const route4: Command = (c) => {
  const nexthop = () => nexthop4(c);
  const weight = () => `weight ${c.oneOrOdd([3], 5, [1, 256])}`;
  const target = c.one([
    nexthop,
    nexthop,
    nexthop,
    () => `dev ${link(c)}`,
    () =>
      `dev ${link(c)}${c.maybe(50, () => `scope ${c.oneOrOdd(['link', 'host', 'global'], 10, ['site', 'nowhere', '17'])}`)}`,
    () => `nexthop ${nexthop()}${c.maybe(50, weight)} nexthop ${nexthop()}`,
    () => '',
  ])();
  const type =
    target === ''
      ? `${refusal(c)} `
      : c.maybe(3, () => c.one(['local', 'broadcast', 'multicast', 'nat', 'anycast'])).trimStart();
  const attributes = [
    c.maybe(30, () => metric(c)),
    c.maybe(20, () => table(c)),
    c.maybe(20, () => protocol(c)),
    c.maybe(10, () => `tos ${c.oneOrOdd(['0x10'], 10, ['0x03', '0x1c', '0xff'])}`),
    c.maybe(
      10,
      () => `src ${c.oneOrOdd(['10.0.0.1', '10.1.0.1'], 10, ['10.9.9.9', '224.0.0.1', '0.0.0.0'])}`,
    ),
    c.maybe(8, () => measures(c)),
    c.maybe(2, () => `realm ${c.one(['5', '3/7'])}`),
  ].join('');
  return `ip route ${write(c)} ${type} ${prefix4(c)}${attributes} ${target}`;
};

const route6: Command = (c) => {
  const nexthop = () =>
    `via ${gateway6(c)}${c.maybe(40, () => `dev ${link(c)}`)}${c.maybe(10, () => 'onlink')}`;
  const target = c.one([
    nexthop,
    nexthop,
    nexthop,
    () => `dev ${link(c)}`,
    () => `nexthop ${nexthop()}${c.maybe(50, () => 'weight 3')} nexthop ${nexthop()}`,
    () => '',
  ])();
  const type =
    target === ''
      ? `${refusal(c)} `
      : c.maybe(3, () => c.one(['local', 'anycast', 'multicast', 'broadcast'])).trimStart();
  const attributes = [
    c.maybe(30, () => metric(c)),
    c.maybe(20, () => table(c)),
    c.maybe(20, () => protocol(c)),
    c.maybe(8, () => measures(c)),
    c.maybe(3, () => 'tos 0x10'),
    c.maybe(4, () => `src ${c.one(['2001:db8::1', '2001:db8:1::1', '2001:db8:99::1'])}`),
    c.maybe(4, () => `pref ${c.one(['low', 'medium', 'high'])}`),
    c.maybe(4, () => `expires ${c.one(['100', '5000'])}`),
    c.maybe(4, () => `from ${c.one(['2001:db8:5::/48', '2001:db8:5:1::/64', 'default'])}`),
  ].join('');
  return `ip -6 route ${write(c)} ${type} ${prefix6(c)}${attributes} ${target}`;
};

const NEXTHOP_IDS = ['1', '2', '3', '4', '5'];
const GROUP_IDS = ['10', '11', '12'];

const nexthop: Command = (c) => {
  const id = c.oneOrOdd(NEXTHOP_IDS, 2, ['0', '4294967295', '10']);
  const members = (): string =>
    [...new Set([c.one(NEXTHOP_IDS), c.one(NEXTHOP_IDS), c.one(NEXTHOP_IDS)])]
      .map(
        (member) =>
          `${member}${c.maybe(30, () => `,${c.oneOrOdd(['3'], 10, ['256', '257', '65536'])}`).trim()}`,
      )
      .join('/');
  const group = () => c.oneOrOdd([members()], 3, ['1/1', '10/1', '99', '0']);
  return c.one([
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id ${id} via ${gateway4(c)} dev ${link(c)}${c.maybe(10, () => 'onlink')}${c.maybe(10, () => protocol(c))}`,
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id ${id} via ${gateway6(c)} dev ${link(c)}${c.maybe(10, () => 'onlink')}`,
    () => `ip ${c.one(['-4', '-6'])} nexthop ${c.one(['add', 'replace'])} id ${id} dev ${link(c)}`,
    () => `ip ${c.one(['-4', '-6'])} nexthop ${c.one(['add', 'replace'])} id ${id} blackhole`,
    () => `ip nexthop ${c.one(['add', 'add', 'replace'])} id ${c.one(GROUP_IDS)} group ${group()}`,
    () => `ip nexthop ${c.one(['add', 'add', 'replace'])} id ${c.one(GROUP_IDS)} group ${group()}`,
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id 20 group ${members()} type resilient${c.maybe(80, () => `buckets ${c.oneOrOdd([8], 5, [0, 3, 65536])}`)}${c.maybe(10, () => 'idle_timer 5 unbalanced_timer 9')}`,
    () => `ip nexthop add id ${id} via ${gateway4(c)} fdb`,
    () => `ip nexthop del id ${c.one([...NEXTHOP_IDS, ...GROUP_IDS])}`,
    () => `ip nexthop del id ${c.one([...NEXTHOP_IDS, ...GROUP_IDS])}`,
    () =>
      `ip nexthop ${c.one(['get id 1', 'get id 10', 'show dev v0', 'show groups', 'show vrf v0', 'flush proto bird', 'show fdb', 'bucket show id 20', 'bucket show', 'bucket show dev v0', 'bucket show nhid 1', 'bucket get id 20 index 2', 'bucket get id 20 index 9', '-d show', 'show master v0'])}`,
  ])();
};
const routeByNexthop: Command = (c) => {
  const id = c.oneOrOdd([...NEXTHOP_IDS, ...NEXTHOP_IDS, ...GROUP_IDS, '20'], 3, ['0', '99']);
  const attributes = `${c.maybe(30, () => metric(c))}${c.maybe(20, () => table(c))}${c.maybe(10, () => protocol(c))}`;
  return c.one([
    () => `ip route ${write(c)} ${prefix4(c)}${attributes} nhid ${id}`,
    () => `ip -6 route ${write(c)} ${prefix6(c)}${attributes} nhid ${id}`,
  ])();
};
const simpleDelete: Command = (c) =>
  c.one([
    () => `ip route del ${prefix4(c)}`,
    () => `ip -6 route del ${prefix6(c)}`,
    () => `ip route del ${prefix4(c)} table 100`,
    () =>
      `ip route flush ${c.one(['table 100', 'proto bird', 'dev v0', '192.0.2.0/24', 'root 192.0.0.0/16', ...CACHE])}`,
    () =>
      `ip -6 route flush ${c.one(['table 100', 'proto bird', 'dev w0', 'root 2001:db8:a::/48', 'metric 5'])}`,
  ])();
/** Not of IPv6: which leg of a multipath route it names depends on a secret of the kernel. */
const lookup: Command = (c) =>
  `ip route get fibmatch ${c.one(['192.0.2.1', '192.0.2.7', '192.0.2.200', '10.0.0.77', '8.8.8.8', '10.0.0.255', '255.255.255.255'])}${c.maybe(10, () => `from ${c.one(['10.0.0.1', '10.1.0.1', '10.9.9.9'])}`)}${c.maybe(10, () => `oif ${link(c)}`)}`;
const shownRoutes: Command = (c) =>
  c.one([
    () =>
      `ip ${c.one(['-4', '-6'])} route show table ${c.one(['all', '100', 'local', '1000', '77'])}${c.maybe(50, () => `dev ${link(c)}`)}`,
    () => `ip route show ${c.one(['root', 'match', 'exact'])} ${c.one(['192.0.2.0/24', '192.0.2.7', '0/0'])}`,
    () =>
      `ip -6 route show ${c.one(['root', 'match', 'exact'])} ${c.one(['2001:db8:a::/48', '2001:db8:a::7', 'default'])}`,
    () =>
      `ip ${c.one(['-4', '-6'])} route show ${c.one(['proto bird', 'type blackhole', 'scope link', 'via 10.0.0.2', 'metric 5', 'proto kernel'])}`,
  ])();

const address4: Command = (c) =>
  c.oneOrOdd(
    [
      '10.0.0.1/24',
      '10.0.0.5/24',
      '10.0.0.6/25',
      '10.1.0.1/24',
      '10.2.0.1/16',
      '10.0.0.9/32',
      '172.16.0.9/30',
    ],
    4,
    [
      '224.0.0.5/24',
      '0.0.0.0/8',
      '255.255.255.255/32',
      '127.0.0.7/8',
      '10.0.0.0/24',
      '10.0.0.255/24',
      '10.0.0.4/31',
      '10.5.0.1/0',
    ],
  );
const address6: Command = (c) =>
  c.oneOrOdd(
    ['2001:db8::1/64', '2001:db8::5/64', '2001:db8:1::1/64', '2001:db8:7::1/128', '2001:db8:7::2/127'],
    4,
    ['ff02::5/64', '::1/128', '::/64', 'fe80::7/64', 'fec0::1/64', '::ffff:10.0.0.1/96', '2001:db8:8::1/0'],
  );
export const address: Command = (c) =>
  c
    .one([
      () => `ip addr ${c.one(['add', 'add', 'replace', 'del'])} ${address4(c)} dev ${link(c)}`,
      () => `ip addr add ${address4(c)} brd + dev ${link(c)}`,
      () =>
        `ip addr add ${address4(c)} dev ${link(c)} ${c.one(['scope link', 'scope host', 'noprefixroute', 'metric 7', 'proto 5', 'valid_lft 100 preferred_lft 50', 'valid_lft 50 preferred_lft 100', 'brd 10.0.0.99', 'anycast 10.0.0.98', 'label v0:x', 'label other'])}`,
      () =>
        `ip addr ${c.one(['add', 'del'])} ${c.one(['10.7.0.1', '10.0.0.5'])} peer ${c.one(['10.7.0.2/32', '10.7.0.0/24', '10.0.0.2/32'])} dev ${link(c)}`,
      () => `ip addr ${c.one(['add', 'add', 'del'])} ${address6(c)} dev ${link(c)}`,
      () =>
        `ip addr add ${address6(c)} dev ${link(c)} ${c.one(['home', 'mngtmpaddr', 'noprefixroute', 'metric 7', 'proto 5', 'valid_lft 100 preferred_lft 50', 'valid_lft 50 preferred_lft 100', 'valid_lft 0', 'peer 2001:db8:9::2', 'scope host', 'preferred_lft 0'])}`,
      () => `ip ${c.one(['', '-4', '-6'])} addr flush dev ${link(c)}`,
      () => `ip addr flush ${c.one(['scope link', 'label v0', 'to 10.0.0.0/16', 'permanent', 'dynamic'])}`,
      () =>
        `ip ${c.one(['-br', '-4', '-6', '-d'])} addr show ${c.one(['up', 'dev v0', 'scope link', 'to 10.0.0.0/8', 'label v0*', 'permanent', 'type veth'])}`,
    ])()
    .replace(/^(ip addr (?:add|replace) [0-9a-f:.]+:.*)$/, '$1 nodad');

const neighbourState: Command = (c) =>
  `nud ${c.oneOrOdd(['permanent', 'stale', 'stale', 'noarp', 'none', 'failed'], 3, ['0', '255', '3'])}`;
export const neighbour: Command = (c) => {
  const address = c.oneOrOdd(
    ['10.0.0.2', '10.0.0.3', '10.1.0.2', '2001:db8::2', '2001:db8::3', 'fe80::9'],
    3,
    ['224.0.0.1', '0.0.0.0', 'ff02::9', '::', '255.255.255.255', '10.0.0.1'],
  );
  const target = `${address} dev ${c.one([...LINKS, 'lo'])}`;
  const mac = `lladdr ${c.oneOrOdd(['02:00:00:00:00:09', '02:00:00:00:00:0a'], 4, ['02:00:00:00:00', '02:00:00:00:00:00:09', 'ff:ff:ff:ff:ff:ff'])}`;
  const attributes = `${c.maybe(70, () => neighbourState(c))}${c.maybe(20, () => 'router')}${c.maybe(20, () => 'extern_learn')}${c.maybe(15, () => protocol(c).replace('proto', 'protocol'))}`;
  const put = () =>
    `ip neigh ${c.one(['add', 'add', 'replace', 'change', 'append'])} ${target}${c.maybe(80, () => mac)}${attributes}`;
  return c.one([
    put,
    put,
    () => `ip neigh del ${target}`,
    () => `ip neigh get ${target}`,
    () => `ip neigh ${c.one(['add', 'add', 'del'])} proxy ${target}`,
    () => `ip neigh flush dev ${link(c)}${c.maybe(30, () => neighbourState(c))}`,
    () =>
      `ip neigh show ${c.one(['dev v0', 'nud permanent', 'proxy', '10.0.0.0/24', 'nud all', 'dev lo nud noarp'])}`,
  ])();
};
export const state: Command = (c) => `ip link set ${c.one([...LINKS, 'lo'])} ${c.one(['up', 'up', 'down'])}`;

export const ROUTE_COMMANDS: WeightedCommands = [
  [4, route4],
  [4, route6],
  [3, nexthop],
  [2, routeByNexthop],
  [1, simpleDelete],
  [1, lookup],
  [1, shownRoutes],
  [2, address],
  [2, neighbour],
  [1, state],
];
