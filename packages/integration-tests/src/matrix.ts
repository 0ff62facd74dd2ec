import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Netlink } from '@nlspace/core';
import { connectMemory } from '@nlspace/transport-memory';
import {
  authorize,
  capture,
  connect,
  ForwardingSocket,
  faults,
  kernelProfile,
  listen,
  type Middleware,
  trace,
  type Vocabularies,
} from 'nlspace';

/** A way to a `Netlink` that is open, and how it is closed. */
export interface Way {
  readonly netlink: Netlink;
  close(): void | Promise<void>;
}

/** A transport between two parties: what it leads to is a `Netlink` again, so it can stand on either side. */
export type Door = (served: Netlink) => Way | Promise<Way>;

const FOLDER = mkdtempSync(join(tmpdir(), 'nlspace-matrix-'));
process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));
let sockets = 0;

export const DOORS = {
  direct: (served) => ({ netlink: served, close: () => {} }),
  memory: (served) => {
    const netlink = connectMemory(served);
    return { netlink, close: () => netlink.close() };
  },
  unix: async (served) => {
    const address = `unix:${FOLDER}/${sockets++}.sock`;
    const listener = await listen(served, address);
    const netlink = await connect(address);
    return {
      netlink,
      close: async () => {
        netlink.close();
        await listener.close();
      },
    };
  },
} as const satisfies Readonly<Record<string, Door>>;

/** Through a door, several in a row: the last is the nearest to whoever opens sockets. */
export async function through(served: Netlink, doors: readonly Door[]): Promise<Way> {
  const ways: Way[] = [];
  let netlink = served;
  for (const door of doors) {
    const way = await door(netlink);
    ways.unshift(way);
    netlink = way.netlink;
  }
  return {
    netlink,
    close: async () => {
      for (const way of ways) await way.close();
    },
  };
}

/** Faults of every kind, to everything. */
const EVERYTHING = [
  '*: delay 1s',
  '*: overrun',
  '* do: fail EIO',
  '* dump: interrupt',
  '* notification: drop',
  '* notification: reorder',
  '*: truncate 3',
  '*: close',
];

/** Every middleware, set up to change nothing while it does as much as it can. */
export const MIDDLEWARE: Readonly<Record<string, (vocabularies: Vocabularies) => Middleware>> = {
  forwarding: () => (inner) => ({
    open: async (options) => new ForwardingSocket(await inner.open(options)),
  }),
  trace: (vocabularies) => (inner) => trace(inner, { write: () => {}, vocabularies }),
  capture: (vocabularies) => (inner) => capture(inner, { write: () => {}, vocabularies }),
  'faults that are only told': (vocabularies) => (inner) =>
    faults(inner, { rules: EVERYTHING, dryRun: true, vocabularies }),
  'faults of another program': (vocabularies) => (inner) =>
    faults(inner, {
      rules: EVERYTHING.map((rule) => rule.replace(':', ' by nobody:')),
      vocabularies,
      nameOfProcess: () => 'x',
    }),
  authorize: (vocabularies) => (inner) =>
    authorize(inner, { rules: ['deny * by nobody', 'allow * by nobody'], vocabularies }),
  'a kernel that lacks what nobody has': (vocabularies) => (inner) =>
    kernelProfile(inner, { version: '99.0', vocabularies }),
};
