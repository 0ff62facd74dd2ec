import { constants } from 'node:fs';
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { native } from '@nlspace/native';
import { AddressError } from './address-error.js';

const RETRY_MS = 5;
const PATIENCE_MS = 5000;
const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;

/**
 * Does something while no other process does something about the same path. The lock is a file beside it that is there
 * only meanwhile; whoever is killed lets go of it.
 *
 * @throws {AddressError} EADDRINUSE when others have held it all the time.
 */
export async function withLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const file = `${path}.lock`;
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += RETRY_MS) {
    const handle = await open(file, O_CREAT | O_NOFOLLOW | O_RDWR, 0o600);
    try {
      if (await isHeld(handle, file)) {
        try {
          return await action();
        } finally {
          await unlink(file);
        }
      }
    } finally {
      await handle.close();
    }
    await setTimeout(RETRY_MS);
  }
  throw new AddressError('EADDRINUSE', 'listen', `others are busy with ${path}: ${file} is locked`);
}

/** Whoever held it before has removed the file: then there is another by now, or none. */
async function isHeld(handle: FileHandle, file: string): Promise<boolean> {
  const locked = native().lock(handle.fd);
  if (typeof locked === 'number')
    throw new AddressError('ENOLCK', 'listen', `${file} cannot be locked: errno ${-locked}`);
  if (!locked) return false;
  const found = await lstat(file).catch(() => undefined);
  const { dev, ino } = await handle.stat();
  return found?.ino === ino && found.dev === dev;
}
