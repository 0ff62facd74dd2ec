import {
  Errno,
  ManualClock,
  MessageFlag,
  NetlinkError,
  readMessages,
  readRefusal,
  SocketOption,
} from '@nlspace/core';
import {
  ContractType,
  errnoOf,
  indexOf,
  NEAR_GROUP,
  next,
  nextErrno,
  nextMessages,
  requests,
} from '@nlspace/transport-contract';
import test from 'ava';
import { faultWorld } from '../support/contract-world.js';

const DUMP_INTERRUPTED = MessageFlag.DumpInterrupted;

test('a failure comes in its turn among the replies to the other requests, and is not handed on', async (t) => {
  const { open, family } = faultWorld(['Touch: fail EPERM 2nd']);
  const socket = await open();
  await socket.send(
    requests(
      { type: ContractType.Fetch, count: 1, sequence: 1 },
      { type: ContractType.Touch, sequence: 2 },
      { type: ContractType.Touch, sequence: 3 },
      { type: ContractType.Touch, sequence: 4 },
      { type: ContractType.Fetch, count: 1, sequence: 5 },
    ),
  );
  const seen: unknown[] = [];
  for (let count = 0; count < 7; count++) {
    const [message] = await nextMessages(socket);
    const isReply = message?.header.type === ContractType.Fetch;
    seen.push([message?.header.sequence, isReply ? 'reply' : message && errnoOf(message)]);
  }
  t.deepEqual(seen, [
    [1, 'reply'],
    [1, 0],
    [2, 0],
    [3, Errno.EPERM],
    [4, 0],
    [5, 'reply'],
    [5, 0],
  ]);
  t.is(socket.receive(), undefined);
  t.is(family.handled, 4);
});

const request = { type: ContractType.Refuse, sequence: 7, attributes: { index: 1, name: 'a' } };

test('the error echoes the request and has no extended ACK unless it was asked for', async (t) => {
  const { open } = faultWorld(['Refuse: fail EBUSY "hands off" at name']);
  const socket = await open();
  await socket.bind({ portId: 99, groups: 0 });
  const datagram = requests(request);
  await socket.send(datagram);
  const [error] = await nextMessages(socket);
  t.deepEqual(error?.header, { type: 2, flags: 0, sequence: 7, portId: 99, length: 20 + datagram.length });
  t.deepEqual([...(error?.payload.subarray(4) ?? [])], [...datagram]);
});

test('EXT_ACK brings text and offset, CAP_ACK leaves only the header of the request', async (t) => {
  const { open } = faultWorld(['Refuse: fail EBUSY "hands off" at name']);
  const socket = await open();
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.setOption(SocketOption.CapAck, 1);
  await socket.send(requests(request));
  const [error] = await nextMessages(socket);
  t.is(error?.header.flags, MessageFlag.Capped | MessageFlag.AckTlvs);
  const refusal = error && readRefusal(error, '');
  t.is(refusal?.errno, Errno.EBUSY);
  t.is(refusal?.text, 'hands off');
  // Headers of 16 and 8: the name is the first attribute.
  t.is(refusal?.details.offset, 24);
  await socket.setOption(SocketOption.ExtendedAck, 0);
  await socket.send(requests(request));
  const [plain] = await nextMessages(socket);
  t.is(plain?.header.flags, MessageFlag.Capped);
  t.is(plain?.header.length, 36);
});

test('a dump fails with NLMSG_ERROR, or in its NLMSG_DONE', async (t) => {
  const { open } = faultWorld(['List: fail ENOMEM in done once', 'List: fail EPERM']);
  const socket = await open();
  await socket.setOption(SocketOption.ExtendedAck, 1);
  await socket.send(requests({ type: ContractType.List, count: 3, sequence: 1 }));
  const [done] = await nextMessages(socket);
  t.deepEqual(done?.header, { type: 3, flags: MessageFlag.Multi, sequence: 1, portId: 1, length: 20 });
  t.is(done && errnoOf(done), Errno.ENOMEM);
  await socket.send(requests({ type: ContractType.List, count: 3, sequence: 2 }));
  t.is(await nextErrno(socket), Errno.EPERM);
});

test('a request that asks for no acknowledgement hears of its failure, and an own NOOP is acknowledged', async (t) => {
  const { open } = faultWorld(['Touch: fail EIO']);
  const socket = await open();
  await socket.send(requests({ type: ContractType.Touch, flags: 0, sequence: 4 }));
  t.is(await nextErrno(socket), Errno.EIO);
  await socket.send(requests({ type: 1 as ContractType, sequence: 4 }));
  t.is(await nextErrno(socket), 0);
});

test('the errors of many requests that wait for a slow reader stay in order', async (t) => {
  const { open } = faultWorld(['Touch: fail EIO every 2nd']);
  const socket = await open();
  await socket.setOption(SocketOption.ForceSendBufferSize, 1_000_000);
  const all = Array.from({ length: 4_000 }, (_, sequence) => ({ type: ContractType.Touch, sequence }));
  await socket.send(requests(...all));
  for (let sequence = 0; sequence < 4_000; sequence++) {
    const [message] = await nextMessages(socket);
    t.is(message?.header.sequence, sequence);
    t.is(message && errnoOf(message), sequence % 2 === 0 ? Errno.EIO : 0);
  }
});

