import { decodeMessage, Errno, inject, injectable, NetlinkError, type RequestOf } from '@nlspace/core';
import { EncodedDump, encodeMessageOf } from '../../../network/encoded-dump.js';
import type { Network } from '../../../network/network.js';
import { NETWORK } from '../../../network/network-token.js';
import { RouteMessageType } from '../../../route-message-type.js';
import type { Link } from '../../link.js';
import { link as linkMessage } from '../../link-message.js';
import { BridgeKind } from './bridge-kind.js';
import { bridgePortData } from './bridge-message.js';
import { bridgePortLink, describePortLink } from './port-message.js';
import { changePort, changePortState } from './port-settings.js';

type Request = Pick<RequestOf<typeof linkMessage>, 'header' | 'attributes' | 'strict'>;

/** RTEXT_FILTER_BRVLAN, …_BRVLAN_COMPRESSED, MRP, CFM_CONFIG, CFM_STATUS: what a bridge answers for itself. */
const ABOUT_BRIDGES = 2 | 4 | 16 | 32 | 64;
/** IFLA_BRIDGE_FLAGS and its bits. */
const FLAGS = 0;
const FOR_MASTER = 1;
const FOR_SELF = 2;
const VLAN_INFORMATION = 2;
const VLAN_TUNNEL = 3;
const MAX_VLAN = 4094;

/** RTM_*LINK of AF_BRIDGE: ports as bridge(8) shows and sets them. */
@injectable()
export class BridgeLinks {
  constructor(@inject(NETWORK) private readonly network: Network) {}

  dump(request: Request): EncodedDump {
    if (request.strict) refuseStrictly(request);
    return new EncodedDump(this.#all(request.attributes.extendedMask ?? 0));
  }

  /** RTM_SETLINK. @param payload of the message: IFLA_AF_SPEC of bridges reads unlike that of links. */
  change(payload: Uint8Array): void {
    const { link, flags, specification, protocolInformation } = this.#parse(payload);
    const bridge = this.#target(link, flags);
    if (protocolInformation === undefined && specification === undefined) return;
    const port = bridge.portOf(link);
    if (port === undefined && specification === undefined) throw new NetlinkError(Errno.EINVAL);
    let isChanged = false;
    if (port !== undefined && protocolInformation !== undefined) {
      if (protocolInformation.length < 4) changePortState(bridge, port, protocolInformation[0] ?? 0);
      else changePort(bridge, port, decodePort(protocolInformation));
      isChanged = true;
    }
    refuseVlans(specification);
    if (isChanged && port !== undefined) bridge.announcePort(port);
    this.network.links.settle();
  }

  /** RTM_DELLINK: takes VLANs from ports. */
  delete(payload: Uint8Array): void {
    const { link, flags, specification } = this.#parse(payload);
    this.#target(link, flags);
    const vlan = readAttributes(specification ?? new Uint8Array()).get(VLAN_INFORMATION);
    if (vlan !== undefined) vlanId(vlan);
  }

  *#all(mask: number): Generator<Uint8Array> {
    for (const link of this.network.links.all()) {
      const { master, behaviour } = link;
      const encode = (bridge: Link) =>
        encodeMessageOf(bridgePortLink, describePortLink(bridge, link, false), RouteMessageType.NewLink);
      if (master?.behaviour instanceof BridgeKind) yield encode(master);
      if (behaviour instanceof BridgeKind && (mask & ABOUT_BRIDGES) !== 0) yield encode(link);
    }
  }

  #parse(payload: Uint8Array) {
    if (payload.length < linkMessage.header.size) throw new NetlinkError(Errno.EINVAL);
    const { header } = decodeMessage(linkMessage, payload);
    const link = this.network.links.byIndex(header.interfaceIndex);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    const attributes = readAttributes(payload.subarray(linkMessage.header.size));
    const specification = attributes.get(26);
    const given = specification === undefined ? undefined : readAttributes(specification).get(FLAGS);
    if (given !== undefined && given.length < 2) throw new NetlinkError(Errno.EINVAL);
    const flags = given === undefined ? 0 : ((given[1] ?? 0) << 8) | (given[0] ?? 0);
    return { link, flags, specification, protocolInformation: attributes.get(12) };
  }

  /** The bridge that a request is for. */
  #target(link: Link, flags: number) {
    const { master, behaviour } = link;
    if (flags === 0 || (flags & FOR_MASTER) !== 0) {
      if (!(master?.behaviour instanceof BridgeKind)) throw new NetlinkError(Errno.EOPNOTSUPP);
      return master.behaviour.bridgeOf(master);
    }
    if ((flags & FOR_SELF) === 0 || !(behaviour instanceof BridgeKind))
      throw new NetlinkError(Errno.EOPNOTSUPP);
    return behaviour.bridgeOf(link);
  }
}

/** The last of each type wins, as for the kernel. */
function readAttributes(bytes: Uint8Array): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) break;
    found.set(view.getUint16(offset + 2, true) & 0x3fff, bytes.subarray(offset + 4, offset + length));
    offset += (length + 3) & ~3;
  }
  return found;
}

function decodePort(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const failed = bridgePortData.check(view, 0, bytes.length, false);
  if (failed !== undefined) throw new NetlinkError(failed.failure.errno);
  return bridgePortData.decode(view, 0, bytes.length);
}

/** Bridges of this kernel do not look at VLANs. */
function refuseVlans(specification: Uint8Array | undefined): void {
  const attributes = readAttributes(specification ?? new Uint8Array());
  const vlan = attributes.get(VLAN_INFORMATION);
  if (attributes.has(VLAN_TUNNEL)) throw new NetlinkError(Errno.EINVAL);
  if (vlan === undefined) return;
  vlanId(vlan, 'bridge: Vlan id is invalid');
  throw new NetlinkError(Errno.EOPNOTSUPP);
}

/** `struct bridge_vlan_info`: flags, then the ID. */
function vlanId(bytes: Uint8Array, text?: string): number {
  const id = ((bytes[3] ?? 0) << 8) | (bytes[2] ?? 0);
  if (bytes.length !== 4 || id === 0 || id > MAX_VLAN) throw new NetlinkError(Errno.EINVAL, text);
  return id;
}

function refuseStrictly({ header, attributes }: Request): void {
  const { type, flags, changedFlags, interfaceIndex } = header;
  if (type !== 0 || flags !== 0 || changedFlags !== 0 || interfaceIndex !== 0)
    throw new NetlinkError(Errno.EINVAL, 'Invalid values in header for bridge link dump request');
  const { extendedMask: _mask, ...others } = attributes;
  if (Object.keys(others).length > 0)
    throw new NetlinkError(Errno.EINVAL, 'Unsupported attribute in bridge link dump request');
}
