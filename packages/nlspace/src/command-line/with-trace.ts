import { openSync, writeSync } from 'node:fs';
import type { Netlink } from '@nlspace/core';
import type { CommandLine } from './arguments.js';

/** What `--verbose` and `--trace-file` ask for. */
export async function withTrace(
  netlink: Netlink,
  { verbose, traceFile }: Pick<CommandLine, 'verbose' | 'traceFile'>,
): Promise<Netlink> {
  if (!verbose && traceFile === undefined) return netlink;
  const { trace } = await import('../trace/trace.js');
  // Nobody reads the trace any more: that is not the program's affair.
  process.stderr.on('error', ignoreClosedPipe);
  return trace(netlink, { write: traceFile === undefined ? writeToStandardError : writerTo(traceFile) });
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function writeToStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Each line is in the file before the program goes on. */
function writerTo(file: string): (line: string) => void {
  const descriptor = openSync(file, 'w');
  return (line) => writeSync(descriptor, `${line}\n`);
}
