import { writeFile } from 'node:fs/promises';
import { encodeState } from '@nlspace/family-route/client';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { readSource } from '../twin/open-source.js';
import type { CommandLine } from './arguments.js';
import { UsageError } from './usage-error.js';

/** `nlspace save FILE`: what is there, as a file of netlink messages. */
export async function saveCommand({ program, from, to }: CommandLine): Promise<ExitResult> {
  const [file, ...others] = program;
  if (file === undefined || others.length > 0) throw new UsageError('save takes one file');
  if (from !== undefined && to !== undefined)
    throw new UsageError('save takes --from or --to, which mean the same');
  const bytes = encodeState(await readSource(from ?? to ?? 'unix:'));
  if (file === '-') process.stdout.write(bytes);
  else await writeFile(file, bytes);
  return { exitCode: 0, signal: undefined };
}
