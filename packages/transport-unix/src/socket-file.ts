import { once } from 'node:events';
import { chmod, lstat, mkdtemp, rename, rmdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { checkLength } from './address.js';
import { AddressError } from './address-error.js';
import { withLock } from './lock-file.js';

/** What can listen at a path. */
export interface PathServer {
  listen(path: string): Promise<void>;
  close(): void;
}

/** A socket's file that is ours. */
export interface SocketFile {
  /** Removes it, unless another has taken its place. */
  remove(): Promise<void>;
}

/**
 * Lets `server` listen at `path`. The socket is made in a folder of its own that nobody else can enter, gets its mode,
 * and only then its name, so nobody can connect before the mode is right. What a dead process has left there is replaced.
 * Of many that start at once one gets the name, and the others are told so.
 *
 * @throws {AddressError} EADDRINUSE where somebody listens, EEXIST where there is something else.
 */
export async function listenAtPath(server: PathServer, path: string, mode: number): Promise<SocketFile> {
  const folder = await mkdtemp(join(dirname(path), '.nls-'));
  const made = join(folder, 's');
  try {
    checkLength(made, 'listen');
    await server.listen(made);
    await chmod(made, mode);
    const { dev, ino } = await lstat(made);
    const isOurs = async () => {
      const found = await lstat(path).catch(() => undefined);
      return found?.ino === ino && found.dev === dev;
    };
    await withLock(path, async () => {
      await refuseWhatIsThere(path);
      await rename(made, path);
    });
    return {
      remove: async () => {
        // Where it was may be gone, too.
        if (!(await isOurs())) return;
        await withLock(path, async () => {
          if (await isOurs()) await unlink(path);
        });
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

/** All but what a dead process has left. */
async function refuseWhatIsThere(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new AddressError('EEXIST', 'listen', `${path} is there and is no socket`);
  const stream = connect({ path });
  try {
    await once(stream, 'connect');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return;
    throw new AddressError('EADDRINUSE', 'listen', `${path} is in use: ${(error as Error).message}`);
  } finally {
    stream.destroy();
  }
  throw new AddressError('EADDRINUSE', 'listen', `somebody listens at ${path} already`);
}
