import type { AttributeKind } from '../schema/attribute-kinds.js';
import { attributePolicy, policyOfKind } from '../schema/attribute-policy.js';
import { encodeMessage, type MessageBody, type MessageSchema } from '../schema/message.js';
import { align4 } from '../wire/alignment.js';
import { ByteWriter } from '../wire/byte-writer.js';
import { ControlMessageType, MESSAGE_HEADER_SIZE, MessageFlag } from '../wire/message-header.js';

/** NLMSGERR_ATTR_* */
const EXTENDED_ACK_TEXT = 1;
const EXTENDED_ACK_OFFSET = 2;
const EXTENDED_ACK_COOKIE = 3;
const EXTENDED_ACK_POLICY = 4 | 0x8000;
const EXTENDED_ACK_MISSING_TYPE = 5;
const EXTENDED_ACK_MISSING_NEST = 6;

/** `struct nlmsgerr` without the echoed request: the errno. */
const ERROR_SIZE = 4;

/** What an NLMSG_ERROR or NLMSG_DONE says beside the errno. */
export interface ExtendedAck {
  readonly text?: string | undefined;
  readonly offset?: number | undefined;
  /** Whose policy is told. */
  readonly policy?: AttributeKind<unknown> | undefined;
  /** With an offset, that is of the nest in which it is missing. */
  readonly missing?: number | undefined;
  readonly cookie?: Uint8Array | undefined;
}

const textEncoder = new TextEncoder();

/** Appends one message and gives its offset. */
export function appendMessage(
  writer: ByteWriter,
  schema: MessageSchema,
  body: MessageBody,
  type: number,
  flags: number,
  sequence: number,
  portId: number,
): number {
  const start = appendHeader(writer, type, flags, sequence, portId);
  encodeMessage(schema, writer, body);
  endMessage(writer, start);
  return start;
}

function appendHeader(
  writer: ByteWriter,
  type: number,
  flags: number,
  sequence: number,
  portId: number,
): number {
  const start = writer.reserve(MESSAGE_HEADER_SIZE);
  const { view } = writer;
  view.setUint16(start + 4, type, true);
  view.setUint16(start + 6, flags, true);
  view.setUint32(start + 8, sequence, true);
  view.setUint32(start + 12, portId, true);
  return start;
}

function endMessage(writer: ByteWriter, start: number): void {
  writer.view.setUint32(start, writer.length - start, true);
  writer.pad();
}

function appendExtendedAck(writer: ByteWriter, ack: ExtendedAck): void {
  if (ack.text !== undefined) {
    const start = writer.beginAttribute(EXTENDED_ACK_TEXT);
    writer.append(textEncoder.encode(ack.text));
    writer.u8(0);
    writer.endAttribute(start);
  }
  if (ack.offset !== undefined && ack.missing === undefined)
    appendU32(writer, EXTENDED_ACK_OFFSET, ack.offset);
  const policy = ack.policy && policyOfKind(ack.policy);
  if (policy !== undefined) {
    const start = writer.beginAttribute(EXTENDED_ACK_POLICY);
    attributePolicy.encode(writer, policy);
    writer.endAttribute(start);
  }
  if (ack.missing !== undefined) {
    appendU32(writer, EXTENDED_ACK_MISSING_TYPE, ack.missing);
    if (ack.offset !== undefined) appendU32(writer, EXTENDED_ACK_MISSING_NEST, ack.offset);
  }
  if (ack.cookie !== undefined) {
    const start = writer.beginAttribute(EXTENDED_ACK_COOKIE);
    writer.append(ack.cookie);
    writer.endAttribute(start);
  }
}

function appendU32(writer: ByteWriter, type: number, value: number): void {
  const start = writer.beginAttribute(type);
  writer.u32(value);
  writer.endAttribute(start);
}

/** An acknowledgement's fixed bytes: length 36, type NLMSG_ERROR, flags NLM_F_CAPPED. */
const ACKNOWLEDGEMENT_START = [36, 0, 0, 0, ControlMessageType.Error, 0, 0, 1];
const ACKNOWLEDGEMENT_SIZE = 36;

/**
 * An acknowledgement: NLMSG_ERROR with errno 0 and the header of the request, which begins at `start`. Written byte by
 * byte: a view would make the engine move so small an array out of its heap, which takes longer than all the rest.
 */
export function acknowledgement(request: Uint8Array, start: number, portId: number): Uint8Array {
  const bytes = new Uint8Array(ACKNOWLEDGEMENT_SIZE);
  for (let i = 0; i < 8; i++) bytes[i] = ACKNOWLEDGEMENT_START[i] as number;
  for (let i = 8; i < 12; i++) bytes[i] = request[start + i] as number;
  bytes[12] = portId;
  bytes[13] = portId >>> 8;
  bytes[14] = portId >>> 16;
  bytes[15] = portId >>> 24;
  for (let i = 0; i < MESSAGE_HEADER_SIZE; i++) bytes[20 + i] = request[start + i] as number;
  return bytes;
}

/**
 * NLMSG_ERROR: minus the errno, the request (its header only if `capped`), and the extended ACK if the socket asked
 * for one.
 */
export function errorMessage(
  errno: number,
  request: Uint8Array,
  sequence: number,
  portId: number,
  capped: boolean,
  ack: ExtendedAck | undefined,
): Uint8Array {
  const hasTlvs = ack !== undefined && Object.values(ack).some((value) => value !== undefined);
  const flags = (capped ? MessageFlag.Capped : 0) | (hasTlvs ? MessageFlag.AckTlvs : 0);
  const echoed = capped ? request.subarray(0, MESSAGE_HEADER_SIZE) : request;
  const writer = new ByteWriter(MESSAGE_HEADER_SIZE + ERROR_SIZE + align4(echoed.length) + 128);
  const start = appendHeader(writer, ControlMessageType.Error, flags, sequence, portId);
  const error = writer.reserve(ERROR_SIZE);
  writer.view.setInt32(error, -errno, true);
  writer.append(echoed);
  writer.pad();
  if (hasTlvs) appendExtendedAck(writer, ack);
  endMessage(writer, start);
  return writer.slice();
}

/** Appends NLMSG_DONE, with minus the errno that ended the dump. */
export function appendDone(
  writer: ByteWriter,
  errno: number,
  flags: number,
  sequence: number,
  portId: number,
  ack: ExtendedAck | undefined,
): void {
  const hasTlvs = ack !== undefined && Object.values(ack).some((value) => value !== undefined);
  const allFlags = flags | (hasTlvs ? MessageFlag.AckTlvs : 0);
  const start = appendHeader(writer, ControlMessageType.Done, allFlags, sequence, portId);
  const error = writer.reserve(ERROR_SIZE);
  writer.view.setInt32(error, -errno, true);
  if (hasTlvs) appendExtendedAck(writer, ack);
  endMessage(writer, start);
}
