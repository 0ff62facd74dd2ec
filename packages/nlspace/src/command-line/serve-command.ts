import type { NetlinkDomain } from '@nlspace/core';
import { Network, routeFamily } from '@nlspace/family-route';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { listen } from '@nlspace/transport-unix';
import { createNetlink } from '../create-netlink.js';
import { DaemonFamily, SERVED_DOMAIN } from '../daemon/daemon-family.js';
import { LoadedFamilies } from '../daemon/loaded-families.js';
import { PROFILES } from '../profiles.js';
import type { CommandLine } from './arguments.js';
import { addressOf } from './back-door.js';
import { beginAs } from './begin-as.js';
import { loadFamilies } from './load-families.js';
import { loadLinkKinds } from './load-link-kinds.js';
import { withMiddleware } from './with-middleware.js';
import { withRtsock } from './with-rtsock.js';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `nlspace serve`: keeps a domain until it is told to stop. */
export async function serveCommand(commandLine: CommandLine): Promise<ExitResult> {
  const { listenAddress, mode, json, profile, families, linkKinds, from } = commandLine;
  const network = new Network({
    profile: PROFILES[profile].network,
    ...(linkKinds.length === 0 ? {} : { kinds: await loadLinkKinds(linkKinds) }),
  });
  const domain = createNetlink({ profile, network });
  addDaemonFamily(domain, network);
  await loadFamilies(domain, families);
  if (from !== undefined) await beginAs(from, domain);
  const { netlink, finish } = await withMiddleware(domain, commandLine);
  const address = addressOf(listenAddress, 'listen');
  const listener = await listen(netlink, address, mode === undefined ? {} : { mode });
  const rtsock = await withRtsock(network, commandLine);
  const told = new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) process.once(signal, () => resolve());
  });
  const { pid } = process;
  const where = { address: listener.address, ...(rtsock === undefined ? {} : { rtsock: rtsock.address }) };
  process.stdout.write(
    json
      ? `${JSON.stringify({ ...where, pid })}\n`
      : Object.values(where)
          .map((one) => `listening at ${one}\n`)
          .join(''),
  );
  await told;
  await rtsock?.close();
  await listener.close();
  finish();
  return { exitCode: 0, signal: undefined };
}

function addDaemonFamily(domain: NetlinkDomain, network: Network): void {
  const families = new LoadedFamilies(domain, { route: () => routeFamily(network) });
  domain.register({
    family: DaemonFamily,
    providers: [
      { token: LoadedFamilies, value: families },
      { token: SERVED_DOMAIN, value: domain },
    ],
  });
}
