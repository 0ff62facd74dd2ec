/** A byte string as JavaScript text, one character a byte: small, equal by `===`, and usable as the key of a map. */
export type PackedBytes = string;

/** Characters by length of what they make up: the engine spreads an array much faster than bytes. */
const scratch: number[][] = [];

/** The first `length` bytes; zeros follow where there are fewer. */
export function packBytes(bytes: Uint8Array, length = bytes.length): PackedBytes {
  if (length === 4) return String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0);
  scratch[length] ??= new Array<number>(length).fill(0);
  const characters = scratch[length];
  for (let i = 0; i < length; i++) characters[i] = bytes[i] ?? 0;
  return String.fromCharCode(...characters);
}

const zeros: PackedBytes[] = [];

/** So many zeros. */
export function packedZeros(length: number): PackedBytes {
  zeros[length] ??= '\0'.repeat(length);
  return zeros[length];
}

export function unpackBytes(packed: PackedBytes): Uint8Array {
  const bytes = new Uint8Array(packed.length);
  writePackedBytes(packed, bytes, 0);
  return bytes;
}

export function writePackedBytes(packed: PackedBytes, into: Uint8Array, offset: number): void {
  for (let i = 0; i < packed.length; i++) into[offset + i] = packed.charCodeAt(i);
}
