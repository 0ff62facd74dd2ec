import { Errno, type NetlinkAddress, NetlinkError } from '@nlspace/core';
import { AF_NETLINK } from './linux.js';

/** Bytes of `struct sockaddr_nl`. */
const NAME_LENGTH = 12;

/**
 * Reads a `struct sockaddr_nl`; longer names are fine.
 *
 * @throws {NetlinkError} EINVAL when it is too short or of another address family.
 */
export function readSocketName(memory: DataView, length: number): NetlinkAddress {
  if (length < NAME_LENGTH || memory.getUint16(0, true) !== AF_NETLINK) throw new NetlinkError(Errno.EINVAL);
  return { portId: memory.getUint32(4, true), groups: memory.getUint32(8, true) };
}

/** What `connect` is given; address family 0 dissolves the connection. */
export function readPeerName(memory: DataView, length: number): NetlinkAddress {
  if (length >= 2 && memory.getUint16(0, true) === 0) return { portId: 0, groups: 0 };
  return readSocketName(memory, length);
}
