/** A byte string as JavaScript text, one character a byte: small, equal by `===`, and usable as the key of a map. */
export type PackedBytes = string;

export function packBytes(bytes: Uint8Array, length = bytes.length): PackedBytes {
  let packed = '';
  for (let i = 0; i < length; i++) packed += String.fromCharCode(bytes[i] ?? 0);
  return packed;
}

export function unpackBytes(packed: PackedBytes): Uint8Array {
  const bytes = new Uint8Array(packed.length);
  writePackedBytes(packed, bytes, 0);
  return bytes;
}

export function writePackedBytes(packed: PackedBytes, into: Uint8Array, offset: number): void {
  for (let i = 0; i < packed.length; i++) into[offset + i] = packed.charCodeAt(i);
}
