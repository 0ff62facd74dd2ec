/** An address that cannot be listened at or connected to. Like Node's own system errors, it has `code` and `syscall`. */
export class AddressError extends Error {
  override readonly name = 'AddressError';

  constructor(
    /** The kernel's name for it: EADDRINUSE, ENAMETOOLONG, … */
    readonly code: string,
    readonly syscall: 'listen' | 'connect',
    message: string,
  ) {
    super(message);
  }
}
