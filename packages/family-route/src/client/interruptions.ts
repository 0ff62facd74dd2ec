import { Errno, NetlinkError } from '@nlspace/core';

/** How often a list is begun again that changes meanwhile have interrupted. */
export const MOST_ATTEMPTS = 100;

export function isInterruption(error: unknown): boolean {
  return error instanceof NetlinkError && error.errno === Errno.EINTR;
}

/** Whether a list was refused because of a table that nothing was ever put into. */
export function isEmptyTable(error: unknown, filter: object): boolean {
  return error instanceof NetlinkError && error.errno === Errno.ENOENT && 'table' in filter;
}
