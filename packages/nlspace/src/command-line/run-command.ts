import { openSync, writeSync } from 'node:fs';
import type { Netlink } from '@nlspace/core';
import { Network } from '@nlspace/family-route';
import { type ExitResult, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import { PROFILES } from '../profiles.js';
import { tunDevices } from '../tun-devices.js';
import type { CommandLine } from './arguments.js';
import { loadFamilies } from './load-families.js';
import { loadLinkKinds } from './load-link-kinds.js';

/** `nlspace run`: terminal, standard input, signals and exit status are the program's own. */
export async function runCommand(commandLine: CommandLine): Promise<ExitResult> {
  const { program, verbose, traceFile, admin, base, families, linkKinds, profile } = commandLine;
  const network = new Network({
    profile: PROFILES[profile].network,
    ...(linkKinds.length === 0 ? {} : { kinds: await loadLinkKinds(linkKinds) }),
  });
  const domain = createNetlink({ profile, network });
  await loadFamilies(domain, families);
  let netlink: Netlink = domain;
  if (verbose || traceFile !== undefined) {
    const { trace } = await import('../trace/trace.js');
    // Nobody reads the trace any more: that is not the program's affair.
    process.stderr.on('error', ignoreClosedPipe);
    netlink = trace(netlink, { write: traceFile === undefined ? writeToStandardError : writerTo(traceFile) });
  }
  const argv = program.length === 0 ? [process.env['SHELL'] ?? '/bin/sh'] : program;
  return run(netlink, argv, {
    netAdmin: admin,
    tunDevices: tunDevices(network),
    ...(base === undefined ? {} : { base }),
  });
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
