import { readFileSync } from 'node:fs';
import { readCapture } from '@nlspace/middleware';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { traceWriter } from '../trace/trace.js';
import { learnFamilies } from '../vocabulary/learn-families.js';
import type { CommandLine } from './arguments.js';
import { inFile } from './open-recording.js';
import { runCommand } from './run-command.js';
import { lineOutput, traceSettings } from './with-middleware.js';

/** `--to domain`: no back door, but what `nlspace run` runs on. */
const OWN_DOMAIN = 'domain';
const DEFAULT = 'kernel';

/** `nlspace trace`: what a program says, or what is in a capture, line by line. */
export async function traceCommand(commandLine: CommandLine): Promise<ExitResult> {
  const { readFile, to } = commandLine;
  if (readFile !== undefined) return readTrace(readFile, commandLine);
  return runCommand({ ...commandLine, to: to === OWN_DOMAIN ? undefined : (to ?? DEFAULT) });
}

function readTrace(path: string, commandLine: CommandLine): ExitResult {
  const file = readFileSync(path);
  return inFile(path, () => {
    const { traceFile } = commandLine;
    const write = traceFile === undefined ? writeToStandardOutput : lineOutput(traceFile);
    const vocabularies = learnFamilies(readCapture(file));
    const line = traceWriter({ ...traceSettings(commandLine), write, vocabularies });
    let problems = 0;
    for (const event of readCapture(file)) {
      if (event.kind !== 'problem') line(event);
      else {
        process.stderr.write(`nlspace: ${path}: ${event.text}\n`);
        problems++;
      }
    }
    return { exitCode: problems === 0 ? 0 : 1, signal: undefined };
  });
}

function writeToStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}
