import { Errno, inject, injectable, NetlinkError } from '@nlspace/core';
import type { Bridge } from '../link/kinds/bridge/bridge.js';
import { BridgeKind } from '../link/kinds/bridge/bridge-kind.js';
import {
  describeForwardingEntry,
  ForwardingFlag,
  ForwardingState,
  forwardingEntry,
} from '../link/kinds/bridge/forwarding-message.js';
import type { ForwardingEntry } from '../link/kinds/bridge/forwarding-table.js';
import type { Link } from '../link/link.js';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { isZero } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { AddressDatabase } from './address-database.js';
import {
  bridgeFlush,
  type DatabaseQuestion,
  type DatabaseRequest,
  flushMasks,
  type LinkDatabase,
  uncheckedNumber,
} from './link-database.js';
import { NeighbourFlag, NeighbourState } from './neighbour-numbers.js';
import { parseRequest } from './parse-request.js';

const EXACT_STATES = new Set<number>([
  ForwardingState.Permanent,
  ForwardingState.Static,
  ForwardingState.Reachable,
]);
const VALID_STATES = ForwardingState.Permanent | ForwardingState.Static | ForwardingState.Reachable;
const FLUSH_LIMITS = {
  states: NeighbourState.Permanent | NeighbourState.NoArp,
  flags: NeighbourFlag.Use | NeighbourFlag.ExternallyLearned | NeighbourFlag.Sticky | NeighbourFlag.Offloaded,
};
const LOCKED = 2;

/** The forwarding databases of bridges (`br_fdb_*`): of the bridge itself, or of one of its ports. */
@injectable()
export class BridgeDatabase implements LinkDatabase {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(AddressDatabase) private readonly addresses: AddressDatabase,
  ) {}

  put(link: Link, { header, attributes, address, flags }: DatabaseRequest): void {
    const { bridge, port } = target(link);
    if (attributes.forwardingAttributes?.isFlagged === false)
      throw new NetlinkError(Errno.EINVAL, 'NLA_F_NESTED is missing', {
        attribute: 'forwardingAttributes',
      });
    const isExternal = (header.flags & ForwardingFlag.ExternallyLearned) !== 0;
    if ((header.state & VALID_STATES) === 0 || isZero(address)) throw new NetlinkError(Errno.EINVAL);
    if ((uncheckedNumber(attributes.flagsExtended) & LOCKED) !== 0)
      throw new NetlinkError(Errno.EINVAL, 'bridge: Cannot add FDB entry with "locked" flag set');
    // No VLAN is configured anywhere.
    if (attributes.vlan !== undefined) throw new NetlinkError(Errno.EINVAL);
    const isPermanent = (header.state & ForwardingState.Permanent) !== 0;
    const isStatic = (header.state & ForwardingState.Static) !== 0;
    if ((header.flags & ForwardingFlag.Use) !== 0) {
      if (port === undefined) throw new NetlinkError(Errno.EINVAL);
      throw new NetlinkError(Errno.EOPNOTSUPP, 'bridges learn nothing here');
    }
    if (isExternal) {
      if (port === undefined && !isPermanent)
        throw new NetlinkError(Errno.EINVAL, 'bridge: FDB entry towards bridge must be permanent');
      bridge.forwarding.putExternal(address, port);
      return;
    }
    const canLearn = port === undefined || (bridge.portOf(port)?.canLearn ?? false);
    if (!isPermanent && !isStatic && !canLearn) throw new NetlinkError(Errno.EPERM);
    if (port === undefined && !isPermanent) throw new NetlinkError(Errno.EINVAL);
    const isSticky = (header.flags & ForwardingFlag.Sticky) !== 0;
    if (isSticky && isPermanent) throw new NetlinkError(Errno.EINVAL);
    bridge.forwarding.put({
      address,
      port,
      state: isPermanent ? 'permanent' : isStatic ? 'static' : 'dynamic',
      isInexact: !EXACT_STATES.has(header.state),
      isSticky,
      create: flags.create,
      exclusive: flags.exclusive,
    });
  }

  delete(link: Link, { attributes, address }: DatabaseRequest): void {
    const { bridge, port } = target(link);
    if (attributes.vlan !== undefined) throw new NetlinkError(Errno.ENOENT);
    bridge.forwarding.delete(address, port);
  }

  get(link: Link, { address, vlan }: DatabaseQuestion): Uint8Array {
    const entry = target(link).bridge.forwarding.find(address);
    if (entry === undefined || vlan !== undefined)
      throw new NetlinkError(Errno.ENOENT, 'Fdb entry not found');
    return this.#encode(link, entry);
  }

  flush(link: Link, payload: Uint8Array): void {
    const request = parseRequest(bridgeFlush, payload, true, true);
    const { bridge, port } = target(link);
    const { state, stateMask, flags, flagsMask } = flushMasks(request, FLUSH_LIMITS, 'bridge: ');
    const { vlan, interfaceIndex } = request.attributes;
    const only = interfaceIndex === undefined ? port : this.#flushed(bridge, interfaceIndex);
    // No entry has a VLAN.
    if (vlan !== undefined) return;
    const wanted = traitsIn(state, flags);
    const mask = traitsIn(stateMask, flagsMask);
    bridge.forwarding.flush(
      (entry) =>
        (only === undefined || (entry.port ?? bridge.link) === only) &&
        (mask === 0 || (traitsOf(entry) & mask) === wanted),
    );
  }

  /** Entries of a bridge itself, and what it takes as any link does. */
  *dump(link: Link): Generator<Uint8Array> {
    yield* this.addresses.dump(link);
    for (const entry of target(link).bridge.forwarding.all())
      if (entry.port === undefined) yield this.#encode(link, entry);
  }

  /** Entries of the bridge that a link is a port of. */
  *dumpPort(port: Link, master: Link): Generator<Uint8Array> {
    for (const entry of target(master).bridge.forwarding.all())
      if (entry.port === port) yield this.#encode(master, entry);
  }

  #flushed(bridge: Bridge, index: number): Link {
    const refuse = (errno: Errno, text: string) => new NetlinkError(errno, `bridge: ${text}`);
    const found = this.network.links.byIndex(index);
    if (found === undefined) throw refuse(Errno.ENODEV, 'Unknown flush device ifindex');
    const isBridge = found.behaviour instanceof BridgeKind;
    const isPort = found.master?.behaviour instanceof BridgeKind;
    if (!isBridge && !isPort) throw refuse(Errno.EINVAL, 'Flush device is not a bridge or bridge port');
    if (isBridge && found !== bridge.link)
      throw refuse(Errno.EINVAL, 'Flush bridge device does not match target bridge device');
    if (isPort && found.master !== bridge.link)
      throw refuse(Errno.EINVAL, 'Port belongs to a different bridge device');
    return found;
  }

  #encode(bridge: Link, entry: ForwardingEntry): Uint8Array {
    const body = describeForwardingEntry(bridge, entry, this.network.clock.now());
    return encodeMessageOf(forwardingEntry, body, RouteMessageType.NewNeighbour);
  }
}

