import {
  ByteWriter,
  type Datagram,
  decodeMessage,
  encodeMessage,
  MESSAGE_HEADER_SIZE,
  MessageFlag,
  type NetlinkSocket,
  type RawMessage,
  type ReceiveOptions,
  readMessages,
} from '@nlspace/core';
import { type ContractType, type Parcel, parcel } from './contract-family.js';

export interface RequestParts {
  readonly type: ContractType;
  readonly sequence?: number;
  /** Beside NLM_F_REQUEST. @default NLM_F_ACK */
  readonly flags?: number;
  readonly count?: number;
  readonly size?: number;
  readonly attributes?: Parcel['attributes'];
}

/** A datagram of these requests. */
export function requests(...all: RequestParts[]): Uint8Array {
  const writer = new ByteWriter();
  for (const { type, sequence = 0, flags = MessageFlag.Ack, count = 0, size = 0, attributes = {} } of all) {
    const start = writer.reserve(MESSAGE_HEADER_SIZE);
    encodeMessage(parcel, writer, { header: { count, size }, attributes });
    writer.view.setUint32(start, writer.length - start, true);
    writer.view.setUint16(start + 4, type, true);
    writer.view.setUint16(start + 6, flags | MessageFlag.Request, true);
    writer.view.setUint32(start + 8, sequence, true);
  }
  return writer.slice();
}

/** The next datagram, waiting for it. What `receive` throws is thrown. */
export async function next(socket: NetlinkSocket, options?: ReceiveOptions): Promise<Datagram> {
  for (;;) {
    const datagram = socket.receive(options);
    if (datagram !== undefined) return datagram;
    await arrival(socket);
  }
}

/** The messages of the next datagram. */
export async function nextMessages(socket: NetlinkSocket, options?: ReceiveOptions): Promise<RawMessage[]> {
  return [...readMessages((await next(socket, options)).bytes)];
}

/** The errno of the acknowledgement or error that is the next datagram's only message. */
export async function nextErrno(socket: NetlinkSocket): Promise<number> {
  const [message, ...others] = await nextMessages(socket);
  if (message === undefined || message.header.type !== 2 || others.length > 0) {
    throw new Error(`an acknowledgement was expected, not ${JSON.stringify(message?.header)}`);
  }
  return errnoOf(message);
}

export function errnoOf({ payload }: RawMessage): number {
  return Math.abs(new DataView(payload.buffer, payload.byteOffset).getInt32(0, true));
}

/** Waits until there is something to receive. */
export async function arrival(socket: NetlinkSocket): Promise<void> {
  while (!socket.readable) {
    await new Promise<void>((resolve) => {
      socket.onReadable = resolve;
    });
  }
}

/** The index of a parcel. */
export function indexOf({ payload }: RawMessage): number {
  return decodeMessage(parcel, payload).attributes.index ?? -1;
}
