import type { Link } from '@nlspace/family-route';
import { STRING_SETS, StringSet } from './string-sets.js';

export const FEATURE_NAMES: readonly string[] = STRING_SETS.get(StringSet.Features) ?? [];

function bits(...indexes: readonly number[]): bigint {
  return indexes.reduce((value, index) => value | (1n << BigInt(index)), 0n);
}

function named(...names: readonly string[]): bigint {
  return bits(...names.map((name) => FEATURE_NAMES.indexOf(name)));
}

/** What no request can change, or ask to (NETIF_F_NEVER_CHANGE). */
export const NEVER_CHANGED = named('vlan-challenged');
/** Those that requests may name: the ones with names. */
export const NAMEABLE =
  bits(...FEATURE_NAMES.flatMap((name, index) => (name === '' ? [] : [index]))) & ~NEVER_CHANGED;

const SCATTER = named('tx-scatter-gather');
const ANY_CHECKSUM = named('tx-checksum-ip-generic');
const IPV4_CHECKSUM = ANY_CHECKSUM | named('tx-checksum-ipv4');
const IPV6_CHECKSUM = ANY_CHECKSUM | named('tx-checksum-ipv6');
const GENERIC_SEGMENTATION = named('tx-generic-segmentation');
const TCP4 = named('tx-tcp-segmentation');
const TCP_VARIANTS = named('tx-tcp-ecn-segmentation', 'tx-tcp-mangleid-segmentation');
const TCP6 = named('tx-tcp6-segmentation');
const TCP = TCP4 | TCP_VARIANTS | TCP6;
const UDP = named('tx-udp-segmentation');

/** Features go, in this order, while none of those is on that they need. */
const NEEDS: ReadonlyArray<readonly [features: bigint, oneOf: bigint]> = [
  [TCP, SCATTER],
  [TCP4 | named('tx-tcp-ecn-segmentation'), IPV4_CHECKSUM],
  [TCP6, IPV6_CHECKSUM],
  [named('tx-tcp-mangleid-segmentation'), TCP4],
  [named('tx-tcp-ecn-segmentation'), TCP4 | TCP6],
  [GENERIC_SEGMENTATION, SCATTER],
  [UDP, ANY_CHECKSUM],
];

interface FeatureFacts {
  /** Those that requests can change. */
  readonly changeable: bigint;
  /** On from the beginning. */
  readonly wanted: bigint;
  /** On for ever. */
  readonly always: bigint;
  /** What becomes of features for what the link stands on. */
  readonly adapt?: (link: Link, features: bigint) => bigint;
}

/** Captured from Linux 6.18: ETHTOOL_MSG_FEATURES_GET with compact bitsets, by kind. */
const FACTS: ReadonlyMap<string, FeatureFacts> = new Map<string, FeatureFacts>([
  ['loopback', { changeable: 0x0a00000e401d4800n, wanted: 0xe401d4800n, always: 0x05200000_0469n }],
  ['veth', { changeable: 0x0a00632e4fdd49e9n, wanted: 0x612e4fdd09e9n, always: 0n }],
  ['bridge', { changeable: 0x0a00220fffff48e9n, wanted: 0x200fffff48e9n, always: 0n, adapt: adaptToPorts }],
  ['macvlan', { changeable: 0x0a0002000000c800n, wanted: 0x4800n, always: 0n, adapt: adaptToLower }],
  ['vxlan', { changeable: 0x0a00030e401d4849n, wanted: 0x010e401d4849n, always: 0n }],
  ['ifb', { changeable: 0x0a00220e4fdd48e9n, wanted: 0x200e4fdd48e9n, always: 0n }],
  ['tun', { changeable: 0x0a0022020c1d48c9n, wanted: 0x20020c1548c9n, always: 0n, adapt: adaptToReader }],
]);

/** A MACVLAN always has these, … */
const MACVLAN_OWN =
  SCATTER |
  ANY_CHECKSUM |
  TCP |
  UDP |
  named(
    'tx-gso-robust',
    'tx-gre-segmentation',
    'tx-gre-csum-segmentation',
    'tx-ipxip4-segmentation',
    'tx-ipxip6-segmentation',
    'tx-udp_tnl-segmentation',
    'tx-udp_tnl-csum-segmentation',
    'tx-sctp-segmentation',
    'tx-gso-list',
    'tx-tcp-accecn-segmentation',
  );
