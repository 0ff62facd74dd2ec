import {
  type Link,
  LinkFlag,
  LinkType,
  type Neighbour,
  NeighbourState,
  type NeighbourTable,
  type Network,
} from '@nlspace/family-route';
import { modelFamily } from '../rib/rib.js';
import type { RibFamily } from '../rib/rib-entry.js';
import { BsdFamily } from '../wire/numbers.js';

/** States in which FreeBSD has no entry at all. */
const NO_ENTRY: ReadonlySet<number> = new Set([NeighbourState.None, NeighbourState.Failed]);

/** The cache of a protocol on a link, if it has begun there. */
export function neighboursOn(network: Network, family: RibFamily, link: Link): NeighbourTable | undefined {
  const table = network.neighbours.of(modelFamily(family));
  return table?.parametersOf(link) === undefined ? undefined : table;
}

/** The host's own addresses, which FreeBSD has among the neighbours of a link. */
export function* ownOn(network: Network, family: RibFamily, link: Link): Generator<Uint8Array> {
  const { flags, traits, isLoopback } = link;
  const isSilent = family === BsdFamily.Inet && (flags & LinkFlag.NoArp) !== 0;
  const isResolving = traits.type === LinkType.Ethernet && !isLoopback && !isSilent;
  if (!isResolving || (flags & LinkFlag.Up) === 0) return;
  for (const { local } of network.addresses.of(link, modelFamily(family))) yield local;
}

/** What is known of a link's neighbours, or asked. */
export function* entriesOn(table: NeighbourTable, link: Link): Generator<Neighbour> {
  for (const neighbour of table.entries(link)) if (!NO_ENTRY.has(neighbour.state)) yield neighbour;
}
