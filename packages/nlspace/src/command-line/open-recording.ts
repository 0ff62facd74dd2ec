import { readFileSync } from 'node:fs';
import { CaptureError, readCapture, replay } from '@nlspace/middleware';
import { learnFamilies } from '../vocabulary/learn-families.js';
import type { Named } from '../vocabulary/named.js';

/**
 * A back end that says what is in a file.
 *
 * @param report is told of requests that were not recorded.
 * @throws {CaptureError} naming the file.
 * @throws {Error} the system's, when it cannot be read.
 */
export function openRecording(path: string, report: (line: string) => void): Named {
  const file = readFileSync(path);
  return inFile(path, () => {
    const vocabularies = learnFamilies(readCapture(file));
    return { netlink: replay(file, { vocabularies, report }), vocabularies };
  });
}

/** What is wrong with a capture is said with its name in front. */
export function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CaptureError) throw new CaptureError(`${path} ${error.message}`, { cause: error });
    throw error;
  }
}
