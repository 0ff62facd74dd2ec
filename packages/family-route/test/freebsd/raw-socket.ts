import { type MessageHeader, type NetlinkSocket, readMessages } from '@nlspace/core';

const HEADER_BYTES = 16;

export interface RawReply extends MessageHeader {
  readonly payload: Uint8Array;
}

/** Sends a request whose payload is given as bytes, and gives all that comes back. */
export function ask(
  socket: NetlinkSocket,
  type: number,
  flags: number,
  payload: readonly number[],
): RawReply[] {
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, type, true);
  view.setUint16(6, flags | 1, true);
  view.setUint32(8, 77, true);
  bytes.set(payload, HEADER_BYTES);
  void socket.send(bytes);
  const replies: RawReply[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    for (const { header, payload: body } of readMessages(next.bytes))
      replies.push({ ...header, payload: body.slice() });
  return replies;
}

/** The errno that an NLMSG_ERROR or NLMSG_DONE carries. */
export function errnoOf({ payload }: RawReply): number {
  return 0 - new DataView(payload.buffer, payload.byteOffset).getInt32(0, true);
}
