import { is, Layout, roundUp, viewOf } from './layout.js';
import { BsdFamily, type InterfaceType } from './numbers.js';

/** `struct sockaddr_in` */
export const inetAddressLayout = new Layout('sockaddr_in', {
  length: is.u8,
  family: is.u8,
  port: is.networkU16,
  address: is.bytes(4),
  zero: is.bytes(8),
});

/** `struct sockaddr_in6` */
export const inet6AddressLayout = new Layout('sockaddr_in6', {
  length: is.u8,
  family: is.u8,
  port: is.networkU16,
  flowInfo: is.u32,
  address: is.bytes(16),
  scopeId: is.u32,
});

/** `struct sockaddr_dl` */
export const linkAddressLayout = new Layout('sockaddr_dl', {
  length: is.u8,
  family: is.u8,
  interfaceIndex: is.u16,
  type: is.u8,
  nameLength: is.u8,
  addressLength: is.u8,
  selectorLength: is.u8,
  data: is.bytes(46),
});

/** `struct sockaddr_dl_short`: what stands for a link where there is no gateway. */
export const shortLinkAddressLayout = new Layout('sockaddr_dl_short', {
  length: is.u8,
  family: is.u8,
  interfaceIndex: is.u16,
  type: is.u8,
  nameLength: is.u8,
  addressLength: is.u8,
  selectorLength: is.u8,
  data: is.bytes(8),
});

export interface InetAddress {
  readonly family: BsdFamily.Inet;
  readonly address: Uint8Array;
}

export interface Inet6Address {
  readonly family: BsdFamily.Inet6;
  readonly address: Uint8Array;
  /** The index of the link that a link-local address is on; 0 for others. */
  readonly scopeId: number;
}

export interface LinkAddress {
  readonly family: BsdFamily.Link;
  readonly interfaceIndex: number;
  readonly type: InterfaceType | number;
  readonly name: string;
  readonly address: Uint8Array;
  /** `sdl_len` */
  readonly length: number;
}

/** An address that is not understood, or not all there: what stood in the message, from `sa_len` on. */
export interface RawAddress {
  readonly family: 'raw';
  readonly bytes: Uint8Array;
}

/** What a `struct sockaddr` in a routing message says. */
export type SocketAddress = InetAddress | Inet6Address | LinkAddress | RawAddress;

/** SA_SIZE rounds to this. */
const ALIGNMENT = 8;
/** Where the addresses are in their structs. */
const { address: INET_OFFSET } = inetAddressLayout.offsets;
const { address: INET6_OFFSET } = inet6AddressLayout.offsets;
const { data: LINK_DATA_OFFSET } = linkAddressLayout.offsets;
/** `sdl_len` of an interface in the kernel: the struct, rounded up to the size of a `long`. */
export const INTERFACE_ADDRESS_LENGTH = roundUp(linkAddressLayout.size, ALIGNMENT);
const SHORT_LINK_LENGTH = shortLinkAddressLayout.size;

/** SA_SIZE: what an address of this `sa_len` takes in a message. */
export function spaceOf(length: number): number {
  return length === 0 ? ALIGNMENT : roundUp(length, ALIGNMENT);
}

/** What stands for an interface where a gateway would stand. */
export function linkGateway(interfaceIndex: number, type: number): LinkAddress {
  const address = new Uint8Array(0);
  return { family: BsdFamily.Link, interfaceIndex, type, name: '', address, length: SHORT_LINK_LENGTH };
}

/** An address of either Internet protocol, by its length. A link-local one is on a link. */
export function internetAddress(address: Uint8Array, interfaceIndex: number): InetAddress | Inet6Address {
  if (address.length === 4) return { family: BsdFamily.Inet, address };
  return { family: BsdFamily.Inet6, address, scopeId: isScoped(address) ? interfaceIndex : 0 };
}

