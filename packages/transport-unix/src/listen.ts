import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  type Credentials,
  type FrameService,
  type Netlink,
  type ServeFramesOptions,
  serveFrames,
} from '@nlspace/core';
import { native } from '@nlspace/native';
import { pathOf } from './address.js';
import { ownerIsAdmin, type Peer, peerOf } from './peer-credentials.js';
import { listenAtPath } from './socket-file.js';
import { StreamChannel } from './stream-channel.js';

export type { Peer } from './peer-credentials.js';

export interface ListenOptions extends Omit<ServeFramesOptions, 'credentials'> {
  /** Of the socket's file: who may connect. @default 0o600 */
  readonly mode?: number;
  /** What a peer may do. @default netAdmin for root and the owner of this process, not for others */
  readonly credentials?: (peer: Peer) => Credentials;
  /** Further ones are turned away. @default 1024 */
  readonly maximumPeers?: number;
  /** Told of peers that were cut off, and why. @default standard error */
  readonly log?: (line: string) => void;
}

/** A path that is served. */
export interface Listener {
  /** `unix:` and the absolute path. */
  readonly address: string;
  readonly peerCount: number;
  /** Closes every peer's sockets, tells the peers, and removes the file. Idempotent. */
  close(): Promise<void>;
}

const OWNER_ONLY = 0o600;
const MAXIMUM_PEERS = 1024;
const STOPPED = 'the serving side was stopped';

/**
 * Serves `netlink` at `unix:PATH` to whoever connects, until it is closed.
 *
 * @throws {AddressError} where somebody listens already, or where something is that is no socket.
 */
export async function listen(
  netlink: Netlink,
  address: string,
  options: ListenOptions = {},
): Promise<Listener> {
  const path = pathOf(address, 'listen');
  // Without it nobody could be served: say so at once.
  native();
  const { mode = OWNER_ONLY, credentials = ownerIsAdmin, maximumPeers = MAXIMUM_PEERS } = options;
  const { log = logToStandardError } = options;
  const services = new Set<FrameService>();
  const server = createServer((stream) => welcome(stream));
  const file = await listenAtPath(
    {
      listen: async (made) => {
        server.listen(made);
        await once(server, 'listening');
      },
      close: () => server.close(),
    },
    path,
    mode,
  );
  // Running out of descriptors, for example: the next one may be luckier.
  server.on('error', ({ message }) => log(`a peer could not be accepted: ${message}`));
  let closed: Promise<void> | undefined;

  function welcome(stream: Socket): void {
    const channel = new StreamChannel(stream);
    let known: Credentials;
    try {
      known = credentials(peerOf(stream));
    } catch (error) {
      log(`a peer was refused: ${error instanceof Error ? error.message : String(error)}`);
      stream.destroy();
      return;
    }
    const service = serveFrames(netlink, channel, { ...options, credentials: known });
    if (services.size >= maximumPeers) service.close('too many peers are connected');
    services.add(service);
    void service.closed.then(() => {
      services.delete(service);
      const { closingReason } = channel;
      if (closingReason !== undefined && closingReason !== STOPPED)
        log(`process ${known.pid} of user ${known.uid} was cut off: ${closingReason}`);
    });
  }

  async function stop(): Promise<void> {
    await file.remove();
    const ended = once(server, 'close');
    server.close();
    for (const service of services) service.close(STOPPED);
    await ended;
  }

  return {
    address: `unix:${path}`,
    get peerCount() {
      return services.size;
    },
    close: () => {
      closed ??= stop();
      return closed;
    },
  };
}

function logToStandardError(line: string): void {
  console.error(`nlspace: ${line}`);
}
