import type { Network } from '@nlspace/family-route';
import type { RtsockListener } from '../rtsock/serve-rtsock.js';
import type { CommandLine } from './arguments.js';

/**
 * Serves routing sockets on a network where `--rtsock` says so. Not loaded otherwise. Where it is said who may change what through
 * netlink, nobody changes anything through them: rules are about messages of netlink.
 */
export async function withRtsock(
  network: Network,
  { rtsockAddress, mode, admin, readOnly, authorizations }: CommandLine,
): Promise<RtsockListener | undefined> {
  if (rtsockAddress === undefined) return undefined;
  const { RtsockBridge } = await import('@nlspace/rtsock-bridge');
  const { serveRtsock } = await import('../rtsock/serve-rtsock.js');
  const onDefect = (error: unknown): void => console.error('nlspace: a routing socket got EIO:', error);
  const bridge = new RtsockBridge(network, { onDefect });
  const isRestricted = !admin || readOnly || authorizations.length > 0;
  const listener = await serveRtsock(bridge, rtsockAddress, {
    ...(mode === undefined ? {} : { mode }),
    ...(isRestricted ? { isPrivileged: () => false } : {}),
  });
  return {
    ...listener,
    get peerCount() {
      return listener.peerCount;
    },
    close: async () => {
      await listener.close();
      bridge.dispose();
    },
  };
}
