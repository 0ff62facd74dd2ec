import { align4 } from './alignment.js';

/** Size of `struct nlmsghdr`. */
export const MESSAGE_HEADER_SIZE = 16;

/** The first type that belongs to a protocol (NLMSG_MIN_TYPE); those below are control messages. */
export const FIRST_PROTOCOL_MESSAGE_TYPE = 0x10;

/** `nlmsg_type` of control messages: NLMSG_NOOP and so on. */
export enum ControlMessageType {
  Noop = 1,
  Error = 2,
  Done = 3,
  Overrun = 4,
}

/** `nlmsg_flags`; the bits from 0x100 on mean different things in different requests (linux/netlink.h). */
export enum MessageFlag {
  Request = 0x1,
  Multi = 0x2,
  Ack = 0x4,
  Echo = 0x8,
  DumpInterrupted = 0x10,
  DumpFiltered = 0x20,
  /** GET: NLM_F_ROOT */
  Root = 0x100,
  /** GET: NLM_F_MATCH */
  Match = 0x200,
  /** GET: NLM_F_ROOT | NLM_F_MATCH */
  Dump = 0x300,
  /** NEW: NLM_F_REPLACE */
  Replace = 0x100,
  /** NEW: NLM_F_EXCL */
  Exclusive = 0x200,
  /** NEW: NLM_F_CREATE */
  Create = 0x400,
  /** NEW: NLM_F_APPEND */
  Append = 0x800,
  /** DEL: NLM_F_BULK */
  Bulk = 0x200,
  /** ACK: NLM_F_CAPPED */
  Capped = 0x100,
  /** ACK: NLM_F_ACK_TLVS */
  AckTlvs = 0x200,
}

/** `struct nlmsghdr` */
export interface MessageHeader {
  /** With the header, without padding. */
  readonly length: number;
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
}

export function readMessageHeader(view: DataView, offset: number): MessageHeader {
  return {
    length: view.getUint32(offset, true),
    type: view.getUint16(offset + 4, true),
    flags: view.getUint16(offset + 6, true),
    sequence: view.getUint32(offset + 8, true),
    portId: view.getUint32(offset + 12, true),
  };
}

export function writeMessageHeader(view: DataView, offset: number, header: MessageHeader): void {
  view.setUint32(offset, header.length, true);
  view.setUint16(offset + 4, header.type, true);
  view.setUint16(offset + 6, header.flags, true);
  view.setUint32(offset + 8, header.sequence, true);
  view.setUint32(offset + 12, header.portId, true);
}

/** One message of a datagram: its header, and its payload as a view of the datagram. */
export interface RawMessage {
  readonly header: MessageHeader;
  readonly payload: Uint8Array;
}

/** The messages of a datagram, in order; stops without a word where the kernel does: at the first impossible length. */
export function* readMessages(datagram: Uint8Array): Generator<RawMessage> {
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  let offset = 0;
  while (datagram.length - offset >= MESSAGE_HEADER_SIZE) {
    const header = readMessageHeader(view, offset);
    if (header.length < MESSAGE_HEADER_SIZE || header.length > datagram.length - offset) return;
    yield { header, payload: datagram.subarray(offset + MESSAGE_HEADER_SIZE, offset + header.length) };
    offset += align4(header.length);
  }
}
