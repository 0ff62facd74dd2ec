/**
 * Addresses as words: big-endian numbers, four for every address so that one array type serves both families. IPv4
 * uses the first.
 */
export type AddressWords = Uint32Array;

export function swap32(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

/** Reads the first `length` bytes of an address; the rest is zero. */
export function readAddress(bytes: Uint8Array, offset: number, length: number, into: AddressWords): void {
  if (length === 4) {
    into[0] =
      ((bytes[offset] as number) << 24) |
      ((bytes[offset + 1] as number) << 16) |
      ((bytes[offset + 2] as number) << 8) |
      (bytes[offset + 3] as number);
    into[1] = 0;
    into[2] = 0;
    into[3] = 0;
    return;
  }
  for (let word = 0; word < 4; word++) {
    let value = 0;
    for (let i = word * 4; i < word * 4 + 4; i++)
      value = (value << 8) | (i < length ? (bytes[offset + i] as number) : 0);
    into[word] = value;
  }
}

/** The address as bytes on the wire. */
export function addressBytes(words: AddressWords, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (words[i >>> 2] as number) >>> (24 - (i & 3) * 8);
  return bytes;
}

export function copyAddress(from: AddressWords, to: AddressWords): void {
  to[0] = from[0] as number;
  to[1] = from[1] as number;
  to[2] = from[2] as number;
  to[3] = from[3] as number;
}

export function equalAddress(a: AddressWords, b: AddressWords): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

export function isUnspecified(address: AddressWords): boolean {
  return (
    ((address[0] as number) | (address[1] as number) | (address[2] as number) | (address[3] as number)) === 0
  );
}

/** Clears the bits behind a prefix and says whether there were any. */
export function clearHostBits(address: AddressWords, prefixLength: number): boolean {
  let found = false;
  for (let i = 0; i < 4; i++) {
    const bits = prefixLength - i * 32;
    if (bits >= 32) continue;
    const before = address[i] as number;
    address[i] = bits <= 0 ? 0 : before & (-1 << (32 - bits));
    if (address[i] !== before) found = true;
  }
  return found;
}

/** Whether the first `prefixLength` bits are the same. */
export function samePrefixWords(a: AddressWords, b: AddressWords, prefixLength: number): boolean {
  for (let i = 0; i * 32 < prefixLength; i++) {
    const bits = prefixLength - i * 32;
    const difference = (a[i] as number) ^ (b[i] as number);
    if (difference !== 0 && (bits >= 32 || difference >>> (32 - bits) !== 0)) return false;
  }
  return true;
}

/** A number that stands for an address, well spread: where the kernel hashes with a secret of its own. */
export function hashAddress(words: AddressWords): number {
  let hash = 0x811c9dc5;
  for (const word of words)
    for (let shift = 24; shift >= 0; shift -= 8)
      hash = Math.imul(hash ^ ((word >>> shift) & 0xff), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
