import { native } from '@nlspace/native';
import type { RtsockBridge } from '@nlspace/rtsock-bridge';
import { listenAtPath, ownerIsAdmin, type Peer, pathOf } from '@nlspace/transport-unix';
import { PacketLoop } from './packet-loop.js';
import { RtsockPeer } from './rtsock-peer.js';

export interface ServeRtsockOptions {
  /** Of the socket's file: who may connect. @default 0o600 */
  readonly mode?: number;
  /** Whether a peer may change routes. @default root and the owner of this process */
  readonly isPrivileged?: (peer: Peer) => boolean;
  /** Further ones are turned away. @default 1024 */
  readonly maximumPeers?: number;
  /** Told of peers that were turned away, and why. @default standard error */
  readonly log?: (line: string) => void;
}

/** A path at which routing sockets are served. */
export interface RtsockListener {
  /** `unix:` and the absolute path. */
  readonly address: string;
  readonly peerCount: number;
  /** Closes every peer's socket and removes the file. Idempotent. */
  close(): Promise<void>;
}

const OWNER_ONLY = 0o600;
const MAXIMUM_PEERS = 1024;

/**
 * Serves routing sockets at `unix:PATH` to programs in any language: each connection (SOCK_SEQPACKET) is a socket, each packet a
 * message. Root and the owner of this process may change routes, others whom the mode lets in may ask.
 *
 * @throws {AddressError} where somebody listens already, or where something is that is no socket.
 */
export async function serveRtsock(
  bridge: RtsockBridge,
  address: string,
  options: ServeRtsockOptions = {},
): Promise<RtsockListener> {
  const path = pathOf(address, 'listen');
  const { mode = OWNER_ONLY, maximumPeers = MAXIMUM_PEERS } = options;
  const { isPrivileged = (peer: Peer) => ownerIsAdmin(peer).netAdmin } = options;
  const { log = (line: string) => console.error(`nlspace: ${line}`) } = options;
  const peers = new Set<RtsockPeer>();
  const loop = new PacketLoop();
  let listener = -1;

  function welcome(): void {
    for (;;) {
      let peer: RtsockPeer | undefined;
      const descriptor = loop.accept(listener, {
        readable: () => peer?.read(),
        writable: () => peer?.writable(),
      });
      if (descriptor === undefined) return;
      const credentials = native().peerCredentials(descriptor);
      const refusal =
        typeof credentials === 'number'
          ? `SO_PEERCRED gives error ${-credentials}`
          : peers.size >= maximumPeers
            ? 'too many peers are connected'
            : undefined;
      if (refusal !== undefined || typeof credentials === 'number') {
        log(`a peer was turned away: ${refusal}`);
        loop.close(descriptor);
        continue;
      }
      const [uid, gid, pid] = credentials;
      const channel = {
        receive: () => loop.receive(descriptor),
        send: (packet: Uint8Array) => loop.send(descriptor, packet),
        close: () => loop.close(descriptor),
      };
      const owner = { pid, isPrivileged: isPrivileged({ uid, gid, pid }) };
      const accepted = new RtsockPeer(bridge, channel, () => peers.delete(accepted), owner);
      peer = accepted;
      peers.add(accepted);
    }
  }

  const file = await listenAtPath(
    {
      listen: async (made) => {
        listener = loop.listen(made, { readable: welcome });
      },
      close: () => loop.end(),
    },
    path,
    mode,
  );
  let closed: Promise<void> | undefined;

  async function stop(): Promise<void> {
    await file.remove();
    for (const peer of [...peers]) peer.close();
    loop.end();
  }

  return {
    address: `unix:${path}`,
    get peerCount() {
      return peers.size;
    },
    close: () => {
      closed ??= stop();
      return closed;
    },
  };
}