/** Whose database it is: that of a bridge, or of the bridge of a port. */
function target(link: Link): { bridge: Bridge; port: Link | undefined } {
  const { master, behaviour } = link;
  if (behaviour instanceof BridgeKind) return { bridge: behaviour.bridgeOf(link), port: undefined };
  if (master?.behaviour instanceof BridgeKind)
    return { bridge: master.behaviour.bridgeOf(master), port: link };
  throw new Error(`${link.name} has no forwarding database`);
}

enum Trait {
  Local = 1,
  Static = 2,
  Requested = 4,
  External = 8,
  Sticky = 16,
  Offloaded = 32,
}

function traitsIn(state: number, flags: number): number {
  const has = (bits: number, bit: number, trait: Trait) => ((bits & bit) === 0 ? 0 : trait);
  return (
    has(state, NeighbourState.Permanent, Trait.Local) |
    has(state, NeighbourState.NoArp, Trait.Static) |
    has(flags, NeighbourFlag.Use, Trait.Requested) |
    has(flags, NeighbourFlag.ExternallyLearned, Trait.External) |
    has(flags, NeighbourFlag.Sticky, Trait.Sticky) |
    has(flags, NeighbourFlag.Offloaded, Trait.Offloaded)
  );
}

function traitsOf({ isLocal, isStatic, isRequested, isExternal, isSticky }: ForwardingEntry): number {
  return (
    (isLocal ? Trait.Local : 0) |
    (isStatic ? Trait.Static : 0) |
    (isRequested ? Trait.Requested : 0) |
    (isExternal ? Trait.External : 0) |
    (isSticky ? Trait.Sticky : 0)
  );
}
