/** Bytes that do not read as what they are said to be. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';

  constructor(
    message: string,
    /** Bytes from the start of what was decoded. */
    readonly offset: number,
    /** Such as `neighbour.cacheInfo`. */
    readonly path: string,
  ) {
    super(`${path} at byte ${offset}: ${message}`);
  }
}
