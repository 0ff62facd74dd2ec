import { NetlinkProtocol, readMessages } from '@nlspace/core';
import test from 'ava';
import { RouteMessageType } from '../../src/index.js';
import { ipv4, NexthopWorld } from './nexthop-world.js';

const IPV4_ROUTE_GROUP = 7;

test('a group spreads packets by weight and counts them', async (t) => {
  const world = await NexthopWorld.open();
  for (const id of [1, 2]) await world.addSingle(id);
  await world.putGroup(10, { 1: 1, 2: 3 });
  await world.addRoute('192.0.2.0', 10);
  for (let host = 1; host < 255; host++) await world.send(`192.0.2.${host}`);
  const found = await world.get(10, 1);
  const [first = 0, second = 0] = found?.statistics?.entries?.map(({ packets }) => packets ?? 0) ?? [];
  t.is(first + second, 254);
  t.true(second > first * 2 && second < first * 5, `${first} and ${second} of weights 1 and 3`);
});

test('few routes among many hear of a new nexthop, the highest address first', async (t) => {
  const world = await NexthopWorld.open();
  for (const id of [1, 2]) await world.addSingle(id);
  for (let i = 0; i < 100; i++) await world.addRoute(`192.0.${i}.0`, 2);
  for (const destination of ['198.51.100.0', '10.0.0.0', '203.0.113.0']) await world.addRoute(destination, 1);
  const notifications = await world.client.subscribe([IPV4_ROUTE_GROUP]);
  await world.replaceSingle(1);
  for (const destination of ['203.0.113.0', '198.51.100.0', '10.0.0.0']) {
    const { value } = await notifications.next();
    t.is(value?.messageType, RouteMessageType.NewRoute);
    t.is(value?.flags, 0x100);
    const { destination: told } = (value?.attributes ?? {}) as { destination?: Uint8Array };
    t.deepEqual(told, ipv4(destination));
  }
});

test('a dump that goes on while a nexthop is made says so', async (t) => {
  const world = await NexthopWorld.open();
  for (let id = 1; id <= 3000; id++) await world.addSingle(id);
  const socket = await world.domain.open({ protocol: NetlinkProtocol.Route });
  await socket.send(DUMP_REQUEST);
  t.false(flagsIn(socket.receive()?.bytes).some(isInterrupted));
  await world.addSingle(9999);
  const flags: number[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    flags.push(...flagsIn(next.bytes));
  t.true(flags.some(isInterrupted));
});

/** RTM_GETNEXTHOP with NLM_F_REQUEST and NLM_F_DUMP. */
const DUMP_REQUEST = Uint8Array.from([24, 0, 0, 0, 106, 0, 1, 3, 1, ...new Array<number>(15).fill(0)]);

function flagsIn(datagram: Uint8Array | undefined): number[] {
  return [...readMessages(datagram ?? new Uint8Array())].map(({ header }) => header.flags);
}

/** NLM_F_DUMP_INTR */
const isInterrupted = (flags: number): boolean => (flags & 0x10) !== 0;
