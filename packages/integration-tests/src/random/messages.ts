import type { Bytes } from '../hostile/bytes.js';
import { MORE_WELL_FORMED } from '../hostile/more-seeds.js';
import { Mutator, namesNamespace } from '../hostile/mutation.js';
import { WELL_FORMED } from '../hostile/seeds.js';
import type { Choices, Command, WeightedCommands } from './choices.js';

/** The world that `WELL_FORMED` speaks of, a bridge with a port, and a VXLAN. */
export const MESSAGE_WORLD = [
  'ip addr add 192.0.2.1/24 dev v0',
  'ip route add 198.51.100.0/24 via 192.0.2.2',
  'ip nexthop add id 1 via 192.0.2.2 dev v0',
  'ip nexthop add id 2 via 2001:db8::2 dev v0',
  'ip nexthop add id 5 group 1/2 type resilient buckets 4',
  'ip route add 2001:db8::9/128 dev v0',
  'ip link add br0 index 60 address 02:00:00:00:00:0b type bridge forward_delay 0',
  'ip link set br0 addrgenmode none up',
  'ip link set w0 master br0',
  'ip link add x0 index 61 address 02:00:00:00:00:51 type vxlan id 5 dstport 4789',
  'ip link set x0 addrgenmode none up',
  'bridge fdb add 02:00:00:00:01:01 dev x0 dst 192.0.2.9',
  'ip neigh add 192.0.2.7 lladdr 02:00:00:00:00:07 dev v0',
  'ip rule add pref 7 fwmark 1 table 100',
];

/** What makes links with addresses that nobody chose, and what is probed in its own time. */
const UNWANTED: ReadonlySet<string> = new Set(['add link', 'add used neighbour']);
const NEW_NEIGHBOUR = 28;
const BRIDGE_FAMILY = 7;

const SEEDS: readonly Bytes[] = [
  ...[...WELL_FORMED, ...MORE_WELL_FORMED].filter(([name]) => !UNWANTED.has(name)).map(([, bytes]) => bytes),
];

const CALM = 30;

const message: Command = (c) => {
  const mutator = new Mutator(c.below(0x7fffffff));
  const mode = c.one(['', '', 'strict ']);
  for (;;) {
    const seed = mutator.pick(SEEDS);
    const isCalm = mutator.below(100) < CALM || isProbed(seed);
    const bytes = isCalm ? seed : mutator.mutate(seed);
    if (!namesNamespace(bytes) && isWhole(bytes))
      return `python3 $RAW_REQUESTS brief ${mode}${asWord(bytes)}`;
  }
};

/** Neighbours in other states age, and are probed. */
function isProbed(seed: Bytes): boolean {
  return seed[4] === NEW_NEIGHBOUR && seed[MESSAGE_HEADER] !== BRIDGE_FAMILY;
}

const MESSAGE_HEADER = 16;
const NESTED = 0x8000;
/** Of the fixed headers, by the first message type of their object. */
const FIXED_HEADERS: Readonly<Record<number, number>> = {
  16: 16,
  20: 8,
  24: 12,
  28: 12,
  32: 12,
  64: 4,
  80: 4,
  84: 8,
  92: 12,
  104: 8,
  108: 16,
  116: 8,
  120: 8,
};

/** Whether attributes follow each other to the end. What the kernel remarks about others depends on when it reads them. */
function isWhole(message: Bytes): boolean {
  const size = FIXED_HEADERS[(message[4] as number) & ~3];
  return (
    size !== undefined &&
    endsWell(message.slice(MESSAGE_HEADER + size), message.length - MESSAGE_HEADER - size)
  );
}

function endsWell(bytes: Bytes, length: number): boolean {
  if (length < 0) return false;
  for (let at = 0; at < bytes.length; ) {
    const attributeLength = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    const type = (bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8);
    if (attributeLength < 4 || at + attributeLength > bytes.length) return false;
    const inner = bytes.slice(at + 4, at + attributeLength);
    if ((type & NESTED) !== 0 && !endsWell(inner, inner.length)) return false;
    at += (attributeLength + 3) & ~3;
  }
  return true;
}

function asWord(bytes: Bytes): string {
  const type = (bytes[4] as number) | ((bytes[5] as number) << 8);
  const flags = (bytes[6] as number) | ((bytes[7] as number) << 8);
  return `${type}:${flags}:${Buffer.from(bytes.slice(MESSAGE_HEADER)).toString('hex')}`;
}

/** A link that is down tells nothing. */
const upDown = (c: Choices): string =>
  `ip link set ${c.one(['v0', 'w0', 'br0', 'x0'])} ${c.one(['up', 'up', 'down'])}`;

/** Requests as programs send them, and what becomes of them when a byte or an attribute is another. */
export const MESSAGE_COMMANDS: WeightedCommands = [
  [20, message],
  [1, upDown],
];
export const MESSAGE_PROBES = [
  'ip -d link',
  'ip addr',
  'ip -d route show table all',
  'ip -d -6 route show table all',
  'ip nexthop',
  'ip rule',
  'ip -6 rule',
  'ip neigh show nud all',
  'bridge -d link',
  'bridge -d fdb show dev x0 | grep -v 33:33',
];
