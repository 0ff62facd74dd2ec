import { Errno, MessageFlag, NetlinkProtocol, type NetlinkSocket, SocketOption } from '@nlspace/core';
import test from 'ava';
import { RouteMessageType } from '../../src/index.js';
import { ProfileWorld } from '../profile/profile-world.js';
import { ask, errnoOf } from './raw-socket.js';

// What FreeBSD's tests of routes and of error messages check: docs/freebsd-checklist.md.

const { NewRoute, GetRoute } = RouteMessageType;
const { Ack, Create, Exclusive, Append, Dump } = MessageFlag;
const INET6 = 10;

function open({ domain }: ProfileWorld): Promise<NetlinkSocket> {
  return domain.open({ protocol: NetlinkProtocol.Route });
}

test('a member of the group hears of a host route that comes and goes', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addRoute('198.51.100.7/32', { on: 2 });
  await world.deleteRoute('198.51.100.7/32');
  t.deepEqual(world.told(), [
    'NewRoute 198.51.100.7/32, flags 600, asked for',
    'DeleteRoute 198.51.100.7/32, flags 0, asked for',
  ]);
});

test('routes via a link-local gateway, and over a link alone', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addRoute('2001:db8:a::/64', { via: 'fe80::1', on: 2 });
  await world.addRoute('2001:db8:b::/64', { on: 2 });
  await world.addRoute('198.51.100.7/32', { on: 2 });
  t.deepEqual(
    world.told().map((line) => line.split(',')[0]),
    ['NewRoute 2001:db8:a::/64 via fe80::1', 'NewRoute 2001:db8:b::/64', 'NewRoute 198.51.100.7/32'],
  );
});

test('a thousand IPv6 routes are acknowledged each, and dumped all', async (t) => {
  const world = await ProfileWorld.open('linux');
  const socket = await open(world);
  const before = ask(socket, GetRoute, Dump, [INET6]).length;
  for (let i = 0; i < 1000; i++) {
    const header = [INET6, 65, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0];
    const destination = [20, 0, 1, 0, 0x20, 1, 0xd, 0xb8, 9, 9, i >> 8, i & 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    const device = [8, 0, 4, 0, 2, 0, 0, 0];
    const replies = ask(socket, NewRoute, Ack | Create | Exclusive, [...header, ...destination, ...device]);
    t.deepEqual(replies.map(errnoOf), [0]);
  }
  const replies = ask(socket, GetRoute, Dump | Ack, [INET6]);
  t.is(replies.length, before + 1000);
  t.is(replies.at(-1)?.type, 3);
  t.is(replies.filter(({ type }) => type === 2).length, 0);
});

test('a route with two legs shows both', async (t) => {
  const world = await ProfileWorld.open('linux');
  const legs = [
    { via: '192.0.2.8', on: 2 },
    { via: '192.0.2.9', on: 2 },
  ];
  await world.addRoute('10.0.0.0/8', { legs });
  t.deepEqual(world.told(), ['NewRoute 10.0.0.0/8 with 192.0.2.8 and 192.0.2.9, flags 600, asked for']);
});

test('an IPv6 nexthop that is appended is a second leg', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addRoute('2001:db8:a::/64', { via: '2001:db8::8' });
  await world.addRoute('2001:db8:a::/64', { via: '2001:db8::9' }, Create | Append);
  const socket = await open(world);
  const destination = [20, 0, 1, 0, 0x20, 1, 0xd, 0xb8, 0, 0xa, ...new Array<number>(10).fill(0)];
  // RTM_F_FIB_MATCH: the route itself.
  const [found] = ask(socket, GetRoute, 0, [INET6, 128, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, ...destination]);
  t.is(found?.type, NewRoute);
  t.is(found === undefined ? 0 : legsIn(found.payload), 2);
});

/** Of RTA_MULTIPATH, behind `struct rtmsg`. */
function legsIn(payload: Uint8Array): number {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let legs = 0;
  for (let at = 12; at < payload.length; at += (view.getUint16(at, true) + 3) & ~3) {
    if ((view.getUint16(at + 2, true) & 0x3fff) !== 9) continue;
    const end = at + view.getUint16(at, true);
    for (let leg = at + 4; leg < end; leg += view.getUint16(leg, true)) legs++;
  }
  return legs;
}

test('an unknown message type is refused in each form that a socket can ask for', async (t) => {
  const world = await ProfileWorld.open('linux');
  const request = [0, 0, 0, 0];
  const refusal = async (...options: SocketOption[]) => {
    const socket = await open(world);
    for (const option of options) await socket.setOption(option, 1);
    const [reply, ...more] = ask(socket, 255, Ack, request);
    if (reply === undefined || more.length > 0) throw new Error('one answer was expected');
    const text = new TextDecoder().decode(reply.payload.subarray(20));
    return {
      errno: errnoOf(reply),
      length: reply.length,
      flags: reply.flags,
      echoes: [...reply.payload.subarray(4, 10)],
      saysWhy: text.includes('255'),
    };
  };
  const whole = { errno: Errno.EOPNOTSUPP, echoes: [20, 0, 0, 0, 255, 0] };
  const capped = await refusal(SocketOption.CapAck);
  t.like(capped, { ...whole, length: 36, flags: 0x100, saysWhy: false });
  t.like(await refusal(SocketOption.CapAck, SocketOption.ExtendedAck), {
    ...whole,
    flags: 0x300,
    saysWhy: true,
  });
  const uncapped = await refusal(SocketOption.ExtendedAck);
  t.like(uncapped, { ...whole, flags: 0x200, saysWhy: true });
  t.true(uncapped.length > 40);
});
