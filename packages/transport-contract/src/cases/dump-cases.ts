import {
  ControlMessageType,
  Errno,
  type NetlinkSocket,
  type ReceiveOptions,
  readMessages,
} from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { ContractType, NEAR_GROUP } from '../contract-family.js';
import { errnoOf, indexOf, next, nextErrno, requests } from '../messages.js';

/** A message of the dump: headers of 16 and 8, index 8, content 4 + 100. */
const ITEM_BYTES = 136;

/** What the datagrams of a dump brought, and the refusals between them. */
interface Listing {
  readonly sizes: number[];
  readonly indexes: number[];
  errnos?: Array<[sequence: number, errno: number]>;
}

export const dumpCases: readonly ContractCase[] = [
  {
    title: 'the first datagram of a dump fits 3776 bytes, the others the largest capacity so far',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(list(1_000));
      const { sizes, indexes } = await readDump(socket, { capacity: 8_192 });
      t.deepEqual(indexes, upTo(1_000));
      const [first, ...others] = sizes.slice(0, -1);
      t.true(isFull(first, 3_776), `${first}`);
      for (const size of others) t.true(isFull(size, 8_192), `${size}`);
      // The capacity stays with the socket.
      await socket.send(list(1_000));
      const again = await readDump(socket, { capacity: 4_096 });
      t.deepEqual(again.indexes, upTo(1_000));
      t.true(again.sizes.slice(0, -1).every((size) => isFull(size, 8_192)));
    },
  },
  {
    title: 'dump datagrams are at most 32448 bytes, and at least as large as a small reader has to take',
    async run(t, { open }) {
      const [greedy, small] = [await open(), await open()];
      await greedy.send(list(2_000));
      const large = await readDump(greedy, { capacity: 1_000_000 });
      t.true(isFull(large.sizes[1], 32_448), `${large.sizes[1]}`);
      await small.send(list(200));
      const { sizes } = await readDump(small, { capacity: 16 });
      t.true(sizes.slice(0, -1).every((size) => isFull(size, 3_776)));
    },
  },
  {
    title: 'a dump without messages is only done',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(list(0));
      t.deepEqual(await readDump(socket), { sizes: [20], indexes: [] });
    },
  },
  {
    title: 'receive never gives nothing in mid-dump',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(list(2_000));
      let done = false;
      while (!done) {
        const datagram = socket.receive();
        t.not(datagram, undefined);
        done = [...readMessages(datagram?.bytes ?? new Uint8Array())].some(isDone) || datagram === undefined;
      }
    },
  },
  {
    title: 'a dump waits for a slow reader, and other sockets do not',
    async run(t, { open }) {
      const [slow, other] = [await open(), await open()];
      await slow.joinGroup(NEAR_GROUP);
      await slow.send(list(20_000));
      await other.send(list(500));
      t.deepEqual((await readDump(other)).indexes, upTo(500));
      await other.send(requests({ type: ContractType.Announce, count: 1 }));
      t.is(await nextErrno(other), 0);
      t.deepEqual((await readDump(slow)).indexes, upTo(20_000));
    },
  },
  {
    title: 'a second dump during the first is refused with EBUSY, and served after it',
    async run(t, { open }) {
      const socket = await open();
      await socket.send(list(20_000, 1));
      await socket.send(list(20_000, 2));
      const first = await readDump(socket);
      t.deepEqual(first.indexes, upTo(20_000));
      t.deepEqual(first.errnos, [[2, Errno.EBUSY]]);
      await socket.send(list(3, 3));
      t.deepEqual((await readDump(socket)).indexes, [0, 1, 2]);
    },
  },
  {
    title: 'a socket that is closed in mid-dump frees its port ID',
    async run(t, { open }) {
      const [socket, other] = [await open(), await open()];
      await socket.bind({ portId: 5, groups: 0 });
      await socket.send(list(20_000));
      await next(socket);
      socket.close();
      await other.bind({ portId: 5, groups: 0 });
      await other.send(list(1));
      t.deepEqual((await readDump(other)).indexes, [0]);
    },
  },
];

function list(count: number, sequence = 1): Uint8Array {
  return requests({ type: ContractType.List, flags: 0x300, count, size: 100, sequence });
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function isFull(size: number | undefined, capacity: number): boolean {
  return size !== undefined && size <= capacity && size > capacity - ITEM_BYTES;
}

function isDone({ header }: { header: { type: number } }): boolean {
  return header.type === ControlMessageType.Done;
}

/** Reads until NLMSG_DONE; other messages are kept apart. */
async function readDump(socket: NetlinkSocket, options?: ReceiveOptions): Promise<Listing> {
  const listing: Listing = { sizes: [], indexes: [] };
  for (;;) {
    const { bytes, group } = await next(socket, options);
    if (group !== 0) continue;
    const messages = [...readMessages(bytes)];
    for (const { header, payload } of messages) {
      if (header.type === ContractType.List) listing.indexes.push(indexOf({ header, payload }));
      else if (header.type === ControlMessageType.Error) {
        listing.errnos ??= [];
        listing.errnos.push([header.sequence, errnoOf({ header, payload })]);
      }
    }
    if (messages[0]?.header.type !== ControlMessageType.Error) listing.sizes.push(bytes.length);
    if (messages.some(isDone)) return listing;
  }
}
