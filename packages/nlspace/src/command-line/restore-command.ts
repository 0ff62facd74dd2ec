import type { ExitResult } from '@nlspace/transport-seccomp';
import { isBackEnd, openBackEnd, readSource } from '../twin/open-source.js';
import { becomeTwin } from '../twin/twin.js';
import type { CommandLine } from './arguments.js';
import { UsageError } from './usage-error.js';

/** Something is not as it was. */
const LOST_STATUS = 1;

/** `nlspace restore FILE`: makes a network as a file says. What is lost is told on standard error. */
export async function restoreCommand({ program, to = 'unix:' }: CommandLine): Promise<ExitResult> {
  const [file, ...others] = program;
  if (file === undefined || others.length > 0) throw new UsageError('restore takes one file');
  if (!isBackEnd(to)) throw new UsageError(`--to takes unix:PATH, kernel or kernel:NAMESPACE, not ${to}`);
  const state = await readSource(file);
  const backEnd = await openBackEnd(to);
  try {
    const report = (line: string) => process.stderr.write(`nlspace: ${line}\n`);
    const lost = await becomeTwin(backEnd.netlink, state, report);
    return { exitCode: lost === 0 ? 0 : LOST_STATUS, signal: undefined };
  } finally {
    backEnd.close();
  }
}
