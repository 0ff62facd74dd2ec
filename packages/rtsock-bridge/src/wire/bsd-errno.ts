import { Errno } from '@nlspace/core';

/** Error numbers of FreeBSD, as far as a routing socket gives them. */
export enum BsdErrno {
  None = 0,
  EPERM = 1,
  ENOENT = 2,
  ESRCH = 3,
  EINTR = 4,
  EIO = 5,
  ENXIO = 6,
  ENOMEM = 12,
  EACCES = 13,
  EBUSY = 16,
  EEXIST = 17,
  ENODEV = 19,
  ENOTDIR = 20,
  EISDIR = 21,
  EINVAL = 22,
  ENOSPC = 28,
  ERANGE = 34,
  EAGAIN = 35,
  EMSGSIZE = 40,
  EPROTONOSUPPORT = 43,
  EOPNOTSUPP = 45,
  EAFNOSUPPORT = 47,
  EADDRINUSE = 48,
  EADDRNOTAVAIL = 49,
  ENETDOWN = 50,
  ENETUNREACH = 51,
  ENOBUFS = 55,
  ENOTCONN = 57,
  EHOSTUNREACH = 65,
}

/** Those that Linux calls by another number; the others are the same in both. */
const OTHER_NUMBERS: ReadonlyMap<number, BsdErrno> = new Map([
  [Errno.EAGAIN, BsdErrno.EAGAIN],
  [Errno.EMSGSIZE, BsdErrno.EMSGSIZE],
  [Errno.EPROTONOSUPPORT, BsdErrno.EPROTONOSUPPORT],
  [Errno.EOPNOTSUPP, BsdErrno.EOPNOTSUPP],
  [Errno.EAFNOSUPPORT, BsdErrno.EAFNOSUPPORT],
  [Errno.EADDRINUSE, BsdErrno.EADDRINUSE],
  [Errno.EADDRNOTAVAIL, BsdErrno.EADDRNOTAVAIL],
  [Errno.ENETDOWN, BsdErrno.ENETDOWN],
  [Errno.ENETUNREACH, BsdErrno.ENETUNREACH],
  [Errno.ENOBUFS, BsdErrno.ENOBUFS],
  [Errno.ENOTCONN, BsdErrno.ENOTCONN],
  [Errno.EHOSTUNREACH, BsdErrno.EHOSTUNREACH],
]);

/** The FreeBSD number of an error of the network. What FreeBSD has no name for is EIO. */
export function bsdErrnoOf(errno: number): BsdErrno {
  const known = OTHER_NUMBERS.get(errno);
  if (known !== undefined) return known;
  return errno <= Errno.ERANGE && BsdErrno[errno] !== undefined ? errno : BsdErrno.EIO;
}
