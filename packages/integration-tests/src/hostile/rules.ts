import { readMessages } from '@nlspace/core';

const REQUEST = 0x1;
const ACK = 0x4;
const DUMP = 0x300;
const ERROR = 2;
const DONE = 3;

/** How many NLMSG_ERROR and NLMSG_DONE a sequence number must get: the rules of netlink, without any of its code. */
interface Expected {
  least: number;
  most: number;
}

function expectedOf(datagram: Uint8Array): Map<number, Expected> {
  const expected = new Map<number, Expected>();
  for (const { header, payload } of readMessages(datagram)) {
    const { least, most } = answersTo(header.type, header.flags, payload.length);
    const entry = expected.get(header.sequence) ?? { least: 0, most: 0 };
    expected.set(header.sequence, { least: entry.least + least, most: entry.most + most });
  }
  return expected;
}

function answersTo(type: number, flags: number, payloadLength: number): Expected {
  const acknowledged = (flags & ACK) !== 0 ? 1 : 0;
  if ((flags & REQUEST) === 0 || type < 16) return { least: acknowledged, most: acknowledged };
  // Below its family byte nothing happens, unless the type is unknown: that is an error.
  if (payloadLength === 0) return { least: acknowledged, most: 1 };
  // A dump ends in DONE or in an error, and is never acknowledged.
  if (type % 4 === 2 && (flags & DUMP) !== 0) return { least: 1, most: 1 };
  return { least: acknowledged, most: 1 };
}

/** What is wrong with the answers that a socket got to a datagram, or nothing. */
export function violation(request: Uint8Array, answers: readonly Uint8Array[], portId: number): string | undefined {
  const finals = new Map<number, number>();
  const expected = expectedOf(request);
  for (const answer of answers) {
    let read = 0;
    for (const { header } of readMessages(answer)) {
      read += (header.length + 3) & ~3;
      // What the kernel side does by itself carries neither port nor sequence number.
      if (header.portId !== portId && header.portId !== 0) return `an answer to port ${header.portId}`;
      if (header.portId === portId && !expected.has(header.sequence)) return `an answer to ${header.sequence}, which nobody asked`;
      if (header.type === ERROR || header.type === DONE) finals.set(header.sequence, (finals.get(header.sequence) ?? 0) + 1);
    }
    if (read !== answer.length) return `an answer of ${answer.length} bytes whose messages end at ${read}`;
  }
  for (const [sequence, { least, most }] of expected) {
    const count = finals.get(sequence) ?? 0;
    if (count < least || count > most) return `${count} ends of request ${sequence} instead of ${least} to ${most}`;
  }
  return undefined;
}
