import { Errno, NetlinkError } from '@nlspace/core';

/** How often a list is begun again that changes meanwhile have interrupted. */
const MOST_ATTEMPTS = 100;

/** Reads a whole list, again as often as a change has interrupted it. @throws what `read` does; EINTR after a hundred times. */
export async function uninterrupted<T>(read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!isInterruption(error) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

export function isInterruption(error: unknown): boolean {
  return error instanceof NetlinkError && error.errno === Errno.EINTR;
}

/** Whether a list was refused because of a table that nothing was ever put into. */
export function isEmptyTable(error: unknown, filter: object): boolean {
  return error instanceof NetlinkError && error.errno === Errno.ENOENT && 'table' in filter;
}
