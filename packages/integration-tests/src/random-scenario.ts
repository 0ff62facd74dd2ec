import { seededRandom } from '@nlspace/core';
import type { Scenario } from '@nlspace/testkit';
import fc from 'fast-check';
import { TWO_NETWORKS } from './scenarios/worlds-begin.js';

const LINKS = ['v0', 'v1', 'w0', 'w1'];
/** In one list. */
export const COMMANDS = 40;
const PROBE_EVERY = 8;

/** What a random command is made of. Few values, so that they meet again and again. */
class Choices {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  one<T>(values: readonly T[]): T {
    return values[Math.floor(this.#random() * values.length)] as T;
  }

  /** The text in so many of a hundred cases, else nothing. */
  maybe(percent: number, text: () => string): string {
    return this.#random() * 100 < percent ? ` ${text()}` : '';
  }
}

type Command = (c: Choices) => string;

const link: Command = (c) => c.one(LINKS);
const prefix4: Command = (c) =>
  c.one([
    '192.0.2.0/24',
    '192.0.2.0/25',
    '192.0.2.128/25',
    '192.0.2.7/32',
    '192.0.0.0/16',
    'default',
    '10.0.0.0/24',
    '10.1.0.0/16',
    '0.0.0.0/1',
  ]);
const gateway4: Command = (c) =>
  c.one(['10.0.0.2', '10.0.0.3', '10.1.0.2', '10.1.0.3', '172.16.0.1', '10.0.0.1']);
const prefix6: Command = (c) =>
  c.one([
    '2001:db8:a::/48',
    '2001:db8:a::/64',
    '2001:db8:a:8000::/49',
    '2001:db8:a::7/128',
    '2001:db8::/32',
    'default',
    '2001:db8::/64',
    'fc00::/7',
  ]);
const gateway6: Command = (c) =>
  c.one([
    '2001:db8::2',
    '2001:db8::3',
    '2001:db8:1::2',
    '2001:db8:1::3',
    '2001:dead::1',
    'fe80::9',
    '2001:db8::1',
  ]);
const refusal: Command = (c) => c.one(['blackhole', 'unreachable', 'prohibit', 'throw']);
const metric: Command = (c) => `metric ${c.one([5, 10, 20])}`;
const table: Command = (c) => `table ${c.one(['100', '1000', 'main', 'local'])}`;
const protocol: Command = (c) => `proto ${c.one(['static', 'bird', '77'])}`;
const write: Command = (c) =>
  c.one(['add', 'add', 'add', 'append', 'prepend', 'replace', 'replace', 'change', 'del', 'del', 'del']);
const address4: Command = (c) =>
  c.one([
    '10.0.0.1/24',
    '10.0.0.5/24',
    '10.0.0.6/25',
    '10.1.0.1/24',
    '10.2.0.1/16',
    '10.0.0.9/32',
    '172.16.0.9/30',
  ]);
const address6: Command = (c) =>
  c.one(['2001:db8::1/64', '2001:db8::5/64', '2001:db8:1::1/64', '2001:db8:7::1/128', '2001:db8:7::2/127']);

const route4: Command = (c) => {
  const nexthop = () =>
    `via ${gateway4(c)}${c.maybe(40, () => `dev ${link(c)}`)}${c.maybe(10, () => 'onlink')}`;
  const target = c.one([
    nexthop,
    nexthop,
    nexthop,
    () => `dev ${link(c)}`,
    () => `dev ${link(c)}${c.maybe(50, () => `scope ${c.one(['link', 'host', 'global'])}`)}`,
    () => `nexthop ${nexthop()}${c.maybe(50, () => 'weight 3')} nexthop ${nexthop()}`,
    () => '',
  ])();
  const type = target === '' ? `${refusal(c)} ` : '';
  const attributes = `${c.maybe(30, () => metric(c))}${c.maybe(20, () => table(c))}${c.maybe(20, () => protocol(c))}${c.maybe(10, () => 'tos 0x10')}${c.maybe(10, () => `src ${c.one(['10.0.0.1', '10.1.0.1'])}`)}${c.maybe(8, () => 'mtu 1400')}`;
  return `ip route ${write(c)} ${type}${prefix4(c)}${attributes} ${target}`.replace(/ +/g, ' ');
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
  const type = target === '' ? `${refusal(c)} ` : '';
  const attributes = `${c.maybe(30, () => metric(c))}${c.maybe(20, () => table(c))}${c.maybe(20, () => protocol(c))}${c.maybe(8, () => 'mtu 1400')}`;
  return `ip -6 route ${write(c)} ${type}${prefix6(c)}${attributes} ${target}`.replace(/ +/g, ' ');
};

const NEXTHOP_IDS = ['1', '2', '3', '4', '5'];
const GROUP_IDS = ['10', '11', '12'];

const nexthop: Command = (c) => {
  const id = c.one(NEXTHOP_IDS);
  const members = (): string =>
    [...new Set([c.one(NEXTHOP_IDS), c.one(NEXTHOP_IDS), c.one(NEXTHOP_IDS)])]
      .map((member) => `${member}${c.maybe(30, () => ',3').trim()}`)
      .join('/');
  return c.one([
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id ${id} via ${gateway4(c)} dev ${link(c)}${c.maybe(10, () => 'onlink')}${c.maybe(10, () => protocol(c))}`,
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id ${id} via ${gateway6(c)} dev ${link(c)}${c.maybe(10, () => 'onlink')}`,
    () => `ip ${c.one(['-4', '-6'])} nexthop ${c.one(['add', 'replace'])} id ${id} dev ${link(c)}`,
    () => `ip ${c.one(['-4', '-6'])} nexthop ${c.one(['add', 'replace'])} id ${id} blackhole`,
    () => `ip nexthop ${c.one(['add', 'add', 'replace'])} id ${c.one(GROUP_IDS)} group ${members()}`,
    () => `ip nexthop ${c.one(['add', 'add', 'replace'])} id ${c.one(GROUP_IDS)} group ${members()}`,
    () =>
      `ip nexthop ${c.one(['add', 'replace'])} id 20 group ${members()} type resilient${c.maybe(80, () => 'buckets 8')}`,
    () => `ip nexthop del id ${c.one([...NEXTHOP_IDS, ...GROUP_IDS])}`,
  ])();
};
const routeByNexthop: Command = (c) => {
  const id = c.one([...NEXTHOP_IDS, ...NEXTHOP_IDS, ...GROUP_IDS, '20']);
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
  ])();
/** Not of IPv6: which leg of a multipath route it names depends on a secret of the kernel. */
const lookup: Command = (c) =>
  `ip route get fibmatch ${c.one(['192.0.2.1', '192.0.2.7', '192.0.2.200', '10.0.0.77', '8.8.8.8'])}`;
const address: Command = (c) =>
  c
    .one([
      () => `ip addr ${c.one(['add', 'add', 'replace', 'del'])} ${address4(c)} dev ${link(c)}`,
      () => `ip addr add ${address4(c)} brd + dev ${link(c)}`,
      () => `ip addr ${c.one(['add', 'add', 'del'])} ${address6(c)} dev ${link(c)}`,
      () => `ip addr flush dev ${link(c)}`,
    ])()
    .replace(/^(ip addr (?:add|replace) [0-9a-f]+:.*)$/, '$1 nodad');
const state: Command = (c) => `ip link set ${c.one([...LINKS, 'lo'])} ${c.one(['up', 'up', 'down'])}`;

const neighbourState: Command = (c) =>
  `nud ${c.one(['permanent', 'stale', 'stale', 'noarp', 'none', 'failed'])}`;
const neighbour: Command = (c) => {
  const address = c.one(['10.0.0.2', '10.0.0.3', '10.1.0.2', '2001:db8::2', '2001:db8::3', 'fe80::9']);
  const target = `${address} dev ${c.one([...LINKS, 'lo'])}`;
  const mac = `lladdr 02:00:00:00:00:${c.one(['09', '0a'])}`;
  const attributes = `${c.maybe(70, () => neighbourState(c))}${c.maybe(20, () => 'router')}${c.maybe(20, () => 'extern_learn')}${c.maybe(15, () => protocol(c).replace('proto', 'protocol'))}`;
  return c.one([
    () =>
      `ip neigh ${c.one(['add', 'add', 'replace', 'change', 'append'])} ${target}${c.maybe(80, () => mac)}${attributes}`,
    () =>
      `ip neigh ${c.one(['add', 'add', 'replace', 'change', 'append'])} ${target}${c.maybe(80, () => mac)}${attributes}`,
    () => `ip neigh del ${target}`,
    () => `ip neigh get ${target}`,
    () => `ip neigh ${c.one(['add', 'add', 'del'])} proxy ${target}`,
    () => `ip neigh flush dev ${link(c)}${c.maybe(30, () => neighbourState(c))}`,
  ])();
};

const KINDS: readonly Command[] = [
  route4,
  route4,
  route4,
  route4,
  route6,
  route6,
  route6,
  route6,
  nexthop,
  nexthop,
  nexthop,
  routeByNexthop,
  routeByNexthop,
  simpleDelete,
  lookup,
  address,
  address,
  neighbour,
  neighbour,
  state,
];

/** Commands that nobody thought of; a failing list shrinks to the commands that it takes. */
export const arbitraryCommands: fc.Arbitrary<string[]> = fc.array(
  // A command is all its choices: it stays or goes.
  fc.noShrink(fc.nat({ max: 0x7fffffff })).map((seed) => {
    const choices = new Choices(seed);
    return choices.one(KINDS)(choices).trim();
  }),
  { minLength: 1, maxLength: COMMANDS, size: 'max' },
);

/** The commands on two connected networks, looked at every so often. */
export function scenarioOf(commands: readonly string[]): Scenario {
  const probes = ['ip addr', 'ip nexthop', 'ip -d route show table all', 'ip neigh show nud all'];
  const watched = commands.flatMap((command, index) =>
    (index + 1) % PROBE_EVERY === 0 ? [command, ...probes] : [command],
  );
  return { name: 'random commands', commands: [...TWO_NETWORKS, ...watched] };
}
