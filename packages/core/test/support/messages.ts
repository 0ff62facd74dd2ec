import {
  ByteWriter,
  decodeMessage,
  encodeMessage,
  type MessageHeader,
  type NetlinkSocket,
  type ReceiveOptions,
  readMessages,
  writeMessageHeader,
} from '../../src/index.js';
import { type Book, book } from './shelf-family.js';

export const REQUEST = 1;
export const ACK = 4;
export const ECHO = 8;
export const DUMP = 0x300;

const NO_BOOK: Book = { attributes: {} };

export interface RequestParts {
  readonly flags?: number;
  readonly sequence?: number;
  readonly book?: Book;
  /** Instead of a book. */
  readonly payload?: Uint8Array;
  /** `nlmsg_len`, where it shall not be the true one. */
  readonly length?: number;
}

/** A request of the shelf family, as bytes. */
export function request(
  type: number,
  { flags = REQUEST | ACK, sequence = 7, book: body = NO_BOOK, payload, length }: RequestParts = {},
): Uint8Array {
  const writer = new ByteWriter();
  writer.reserve(16);
  if (payload === undefined) encodeMessage(book, writer, body);
  else writer.append(payload);
  writeMessageHeader(writer.view, 0, { length: length ?? writer.length, type, flags, sequence, portId: 0 });
  writer.pad();
  return writer.slice();
}

export function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** One received message, with what an NLMSG_ERROR or NLMSG_DONE says. */
export interface Answer extends MessageHeader {
  readonly errno?: number;
  /** The request that an error repeats, from its header on. */
  readonly echoed?: Uint8Array;
  readonly text?: string;
  readonly offset?: number;
  readonly missing?: number;
  readonly attributes?: Book['attributes'];
}

export function answersOf(datagram: Uint8Array): Answer[] {
  return [...readMessages(datagram)].map(({ header, payload }) => {
    if (header.type === 2) return { ...header, ...errorOf(header, payload) };
    if (header.type === 3)
      return { ...header, errno: errnoOf(payload), ...tlvsOf(header, payload.subarray(4)) };
    return { ...header, attributes: decodeMessage(book, payload).attributes };
  });
}

/** Every datagram that is there, each as its messages. */
export function receiveAll(socket: NetlinkSocket, options?: ReceiveOptions): Answer[][] {
  const answers: Answer[][] = [];
  for (let next = socket.receive(options); next !== undefined; next = socket.receive(options))
    answers.push(answersOf(next.bytes));
  return answers;
}

/** Sends one request and gives what comes back. */
export function ask(socket: NetlinkSocket, type: number, parts?: RequestParts): Answer[] {
  void socket.send(request(type, parts));
  return receiveAll(socket).flat();
}

function errnoOf(payload: Uint8Array): number {
  return 0 - new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
}

function errorOf(header: MessageHeader, payload: Uint8Array) {
  const capped = (header.flags & 0x100) !== 0;
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(4, true);
  const end = capped ? 20 : 4 + length;
  return {
    errno: errnoOf(payload),
    echoed: payload.slice(4, end),
    ...tlvsOf(header, payload.subarray((end + 3) & ~3)),
  };
}

function tlvsOf(
  header: MessageHeader,
  bytes: Uint8Array,
): { text?: string; offset?: number; missing?: number } {
  if ((header.flags & 0x200) === 0) return {};
  const found: { text?: string; offset?: number; missing?: number } = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += (view.getUint16(at, true) + 3) & ~3) {
    const value = bytes.subarray(at + 4, at + view.getUint16(at, true));
    const type = view.getUint16(at + 2, true);
    if (type === 1) found.text = new TextDecoder().decode(value.subarray(0, value.indexOf(0)));
    else if (type === 2) found.offset = view.getUint32(at + 4, true);
    else if (type === 5) found.missing = view.getUint32(at + 4, true);
  }
  return found;
}
