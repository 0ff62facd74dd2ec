import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { AddressError } from './address-error.js';

type Purpose = 'listen' | 'connect';

const SCHEME = 'unix:';
/** `sun_path` without its terminator: what is longer would be cut off silently. */
export const MAXIMUM_PATH_BYTES = 107;
const FILE_NAME = 'nlspace.sock';
const OTHERS = 0o077;

export function isUnixAddress(address: string): boolean {
  return address.startsWith(SCHEME);
}

/** The absolute path in `unix:PATH`. @throws {AddressError} */
export function pathOf(address: string, purpose: Purpose): string {
  const path = address.slice(SCHEME.length);
  if (!isUnixAddress(address) || path === '')
    throw new AddressError('EINVAL', purpose, `${address} is not unix:PATH`);
  if (path.startsWith('@') || path.includes('\0'))
    throw new AddressError(
      'EINVAL',
      purpose,
      `${address}: names without a file have no mode and are not served`,
    );
  const absolute = resolve(path);
  checkLength(absolute, purpose);
  return absolute;
}

export function checkLength(path: string, purpose: Purpose): void {
  const length = Buffer.byteLength(path);
  if (length > MAXIMUM_PATH_BYTES) {
    throw new AddressError(
      'ENAMETOOLONG',
      purpose,
      `${path} has ${length} bytes; paths of sockets have at most ${MAXIMUM_PATH_BYTES}`,
    );
  }
}

/**
 * Where a user's daemon listens when nobody says where: `nlspace.sock` in $XDG_RUNTIME_DIR, else in a folder of the user's
 * own in the temporary directory, which is made to be listened in.
 *
 * @throws {AddressError} for such a folder that others have made or could write to.
 */
export function defaultAddress(purpose: Purpose, env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_RUNTIME_DIR: runtime = '' } = env;
  if (isAbsolute(runtime)) return `${SCHEME}${join(runtime, FILE_NAME)}`;
  const uid = process.geteuid?.() ?? 0;
  const path = join(tmpdir(), `nlspace-${uid}`, FILE_NAME);
  const folder = dirname(path);
  if (purpose === 'listen') mkdirSync(folder, { mode: 0o700, recursive: true });
  const found = lstatSync(folder, { throwIfNoEntry: false });
  const isOwn = found?.isDirectory() === true && found.uid === uid && (found.mode & OTHERS) === 0;
  if (found !== undefined && !isOwn)
    throw new AddressError('EACCES', purpose, `${folder} is not a folder that only user ${uid} can use`);
  return `${SCHEME}${path}`;
}
