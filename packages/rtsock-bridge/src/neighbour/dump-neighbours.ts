import {
  type Link,
  type Neighbour,
  NeighbourFlag,
  NeighbourState,
  type Network,
  unpackBytes,
  VALID_STATES,
} from '@nlspace/family-route';
import type { RibFamily } from '../rib/rib-entry.js';
import { NO_METRICS } from '../rib/route-messages.js';
import type { RouteMetrics } from '../wire/headers.js';
import { encodeMessage } from '../wire/message.js';
import { AddressSlot, BsdFamily, RtsockFlag, RtsockType } from '../wire/numbers.js';
import { internetAddress } from '../wire/socket-address.js';
import { entriesOn, neighboursOn, ownOn } from './known-neighbours.js';
import { neighbourGateway } from './neighbour-gateway.js';

/** ND6_LLINFO_* */
const STATES: Readonly<Record<number, number>> = {
  [NeighbourState.Incomplete]: 0,
  [NeighbourState.Reachable]: 1,
  [NeighbourState.Stale]: 2,
  [NeighbourState.Delay]: 3,
  [NeighbourState.Probe]: 4,
};
const REACHABLE = 1;
const LASTING = NeighbourState.Permanent | NeighbourState.NoArp;

interface Entry {
  readonly address: Uint8Array;
  /** Undefined while it is being asked for. */
  readonly hardware: Uint8Array | undefined;
  readonly flags: number;
  readonly metrics: Partial<RouteMetrics>;
}

/** NET_RT_FLAGS with RTF_LLDATA, what arp(8) and ndp(8) show: the links that came last first, not the loopback. */
export function* dumpNeighbours(network: Network, family: number): Generator<Uint8Array> {
  if (family !== BsdFamily.Inet && family !== BsdFamily.Inet6) return;
  for (const link of [...network.links.all()].reverse()) {
    const table = link.isLoopback ? undefined : neighboursOn(network, family, link);
    if (table === undefined) continue;
    for (const address of ownOn(network, family, link)) {
      const flags = RtsockFlag.Static | RtsockFlag.Pinned;
      yield record(link, {
        address,
        hardware: link.address,
        flags,
        metrics: stateMetrics(family, REACHABLE),
      });
    }
    for (const neighbour of entriesOn(table, link)) yield record(link, entryOf(neighbour, family));
  }
}

function entryOf(neighbour: Neighbour, family: RibFamily): Entry {
  const isLasting = neighbour.isIn(LASTING);
  const isRouter = family === BsdFamily.Inet6 && neighbour.has(NeighbourFlag.Router);
  return {
    address: unpackBytes(neighbour.address),
    hardware: neighbour.isIn(VALID_STATES) ? unpackBytes(neighbour.linkLayerAddress) : undefined,
    flags: (isLasting ? RtsockFlag.Static : 0) | (isRouter ? RtsockFlag.Gateway : 0),
    metrics: {
      ...stateMetrics(family, STATES[neighbour.state] ?? REACHABLE, neighbour.probes),
      expire: isLasting ? 0n : expiryOf(neighbour),
    },
  };
}

/** Where routes have a weight, IPv6 neighbours have their state. */
function stateMetrics(family: RibFamily, state: number, probes = 0): Partial<RouteMetrics> {
  return family === BsdFamily.Inet6 ? { weight: BigInt(state), packetsSent: BigInt(probes) } : {};
}

/** The second, by the network's clock, from which on nobody misses it if it is not used. */
function expiryOf({ usedMs, confirmedMs, parameters }: Neighbour): bigint {
  const seconds = Math.ceil((Math.max(usedMs, confirmedMs) + parameters.staleTimeMs) / 1000);
  return BigInt(Math.max(1, seconds));
}

function record(link: Link, { address, hardware, flags, metrics }: Entry): Uint8Array {
  return encodeMessage(
    {
      kind: 'route',
      type: RtsockType.Get,
      header: {
        interfaceIndex: link.index,
        spare: 0,
        flags: (flags | RtsockFlag.Up | RtsockFlag.Host | RtsockFlag.LinkLayer) >>> 0,
        pid: 0,
        sequence: 0,
        errno: 0,
        flagMask: 0,
        inits: 0n,
        metrics: { ...NO_METRICS, ...metrics },
      },
      addresses: {
        [AddressSlot.Destination]: internetAddress(address, link.index),
        [AddressSlot.Gateway]: neighbourGateway(link, hardware),
      },
    },
    { isAligned: true },
  );
}
