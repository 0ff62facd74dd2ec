import { align4, MESSAGE_HEADER_SIZE, MessageFlag } from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { type PackedBytes, unpackBytes, writePackedBytes } from '../network/packed-bytes.js';
import { RouteType } from '../route/route-numbers.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Neighbour } from './neighbour.js';
import { neighbour as neighbourMessage } from './neighbour-message.js';
import { EXTENDED_FLAGS_SHIFT, NeighbourFlag, VALID_STATES } from './neighbour-numbers.js';
import type { ProxyNeighbour } from './proxy-neighbours.js';

const HEADER_SIZE = neighbourMessage.header.size;
const CACHE_INFO_SIZE = 16;

const { shape } = neighbourMessage.attributes;
const DESTINATION = shape.destination.type;
const LINK_LAYER_ADDRESS = shape.linkLayerAddress.type;
const PROBES = shape.probes.type;
const CACHE_INFO = shape.cacheInfo.type;
const PROTOCOL = shape.protocol.type;
const FLAGS_EXTENDED = shape.flagsExtended.type;

/** Everything of a message but its flags, sequence number and port ID. */
export interface NeighbourMessageOptions {
  readonly messageType: number;
  readonly nowMs: number;
  /** Who is at work on the entry, beside its table and its timer. @default 0 */
  readonly holders?: number;
}

/** How long an entry's message is. */
export function neighbourMessageSize(neighbour: Neighbour): number {
  const { address, linkLayerAddress, protocol, flags } = neighbour;
  let size = MESSAGE_HEADER_SIZE + HEADER_SIZE + 4 + address.length;
  if (neighbour.isIn(VALID_STATES)) size += 4 + align4(linkLayerAddress.length);
  size += 8 + 4 + CACHE_INFO_SIZE;
  if (protocol !== 0) size += 8;
  if (flags >> EXTENDED_FLAGS_SHIFT !== 0) size += 8;
  return size;
}

/**
 * Writes an entry's message at `offset`, where there must be room, and gives its end. The same that encoding by the
 * schema would write; tables of a hundred thousand are dumped through here.
 */
export function writeNeighbour(
  neighbour: Neighbour,
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  { messageType, nowMs, holders = 0 }: NeighbourMessageOptions,
): number {
  const { state, flags, protocol, address, linkLayerAddress } = neighbour;
  view.setUint32(offset, neighbourMessageSize(neighbour), true);
  view.setUint16(offset + 4, messageType, true);
  let at = offset + MESSAGE_HEADER_SIZE;
  view.setUint32(at, neighbour.parameters.addressFamily, true);
  view.setUint32(at + 4, neighbour.link.index, true);
  view.setUint16(at + 8, state, true);
  view.setUint8(at + 10, flags & 0xff);
  view.setUint8(at + 11, neighbour.type);
  at = writeBytes(bytes, view, at + HEADER_SIZE, DESTINATION, address);
  if ((state & VALID_STATES) !== 0) at = writeBytes(bytes, view, at, LINK_LAYER_ADDRESS, linkLayerAddress);
  at = writeNumber(view, at, PROBES, 4, neighbour.probes);
  view.setUint32(at, ((CACHE_INFO << 16) | (4 + CACHE_INFO_SIZE)) >>> 0, true);
  view.setUint32(at + 4, hundredths(nowMs - neighbour.confirmedMs), true);
  view.setUint32(at + 8, hundredths(nowMs - neighbour.usedMs), true);
  view.setUint32(at + 12, hundredths(nowMs - neighbour.updatedMs), true);
  view.setUint32(at + 16, holders + (neighbour.dueMs === 0 ? 0 : 1), true);
  at += 4 + CACHE_INFO_SIZE;
  if (protocol !== 0) at = writeNumber(view, at, PROTOCOL, 1, protocol);
  const extended = flags >> EXTENDED_FLAGS_SHIFT;
  return extended === 0 ? at : writeNumber(view, at, FLAGS_EXTENDED, 4, extended);
}

/** A complete message but for sequence number and port ID. */
export function encodeNeighbour(neighbour: Neighbour, options: NeighbourMessageOptions): Uint8Array {
  const bytes = new Uint8Array(neighbourMessageSize(neighbour));
  const view = new DataView(bytes.buffer);
  writeNeighbour(neighbour, bytes, view, 0, options);
  if (options.messageType === RouteMessageType.GetNeighbour) view.setUint16(6, MessageFlag.Request, true);
  return bytes;
}

/** The RTM_NEWNEIGH of a proxy. */
export function encodeProxy(addressFamily: number, proxy: ProxyNeighbour): Uint8Array {
  const { address, link, flags, protocol } = proxy;
  const flagsExtended = flags >> EXTENDED_FLAGS_SHIFT;
  return encodeMessageOf(
    neighbourMessage,
    {
      header: {
        addressFamily,
        interfaceIndex: link?.index ?? 0,
        flags: (flags & 0xff) | NeighbourFlag.Proxy,
        type: RouteType.Unicast,
      },
      attributes: {
        destination: unpackBytes(address),
        ...(protocol === 0 ? {} : { protocol }),
        ...(flagsExtended === 0 ? {} : { flagsExtended }),
      },
    },
    RouteMessageType.NewNeighbour,
  );
}

function hundredths(ms: number): number {
  return Math.max(0, Math.floor(ms / 10));
}

function writeBytes(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  type: number,
  packed: PackedBytes,
): number {
  view.setUint32(at, ((type << 16) | (4 + packed.length)) >>> 0, true);
  const end = at + 4 + align4(packed.length);
  if (packed.length < end - at - 4) view.setUint32(end - 4, 0, true);
  writePackedBytes(packed, bytes, at + 4);
  return end;
}

function writeNumber(view: DataView, at: number, type: number, size: number, value: number): number {
  view.setUint32(at, ((type << 16) | (4 + size)) >>> 0, true);
  view.setUint32(at + 4, value, true);
  return at + 8;
}
