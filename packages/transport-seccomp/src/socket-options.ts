import { Errno, NetlinkError, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { AF_NETLINK, SOL_NETLINK, SOL_SOCKET } from './linux.js';

/** SO_*: those that the serving side keeps. */
const SIZE_OPTIONS: ReadonlyMap<number, SocketOption> = new Map([
  [7, SocketOption.SendBufferSize],
  [8, SocketOption.ReceiveBufferSize],
  [32, SocketOption.ForceSendBufferSize],
  [33, SocketOption.ForceReceiveBufferSize],
]);

/** NETLINK_*: those that are on or off. */
const SWITCH_OPTIONS: ReadonlyMap<number, SocketOption> = new Map([
  [3, SocketOption.PacketInfo],
  [4, SocketOption.BroadcastError],
  [5, SocketOption.NoOverrunError],
  [8, SocketOption.ListenAllNamespaces],
  [10, SocketOption.CapAck],
  [11, SocketOption.ExtendedAck],
  [12, SocketOption.StrictChecking],
]);

const ADD_MEMBERSHIP = 1;
const DROP_MEMBERSHIP = 2;
const LIST_MEMBERSHIPS = 9;

/** SO_*: facts about a socket that the pair would tell wrongly. */
const FACTS: ReadonlyMap<number, (subject: OptionSubject) => Uint8Array> = new Map<
  number,
  (subject: OptionSubject) => Uint8Array
>([
  [3 /* SO_TYPE */, ({ type }) => integer(type)],
  [4 /* SO_ERROR */, (subject) => integer(subject.takeError())],
  [17 /* SO_PEERCRED */, () => new Uint8Array(Int32Array.of(0, -1, -1).buffer)],
  [38 /* SO_PROTOCOL */, ({ socket }) => integer(socket.protocol)],
  [39 /* SO_DOMAIN */, () => integer(AF_NETLINK)],
]);

/** What options are asked of. */
export interface OptionSubject {
  readonly type: number;
  readonly socket: NetlinkSocket;
  /** The pending error, which is then no longer pending. */
  takeError(): number;
}

/** The kernel's own work on the pair is right: SO_RCVTIMEO, SO_ATTACH_FILTER, SO_PASSCRED, SO_REUSEADDR, … */
export const NATIVE = Symbol('native');

export async function setOption(
  { socket }: OptionSubject,
  level: number,
  option: number,
  length: number,
  value: DataView,
): Promise<void | typeof NATIVE> {
  if (level === SOL_SOCKET) {
    const size = SIZE_OPTIONS.get(option);
    if (size === undefined) return NATIVE;
    if (length < 4) throw new NetlinkError(Errno.EINVAL);
    return socket.setOption(size, value.getInt32(0, true));
  }
  if (level !== SOL_NETLINK) throw new NetlinkError(Errno.ENOPROTOOPT);
  // A value that is too short counts as 0.
  const number = length < 4 ? 0 : value.getInt32(0, true);
  if (option === ADD_MEMBERSHIP) return socket.joinGroup(number);
  if (option === DROP_MEMBERSHIP) return socket.leaveGroup(number);
  return socket.setOption(switchOption(option), number);
}

export async function getOption(
  subject: OptionSubject,
  level: number,
  option: number,
  room: number,
): Promise<Uint8Array | typeof NATIVE> {
  const { socket } = subject;
  if (level === SOL_SOCKET) {
    const fact = FACTS.get(option);
    if (fact !== undefined) return fact(subject).subarray(0, room);
    const size = SIZE_OPTIONS.get(option);
    return size === undefined ? NATIVE : integer(await socket.getOption(size)).subarray(0, room);
  }
  if (level !== SOL_NETLINK) throw new NetlinkError(Errno.ENOPROTOOPT);
  if (option === LIST_MEMBERSHIPS) return new Uint8Array((await socket.memberships()).slice().buffer);
  const name = switchOption(option);
  if (room < 4) throw new NetlinkError(Errno.EINVAL);
  return integer(await socket.getOption(name));
}

function switchOption(option: number): SocketOption {
  const name = SWITCH_OPTIONS.get(option);
  if (name === undefined) throw new NetlinkError(Errno.ENOPROTOOPT);
  return name;
}

function integer(value: number): Uint8Array {
  return new Uint8Array(Int32Array.of(value).buffer);
}
