import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { SocketOption } from '../socket/netlink.js';

/** Options by their numbers in frames. Append, never renumber. */
const CODES: Readonly<Record<SocketOption, number>> = {
  [SocketOption.PacketInfo]: 1,
  [SocketOption.BroadcastError]: 2,
  [SocketOption.NoOverrunError]: 3,
  [SocketOption.ListenAllNamespaces]: 4,
  [SocketOption.CapAck]: 5,
  [SocketOption.ExtendedAck]: 6,
  [SocketOption.StrictChecking]: 7,
  [SocketOption.ReceiveBufferSize]: 8,
  [SocketOption.ForceReceiveBufferSize]: 9,
  [SocketOption.SendBufferSize]: 10,
  [SocketOption.ForceSendBufferSize]: 11,
};

const OPTIONS = new Map(Object.entries(CODES).map(([option, code]) => [code, option as SocketOption]));

export function optionCode(option: SocketOption): number {
  return CODES[option];
}

/** @throws {NetlinkError} ENOPROTOOPT for a number that is not known here. */
export function optionOf(code: number): SocketOption {
  const option = OPTIONS.get(code);
  if (option === undefined) throw new NetlinkError(Errno.ENOPROTOOPT);
  return option;
}
