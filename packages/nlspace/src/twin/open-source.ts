import { readFile } from 'node:fs/promises';
import { type Netlink, NetlinkProtocol, type RawMessage, readMessages } from '@nlspace/core';
import {
  decodeState,
  isStateFile,
  type NetworkState,
  RouteClient,
  StateError,
  stateOf,
} from '@nlspace/family-route/client';
import { addressOf, kernelNamed } from '../command-line/back-door.js';

/** The real kernel, one of its namespaces, or a daemon. */
export interface OpenBackEnd {
  readonly netlink: Netlink;
  close(): void;
}

const DAEMON = 'unix:';

/** Whether a name is a back end's; else it is a file's. */
export function isBackEnd(name: string): boolean {
  return name.startsWith(DAEMON) || kernelNamed(name) !== undefined;
}

/** @throws {Error} the system's, or a NetlinkError, where it cannot be opened. */
export async function openBackEnd(name: string): Promise<OpenBackEnd> {
  const named = kernelNamed(name);
  if (named !== undefined) {
    const { kernel } = await import('@nlspace/transport-kernel');
    return { netlink: kernel({ ...named, keepsAlive: true }), close: () => {} };
  }
  const { connect } = await import('@nlspace/transport-unix');
  const remote = await connect(addressOf(name, 'connect'));
  return { netlink: remote, close: () => remote.close() };
}

/**
 * What `kernel`, `kernel:NAMESPACE`, `unix:PATH` or a file says: a state that was saved, or a capture, whose messages are taken
 * one after the other.
 *
 * @throws {StateError} for a file that is neither. NetlinkError, or the system's error, for what cannot be read.
 */
export async function readSource(name: string): Promise<NetworkState> {
  if (!isBackEnd(name)) return readStateFile(name);
  const backEnd = await openBackEnd(name);
  try {
    await using client = await RouteClient.open(backEnd.netlink);
    return await client.save();
  } finally {
    backEnd.close();
  }
}

async function readStateFile(path: string): Promise<NetworkState> {
  const bytes = path === '-' ? Uint8Array.from(await readAll(process.stdin)) : await readFile(path);
  if (isStateFile(bytes)) return decodeState(bytes);
  const { CaptureError, readCapture } = await import('@nlspace/middleware');
  try {
    const messages: RawMessage[] = [];
    for (const event of readCapture(bytes)) {
      if (event.kind !== 'received' || event.socket.protocol !== NetlinkProtocol.Route) continue;
      // Their bytes are valid only now.
      messages.push(...readMessages(event.bytes.slice()));
    }
    return stateOf(messages);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    throw new StateError(`${path} is no state, and no capture: it ${error.message}`);
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}