/** … and these when the link below has them, whatever it is asked for. */
const MACVLAN_INHERITED = named('rx-gro', 'rx-checksum') | GENERIC_SEGMENTATION;
/** Once it has these it keeps them. */
const MACVLAN_KEPT = named('highdma', 'tx-scatter-gather-fraglist');

function adaptToLower(link: Link, _features: bigint): bigint {
  const [lower] = link.lowers;
  const below = lower === undefined ? undefined : featuresOf(lower);
  if (below === undefined) return MACVLAN_OWN;
  return (
    MACVLAN_OWN | (below.active & MACVLAN_INHERITED) | ((below.active | below.changeable) & MACVLAN_KEPT)
  );
}

/** A bridge has these when one of its ports has. */
const OF_ANY_PORT =
  SCATTER |
  TCP |
  UDP |
  named(
    'highdma',
    'tx-scatter-gather-fraglist',
    'tx-gso-robust',
    'tx-sctp-segmentation',
    'tx-gso-list',
    'tx-tcp-accecn-segmentation',
  );
/** And these when all have. */
const OF_ALL_PORTS = named('tx-fcoe-segmentation', 'tx-nocache-copy');

function adaptToPorts(link: Link, features: bigint): bigint {
  const ports = [...link.lowers].map((port) => activeFeatures(port) ?? 0n);
  if (ports.length === 0) return features;
  let adapted = features & ~OF_ANY_PORT;
  for (const port of ports) {
    adapted |= port & OF_ANY_PORT & features;
    adapted &= port | ~OF_ALL_PORTS;
  }
  // TCP it can segment itself.
  return adapted | (TCP & features);
}

/** What the reader of a TUN has to agree to; none has. */
const OF_A_READER =
  ANY_CHECKSUM | TCP | UDP | named('tx-udp_tnl-segmentation', 'tx-udp_tnl-csum-segmentation');

function adaptToReader(_link: Link, features: bigint): bigint {
  return features & ~OF_A_READER;
}

/** What requests have asked for, where it is not what a link begins with. Goes with a link to other namespaces. */
const WANTED = new WeakMap<Link, bigint>();

/** What ETHTOOL_MSG_FEATURES_GET tells of a link. */
export interface Features {
  readonly changeable: bigint;
  readonly wanted: bigint;
  readonly active: bigint;
}

/** Undefined for kinds whose features nobody has looked up. */
export function featuresOf(link: Link): Features | undefined {
  const facts = FACTS.get(link.kind);
  if (facts === undefined) return undefined;
  const wanted = WANTED.get(link) ?? facts.wanted;
  const adapted = facts.adapt?.(link, wanted | facts.always) ?? wanted | facts.always;
  return { changeable: facts.changeable, wanted, active: withoutUnmet(adapted) };
}

function activeFeatures(link: Link): bigint | undefined {
  return featuresOf(link)?.active;
}

function withoutUnmet(features: bigint): bigint {
  return NEEDS.reduce((left, [needing, oneOf]) => ((left & oneOf) === 0n ? left & ~needing : left), features);
}

/**
 * Asks for features; those that cannot be changed stay as they are.
 *
 * @returns the links that have others now, this one first.
 */
export function wantFeatures(link: Link, wanted: bigint): readonly Link[] {
  const { changeable, wanted: before } = featuresOf(link) ?? { changeable: 0n, wanted: 0n };
  const affected = [...withUppers(link)].map((one) => [one, activeFeatures(one)] as const);
  WANTED.set(link, (before & ~changeable) | (wanted & changeable));
  return affected.filter(([one, active]) => activeFeatures(one) !== active).map(([one]) => one);
}

/** A link and all that stands on it. */
function* withUppers(link: Link): Generator<Link> {
  yield link;
  for (const upper of link.uppers) yield* withUppers(upper);
}
