import { readFileSync } from 'node:fs';
import type { Netlink } from '@nlspace/core';
import { type Middleware, stack } from '@nlspace/middleware';
import { vocabulariesOf } from '../vocabulary/vocabularies-of.js';
import type { CommandLine } from './arguments.js';
import { outputFile } from './output-file.js';

type Layers = Pick<CommandLine, 'verbose' | 'traceFile' | 'captureFile'>;

/**
 * Puts on `netlink` what the options ask for. Traces and captures are outermost: they show what programs see.
 *
 * @throws {Error} the system's, when a file cannot be opened.
 */
export async function withMiddleware(netlink: Netlink, commandLine: Layers): Promise<Netlink> {
  const layers: Middleware[] = [];
  const vocabularies = vocabulariesOf(netlink);
  const { verbose, traceFile, captureFile } = commandLine;
  if (verbose || traceFile !== undefined) {
    const { trace } = await import('../trace/trace.js');
    const write = traceFile === undefined ? writeToStandardError() : lineWriter(traceFile);
    layers.push((inner) => trace(inner, { write, vocabularies }));
  }
  if (captureFile !== undefined) {
    const { capture } = await import('@nlspace/middleware');
    const write = outputFile(captureFile);
    layers.push((inner) => capture(inner, { write, vocabularies, nameOfProcess }));
  }
  return stack(netlink, layers);
}

function writeToStandardError(): (line: string) => void {
  // Nobody reads the trace any more: that is not the program's affair.
  process.stderr.on('error', ignoreClosedPipe);
  return (line) => process.stderr.write(`${line}\n`);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Each line is in the file before the program goes on. */
function lineWriter(path: string): (line: string) => void {
  const write = outputFile(path);
  return (line) => write(Buffer.from(`${line}\n`));
}

/** What `ps` shows; undefined when the process is gone. */
function nameOfProcess(processId: number): string | undefined {
  try {
    return readFileSync(`/proc/${processId}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}
