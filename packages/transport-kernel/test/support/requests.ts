import { MESSAGE_HEADER_SIZE, MessageFlag } from '@nlspace/core';

/** Requests of NETLINK_ROUTE, written by hand: what is tested is below any schema. */
export interface Request {
  readonly type: number;
  /** Beside NLM_F_REQUEST. @default NLM_F_ACK */
  readonly flags?: number;
  readonly sequence?: number;
  readonly payload: Uint8Array;
}

export enum RouteType {
  NewLink = 16,
  GetLink = 18,
  SetLink = 19,
  NewAddress = 20,
  NewRoute = 24,
  DeleteRoute = 25,
  GetRoute = 26,
}

export function datagramOf(...requests: Request[]): Uint8Array {
  const parts = requests.map(({ type, flags = MessageFlag.Ack, sequence = 0, payload }) => {
    const bytes = new Uint8Array((MESSAGE_HEADER_SIZE + payload.length + 3) & ~3);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MESSAGE_HEADER_SIZE + payload.length, true);
    view.setUint16(4, type, true);
    view.setUint16(6, flags | MessageFlag.Request, true);
    view.setUint32(8, sequence, true);
    bytes.set(payload, MESSAGE_HEADER_SIZE);
    return bytes;
  });
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

/** `struct ifinfomsg`; index 1 is `lo`. */
export function linkHeader(interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setInt32(4, interfaceIndex, true);
  return bytes;
}

/** Does nothing, but needs the right to do something. */
export function touch(sequence = 0, flags: number = MessageFlag.Ack): Request {
  return { type: RouteType.SetLink, sequence, flags, payload: linkHeader(1) };
}

/** One reply. */
export function fetch(sequence = 0): Request {
  return { type: RouteType.GetLink, sequence, payload: linkHeader(1) };
}

const NO_SUCH_LINK = 4711;

/** ENODEV */
export function refuse(sequence = 0): Request {
  return { type: RouteType.SetLink, sequence, payload: linkHeader(NO_SUCH_LINK) };
}

const BLACKHOLE = 6;
const MAIN_TABLE = 254;

/** A blackhole to 10.x.y.z, where xyz is the index: one notification. */
export function route(
  index: number,
  type = RouteType.NewRoute,
  sequence = 0,
  extra = new Uint8Array(0),
): Request {
  const header = Uint8Array.of(2, 32, 0, 0, MAIN_TABLE, 3, 0, BLACKHOLE, 0, 0, 0, 0);
  const destination = Uint8Array.of(8, 0, 1, 0, 10, index >> 16, index >> 8, index);
  const payload = new Uint8Array(header.length + destination.length + extra.length);
  payload.set(header);
  payload.set(destination, header.length);
  payload.set(extra, header.length + destination.length);
  const flags = type === RouteType.NewRoute ? 0x600 : 0;
  return { type, sequence, flags: flags | MessageFlag.Ack, payload };
}

/** All IPv4 routes of the main table. */
export function list(sequence = 1): Request {
  return {
    type: RouteType.GetRoute,
    flags: MessageFlag.Dump,
    sequence,
    payload: Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  };
}

/** The index of a route's message; -1 for another message. */
export function routeIndex(payload: Uint8Array): number {
  if (payload[0] !== 2 || payload[1] !== 32 || payload[7] !== BLACKHOLE) return -1;
  for (let at = 12; at + 4 <= payload.length; ) {
    const length = (payload[at] ?? 0) | ((payload[at + 1] ?? 0) << 8);
    if (payload[at + 2] === 1)
      return ((payload[at + 5] ?? 0) << 16) | ((payload[at + 6] ?? 0) << 8) | (payload[at + 7] ?? 0);
    at += (length + 3) & ~3;
  }
  return -1;
}
