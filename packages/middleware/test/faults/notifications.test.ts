import { ManualClock, type NetlinkSocket, readMessages, SocketOption } from '@nlspace/core';
import { ContractType, indexOf, NEAR_GROUP, nextErrno, requests } from '@nlspace/transport-contract';
import test from 'ava';
import { REORDER_PATIENCE_MS } from '../../src/index.js';
import { type FaultWorld, faultWorld } from '../support/contract-world.js';

async function listening({ open }: FaultWorld): Promise<{ reader: NetlinkSocket; source: NetlinkSocket }> {
  const [reader, source] = [await open(), await open(2)];
  await reader.joinGroup(NEAR_GROUP);
  return { reader, source };
}

async function announce(source: NetlinkSocket, count: number): Promise<void> {
  await source.send(requests({ type: ContractType.Announce, count }));
  await nextErrno(source);
}

/** What a reader gets now: indexes, and the names of errors. */
function drain(reader: NetlinkSocket): Array<number | string> {
  const got: Array<number | string> = [];
  while (reader.readable) {
    try {
      const datagram = reader.receive();
      const [message] = readMessages(datagram?.bytes ?? new Uint8Array());
      got.push(message === undefined ? `${datagram?.bytes.length} bytes` : indexOf(message));
    } catch (error) {
      got.push((error as Error).message);
    }
  }
  if (reader.receive() !== undefined) throw new Error('not readable, and yet there is a datagram');
  return got;
}

/** What five notifications become. */
const OUTCOMES: ReadonlyArray<readonly [rule: string, got: ReadonlyArray<number | string>]> = [
  ['drop 2nd', [0, 2, 3, 4]],
  ['drop every 2nd', [1, 3]],
  ['drop', []],
  ['duplicate 2nd', [0, 1, 1, 2, 3, 4]],
  ['duplicate 5th', [0, 1, 2, 3, 4, 4]],
  ['truncate 7 3rd', [0, 1, '7 bytes', 3, 4]],
  ['reorder 2nd', [0, 2, 1, 3, 4]],
  ['reorder behind 3 1st', [1, 2, 3, 0, 4]],
  ['reorder twice', [2, 0, 1, 3, 4]],
  ['overrun 3rd', [0, 1, 'ENOBUFS', 3, 4]],
  ['overrun losing 2 3rd', [0, 1, 'ENOBUFS', 4]],
  ['overrun twice', ['ENOBUFS', 'ENOBUFS', 2, 3, 4]],
  ['close 3rd', [0, 1]],
];

for (const [rule, expected] of OUTCOMES) {
  test(`${rule}: five notifications become ${expected.join(' ')}`, async (t) => {
    const { reader, source } = await listening(
      faultWorld([`Announce notification: ${rule}`], { clock: new ManualClock() }),
    );
    await announce(source, 5);
    if (rule.startsWith('close')) {
      t.deepEqual([indexAt(reader), indexAt(reader)], [0, 1]);
      t.throws(() => reader.receive(), { message: /^ECONNRESET/ });
    } else {
      t.deepEqual(drain(reader), expected);
    }
  });
}

function indexAt(reader: NetlinkSocket): number {
  const [message] = readMessages(reader.receive()?.bytes ?? new Uint8Array());
  return message === undefined ? -1 : indexOf(message);
}

test('a look finds what the receive behind it gives', async (t) => {
  const { reader, source } = await listening(
    faultWorld(['Announce notification: drop 1st', 'Announce notification: duplicate 3rd'], {}),
  );
  await announce(source, 4);
  const got: number[] = [];
  while (reader.readable) {
    const looked = reader.receive({ peek: true, capacity: 0 });
    const again = reader.receive({ peek: true });
    const taken = reader.receive();
    t.is(looked?.bytes, taken?.bytes);
    t.is(again?.bytes, taken?.bytes);
    const [message] = readMessages(taken?.bytes ?? new Uint8Array());
    got.push(message === undefined ? -1 : indexOf(message));
  }
  t.deepEqual(got, [1, 2, 2, 3]);
});

test('nobody is told of a notification that is lost', async (t) => {
  const { reader, source } = await listening(faultWorld(['Announce notification: drop']));
  reader.onReadable = () => t.fail();
  await announce(source, 3);
  t.false(reader.readable);
});

test('NO_ENOBUFS loses notifications without a word', async (t) => {
  const { reader, source } = await listening(faultWorld(['Announce notification: overrun losing 2 2nd']));
  await reader.setOption(SocketOption.NoOverrunError, 1);
  await announce(source, 4);
  t.deepEqual(drain(reader), [0, 3]);
});

test('nothing overtakes a reordered notification for ever: it comes when its time is over', async (t) => {
  const clock = new ManualClock();
  const { reader, source } = await listening(
    faultWorld(['Announce notification: reorder behind 9 2nd'], { clock }),
  );
  await announce(source, 3);
  t.deepEqual(drain(reader), [0, 2]);
  let told = 0;
  reader.onReadable = () => told++;
  clock.advance(REORDER_PATIENCE_MS);
  t.is(told, 1);
  t.deepEqual(drain(reader), [1]);
});

test('each of many delayed notifications waits for its own time, and they stay in order', async (t) => {
  const clock = new ManualClock();
  const { reader, source } = await listening(
    faultWorld(['Announce notification: delay 100ms from 2nd'], { clock }),
  );
  let told = 0;
  reader.onReadable = () => told++;
  await announce(source, 3);
  t.deepEqual(drain(reader), [0]);
  clock.advance(60);
  await announce(source, 1);
  t.deepEqual(drain(reader), []);
  told = 0;
  clock.advance(40);
  t.is(told, 1);
  t.deepEqual(drain(reader), [1, 2]);
  clock.advance(59);
  t.deepEqual(drain(reader), []);
  clock.advance(1);
  t.deepEqual(drain(reader), [0]);
});

test('delayed notifications do not grow without an end: behind a buffer of them the inner one overruns', async (t) => {
  const clock = new ManualClock();
  const { reader, source } = await listening(faultWorld(['Announce notification: delay 1s'], { clock }));
  await announce(source, 20_000);
  clock.advance(1_000);
  const got: Array<number | string> = [];
  for (let round = 0; round < 5; round++) {
    got.push(...drain(reader));
    clock.advance(1_000);
  }
  t.is(got.filter((one) => one === 'ENOBUFS').length, 1);
  t.true(got.length < 2_000, `${got.length}`);
});

test('replies to requests are never lost, whatever happens to notifications', async (t) => {
  const { open } = faultWorld(['*: drop', '* notification: overrun']);
  const socket = await open();
  await socket.joinGroup(NEAR_GROUP);
  await socket.setOption(SocketOption.NoOverrunError, 1);
  await socket.send(
    requests({ type: ContractType.Announce, count: 3 }, { type: ContractType.Fetch, count: 1 }),
  );
  t.is(await nextErrno(socket), 0);
  t.is(indexAt(socket), 0);
  t.is(await nextErrno(socket), 0);
});

test('an overrun of the inner socket comes first, also when its next datagram has been looked at', async (t) => {
  const { reader, source } = await listening(faultWorld(['Announce notification: duplicate 2nd']));
  await announce(source, 1);
  t.true(reader.readable);
  await announce(source, 20_000);
  t.throws(() => reader.receive({ peek: true, capacity: 0 }), { message: 'ENOBUFS' });
  t.is(indexAt(reader), 0);
});
