import type { Netlink } from '@nlspace/core';
import { type ExitResult, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import { traceRequests } from '../trace/trace-requests.js';
import type { CommandLine } from './arguments.js';

/** `nlspace run`: terminal, standard input, signals and exit status are the program's own. */
export function runCommand({ program, verbose, admin }: CommandLine): Promise<ExitResult> {
  let netlink: Netlink = createNetlink();
  if (verbose) netlink = traceRequests(netlink, (line) => process.stderr.write(`${line}\n`));
  const argv = program.length === 0 ? [process.env['SHELL'] ?? '/bin/sh'] : program;
  return run(netlink, argv, { netAdmin: admin });
}
