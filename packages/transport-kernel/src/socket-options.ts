import { SocketOption } from '@nlspace/core';

export const SOL_NETLINK = 270;
const SOL_SOCKET = 1;

export enum Membership {
  /** NETLINK_ADD_MEMBERSHIP */
  Add = 1,
  /** NETLINK_DROP_MEMBERSHIP */
  Drop = 2,
}

/** Level and number of each option; what is not here is kept by us. */
export const OPTIONS: Readonly<
  Record<Exclude<SocketOption, SocketOption.PacketInfo>, readonly [level: number, option: number]>
> = {
  [SocketOption.BroadcastError]: [SOL_NETLINK, 4],
  [SocketOption.NoOverrunError]: [SOL_NETLINK, 5],
  [SocketOption.ListenAllNamespaces]: [SOL_NETLINK, 8],
  [SocketOption.CapAck]: [SOL_NETLINK, 10],
  [SocketOption.ExtendedAck]: [SOL_NETLINK, 11],
  [SocketOption.StrictChecking]: [SOL_NETLINK, 12],
  [SocketOption.SendBufferSize]: [SOL_SOCKET, 7],
  [SocketOption.ReceiveBufferSize]: [SOL_SOCKET, 8],
  [SocketOption.ForceSendBufferSize]: [SOL_SOCKET, 32],
  [SocketOption.ForceReceiveBufferSize]: [SOL_SOCKET, 33],
};
