import type { Netlink } from '@nlspace/core';
import { capture } from '../../src/index.js';
import { FileInMemory } from '../capture/file-in-memory.js';
import { contractDomain } from './contract-world.js';

/** A capture of what is played on a contract domain, and what playing it gave. */
export async function recorded<T>(
  play: (netlink: Netlink) => Promise<T>,
): Promise<{ readonly file: Uint8Array; readonly seen: T }> {
  const file = new FileInMemory();
  const seen = await play(capture(contractDomain().domain, { write: file.write, now: () => 1 }));
  return { file: file.bytes, seen };
}
