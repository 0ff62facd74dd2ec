import { align4 } from '@nlspace/core';

const TYPE_MASK = 0x3fff;

/**
 * A message without some of its attributes, which begin at `start`; the same bytes when it has none of them. Its length is
 * put right.
 */
export function stripAttributes(message: Uint8Array, start: number, types: readonly number[]): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const kept: Uint8Array[] = [];
  let offset = start;
  let dropped = 0;
  while (message.length - offset >= 4) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > message.length) break;
    const end = Math.min(offset + align4(length), message.length);
    if (types.includes(view.getUint16(offset + 2, true) & TYPE_MASK)) dropped += end - offset;
    else kept.push(message.subarray(offset, end));
    offset = end;
  }
  if (dropped === 0) return message;
  const stripped = new Uint8Array(message.length - dropped);
  stripped.set(message.subarray(0, start));
  let place = start;
  // What is no attribute stays as it is.
  for (const part of [...kept, message.subarray(offset)]) {
    stripped.set(part, place);
    place += part.length;
  }
  new DataView(stripped.buffer).setUint32(0, stripped.length, true);
  return stripped;
}
