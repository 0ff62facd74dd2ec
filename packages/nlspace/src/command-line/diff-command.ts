import { compareStates } from '@nlspace/family-route/client';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { differenceText } from '../twin/difference-text.js';
import { readSource } from '../twin/open-source.js';
import type { CommandLine } from './arguments.js';
import { UsageError } from './usage-error.js';

/** As diff(1). */
const EQUAL_STATUS = 0;
const DIFFERENT_STATUS = 1;
const TROUBLE_STATUS = 2;

/** `nlspace diff A B`: what two sources do not have alike, object by object. */
export async function diffCommand({ program, json }: CommandLine): Promise<ExitResult> {
  const [first, second, ...others] = program;
  if (first === undefined || second === undefined || others.length > 0)
    throw new UsageError('diff takes two sources');
  try {
    const differences = compareStates(await readSource(first), await readSource(second));
    if (json) process.stdout.write(`${JSON.stringify(differences, undefined, 2)}\n`);
    else for (const difference of differences) process.stdout.write(`${differenceText(difference)}\n`);
    return { exitCode: differences.length === 0 ? EQUAL_STATUS : DIFFERENT_STATUS, signal: undefined };
  } catch (error) {
    process.stderr.write(`nlspace: ${(error as Error).message}\n`);
    return { exitCode: TROUBLE_STATUS, signal: undefined };
  }
}
