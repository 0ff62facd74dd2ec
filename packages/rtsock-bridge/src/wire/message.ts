import {
  addressHeader,
  announcementHeader,
  interfaceHeader,
  longAddressHeader,
  longInterfaceHeader,
  multicastHeader,
  routeHeader,
} from './headers.js';
import type { Layout, Values, ValuesOf } from './layout.js';
import { roundUp, viewOf } from './layout.js';
import { ADDRESS_SLOTS, type AddressSlot, RTSOCK_VERSION, RtsockType } from './numbers.js';
import { decodeSocketAddress, encodeSocketAddress, type SocketAddress, spaceOf } from './socket-address.js';

/** The addresses of a message by their place (RTAX_*). */
export type Addresses = { readonly [slot in AddressSlot]?: SocketAddress };

/** What the codec fills in by itself. */
type Derived = 'length' | 'version' | 'type' | 'addresses';
type Header<L> = Omit<ValuesOf<L>, Derived>;

/** RTM_ADD, DELETE, CHANGE, GET, LOSING, REDIRECT, MISS, LOCK, RESOLVE */
export interface RtsockRouteMessage {
  readonly kind: 'route';
  readonly type: RtsockType;
  readonly header: Header<typeof routeHeader>;
  readonly addresses: Addresses;
}

/** RTM_IFINFO */
export interface InterfaceMessage {
  readonly kind: 'interface';
  readonly type: RtsockType.InterfaceInfo;
  readonly header: Header<typeof interfaceHeader>;
  readonly addresses: Addresses;
}

/** RTM_NEWADDR, DELADDR */
export interface AddressMessage {
  readonly kind: 'address';
  readonly type: RtsockType.NewAddress | RtsockType.DeleteAddress;
  readonly header: Header<typeof addressHeader>;
  readonly addresses: Addresses;
}

/** RTM_NEWMADDR, DELMADDR */
export interface MulticastMessage {
  readonly kind: 'multicast';
  readonly type: RtsockType.NewMulticastAddress | RtsockType.DeleteMulticastAddress;
  readonly header: Header<typeof multicastHeader>;
  readonly addresses: Addresses;
}

/** RTM_IFANNOUNCE, RTM_IEEE80211 */
export interface AnnouncementMessage {
  readonly kind: 'announcement';
  readonly type: RtsockType.InterfaceAnnounce | RtsockType.Wireless;
  readonly interfaceIndex: number;
  readonly name: string;
  /** IFAN_*; of RTM_IEEE80211 what has happened. */
  readonly what: number;
  /** Of RTM_IEEE80211: whatever the driver says. */
  readonly data: Uint8Array;
}

/** Of a type, or a version, that is not understood. */
export interface UnknownMessage {
  readonly kind: 'unknown';
  readonly type: number;
  readonly bytes: Uint8Array;
}

export type RtsockMessage =
  | RtsockRouteMessage
  | InterfaceMessage
  | AddressMessage
  | MulticastMessage
  | AnnouncementMessage
  | UnknownMessage;

/** Bytes that are no routing message. */
export class RtsockDecodeError extends Error {
  override readonly name = 'RtsockDecodeError';
}

// biome-ignore lint/suspicious/noExplicitAny: headers of every layout
type AnyLayout = Layout<any>;

interface Shape {
  readonly kind: Exclude<RtsockMessage['kind'], 'unknown'>;
  readonly header: AnyLayout;
}

const ROUTE: Shape = { kind: 'route', header: routeHeader };
const INTERFACE: Shape = { kind: 'interface', header: interfaceHeader };
const ADDRESS: Shape = { kind: 'address', header: addressHeader };
const MULTICAST: Shape = { kind: 'multicast', header: multicastHeader };
const ANNOUNCEMENT: Shape = { kind: 'announcement', header: announcementHeader };

/** Which header a type of message begins with, and what it is read as. */
const SHAPES: ReadonlyMap<number, Shape> = new Map<number, Shape>([
  [RtsockType.Add, ROUTE],
  [RtsockType.Delete, ROUTE],
  [RtsockType.Change, ROUTE],
  [RtsockType.Get, ROUTE],
  [RtsockType.Losing, ROUTE],
  [RtsockType.Redirect, ROUTE],
  [RtsockType.Miss, ROUTE],
  [RtsockType.Lock, ROUTE],
  [RtsockType.Resolve, ROUTE],
  [RtsockType.NewAddress, ADDRESS],
  [RtsockType.DeleteAddress, ADDRESS],
  [RtsockType.InterfaceInfo, INTERFACE],
  [RtsockType.NewMulticastAddress, MULTICAST],
  [RtsockType.DeleteMulticastAddress, MULTICAST],
  [RtsockType.InterfaceAnnounce, ANNOUNCEMENT],
  [RtsockType.Wireless, ANNOUNCEMENT],
]);

/** By kind: an answer to a request of any type is one about a route. */
const HEADERS: Readonly<Record<Exclude<RtsockMessage['kind'], 'unknown' | 'announcement'>, AnyLayout>> = {
  route: routeHeader,
  interface: interfaceHeader,
  address: addressHeader,
  multicast: multicastHeader,
};

/** The headers of NET_RT_IFLISTL, by what stands there otherwise. */
const LONG_HEADERS: ReadonlyMap<AnyLayout, AnyLayout> = new Map<AnyLayout, AnyLayout>([
  [interfaceHeader, longInterfaceHeader],
  [addressHeader, longAddressHeader],
]);

const SMALLEST = 4;
const ALIGNMENT = 8;

export interface FormOptions {
  /** As NET_RT_IFLISTL gives it, with a header that says its own length. @default false */
  readonly isLong?: boolean;
  /** Padded to the size of a `long`, as answers and dumps are. @default false */
  readonly isAligned?: boolean;
}