async function interruptedPlaces(count: number): Promise<{ places: string[]; total: number }> {
  const { open } = faultWorld(['List dump: interrupt once']);
  const socket = await open();
  await socket.send(requests({ type: ContractType.List, count, size: 100 }));
  const places: string[] = [];
  let total = 0;
  for (let datagrams = 0; ; datagrams++) {
    const messages = await nextMessages(socket);
    for (const [index, { header }] of messages.entries()) {
      if (header.flags & DUMP_INTERRUPTED) places.push(`${datagrams}.${index} type ${header.type}`);
      if (header.type === 3) return { places, total };
      total++;
    }
  }
}

test('an interrupted dump has the flag on the first message behind its first datagram, once', async (t) => {
  const { places, total } = await interruptedPlaces(200);
  t.deepEqual(places, ['1.0 type 18']);
  t.is(total, 200);
});

test('a dump of one datagram has it on NLMSG_DONE', async (t) => {
  const { places, total } = await interruptedPlaces(2);
  t.deepEqual(places, ['0.2 type 3']);
  t.is(total, 2);
  t.deepEqual((await interruptedPlaces(0)).places, ['0.0 type 3']);
});

test('only the dump that the rule means is interrupted; its datagrams are as large as without', async (t) => {
  const { open } = faultWorld(['List with index=5: interrupt']);
  const socket = await open();
  for (const index of [4, 5]) {
    await socket.send(requests({ type: ContractType.List, count: 400, size: 100, attributes: { index } }));
    const sizes: number[] = [];
    let flags = 0;
    for (let done = false; !done; ) {
      const { bytes } = await next(socket, { capacity: 8_192 });
      sizes.push(bytes.length);
      for (const { header } of readMessages(bytes)) {
        flags |= header.flags;
        done ||= header.type === 3;
      }
    }
    t.is(flags & DUMP_INTERRUPTED, index === 5 ? DUMP_INTERRUPTED : 0);
    t.is(sizes[1], 8_160);
  }
});

test('an overrun by a request is ENOBUFS once, before the answer', async (t) => {
  const { open } = faultWorld(['Touch: overrun once']);
  const socket = await open();
  await socket.send(requests({ type: ContractType.Touch }));
  t.true(socket.readable);
  t.throws(() => socket.receive({ peek: true, capacity: 0 }), {
    instanceOf: NetlinkError,
    message: 'ENOBUFS',
  });
  t.is(await nextErrno(socket), 0);
  t.is(socket.receive(), undefined);
});

test('a delayed answer is not there before its time, and what comes behind it waits', async (t) => {
  const clock = new ManualClock();
  const { open } = faultWorld(['Fetch: delay 200ms once'], { clock });
  const [socket, other] = [await open(), await open(2)];
  await socket.joinGroup(NEAR_GROUP);
  let told = 0;
  socket.onReadable = () => told++;
  await socket.send(requests({ type: ContractType.Fetch, count: 1, sequence: 1 }));
  await other.send(requests({ type: ContractType.Announce, count: 1 }));
  t.false(socket.readable);
  t.is(socket.receive(), undefined);
  clock.advance(199);
  t.is(told, 0);
  clock.advance(1);
  t.is(told, 1);
  const types = [];
  for (let count = 0; count < 3; count++) types.push((await nextMessages(socket))[0]?.header.type);
  t.deepEqual(types, [ContractType.Fetch, 2, ContractType.Announce]);
});

test('a stalled request is handed on later, and the sends behind it wait', async (t) => {
  const clock = new ManualClock();
  const { open, family } = faultWorld(['Touch: stall 1s once'], { clock });
  const socket = await open();
  const sent: number[] = [];
  const datagram = requests({ type: ContractType.Touch, sequence: 1 });
  const first = socket.send(datagram)?.then(() => sent.push(1));
  // The sender may use its bytes again.
  datagram.fill(0);
  const second = socket.send(requests({ type: ContractType.Touch, sequence: 2 }))?.then(() => sent.push(2));
  await Promise.resolve();
  t.is(family.handled, 0);
  clock.advance(1_000);
  await Promise.all([first, second]);
  t.deepEqual(sent, [1, 2]);
  t.is(family.handled, 2);
  t.is(await nextErrno(socket), 0);
  t.is(await nextErrno(socket), 0);
});

test('a socket that is closed ends what is stalled, and more than a send buffer is not taken', async (t) => {
  const { open, family } = faultWorld(['Touch: stall 1s'], { clock: new ManualClock() });
  const socket = await open();
  await socket.setOption(SocketOption.ForceSendBufferSize, 1_000_000);
  const large = requests({ type: ContractType.Touch, attributes: { content: new Uint8Array(60_000) } });
  const waiting = [1, 2, 3].map(() => socket.send(large));
  t.throws(() => socket.send(large), { message: 'EAGAIN' });
  socket.close();
  for (const send of waiting) await t.throwsAsync(async () => send, { message: 'EBADF' });
  t.is(family.handled, 0);
});

