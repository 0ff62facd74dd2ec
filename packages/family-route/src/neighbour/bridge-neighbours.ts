import { type DumpContext, Errno, inject, injectable, NetlinkError, type RawDump } from '@nlspace/core';
import { BridgeKind } from '../link/kinds/bridge/bridge-kind.js';
import {
  describeForwardingEntry,
  ForwardingFlag,
  ForwardingState,
  forwardingEntry,
} from '../link/kinds/bridge/forwarding-message.js';
import type { Link } from '../link/link.js';
import { LinkType } from '../link/link-flags.js';
import { EncodedDump, encodeMessageOf } from '../network/encoded-dump.js';
import { isZero } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { RouteMessageType } from '../route-message-type.js';
import { neighbour } from './neighbour-message.js';
import type { NeighbourOperations, NeighbourRequestMessage } from './neighbour-operations.js';
import { parseRequest } from './parse-request.js';

const HIGHEST_VLAN = 4094;
const VALID_STATES = ForwardingState.Permanent | ForwardingState.Static | ForwardingState.Reachable;

/** RTM_*NEIGH of AF_BRIDGE: the forwarding databases of bridges. Those of other links (NTF_SELF) are refused. */
@injectable()
export class BridgeNeighbours implements NeighbourOperations {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  put({ payload, flags }: NeighbourRequestMessage): void {
    const { header, attributes } = parseRequest(neighbour, payload, false);
    const link = this.#link(header.interfaceIndex);
    const address = addressOf(
      attributes.linkLayerAddress,
      link,
      'FDB add only supported for Ethernet devices',
    );
    refuseVlan(attributes.vlan);
    const { bridge, port } = target(link, header.flags);
    const isExternal = (header.flags & ForwardingFlag.ExternallyLearned) !== 0;
    if ((header.state & VALID_STATES) === 0 || isZero(address)) throw new NetlinkError(Errno.EINVAL);
    if (((attributes.flagsExtended ?? 0) & 2) !== 0)
      throw new NetlinkError(Errno.EINVAL, 'bridge: Cannot add FDB entry with "locked" flag set');
    // No VLAN is configured anywhere.
    if (attributes.vlan !== undefined) throw new NetlinkError(Errno.EINVAL);
    const isPermanent = (header.state & ForwardingState.Permanent) !== 0;
    const isStatic = (header.state & ForwardingState.Static) !== 0;
    if ((header.flags & ForwardingFlag.Use) !== 0) {
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
      isSticky,
      create: flags.create,
      exclusive: flags.exclusive,
    });
  }

  delete({ payload, flags }: NeighbourRequestMessage): void {
    const { header, attributes } = parseRequest(neighbour, payload, false);
    const link = this.#link(header.interfaceIndex);
    if (flags.bulk)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'flushing forwarding databases is not supported');
    const address = addressOf(
      attributes.linkLayerAddress,
      link,
      'FDB delete only supported for Ethernet devices',
    );
    refuseVlan(attributes.vlan);
    const { bridge, port } = target(link, header.flags);
    if (attributes.vlan !== undefined) throw new NetlinkError(Errno.ENOENT);
    bridge.forwarding.delete(address, port);
  }

  get({ payload }: NeighbourRequestMessage): Uint8Array {
    const { header, attributes } = parseRequest(neighbour, payload, true);
    const { links } = this.network;
    const { linkLayerAddress: address, master: masterIndex } = attributes;
    const refuse = (errno: Errno, text: string) => new NetlinkError(errno, text);
    if (address === undefined) throw refuse(Errno.EINVAL, 'Missing lookup address for fdb get request');
    if (address.length !== 6) throw refuse(Errno.EINVAL, 'Invalid address in fdb get request');
    const link = header.interfaceIndex === 0 ? undefined : links.byIndex(header.interfaceIndex);
    if (header.interfaceIndex !== 0 && link === undefined)
      throw refuse(Errno.ENODEV, 'Unknown device ifindex');
    if (masterIndex !== undefined && masterIndex !== 0 && link !== undefined)
      throw refuse(Errno.EINVAL, 'Master and device are mutually exclusive');
    const isForSelf = (header.flags & (ForwardingFlag.Self | ForwardingFlag.Master)) === ForwardingFlag.Self;
    let bridgeLink = isForSelf ? link : link?.master;
    if (link !== undefined && !isForSelf && !(bridgeLink?.behaviour instanceof BridgeKind))
      throw refuse(Errno.EINVAL, 'Device is not a bridge port');
    if (masterIndex !== undefined && masterIndex !== 0) {
      bridgeLink = links.byIndex(masterIndex);
      if (bridgeLink === undefined) throw refuse(Errno.EINVAL, 'Invalid master ifindex');
    }
    if (bridgeLink === undefined) throw refuse(Errno.ENODEV, 'No device specified');
    if (!(bridgeLink.behaviour instanceof BridgeKind))
      throw refuse(Errno.EOPNOTSUPP, 'Fdb get operation not supported by device');
    const entry = bridgeLink.behaviour.bridgeOf(bridgeLink).forwarding.find(address);
    if (entry === undefined || attributes.vlan !== undefined)
      throw refuse(Errno.ENOENT, 'Fdb entry not found');
    const body = describeForwardingEntry(bridgeLink, entry, this.network.clock.now());
    return encodeMessageOf(forwardingEntry, body, RouteMessageType.NewNeighbour);
  }

  /** Of one link, of the ports of one bridge, or of all. What other links take of multicast is not shown. */
  dump({ payload }: NeighbourRequestMessage, _context: DumpContext): RawDump {
    const { header, attributes } = parseRequest(neighbour, payload, false);
    const only = attributes.interfaceIndex ?? header.interfaceIndex;
    const { master = 0 } = attributes;
    if (master !== 0 && this.network.links.byIndex(master) === undefined)
      throw new NetlinkError(Errno.ENODEV);
    return new EncodedDump(this.#all(only, master));
  }

  *#all(only: number, masterIndex: number): Generator<Uint8Array> {
    const nowMs = this.network.clock.now();
    for (const link of this.network.links.all()) {
      if (only !== 0 && link.index !== only) continue;
      const { master, behaviour } = link;
      if (master?.behaviour instanceof BridgeKind && (masterIndex === 0 || master.index === masterIndex)) {
        for (const entry of master.behaviour.bridgeOf(master).forwarding.all())
          if (entry.port === link) yield encode(master, entry, nowMs);
      }
      if (behaviour instanceof BridgeKind && (masterIndex === 0 || link.index === masterIndex)) {
        for (const entry of behaviour.bridgeOf(link).forwarding.all())
          if (entry.port === undefined) yield encode(link, entry, nowMs);
      }
    }
  }

  #link(index: number): Link {
    if (index === 0) throw new NetlinkError(Errno.EINVAL, 'invalid ifindex');
    const link = this.network.links.byIndex(index);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV, 'unknown ifindex');
    return link;
  }
}

