import type { ExitResult } from '@nlspace/transport-seccomp';
import type { CommandLine } from './arguments.js';
import { UsageError } from './usage-error.js';
import { exportYnl } from './ynl-export.js';
import { importYnl } from './ynl-import.js';

/** `nlspace ynl export FAMILY` and `nlspace ynl import FILE`. */
export async function ynlCommand(commandLine: CommandLine): Promise<ExitResult> {
  const [verb, word, ...others] = commandLine.program;
  if (verb !== 'export' && verb !== 'import') throw new UsageError('ynl takes export or import');
  if (word === undefined || others.length > 0)
    throw new UsageError(`ynl ${verb} takes the name of a ${verb === 'export' ? 'family' : 'file'}`);
  process.stdout.write(verb === 'export' ? await exportYnl(word, commandLine) : await importYnl(word));
  return { exitCode: 0, signal: undefined };
}
