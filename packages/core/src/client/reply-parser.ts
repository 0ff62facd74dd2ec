import { NetlinkError } from '../errors/netlink-error.js';
import { MESSAGE_HEADER_SIZE, MessageFlag, type RawMessage } from '../wire/message-header.js';

/** NLMSGERR_ATTR_* */
const TEXT = 1;
const OFFSET = 2;
const MISSING_TYPE = 5;

const decoder = new TextDecoder();

/** The errno of NLMSG_ERROR or NLMSG_DONE as a positive number; 0 is success. A DONE without payload is one. */
export function errnoOf({ payload }: RawMessage): number {
  if (payload.length < 4) return 0;
  return 0 - new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
}

/** Turns NLMSG_ERROR or a failed NLMSG_DONE into the error that the handler threw. */
export function readRefusal(message: RawMessage, operation: string): NetlinkError {
  const { header, payload } = message;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let text: string | undefined;
  let offset: number | undefined;
  let missing: number | undefined;
  for (const [type, start, length] of extendedAckAttributes(message, view)) {
    if (type === TEXT) text = decoder.decode(payload.subarray(start, start + Math.max(0, length - 1)));
    else if (type === OFFSET && length >= 4) offset = view.getUint32(start, true);
    else if (type === MISSING_TYPE && length >= 4) missing = view.getUint32(start, true);
  }
  return new NetlinkError(errnoOf(message), text, {
    operation,
    sequence: header.sequence,
    ...(offset === undefined ? {} : { offset }),
    ...(missing === undefined ? {} : { missing }),
  });
}

function* extendedAckAttributes(
  { header, payload }: RawMessage,
  view: DataView,
): Generator<[number, number, number]> {
  if ((header.flags & MessageFlag.AckTlvs) === 0) return;
  let position = 4;
  // NLMSG_ERROR (2) echoes the request, whole unless capped; NLMSG_DONE echoes nothing.
  if (header.type === 2) {
    if (payload.length < 4 + MESSAGE_HEADER_SIZE) return;
    const echoed = (header.flags & MessageFlag.Capped) === 0 ? view.getUint32(4, true) : MESSAGE_HEADER_SIZE;
    position += (echoed + 3) & ~3;
  }
  while (payload.length - position >= 4) {
    const length = view.getUint16(position, true);
    if (length < 4 || position + length > payload.length) return;
    yield [view.getUint16(position + 2, true), position + 4, length - 4];
    position += (length + 3) & ~3;
  }
}
