import { align4, MESSAGE_HEADER_SIZE, type RawMessage, readMessages } from '@nlspace/core';

/** Each message of a datagram as `rewrite` gives it; the same bytes when it gives all as they were. */
export function rewriteMessages(
  datagram: Uint8Array,
  rewrite: (message: RawMessage, bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let changed = false;
  let end = 0;
  for (const message of readMessages(datagram)) {
    const start = message.payload.byteOffset - datagram.byteOffset - MESSAGE_HEADER_SIZE;
    const bytes = datagram.subarray(start, start + message.header.length);
    const rewritten = rewrite(message, bytes);
    changed ||= rewritten !== bytes;
    parts.push(rewritten);
    end = start + align4(message.header.length);
  }
  if (!changed) return datagram;
  const rest = datagram.subarray(Math.min(end, datagram.length));
  const size = parts.reduce((sum, { length }) => sum + align4(length), 0) + rest.length;
  const result = new Uint8Array(size);
  let place = 0;
  for (const part of [...parts, rest]) {
    result.set(part, place);
    place += align4(part.length);
  }
  return result;
}