export function encodeMessage(message: RtsockMessage, options: FormOptions = {}): Uint8Array {
  if (message.kind === 'unknown') return message.bytes.slice();
  if (message.kind === 'announcement') return encodeAnnouncement(message);
  const short = HEADERS[message.kind];
  const layout = options.isLong ? (LONG_HEADERS.get(short) ?? short) : short;
  const { addresses, ...values } = addressesAndBits(message.addresses);
  const length = layout.size + addresses.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(options.isAligned ? roundUp(length, ALIGNMENT) : length);
  const isLong = layout !== short;
  layout.write(bytes, 0, {
    ...message.header,
    length: bytes.length,
    version: RTSOCK_VERSION,
    type: message.type,
    addresses: values.bits,
    ...(isLong ? { headerLength: layout.size, dataOffset: layout.offsets['data'] } : {}),
  });
  let offset = layout.size;
  for (const address of addresses) {
    bytes.set(address, offset);
    offset += address.length;
  }
  return bytes;
}

function addressesAndBits(given: Addresses): { addresses: Uint8Array[]; bits: number } {
  const addresses: Uint8Array[] = [];
  let bits = 0;
  for (let slot = 0; slot < ADDRESS_SLOTS; slot++) {
    const address = given[slot as AddressSlot];
    if (address === undefined) continue;
    bits |= 1 << slot;
    addresses.push(encodeSocketAddress(address));
  }
  return { addresses, bits };
}

function encodeAnnouncement({ type, interfaceIndex, name, what, data }: AnnouncementMessage): Uint8Array {
  const bytes = new Uint8Array(announcementHeader.size + data.length);
  const characters = new Uint8Array(16);
  // The last one stays 0.
  for (let i = 0; i < Math.min(name.length, 15); i++) characters[i] = name.charCodeAt(i);
  announcementHeader.write(bytes, 0, {
    length: bytes.length,
    version: RTSOCK_VERSION,
    type,
    interfaceIndex,
    name: characters,
    what,
  });
  bytes.set(data, announcementHeader.size);
  return bytes;
}

/**
 * Reads one message.
 *
 * @throws {RtsockDecodeError} for bytes that are not as many as they say, or too few for their type.
 */
export function decodeMessage(bytes: Uint8Array, options: FormOptions = {}): RtsockMessage {
  if (bytes.length < SMALLEST) throw new RtsockDecodeError(`${bytes.length} bytes are no message`);
  const length = viewOf(bytes).getUint16(0, true);
  if (length !== bytes.length)
    throw new RtsockDecodeError(`a message of ${length} bytes is in ${bytes.length}`);
  const [, , version, type = 0] = bytes;
  const shape = version === RTSOCK_VERSION ? SHAPES.get(type) : undefined;
  if (shape === undefined) return { kind: 'unknown', type, bytes: bytes.slice() };
  const { kind, header: short } = shape;
  const layout = options.isLong ? (LONG_HEADERS.get(short) ?? short) : short;
  if (bytes.length < layout.size)
    throw new RtsockDecodeError(`${bytes.length} bytes are too few for a ${layout.name}`);
  const values = layout.read(bytes) as Values<Record<string, never>> & Record<string, unknown>;
  if (kind === 'announcement') {
    const { interfaceIndex, name, what } = announcementHeader.read(bytes);
    return {
      kind,
      type,
      interfaceIndex,
      name: String.fromCharCode(...name).split('\0')[0] ?? '',
      what,
      data: bytes.slice(announcementHeader.size),
    };
  }
  const { length: _, version: __, type: ___, addresses: bits, ...header } = values;
  const { addresses, isWhole } = readAddresses(bytes, layout.size, bits as number);
  if (!isWhole) throw new RtsockDecodeError('an address is longer than its message');
  const decoded: Record<number, SocketAddress> = {};
  for (const [slot, address] of addresses) decoded[slot] = decodeSocketAddress(address);
  return { kind, type, header, addresses: decoded } as unknown as RtsockMessage;
}

/** The bytes of the addresses behind a header, each as long as its `sa_len`, by place. */
export interface AddressBytes {
  readonly addresses: ReadonlyMap<AddressSlot, Uint8Array>;
  /** False when one is longer than what is left of the message; those before it are given. */
  readonly isWhole: boolean;
}

/** What the kernel takes for an address without length, after which it looks for no more: 0.0.0.0. */
const ZERO_ADDRESS = Uint8Array.of(16, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

/** As the kernel finds them: bits without bytes are nobody's, an address without length is the last. */
export function readAddresses(bytes: Uint8Array, start: number, bits: number): AddressBytes {
  const addresses = new Map<AddressSlot, Uint8Array>();
  let offset = start;
  for (let slot = 0; slot < ADDRESS_SLOTS && offset < bytes.length; slot++) {
    if ((bits & (1 << slot)) === 0) continue;
    const length = bytes[offset] as number;
    if (offset + length > bytes.length) return { addresses, isWhole: false };
    if (length === 0) {
      addresses.set(slot as AddressSlot, ZERO_ADDRESS);
      break;
    }
    addresses.set(slot as AddressSlot, bytes.slice(offset, offset + length));
    offset += spaceOf(length);
  }
  return { addresses, isWhole: true };
}

/**
 * Cuts what a dump has given into its messages.
 *
 * @throws {RtsockDecodeError} where a length does not fit.
 */
export function* splitMessages(bytes: Uint8Array): Generator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; ) {
    const left = bytes.subarray(offset);
    const length = left.length < 2 ? 0 : viewOf(left).getUint16(0, true);
    if (length < SMALLEST || length > left.length)
      throw new RtsockDecodeError(`a message of ${length} bytes does not fit into ${left.length}`);
    yield left.slice(0, length);
    offset += length;
  }
}
