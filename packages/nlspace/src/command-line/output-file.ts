import { closeSync, openSync, writeSync } from 'node:fs';

/**
 * Opens a file for what is written while programs run: each part is in it before they go on. When it cannot be written to
 * any more, that is said once, and programs go on without.
 *
 * @throws {Error} the system's, when it cannot be opened.
 */
export function outputFile(path: string): (part: Uint8Array) => void {
  const descriptor = openSync(path, 'w');
  let isOpen = true;
  return (part) => {
    if (!isOpen) return;
    try {
      for (let written = 0; written < part.length; )
        written += writeSync(descriptor, part, written, part.length - written);
    } catch (error) {
      isOpen = false;
      closeSync(descriptor);
      process.stderr.write(`nlspace: ${path}: ${(error as Error).message}; it ends here\n`);
    }
  };
}
