import {
  attr,
  ByteWriter,
  type Class,
  type Credentials,
  type DomainOptions,
  defineAttributes,
  encodeMessage,
  errnoOf,
  type FamilySetup,
  type MessageSchema,
  NetlinkDomain,
  NetlinkProtocol,
  type NetlinkSocket,
  type RawMessage,
  readMessages,
  readRefusal,
  SocketOption,
  writeMessageHeader,
} from '@nlspace/core';
import { GenericNetlink, genericHeader } from '../../src/index.js';

export const ROOT: Credentials = { uid: 0, gid: 0, pid: 4321, netAdmin: true };
export const NOBODY: Credentials = { uid: 65534, gid: 65534, pid: 5432, netAdmin: false };

export const REQUEST = 1;
export const ACK = 4;
export const ECHO = 8;
export const DUMP = 0x300;
export const NLCTRL = 0x10;
export const FIRST = 0x13;

export interface World {
  readonly domain: NetlinkDomain;
  /** What handlers have thrown by mistake. */
  readonly defects: unknown[];
  /** A socket that wants extended ACKs. */
  open(credentials?: Credentials): Promise<NetlinkSocket>;
}

/** A domain with NETLINK_GENERIC and the families given. */
export function openWorld(
  families: ReadonlyArray<Class | FamilySetup> = [],
  options: DomainOptions = {},
): World {
  const defects: unknown[] = [];
  const domain = new NetlinkDomain({
    ...options,
    families: [GenericNetlink, ...families],
    onDefect: (error) => defects.push(error),
  });
  return {
    domain,
    defects,
    async open(credentials = ROOT) {
      const socket = await domain.open({ protocol: NetlinkProtocol.Generic, credentials });
      await socket.setOption(SocketOption.ExtendedAck, 1);
      await socket.setOption(SocketOption.CapAck, 1);
      return socket;
    },
  };
}

export interface RequestParts {
  readonly flags?: number;
  readonly version?: number;
  readonly reserved?: number;
  readonly sequence?: number;
  /** Everything behind `struct genlmsghdr`. */
  readonly bytes?: Uint8Array;
  /** Instead of everything behind the message header. */
  readonly payload?: Uint8Array;
}

export function request(familyId: number, command: number, parts: RequestParts = {}): Uint8Array {
  const { flags = REQUEST | ACK, version = 1, reserved = 0, sequence = 7, bytes, payload } = parts;
  const writer = new ByteWriter();
  writer.reserve(16);
  if (payload === undefined) {
    const at = writer.reserve(4);
    genericHeader.write(writer.view, at, { command, version, reserved });
    if (bytes !== undefined) writer.append(bytes);
  } else writer.append(payload);
  writeMessageHeader(writer.view, 0, { length: writer.length, type: familyId, flags, sequence, portId: 0 });
  writer.pad();
  return writer.slice();
}

/** The attributes of a message as bytes. */
export function encoded(schema: MessageSchema, attributes: object, header: object = {}): Uint8Array {
  const writer = new ByteWriter();
  encodeMessage(schema, writer, { header, attributes });
  return writer.slice();
}

/** One attribute as bytes. */
export function attribute(type: number, payload: ArrayLike<number>): Uint8Array {
  const writer = new ByteWriter();
  const start = writer.beginAttribute(type);
  writer.append(Uint8Array.from(payload));
  writer.endAttribute(start);
  return writer.slice();
}

/** One received message: of nlctrl's and the families' its command, of an error or NLMSG_DONE what that says. */
export interface Answer {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly portId: number;
  readonly command?: number;
  readonly version?: number;
  /** Behind `struct genlmsghdr`. */
  readonly bytes?: Uint8Array;
  readonly errno?: number;
  readonly text?: string | undefined;
  readonly offset?: number | undefined;
  readonly missing?: number | undefined;
}

export function answerOf(message: RawMessage): Answer {
  const { type, flags, sequence, portId } = message.header;
  const common = { type, flags, sequence, portId };
  if (type === 2 || type === 3) {
    const { text, details } = readRefusal(message, '');
    return { ...common, errno: errnoOf(message), text, offset: details.offset, missing: details.missing };
  }
  const [command = 0, version = 0] = message.payload;
  return { ...common, command, version, bytes: message.payload.slice(4) };
}

/** Every message that is there. */
export function receiveAll(socket: NetlinkSocket): Answer[] {
  const answers: Answer[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    for (const message of readMessages(next.bytes)) answers.push(answerOf(message));
  return answers;
}

/** Sends one request and gives what comes back. */
export async function ask(
  socket: NetlinkSocket,
  familyId: number,
  command: number,
  parts?: RequestParts,
): Promise<Answer[]> {
  await socket.send(request(familyId, command, parts));
  return receiveAll(socket);
}

/** What an error says, without the rest. */
export function refusalOf(answers: readonly Answer[]) {
  const [{ errno, text, offset, missing } = {} as Answer, ...rest] = answers;
  return rest.length > 0 ? answers : { errno, text, offset, missing };
}

export function refusal(errno: number, text?: string, details: { offset?: number; missing?: number } = {}) {
  return { errno, text, offset: details.offset, missing: details.missing };
}

export const shelfAttributes = defineAttributes('shelf', {
  title: attr.string(1, { max: 15 }),
  count: attr.u32(2, { min: 1, max: 1000 }),
  heavy: attr.flag(3),
});
