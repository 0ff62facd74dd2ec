import { once } from 'node:events';
import { connect as openStream } from 'node:net';
import { type ConnectFramesOptions, connectFrames, type RemoteNetlink } from '@nlspace/core';
import { pathOf } from './address.js';
import { StreamChannel } from './stream-channel.js';

/**
 * Opens the netlink that is served at `unix:PATH`. When the serving process ends, however it ends, whatever waits is
 * rejected with ECONNRESET at once.
 *
 * @throws {Error} the system's: ENOENT and ECONNREFUSED where nobody listens, EACCES.
 */
export async function connect(address: string, options: ConnectFramesOptions = {}): Promise<RemoteNetlink> {
  const stream = openStream({ path: pathOf(address, 'connect') });
  await once(stream, 'connect');
  return connectFrames(new StreamChannel(stream), options);
}
