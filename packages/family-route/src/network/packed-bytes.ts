/** A byte string as JavaScript text, one character a byte: small, equal by `===`, and usable as the key of a map. */
export type PackedBytes = string;

/** The first `length` bytes; zeros follow where there are fewer. */
export function packBytes(bytes: Uint8Array, length = bytes.length): PackedBytes {
  if (length === 4) return String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0);
  const packed = String.fromCharCode(...(bytes.length > length ? bytes.subarray(0, length) : bytes));
  return packed.padEnd(length, '\0');
}

export function unpackBytes(packed: PackedBytes): Uint8Array {
  const bytes = new Uint8Array(packed.length);
  writePackedBytes(packed, bytes, 0);
  return bytes;
}

export function writePackedBytes(packed: PackedBytes, into: Uint8Array, offset: number): void {
  for (let i = 0; i < packed.length; i++) into[offset + i] = packed.charCodeAt(i);
}