function encode(bridge: Link, entry: Parameters<typeof describeForwardingEntry>[1], nowMs: number) {
  const body = describeForwardingEntry(bridge, entry, nowMs);
  return encodeMessageOf(forwardingEntry, body, RouteMessageType.NewNeighbour);
}

function addressOf(bytes: Uint8Array | undefined, link: Link, text: string): Uint8Array {
  if (bytes === undefined || bytes.length !== 6) throw new NetlinkError(Errno.EINVAL, 'invalid address');
  if (link.traits.type !== LinkType.Ethernet) throw new NetlinkError(Errno.EINVAL, text);
  return bytes;
}

function refuseVlan(vlan: number | undefined): void {
  if (vlan !== undefined && (vlan === 0 || vlan > HIGHEST_VLAN))
    throw new NetlinkError(Errno.EINVAL, 'invalid vlan id');
}

/** Whose database a request means: that of the bridge of a port, or of the bridge itself. */
function target(link: Link, flags: number) {
  const { master, behaviour } = link;
  const isForSelf = (flags & ForwardingFlag.Self) !== 0;
  const isForMaster = flags === 0 || (flags & ForwardingFlag.Master) !== 0;
  if (isForMaster && !isForSelf && master?.behaviour instanceof BridgeKind)
    return { bridge: master.behaviour.bridgeOf(master), port: link };
  if (isForSelf && behaviour instanceof BridgeKind)
    return { bridge: behaviour.bridgeOf(link), port: undefined };
  if (isForSelf)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'addresses that a link takes itself are not supported');
  throw new NetlinkError(Errno.EOPNOTSUPP);
}
