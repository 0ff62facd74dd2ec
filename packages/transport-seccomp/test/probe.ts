import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Netlink } from '@nlspace/core';
import type { Missing } from '@nlspace/transport-contract';
import { type RunOptions, start } from '../src/index.js';

const PROGRAMS = fileURLToPath(new URL('../../test/programs/', import.meta.url));
const RUN_PROBE = fileURLToPath(new URL('./run-probe.js', import.meta.url));

export const ORDINARY_USER = 65534;
export const notRoot: Missing = process.getuid?.() === 0 ? undefined : 'only root can become another user';

/** What is in programs, compiled. */
export interface Probes {
  readonly dynamic: string;
  readonly static: string;
  readonly forbid: string;
  readonly missing: Missing;
  remove(): Promise<void>;
}

export async function buildProbes(): Promise<Probes> {
  const directory = await mkdtemp(join(tmpdir(), 'nlspace-probe-'));
  // Other users run it too.
  await chmod(directory, 0o755);
  const build = async (name: string, source: string, ...flags: string[]): Promise<string> => {
    const program = join(directory, name);
    await promisify(execFile)('cc', [
      ...['-std=gnu11', '-O1', '-pthread', ...flags, '-o', program],
      join(PROGRAMS, source),
    ]);
    return program;
  };
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    return {
      dynamic: await build('probe', 'probe.c'),
      static: await build('probe-static', 'probe.c', '-static'),
      forbid: await build('forbid', 'forbid.c'),
      missing: undefined,
      remove,
    };
  } catch (error) {
    const { code, stderr = '' } = error as { code: unknown; stderr?: string };
    if (code !== 'ENOENT' && !stderr.includes('cannot find -l')) throw error;
    return {
      dynamic: '',
      static: '',
      forbid: '',
      missing: 'there is no C compiler that links statically',
      remove,
    };
  }
}

/** How a probe ended: '' if every claim held, else what it said. */
export type Verdict = string;

export async function probe(
  netlink: Netlink,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Verdict> {
  const program = await start(netlink, argv, {
    ...options,
    stdio: ['ignore', 'ignore', 'pipe'],
    untilAllExit: true,
  });
  const [said, { exitCode, signal }] = await Promise.all([
    text(program.stderr as Readable),
    program.exited,
    program.allExited,
  ]);
  return verdict(said, exitCode ?? signal);
}

/** The same in a Node process of another user. */
export function probeAs(uid: number, argv: readonly string[]): Promise<Verdict> {
  return runPlain(process.execPath, [RUN_PROBE, ...argv], { uid, gid: uid });
}

/** The same on the real kernel, in a fresh network namespace. */
export function probeOnKernel(argv: readonly string[]): Promise<Verdict> {
  return runPlain('unshare', ['-n', ...argv]);
}

/** The same where a system call fails with `errno`. */
export function probeWithout(
  forbid: string,
  call: string,
  errno: number,
  argv: readonly string[],
): Promise<Verdict> {
  return runPlain(forbid, [call, String(errno), process.execPath, RUN_PROBE, ...argv]);
}

async function runPlain(
  program: string,
  argv: readonly string[],
  identity: { uid?: number; gid?: number } = {},
): Promise<Verdict> {
  const child = spawn(program, argv, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'], ...identity });
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve(status ?? signal));
  });
  return verdict(await text(child.stderr), await ended);
}

function verdict(said: string, end: number | string | null | undefined): Verdict {
  return end === 0 ? said : `${said}(ended with ${end})`;
}
