import { readFileSync } from 'node:fs';
import type { Netlink } from '@nlspace/core';
import { CaptureError, type ReplayOptions, replay } from '@nlspace/middleware';

/**
 * @throws {CaptureError} naming the file.
 * @throws {Error} the system's, when it cannot be read.
 */
export function openRecording(path: string, options: ReplayOptions): Netlink {
  const file = readFileSync(path);
  try {
    return replay(file, options);
  } catch (error) {
    if (error instanceof CaptureError) throw new CaptureError(`${path} ${error.message}`, { cause: error });
    throw error;
  }
}
