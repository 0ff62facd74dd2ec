import test from 'ava';
import { type Datagram, datagramCost } from '../../src/index.js';
import { ReceiveBuffer } from '../../src/queue/receive-buffer.js';

const datagram = (length: number): Datagram => ({
  bytes: new Uint8Array(length),
  source: { portId: 0, groups: 0 },
  group: 0,
});

// Linux 6.18: Rmem of /proc/net/netlink with one datagram of a user queued.
for (const [length, cost] of [
  [1, 832],
  [256, 832],
  [257, 1280],
  [704, 1280],
  [705, 2304],
  [3776, 4352],
  [32_448, 33_024],
] as const) {
  test(`a datagram of ${length} bytes costs ${cost}`, (t) => t.is(datagramCost(length), cost));
}

test('a notification is taken while what is there does not exceed the size', (t) => {
  const buffer = new ReceiveBuffer(2304);
  for (let i = 0; i < 3; i++) t.true(buffer.offerNotification(datagram(20), true));
  t.true(buffer.isFull);
  t.false(buffer.offerNotification(datagram(20), true));
  t.like(buffer.counters, { received: 3, dropped: 1, overruns: 1 });
});

test('after an overrun the reader is told once, and nothing is queued until all has been read', (t) => {
  const buffer = new ReceiveBuffer(700);
  buffer.offerNotification(datagram(20), true);
  buffer.offerNotification(datagram(20), true);
  buffer.offerNotification(datagram(20), true);
  t.true(buffer.takeOverrun());
  t.false(buffer.takeOverrun());
  buffer.take();
  t.true(buffer.isEmpty);
  t.true(buffer.offerNotification(datagram(20), true));
});

test('replies are never dropped', (t) => {
  const buffer = new ReceiveBuffer(1);
  for (let i = 0; i < 5; i++) buffer.pushReply(datagram(20));
  t.is(buffer.counters.received, 5);
});

test('a dump may produce ahead while half of the buffer is free', (t) => {
  const buffer = new ReceiveBuffer(1700);
  buffer.pushReply(datagram(20));
  t.true(buffer.hasRoomAhead);
  buffer.pushReply(datagram(20));
  t.false(buffer.hasRoomAhead);
});

test('a long queue comes out in order', (t) => {
  const buffer = new ReceiveBuffer(1_000_000_000);
  const all = Array.from({ length: 5000 }, (_, i) => datagram(i % 50));
  for (const one of all) buffer.pushReply(one);
  for (const one of all) t.is(buffer.take(), one);
  t.is(buffer.take(), undefined);
});
