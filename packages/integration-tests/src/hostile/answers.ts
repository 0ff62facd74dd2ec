import { errnoName, readMessages } from '@nlspace/core';

/**
 * What a peer can tell two answers apart by, in words: errno, flags, length and extended ACK of errors and DONE; of
 * other messages their types. Messages of one type in a row are one word, since their number is the contents' business.
 */
export function describeAnswers(datagrams: readonly Uint8Array[]): string {
  const words: string[] = [];
  for (const datagram of datagrams) {
    for (const { header, payload } of readMessages(datagram)) {
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      if (header.type === 2) words.push(describeError(header, payload, view));
      else if (header.type === 3) words.push(`done ${result(view)} ${flags(header.flags)}${tlvs(header.flags, payload.subarray(4))}`);
      else if (words.at(-1) !== reply(header)) words.push(reply(header));
    }
  }
  return words.join('; ') || 'nothing';
}

function reply(header: { type: number; flags: number }): string {
  return `message ${header.type} ${flags(header.flags)}`;
}

function describeError(header: { flags: number; length: number }, payload: Uint8Array, view: DataView): string {
  const capped = (header.flags & 0x100) !== 0;
  const end = capped ? 20 : 4 + view.getUint32(4, true);
  const said = tlvs(header.flags, payload.subarray((end + 3) & ~3));
  // The policy that NLMSGERR_ATTR_POLICY describes is left out, and so is its length.
  return `${result(view)} ${flags(header.flags)} echo ${Math.min(end, payload.length) - 4}${said}`;
}

function result(view: DataView): string {
  const errno = 0 - view.getInt32(0, true);
  return errno === 0 ? 'ok' : errnoName(errno);
}

function flags(bits: number): string {
  return `0x${bits.toString(16)}`;
}

function tlvs(bits: number, bytes: Uint8Array): string {
  if ((bits & 0x200) === 0) return '';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let words = '';
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint16(at, true);
    if (length < 4) break;
    const value = bytes.subarray(at + 4, at + length);
    const type = view.getUint16(at + 2, true);
    if (type === 1) words += ` '${new TextDecoder().decode(value.subarray(0, -1))}'`;
    else if (type === 2) words += ` at ${view.getUint32(at + 4, true)}`;
    else if (type === 5) words += ` missing ${view.getUint32(at + 4, true)}`;
    else if (type === 6) words += ` missing in ${view.getUint32(at + 4, true)}`;
    at += (length + 3) & ~3;
  }
  return words;
}

/** The same without texts and offsets: what programs act on. */
export function withoutWords(answers: string): string {
  return answers
    .replaceAll(/ '.*?'(?= at|;|$| missing)/g, '')
    .replaceAll(/ (at|missing|missing in) \d+/g, '')
    .replaceAll(/0x([0-9a-f]+)/g, (_all, bits: string) => flags(Number.parseInt(bits, 16) & ~0x200));
}
