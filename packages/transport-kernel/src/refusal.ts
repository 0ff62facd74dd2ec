import { NetlinkError } from '@nlspace/core';

/** What a negative result of the native side means. */
export function refusal(result: number, text?: string): NetlinkError {
  return new NetlinkError(-result, text);
}

/** @throws {NetlinkError} what the kernel has refused. */
export function check(result: number): number {
  if (result < 0) throw refusal(result);
  return result;
}
