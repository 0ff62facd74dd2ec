import { type Netlink, NetlinkProtocol } from '@nlspace/core';
import { Network } from '@nlspace/family-route';
import type { Vocabularies } from '@nlspace/middleware';
import { type ExitResult, type RunOptions, run } from '@nlspace/transport-seccomp';
import { createNetlink } from '../create-netlink.js';
import { PROFILES } from '../profiles.js';
import { tunDevices } from '../tun-devices.js';
import type { CommandLine } from './arguments.js';
import { addressOf, kernelNamed, openBackDoor } from './back-door.js';
import { beginAs } from './begin-as.js';
import { loadFamilies } from './load-families.js';
import { loadLinkKinds } from './load-link-kinds.js';
import { withMiddleware } from './with-middleware.js';
import { withRtsock } from './with-rtsock.js';

/** `nlspace run`: terminal, standard input, signals and exit status are the program's own. */
export function runCommand(commandLine: CommandLine): Promise<ExitResult> {
  const { to, replayFile } = commandLine;
  if (replayFile !== undefined) return replayFrom(replayFile, commandLine);
  if (to === undefined) return runOnOwnDomain(commandLine);
  const named = kernelNamed(to);
  return named === undefined ? runRemotely(to, commandLine) : runOnKernel(named.namespace, commandLine);
}

async function runOnOwnDomain(commandLine: CommandLine): Promise<ExitResult> {
  const { families, linkKinds, profile, from } = commandLine;
  const network = new Network({
    profile: PROFILES[profile].network,
    ...(linkKinds.length === 0 ? {} : { kinds: await loadLinkKinds(linkKinds) }),
  });
  const domain = createNetlink({ profile, network });
  await loadFamilies(domain, families);
  if (from !== undefined) await beginAs(from, domain);
  // Who makes TUN devices does not ask by netlink, so nobody could refuse.
  const isRestricted = commandLine.readOnly || commandLine.authorizations.length > 0;
  const rtsock = await withRtsock(network, commandLine);
  try {
    return await runOn(domain, commandLine, isRestricted ? {} : { tunDevices: tunDevices(network) });
  } finally {
    await rtsock?.close();
  }
}

/**
 * The program sees what it would see without us, and we see what it says. In a namespace that it is not in, what it asks
 * beside netlink is answered by netlink, too; else that is the host's.
 */
async function runOnKernel(namespace: string | undefined, commandLine: CommandLine): Promise<ExitResult> {
  const { kernel } = await import('@nlspace/transport-kernel');
  if (namespace === undefined)
    return runOn(kernel({ keepsAlive: false }), commandLine, { sideChannels: 'host' });
  const netlink = kernel({ namespace, keepsAlive: false });
  // Here, not in the program, it is said that there is no such namespace.
  (await netlink.open({ protocol: NetlinkProtocol.Route })).close();
  return runOn(netlink, commandLine);
}

/**
 * The program hears of the end of whoever serves it by errno; who runs it, in words. TUN devices are not made from
 * afar: there is no request of netlink for them.
 */
export async function runRemotely(to: string, commandLine: CommandLine): Promise<ExitResult> {
  const address = addressOf(to, 'connect');
  const remote = await openBackDoor(address);
  let isRunning = true;
  void remote.closed.then((reason) => {
    const why = reason === undefined ? '' : `: ${reason}`;
    if (isRunning) process.stderr.write(`nlspace: the daemon at ${address} is gone${why}\n`);
  });
  try {
    return await runOn(remote, commandLine);
  } finally {
    isRunning = false;
    remote.close();
  }
}

async function replayFrom(path: string, commandLine: CommandLine): Promise<ExitResult> {
  const { openRecording } = await import('./open-recording.js');
  const { netlink, vocabularies } = openRecording(path, (line) => process.stderr.write(`nlspace: ${line}\n`));
  return runOn(netlink, commandLine, {}, vocabularies);
}

async function runOn(
  netlink: Netlink,
  commandLine: CommandLine,
  options: RunOptions = {},
  vocabularies?: Vocabularies,
): Promise<ExitResult> {
  const { program, admin, base } = commandLine;
  const argv = program.length === 0 ? [process.env['SHELL'] ?? '/bin/sh'] : program;
  const layered = await withMiddleware(netlink, commandLine, vocabularies);
  const runOptions = { ...options, netAdmin: admin, ...(base === undefined ? {} : { base }) };
  const result = await run(layered.netlink, argv, runOptions);
  layered.finish();
  return result;
}