test('a truncated answer ends in the middle', async (t) => {
  const { open } = faultWorld(['Fetch: truncate 21']);
  const socket = await open();
  await socket.send(requests({ type: ContractType.Fetch, count: 1, size: 100 }));
  t.is((await next(socket)).bytes.length, 21);
  t.is(await nextErrno(socket), 0);
});

test('a closed socket says ECONNRESET to whoever reads or sends, and serves nothing any more', async (t) => {
  const { open, family, domain } = faultWorld(['Touch: close 2nd']);
  const socket = await open();
  await socket.send(requests({ type: ContractType.Touch }));
  let told = 0;
  socket.onReadable = () => told++;
  await socket.send(requests({ type: ContractType.Touch }));
  t.is(told, 1);
  t.true(socket.readable);
  for (let count = 0; count < 2; count++)
    t.throws(() => socket.receive(), { message: 'ECONNRESET: closed by a fault' });
  t.throws(() => socket.send(requests({ type: ContractType.Touch })), { message: /^ECONNRESET/ });
  t.is(family.handled, 1);
  t.deepEqual(domain.describe().protocols[0]?.sockets, []);
  socket.close();
});

test('a rule matches by program, by process, by presence and value of what a message says', async (t) => {
  const { open, netlink } = faultWorld(
    [
      'Touch by cat: fail EPERM',
      'Touch by 3: fail EACCES',
      'Touch with index=9 and name: fail EEXIST',
      'Touch with size=4: fail ENOENT',
      'Touch with nmae: fail EIO',
    ],
    { nameOfProcess: (pid) => (pid === 2 ? 'cat' : 'dog') },
  );
  const touch = (attributes = {}, size = 0) => requests({ type: ContractType.Touch, attributes, size });
  const errnos: number[] = [];
  for (const [pid, datagram] of [
    [1, touch()],
    [2, touch()],
    [3, touch()],
    [1, touch({ index: 9 })],
    [1, touch({ index: 9, name: '' })],
    [1, touch({ index: 8, name: 'a' })],
    [1, touch({}, 4)],
  ] as const) {
    const socket = await open(pid);
    await socket.send(datagram);
    errnos.push(await nextErrno(socket));
    socket.close();
  }
  t.deepEqual(errnos, [0, Errno.EPERM, Errno.EACCES, 0, Errno.EEXIST, 0, Errno.ENOENT]);
  t.deepEqual(
    netlink.counts().map(({ matched, happened, complaint }) => [matched, happened, complaint]),
    [
      [1, 1, undefined],
      [1, 1, undefined],
      [1, 1, undefined],
      [1, 1, undefined],
      [0, 0, 'Touch has no nmae; it has count, size, name, index, content'],
    ],
  );
});

test('the same seed has the same faults, another one others', async (t) => {
  const errnos = async (seed: number) => {
    const { open } = faultWorld(['Touch: fail EIO 30%', 'Touch: fail EAGAIN 30%'], { seed });
    const socket = await open();
    const all: number[] = [];
    for (let count = 0; count < 100; count++) {
      await socket.send(requests({ type: ContractType.Touch }));
      all.push(await nextErrno(socket));
    }
    return all;
  };
  const first = await errnos(1);
  t.deepEqual(await errnos(1), first);
  t.notDeepEqual(await errnos(2), first);
  const failed = first.filter((errno) => errno === Errno.EIO).length;
  t.true(failed > 15 && failed < 45, `${failed}`);
  t.true(first.includes(Errno.EAGAIN));
});

test('a dry run says what would happen, and nothing does', async (t) => {
  const { open, events, netlink } = faultWorld(['Touch: fail EIO once', 'Touch: close'], { dryRun: true });
  const socket = await open();
  for (let count = 0; count < 2; count++) {
    await socket.send(requests({ type: ContractType.Touch }));
    t.is(await nextErrno(socket), 0);
  }
  t.deepEqual(
    events.map(({ index, message, matched }) => [index, message.name, matched]),
    [
      [0, 'Touch', 1],
      [1, 'Touch', 1],
      [1, 'Touch', 2],
    ],
  );
  t.deepEqual(
    netlink.counts().map(({ matched, happened }) => [matched, happened]),
    [
      [2, 1],
      [2, 2],
    ],
  );
});

test('the index of a fetched parcel is untouched beside a fault of another request', async (t) => {
  const { open } = faultWorld(['Touch: delay 1s', 'Touch: truncate 1'], { clock: new ManualClock() });
  const socket = await open();
  await socket.send(requests({ type: ContractType.Fetch, count: 2, flags: 0 }));
  t.deepEqual([...(await nextMessages(socket)), ...(await nextMessages(socket))].map(indexOf), [0, 1]);
});
