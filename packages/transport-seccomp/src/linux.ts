/** Numbers of the Linux socket API that programs use on the trapped descriptors. */
export const AF_NETLINK = 16;
export const SOL_SOCKET = 1;
export const SOL_NETLINK = 270;

export enum SocketType {
  Datagram = 2,
  Raw = 3,
}
export const SOCKET_TYPE_MASK = 0xf;
/** SOCK_CLOEXEC | SOCK_NONBLOCK */
export const SOCKET_TYPE_FLAGS = 0o2000000 | 0o4000;

export enum MessageFlag {
  OutOfBand = 0x1,
  Peek = 0x2,
  Truncate = 0x20,
  DontWait = 0x40,
}

/** MAX_LINKS: protocol numbers end below it. */
export const PROTOCOLS = 32;
