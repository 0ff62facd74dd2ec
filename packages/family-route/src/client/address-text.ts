import ipaddr from 'ipaddr.js';
import { AddressFamily } from '../network/ip-bytes.js';

/** The families that addresses, routes, neighbours and rules come in. */
export type AddressFamilyName = 'inet' | 'inet6';

/** An address and how many of its first bits count. */
export interface Prefix {
  readonly bytes: Uint8Array;
  readonly length: number;
}

/** @throws {RangeError} for what is no IPv4 or IPv6 address; `192.0.2` and other short forms are none. */
export function bytesOfAddress(text: string): Uint8Array {
  const bytes = parseAddress(text);
  if (bytes === undefined) throw new RangeError(`"${text}" is no IP address`);
  return bytes;
}

function parseAddress(text: string): Uint8Array | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return Uint8Array.from(ipaddr.IPv4.parse(text).toByteArray());
  if (!ipaddr.IPv6.isValid(text) || text.includes('%')) return undefined;
  return Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray());
}

export function textOfAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? bytes.join('.') : ipaddr.fromByteArray([...bytes]).toString();
}

/** An address without a length is itself: all of its bits count. @throws {RangeError} */
export function parsePrefix(text: string): Prefix {
  const [address = '', bits, ...others] = text.split('/');
  const bytes = parseAddress(address);
  const size = (bytes?.length ?? 0) * 8;
  const length = bits === undefined ? size : /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
  if (bytes === undefined || others.length > 0 || length < 0 || length > size)
    throw new RangeError(`"${text}" is no IP address with a prefix length, such as 192.0.2.0/24`);
  return { bytes, length };
}

/** @param bytes undefined stands for the address of zeros. */
export function textOfPrefix(family: number, bytes: Uint8Array | undefined, length: number): string {
  const zero = family === AddressFamily.Inet ? '0.0.0.0' : '::';
  return `${bytes === undefined ? zero : textOfAddress(bytes)}/${length}`;
}

export function familyOfBytes({ length }: Uint8Array): AddressFamily {
  return length === 4 ? AddressFamily.Inet : AddressFamily.Inet6;
}

export function familyName(family: number): AddressFamilyName | undefined {
  if (family === AddressFamily.Inet) return 'inet';
  return family === AddressFamily.Inet6 ? 'inet6' : undefined;
}

export function familyNumber(name: AddressFamilyName | undefined): AddressFamily {
  if (name === undefined) return AddressFamily.Unspecified;
  return name === 'inet' ? AddressFamily.Inet : AddressFamily.Inet6;
}

/** @throws {RangeError} for what is not pairs of hexadecimal digits with colons between them. */
export function bytesOfMac(text: string): Uint8Array {
  if (!/^[\da-f]{2}(:[\da-f]{2})*$/i.test(text))
    throw new RangeError(`"${text}" is no link-layer address, such as 02:00:00:00:00:01`);
  return Uint8Array.from(text.split(':'), (pair) => Number.parseInt(pair, 16));
}

export function textOfMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Whether two texts are the same prefix; `default` is the one without bits. @throws {RangeError} */
export function prefixesEqual(listed: string, wanted: string): boolean {
  if (wanted === 'default') return listed.endsWith('/0');
  const { bytes, length } = parsePrefix(wanted);
  return listed === `${textOfAddress(bytes)}/${length}`;
}
