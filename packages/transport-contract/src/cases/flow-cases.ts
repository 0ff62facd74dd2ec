import { datagramCost, NetlinkError, type NetlinkSocket, SocketOption } from '@nlspace/core';
import type { ContractCase } from '../contract-case.js';
import { ContractType, NEAR_GROUP } from '../contract-family.js';
import { indexOf, next, nextErrno, nextMessages, requests } from '../messages.js';

/** What may wait for a reader that does not read, on all sides together: far below what the cases send. */
const BOUND_BYTES = 2 * 1024 * 1024;
const FLOOD = 20_000;

export const flowCases: readonly ContractCase[] = [
  {
    title: 'a reader that does not read loses notifications, is told once, and goes on behind the gap',
    async run(t, { open }) {
      const [reader, source] = [await open(), await open()];
      await reader.joinGroup(NEAR_GROUP);
      await announce(source, FLOOD);
      await t.throwsAsync(next(reader), { message: /^ENOBUFS/ });
      const kept = await readAnnounced(reader, source);
      t.true(kept.length > 0 && kept.length < FLOOD);
      t.true(kept.length * datagramCost(1_000) < BOUND_BYTES);
      t.deepEqual(
        kept,
        kept.map((_, index) => index),
      );
      await announce(source, 3);
      t.deepEqual(await readAnnounced(reader, source), [0, 1, 2]);
    },
  },
  {
    title: 'NO_ENOBUFS loses notifications without a word',
    async run(t, { open }) {
      const [reader, source] = [await open(), await open()];
      await reader.setOption(SocketOption.NoOverrunError, 1);
      await reader.joinGroup(NEAR_GROUP);
      await announce(source, FLOOD);
      const kept = await readAnnounced(reader, source);
      t.true(kept.length > 0 && kept.length < FLOOD);
    },
  },
  {
    title: 'replies are never lost: requests wait for a reader that does not read, and sends do not',
    async run(t, { open, family }) {
      const socket = await open();
      const batch = requests(
        ...Array.from({ length: 3_000 }, (_, sequence) => ({
          type: ContractType.Fetch,
          count: 1,
          size: 500,
          sequence,
        })),
      );
      await socket.setOption(SocketOption.ForceSendBufferSize, 1_000_000);
      await socket.send(batch);
      t.true(family.handled * datagramCost(500) < BOUND_BYTES);
      for (let sequence = 0; sequence < 3_000; sequence++) {
        const [reply] = await nextMessages(socket);
        t.is(reply?.header.sequence, sequence);
        t.is(reply?.header.type, ContractType.Fetch);
        t.is(await nextErrno(socket), 0);
      }
      t.is(family.handled, 3_000);
    },
  },
  {
    title: 'a reader that does not read does not stop the other sockets',
    async run(t, { open }) {
      const [idle, reader, source] = [await open(), await open(), await open()];
      await idle.joinGroup(NEAR_GROUP);
      for (let round = 0; round < 40; round++) {
        await reader.joinGroup(NEAR_GROUP);
        await announce(source, 50);
        t.deepEqual(
          await readAnnounced(reader, source),
          Array.from({ length: 50 }, (_, index) => index),
        );
        await reader.leaveGroup(NEAR_GROUP);
      }
      await t.throwsAsync(next(idle), { message: /^ENOBUFS/ });
    },
  },
];

async function announce(source: NetlinkSocket, count: number): Promise<void> {
  await source.send(requests({ type: ContractType.Announce, count, size: 1_000 }));
  const errno = await nextErrno(source);
  if (errno !== 0) throw new NetlinkError(errno);
}

/** The indexes that wait for a reader, read until a datagram that `source` sends behind them. */
async function readAnnounced(reader: NetlinkSocket, source: NetlinkSocket): Promise<number[]> {
  if (reader.address.portId === 0) await reader.bind({ portId: 0, groups: reader.address.groups });
  await source.send(Uint8Array.of(1), { portId: reader.address.portId, groups: 0 });
  const indexes: number[] = [];
  for (;;) {
    const [message] = await nextMessages(reader);
    if (message === undefined) return indexes;
    indexes.push(indexOf(message));
  }
}
