import test from 'ava';
import { RouteMessageType } from '../../src/index.js';
import { NEXTHOP_GROUP, NexthopWorld } from './nexthop-world.js';

const BUCKETS = 8;

/** Nexthops 1 and 2, and group 10 of both with a route; packets have gone through every bucket. */
async function begin(timers: { idleTimer?: number; unbalancedTimer?: number } = {}): Promise<NexthopWorld> {
  const world = await NexthopWorld.open();
  for (const id of [1, 2]) await world.addSingle(id);
  await world.putGroup(10, { 1: 1, 2: 1 }, { buckets: BUCKETS, ...timers });
  await world.addRoute('192.0.2.0', 10);
  await useAll(world);
  return world;
}

/** Enough packets that no bucket is left out. */
async function useAll(world: NexthopWorld): Promise<void> {
  world.clock.advance(1);
  for (let host = 1; host < 200; host++) await world.send(`192.0.2.${host}`);
}

const shareOf = (buckets: readonly number[], id: number): number =>
  buckets.filter((member) => member === id).length;

test('buckets are divided by weight', async (t) => {
  const world = await NexthopWorld.open();
  for (const id of [1, 2, 3]) await world.addSingle(id);
  await world.putGroup(10, { 1: 1, 2: 2, 3: 5 }, { buckets: BUCKETS });
  t.deepEqual(await world.buckets(10), [3, 3, 3, 3, 3, 2, 2, 1]);
});

test('busy buckets stay with their nexthop until the idle timer has run out', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, { idleTimer: 1000 });
  t.is(shareOf(await world.buckets(10), 1), 4);
  world.clock.advance(9_900);
  t.is(shareOf(await world.buckets(10), 1), 4);
  world.clock.advance(600);
  t.is(shareOf(await world.buckets(10), 1), 6);
});

test('a bucket that is used again begins its idle time anew', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  world.clock.advance(9_000);
  await useAll(world);
  world.clock.advance(9_000);
  t.is(shareOf(await world.buckets(10), 1), 4);
  world.clock.advance(1_600);
  t.is(shareOf(await world.buckets(10), 1), 6);
});

test('busy buckets are taken when the unbalanced timer has run out', async (t) => {
  const world = await begin({ idleTimer: 10_000, unbalancedTimer: 2000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  world.clock.advance(19_000);
  t.is(shareOf(await world.buckets(10), 1), 4);
  world.clock.advance(2_000);
  t.is(shareOf(await world.buckets(10), 1), 6);
});

test('without packets buckets change hands at once', async (t) => {
  const world = await NexthopWorld.open();
  for (const id of [1, 2]) await world.addSingle(id);
  await world.putGroup(10, { 1: 1, 2: 1 }, { buckets: BUCKETS });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  t.is(shareOf(await world.buckets(10), 1), 6);
});

test('buckets that change hands in the course of time are announced, by nobody', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  const notifications = await world.client.subscribe([NEXTHOP_GROUP]);
  world.clock.advance(10_600);
  for (let i = 0; i < 2; i++) {
    const { value } = await notifications.next();
    t.is(value?.messageType, RouteMessageType.NewNexthopBucket);
    t.deepEqual([value?.portId, value?.sequence, value?.flags], [0, 0, 0x100]);
  }
});

test('buckets of a member that goes are taken over at once, busy or not', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.remove(1);
  t.deepEqual(await world.buckets(10), new Array(BUCKETS).fill(2));
});

test('a group that is out of balance says for how long', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  world.clock.advance(3_000);
  const found = await world.get(10);
  t.is(found?.resilientGroup?.unbalancedTime, 300n);
  world.clock.advance(8_000);
  t.is((await world.get(10))?.resilientGroup?.unbalancedTime, 0n);
});

test('timers of a group that has gone do nothing', async (t) => {
  const world = await begin({ idleTimer: 1000 });
  await world.putGroup(10, { 1: 3, 2: 1 }, {});
  await world.remove(10);
  const notifications = await world.client.subscribe([NEXTHOP_GROUP]);
  world.clock.advance(60_000);
  await world.addSingle(77);
  const { value } = await notifications.next();
  t.is(value?.messageType, RouteMessageType.NewNexthop);
});
