/** AF_* as they appear in messages. */
export enum AddressFamily {
  Unspecified = 0,
  Inet = 2,
  Bridge = 7,
  Inet6 = 10,
  Packet = 17,
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** Whether the first `prefixLength` bits are the same. */
export function samePrefix(a: Uint8Array, b: Uint8Array, prefixLength: number): boolean {
  return commonPrefixLength(a, b) >= prefixLength;
}

export function commonPrefixLength(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) ^ (b[i] ?? 0);
    if (difference !== 0) return i * 8 + Math.clz32(difference) - 24;
  }
  return a.length * 8;
}

/** The address with its host bits cleared (`'zeros'`) or set (`'ones'`). */
export function withHostBits(address: Uint8Array, prefixLength: number, bits: 'zeros' | 'ones'): Uint8Array {
  return address.map((byte, i) => {
    const kept = Math.min(8, Math.max(0, prefixLength - i * 8));
    const hostMask = 0xff >> kept;
    return bits === 'zeros' ? byte & ~hostMask : byte | hostMask;
  });
}
