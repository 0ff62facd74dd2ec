import type { Socket } from 'node:net';
import type { Credentials } from '@nlspace/core';
import { native } from '@nlspace/native';

/** A connected process, by the effective IDs that it had then. */
export type Peer = Omit<Credentials, 'netAdmin'>;

/** @throws {Error} when the kernel does not say who it is. */
export function peerOf(stream: Socket): Peer {
  // Node has no public way to a socket's descriptor.
  const { _handle: handle } = stream as unknown as { _handle?: { fd?: number } };
  const answer = native().peerCredentials(handle?.fd ?? -1);
  if (typeof answer === 'number') throw new Error(`SO_PEERCRED gives error ${-answer}`);
  const [uid, gid, pid] = answer;
  return { uid, gid, pid };
}

/** Root and whoever owns this process may change things: they could reach into the process anyway. */
export function ownerIsAdmin(peer: Peer): Credentials {
  return { ...peer, netAdmin: peer.uid === 0 || peer.uid === process.geteuid?.() };
}
