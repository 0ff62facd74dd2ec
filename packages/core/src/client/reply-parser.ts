import { NetlinkError } from '../errors/netlink-error.js';
import { attributePathAt, attributeSetAt } from '../schema/attributes.js';
import { encodeMessage, type MessageBody, type MessageSchema } from '../schema/message.js';
import { align4 } from '../wire/alignment.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { MESSAGE_HEADER_SIZE, MessageFlag, type RawMessage } from '../wire/message-header.js';

/** NLMSGERR_ATTR_* */
const TEXT = 1;
const OFFSET = 2;
const MISSING_TYPE = 5;
const MISSING_NEST = 6;

const decoder = new TextDecoder();

/** The errno of NLMSG_ERROR or NLMSG_DONE as a positive number; 0 is success. A DONE without payload is one. */
export function errnoOf({ payload }: RawMessage): number {
  if (payload.length < 4) return 0;
  return 0 - new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
}

/** A request as it was given to be sent, or as it was sent. */
export type SentRequest = { readonly schema: MessageSchema } & (
  | { readonly body: MessageBody }
  | { readonly payload: Uint8Array }
);

/**
 * Turns NLMSG_ERROR or a failed NLMSG_DONE into the error that the handler threw. With the request, the attribute at fault is
 * named, not only its offset.
 */
export function readRefusal(message: RawMessage, operation: string, request?: SentRequest): NetlinkError {
  const { header, payload } = message;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let text: string | undefined;
  let offset: number | undefined;
  let missing: number | undefined;
  let missingNest: number | undefined;
  for (const [type, start, length] of extendedAckAttributes(message, view)) {
    if (type === TEXT) text = decoder.decode(payload.subarray(start, start + Math.max(0, length - 1)));
    else if (length < 4) continue;
    else if (type === OFFSET) offset = view.getUint32(start, true);
    else if (type === MISSING_TYPE) missing = view.getUint32(start, true);
    else if (type === MISSING_NEST) missingNest = view.getUint32(start, true);
  }
  const attribute = attributeAtFault(request, offset, missing, missingNest);
  return new NetlinkError(errnoOf(message), text, {
    operation,
    sequence: header.sequence,
    ...(attribute === undefined ? {} : { attribute }),
    ...(offset === undefined ? {} : { offset }),
    ...(missing === undefined ? {} : { missing }),
  });
}

/** The key of the attribute that an extended ACK points to, or says is missing. The request is written once more for that. */
function attributeAtFault(
  request: SentRequest | undefined,
  offset: number | undefined,
  missing: number | undefined,
  missingNest: number | undefined,
): string | undefined {
  if (request === undefined || (offset === undefined && missing === undefined)) return undefined;
  const { schema } = request;
  const payload = 'payload' in request ? request.payload : encoded(schema, request.body);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const first = align4(schema.header.size);
  const at = (place: number) =>
    attributePathAt(schema.attributes, view, first, payload.length, place - MESSAGE_HEADER_SIZE);
  if (missing === undefined) return at(offset ?? 0);
  const nest = missingNest === undefined ? undefined : at(missingNest);
  const key = attributeSetAt(schema.attributes, nest)?.byType[missing]?.key;
  if (key === undefined) return nest;
  return nest === undefined ? key : `${nest}.${key}`;
}

function encoded(schema: MessageSchema, body: MessageBody): Uint8Array {
  const writer = new ByteWriter();
  encodeMessage(schema, writer, body);
  return writer.slice();
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
