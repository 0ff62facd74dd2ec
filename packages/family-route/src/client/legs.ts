import { defineHeader, field } from '@nlspace/core';

/** `struct rtnexthop` */
export const legHeader = defineHeader('rtnexthop', {
  length: field.u16,
  flags: field.u8,
  /** The weight, less one. */
  hops: field.u8,
  interfaceIndex: field.s32,
});

/** The legs in RTA_MULTIPATH, each with its header and its attributes. Ends without a word where they do. */
export function* legsIn(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let offset = 0; bytes.length - offset >= legHeader.size; ) {
    const length = view.getUint16(offset, true);
    if (length < legHeader.size || offset + length > bytes.length) return;
    yield bytes.subarray(offset, offset + length);
    offset += (length + 3) & ~3;
  }
}
