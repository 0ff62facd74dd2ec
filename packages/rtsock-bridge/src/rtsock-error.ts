import { BsdErrno } from './wire/bsd-errno.js';

/** What a call on a routing socket fails with, by FreeBSD's number. */
export class RtsockError extends Error {
  override readonly name = 'RtsockError';

  constructor(readonly errno: BsdErrno) {
    super(BsdErrno[errno] ?? `error ${errno}`);
  }
}
