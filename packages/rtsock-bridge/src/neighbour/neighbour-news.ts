import { NO_CAUSE } from '@nlspace/core';
import {
  LinkFlag,
  type Neighbour,
  type NeighbourEvent,
  type Network,
  type PackedBytes,
  unpackBytes,
  VALID_STATES,
} from '@nlspace/family-route';
import { NO_METRICS } from '../rib/route-messages.js';
import type { RtsockMessage } from '../wire/message.js';
import { AddressSlot, RtsockFlag, RtsockType } from '../wire/numbers.js';
import { internetAddress } from '../wire/socket-address.js';
import { neighbourGateway } from './neighbour-gateway.js';

type Command = RtsockType.Add | RtsockType.Delete;

/**
 * What FreeBSD tells of IPv6 neighbours (of IPv4's it tells nothing): that one is known, anew when under another address,
 * and that one is given up. Not that somebody deletes one, and not what goes with a link.
 */
export class NeighbourNews {
  /** Under which address they were last told. */
  readonly #told = new WeakMap<Neighbour, PackedBytes>();

  constructor(network: Network) {
    for (const neighbour of network.neighbours.ipv6.entries())
      if (neighbour.isIn(VALID_STATES)) this.#told.set(neighbour, neighbour.linkLayerAddress);
  }

  messagesOf({ type, neighbour, cause }: NeighbourEvent): readonly RtsockMessage[] {
    const { link, address, linkLayerAddress } = neighbour;
    if (type === 'neighbour-solicited' || address.length !== 16 || link.isLoopback) return [];
    const told = this.#told.get(neighbour);
    const gone = told === undefined ? [] : [messageOf(RtsockType.Delete, neighbour)];
    const isKnown = type === 'neighbour-changed' && neighbour.isIn(VALID_STATES);
    if (isKnown) {
      if (told === linkLayerAddress) return [];
      this.#told.set(neighbour, linkLayerAddress);
      return [...gone, messageOf(RtsockType.Add, neighbour)];
    }
    this.#told.delete(neighbour);
    const isUp = (link.flags & LinkFlag.Up) !== 0 && link.hasCarrier;
    return cause === NO_CAUSE && isUp ? gone : [];
  }
}

/** rt_missmsg: without the link in the header. */
function messageOf(type: Command, { link, address, linkLayerAddress }: Neighbour): RtsockMessage {
  const isNew = type === RtsockType.Add;
  const hardware = unpackBytes(linkLayerAddress);
  if (!isNew) hardware.fill(0);
  return {
    kind: 'route',
    type,
    header: {
      interfaceIndex: 0,
      spare: 0,
      flags: RtsockFlag.Host | RtsockFlag.LinkLayer | RtsockFlag.Done | (isNew ? RtsockFlag.Up : 0),
      pid: 0,
      sequence: 0,
      errno: 0,
      flagMask: 0,
      inits: 0n,
      metrics: NO_METRICS,
    },
    addresses: {
      [AddressSlot.Destination]: internetAddress(unpackBytes(address), link.index),
      [AddressSlot.Gateway]: neighbourGateway(link, hardware),
    },
  };
}