/** The mask of a prefix, as full as an address. */
export function netmaskOf(prefixLength: number, bytes: 4 | 16): InetAddress | Inet6Address {
  const address = new Uint8Array(bytes);
  for (let bit = 0; bit < prefixLength; bit++)
    address[bit >> 3] = (address[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  return internetAddress(address, 0);
}

/** Whether an IPv6 address means nothing without a link: link-local ones and multicast up to there. */
export function isScoped(address: Uint8Array): boolean {
  const [first = 0, second = 0] = address;
  if (first === 0xfe) return (second & 0xc0) === 0x80;
  return first === 0xff && ((second & 0x0f) === 1 || (second & 0x0f) === 2);
}

/** The kernel's own form of an address: the link stands in its third and fourth byte. */
export function embedScope({ address, scopeId }: Inet6Address): Uint8Array {
  const embedded = address.slice();
  if (isScoped(address) && scopeId !== 0) viewOf(embedded).setUint16(2, scopeId);
  return embedded;
}

/** Undoes `embedScope`: some programs still pass on what they have read in kernel memory. */
function recoverScope(address: Uint8Array, scopeId: number): Inet6Address {
  const family = BsdFamily.Inet6;
  if (!isScoped(address)) return { family, address, scopeId: 0 };
  const embedded = viewOf(address).getUint16(2);
  const clean = address.slice();
  viewOf(clean).setUint16(2, 0);
  return { family, address: clean, scopeId: scopeId === 0 ? embedded : scopeId };
}

/** @param bytes from `sa_len` on, as many as that says, or fewer. */
export function decodeSocketAddress(bytes: Uint8Array): SocketAddress {
  const [length = 0, family = 0] = bytes;
  switch (family) {
    case BsdFamily.Inet: {
      if (length < INET_OFFSET + 4) break;
      return { family, address: inetAddressLayout.read(bytes).address };
    }
    case BsdFamily.Inet6: {
      if (length < inet6AddressLayout.size) break;
      const { address, scopeId } = inet6AddressLayout.read(bytes);
      return recoverScope(address, scopeId);
    }
    case BsdFamily.Link: {
      const read = length < LINK_DATA_OFFSET ? undefined : linkAddressLayout.read(bytes);
      if (read === undefined || LINK_DATA_OFFSET + read.nameLength + read.addressLength > length) break;
      const { interfaceIndex, type, nameLength, addressLength } = read;
      const data = bytes.subarray(LINK_DATA_OFFSET);
      return {
        family,
        interfaceIndex,
        type,
        name: String.fromCharCode(...data.subarray(0, nameLength)),
        address: data.slice(nameLength, nameLength + addressLength),
        length,
      };
    }
    default:
      break;
  }
  return { family: 'raw', bytes: bytes.slice() };
}

/** As many bytes as it takes in a message. */
export function encodeSocketAddress(address: SocketAddress): Uint8Array {
  switch (address.family) {
    case BsdFamily.Inet: {
      const bytes = new Uint8Array(spaceOf(inetAddressLayout.size));
      const { family } = address;
      inetAddressLayout.write(bytes, 0, { length: inetAddressLayout.size, family, address: address.address });
      return bytes;
    }
    case BsdFamily.Inet6: {
      const bytes = new Uint8Array(spaceOf(inet6AddressLayout.size));
      const { family, scopeId } = address;
      const length = inet6AddressLayout.size;
      inet6AddressLayout.write(bytes, 0, { length, family, address: address.address, scopeId });
      return bytes;
    }
    case BsdFamily.Link:
      return encodeLinkAddress(address);
    default: {
      const bytes = new Uint8Array(spaceOf(address.bytes.length));
      bytes.set(address.bytes);
      return bytes;
    }
  }
}

function encodeLinkAddress({ family, interfaceIndex, type, name, address, length }: LinkAddress): Uint8Array {
  const needed = Math.max(length, LINK_DATA_OFFSET + name.length + address.length);
  const head = new Uint8Array(linkAddressLayout.size);
  linkAddressLayout.write(head, 0, {
    length: needed,
    family,
    interfaceIndex,
    type,
    nameLength: name.length,
    addressLength: address.length,
  });
  // Name and address may take more than the struct has room for: its length says where it ends.
  const bytes = new Uint8Array(spaceOf(needed));
  bytes.set(head.subarray(0, LINK_DATA_OFFSET));
  for (let i = 0; i < name.length; i++) bytes[LINK_DATA_OFFSET + i] = name.charCodeAt(i);
  bytes.set(address, LINK_DATA_OFFSET + name.length);
  return bytes;
}

/**
 * The bytes of a netmask, of which old programs leave out the end, the family or both (their length says how much there is);
 * undefined for one that ends before its address.
 */
export function maskBytes(bytes: Uint8Array, width: 4 | 16): Uint8Array | undefined {
  const [length = 0] = bytes;
  const [offset, full] =
    width === 4 ? [INET_OFFSET, inetAddressLayout.size] : [INET6_OFFSET, inet6AddressLayout.size];
  const present = (length < full ? length : offset + width) - offset;
  if (present < 0) return undefined;
  const mask = new Uint8Array(width);
  mask.set(bytes.subarray(offset, offset + Math.min(present, width)));
  return mask;
}

/** How many leading ones a mask has; undefined if there are others behind them. */
export function prefixLengthOf(mask: Uint8Array): number | undefined {
  let length = 0;
  while (length < mask.length * 8 && isSet(mask, length)) length++;
  for (let bit = length; bit < mask.length * 8; bit++) if (isSet(mask, bit)) return undefined;
  return length;
}

function isSet(mask: Uint8Array, bit: number): boolean {
  return ((mask[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
}
