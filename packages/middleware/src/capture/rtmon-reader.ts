import { align4, MESSAGE_HEADER_SIZE, readMessageHeader } from '@nlspace/core';
import type { ProblemRecord } from './capture-record.js';

/** NLMSG_TSTAMP (iproute2): seconds and microseconds, in front of each message. */
const TIMESTAMP_TYPE = 15;
const TIMESTAMP_LENGTH = MESSAGE_HEADER_SIZE + 8;
const MICROSECONDS = 1_000_000;

/** A message that rtmon(8) has written, with its header. */
export interface TimedMessage {
  readonly kind: 'message';
  /** Microseconds since 1970. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

export function isRtmon(file: Uint8Array): boolean {
  if (file.length < TIMESTAMP_LENGTH) return false;
  const { length, type } = readMessageHeader(new DataView(file.buffer, file.byteOffset), 0);
  return type === TIMESTAMP_TYPE && length === TIMESTAMP_LENGTH;
}

/** Reads what `rtmon file` writes and `ip monitor file` shows: messages of NETLINK_ROUTE with their times. */
export function* readRtmon(file: Uint8Array): Generator<TimedMessage | ProblemRecord> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let time = 0;
  for (let offset = 0; offset < file.length; ) {
    const left = file.length - offset;
    const length = left < MESSAGE_HEADER_SIZE ? 0 : view.getUint32(offset, true);
    if (length < MESSAGE_HEADER_SIZE || length > left) {
      yield { kind: 'problem', text: `at byte ${offset} there is no message: ${left} bytes are left` };
      return;
    }
    const isTimestamp = view.getUint16(offset + 4, true) === TIMESTAMP_TYPE && length >= TIMESTAMP_LENGTH;
    if (isTimestamp) {
      const begin = offset + MESSAGE_HEADER_SIZE;
      time = view.getUint32(begin, true) * MICROSECONDS + view.getUint32(begin + 4, true);
    } else {
      yield { kind: 'message', time, bytes: file.subarray(offset, offset + length) };
    }
    offset += align4(length);
  }
}
