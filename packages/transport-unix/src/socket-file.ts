import { once } from 'node:events';
import { chmod, link, lstat, mkdtemp, rename, rmdir, unlink } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { checkLength } from './address.js';
import { AddressError } from './address-error.js';

/** A socket's file that is ours. */
export interface SocketFile {
  /** Removes it, unless another has taken its place. */
  remove(): Promise<void>;
}

const ATTEMPTS = 8;

/**
 * Lets `server` listen at `path`. The socket is made in a folder of its own that nobody else can enter, gets its mode,
 * and only then its name, so nobody can connect before the mode is right. What a dead process has left there is replaced.
 * Of many that start at once one gets the name; where several replace what is dead in the same instant, one may lose it again
 * and listen where nobody finds it.
 *
 * @throws {AddressError} EADDRINUSE where somebody listens, EEXIST where there is something else.
 */
export async function listenAtPath(server: Server, path: string, mode: number): Promise<SocketFile> {
  const folder = await mkdtemp(join(dirname(path), '.nls-'));
  const made = join(folder, 's');
  try {
    checkLength(made, 'listen');
    server.listen(made);
    await once(server, 'listening');
    await chmod(made, mode);
    await giveName(made, path, join(folder, 'old'));
    const { dev, ino } = await lstat(path);
    return {
      remove: async () => {
        const found = await lstat(path).catch(() => undefined);
        if (found?.ino === ino && found.dev === dev) await unlink(path);
      },
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    // Not `rm` with `recursive`: once that has met a socket, Node 20 finds no modules behind symbolic links any more.
    await unlink(made).catch(() => undefined);
    await rmdir(folder);
  }
}

/**
 * A link, unlike a rename, never replaces the file of another process that starts at the same time. For the same reason
 * what is there is moved aside first and looked at once more: only one process can have moved it.
 */
async function giveName(made: string, path: string, aside: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await succeeds(link(made, path), 'EEXIST')) return;
    await refuseWhatLives(path, path);
    if (!(await succeeds(rename(path, aside), 'ENOENT'))) continue;
    try {
      await refuseWhatLives(aside, path);
    } catch (error) {
      await link(aside, path).catch(() => undefined);
      throw error;
    }
    await unlink(aside);
  }
  throw new AddressError('EADDRINUSE', 'listen', `others want ${path}, too`);
}

async function refuseWhatLives(path: string, name: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new AddressError('EEXIST', 'listen', `${name} is there and is no socket`);
  const stream = connect({ path });
  try {
    await once(stream, 'connect');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return;
    throw new AddressError('EADDRINUSE', 'listen', `${name} is in use: ${(error as Error).message}`);
  } finally {
    stream.destroy();
  }
  throw new AddressError('EADDRINUSE', 'listen', `somebody listens at ${name} already`);
}

/** @returns false when it failed with `code`. */
async function succeeds(action: Promise<unknown>, code: string): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === code) return false;
    throw error;
  }
}
