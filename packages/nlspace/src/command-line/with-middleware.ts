import type { Netlink } from '@nlspace/core';
import { stack, type Vocabularies } from '@nlspace/middleware';
import { nameOfProcess } from '../name-of-process.js';
import type { TraceOptions } from '../trace/trace.js';
import type { CommandLine } from './arguments.js';
import type { Layer } from './layer.js';
import { outputFile } from './output-file.js';
import { UsageError } from './usage-error.js';

/** A back end with all that the options of a command put on it. */
export interface Layered {
  readonly netlink: Netlink;
  /** To be called when all is over. */
  finish(): void;
}

/**
 * Puts on `netlink` what the options ask for. Traces and captures are outermost: they show what programs see. A recording is
 * innermost: it has what the back end says.
 *
 * @param known the words for messages, where `netlink` cannot be asked for those of its generic families.
 * @throws {Error} the system's, when a file cannot be opened.
 */
export async function withMiddleware(
  netlink: Netlink,
  commandLine: CommandLine,
  known?: Vocabularies,
): Promise<Layered> {
  const layers = await layersOf(commandLine);
  if (layers.length === 0) return { netlink, finish: () => {} };
  const { netlink: inner, vocabularies } =
    known === undefined
      ? (await import('../vocabulary/named.js')).named(netlink)
      : { netlink, vocabularies: known };
  return {
    netlink: stack(
      inner,
      layers.map((layer) => (below) => layer.middleware(below, vocabularies)),
    ),
    finish: () => {
      for (const layer of layers) layer.finish?.();
    },
  };
}

/** The first is the outermost. */
async function layersOf(commandLine: CommandLine): Promise<Layer[]> {
  const layers: Layer[] = [];
  const { command, verbose, traceFile, captureFile, recordFile } = commandLine;
  const { faults, faultFiles, readOnly, authorizations, kernelProfile } = commandLine;
  if (command === 'trace') layers.push(await traceLayer(commandLine, traceSettings(commandLine)));
  else if (verbose || traceFile !== undefined) layers.push(await traceLayer(commandLine, {}));
  if (captureFile !== undefined) layers.push(await captureLayer(captureFile));
  if (faults.length > 0 || faultFiles.length > 0) {
    const { faultLayer } = await import('./with-faults.js');
    const write = writeToStandardError();
    layers.push(faultLayer(commandLine, (line) => write(`nlspace: ${line}`)));
  }
  if (readOnly || authorizations.length > 0) {
    const { authorizationLayer } = await import('./with-authorization.js');
    layers.push(authorizationLayer(commandLine));
  }
  if (kernelProfile !== undefined) layers.push(await kernelLayer(kernelProfile));
  if (recordFile !== undefined) layers.push(await captureLayer(recordFile));
  return layers;
}

/** @throws {UsageError} for what is no profile. */
async function kernelLayer(text: string): Promise<Layer> {
  const { kernelProfile, parseKernelAge } = await import('../middleware/kernel-profile.js');
  try {
    const age = parseKernelAge(text);
    return { middleware: (inner, vocabularies) => kernelProfile(inner, { ...age, vocabularies }) };
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`--kernel-profile: ${error.message}`, { cause: error });
    throw error;
  }
}

async function traceLayer({ traceFile }: CommandLine, settings: Partial<TraceOptions>): Promise<Layer> {
  const { trace } = await import('../trace/trace.js');
  const write = lineOutput(traceFile);
  return { middleware: (inner, vocabularies) => trace(inner, { ...settings, write, vocabularies }) };
}

/** How `nlspace trace` writes. */
export function traceSettings({ json, noTimes, sockets }: CommandLine): Partial<TraceOptions> {
  return { json, times: !noTimes, calls: sockets, nameOfProcess };
}

/** Into a file, or to standard error. */
export function lineOutput(path: string | undefined): (line: string) => void {
  return path === undefined ? writeToStandardError() : lineWriter(path);
}

async function captureLayer(path: string): Promise<Layer> {
  const { capture } = await import('@nlspace/middleware');
  const write = outputFile(path);
  return {
    middleware: (inner, vocabularies) => capture(inner, { write, vocabularies, nameOfProcess }),
  };
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
