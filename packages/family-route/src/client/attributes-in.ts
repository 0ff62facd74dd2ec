/** NLA_TYPE_MASK */
const TYPE_MASK = 0x3fff;

/** The attributes in some bytes, each with its header and padding. Ends without a word where they do. */
export function* attributesIn(
  bytes: Uint8Array,
): Generator<{ readonly type: number; readonly bytes: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > bytes.length) return;
    const type = view.getUint16(offset + 2, true) & TYPE_MASK;
    const next = offset + ((length + 3) & ~3);
    yield { type, bytes: bytes.subarray(offset, next) };
    offset = next;
  }
}
