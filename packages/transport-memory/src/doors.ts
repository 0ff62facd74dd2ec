import {
  type ConnectFramesOptions,
  connectFrames,
  type FrameService,
  type Netlink,
  type RemoteNetlink,
  type ServeFramesOptions,
  serveFrames,
} from '@nlspace/core';
import { createMemoryLink, type MemoryLinkOptions } from './memory-link.js';
import { type FramePort, portChannel } from './port-channel.js';

/** Serves `netlink` to whoever has the other port. */
export function listen(netlink: Netlink, port: FramePort, options: ServeFramesOptions): FrameService {
  return serveFrames(netlink, portChannel(port), options);
}

/** Opens the netlink that is served at the other port. */
export function connect(port: FramePort, options: ConnectFramesOptions = {}): RemoteNetlink {
  return connectFrames(portChannel(port), options);
}

/**
 * `netlink` as if it were remote: both doors and a channel between them, in this process. Credentials are those that
 * `open` is given.
 */
export function connectMemory(
  netlink: Netlink,
  options: ConnectFramesOptions & MemoryLinkOptions = {},
): RemoteNetlink {
  const [near, far] = createMemoryLink(options);
  serveFrames(netlink, far, { credentials: 'claimed' });
  return connectFrames(near, options);
}
