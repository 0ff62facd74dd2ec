import { Errno, MessageFlag, NetlinkError, NetlinkProtocol } from '@nlspace/core';
import test from 'ava';
import { type AddressMessage, address, RouteMessageType } from '../../src/index.js';
import { ipAddress, ProfileWorld } from '../profile/profile-world.js';
import { ask, errnoOf } from './raw-socket.js';

// What FreeBSD's tests of addresses check: docs/freebsd-checklist.md.

const { NewAddress, DeleteAddress, GetAddress } = RouteMessageType;
const INET = 2;
const INET6 = 10;
const LINK_SCOPE = 253;
const FOREVER = 0xffff_ffff;

interface Wanted {
  readonly local?: string;
  readonly address?: string;
  readonly broadcast?: string;
  readonly preferredSeconds?: number;
  readonly validSeconds?: number;
}

async function change(
  world: ProfileWorld,
  type: number,
  [prefixLength, interfaceIndex]: readonly [number, number],
  { local, address: peer, broadcast, preferredSeconds, validSeconds }: Wanted,
): Promise<void> {
  const { Create, Exclusive } = MessageFlag;
  await world.client.do(
    type,
    address,
    {
      header: { addressFamily: (local ?? peer)?.includes(':') ? INET6 : INET, prefixLength, interfaceIndex },
      attributes: {
        ...(peer === undefined ? {} : { address: ipAddress(peer) }),
        ...(local === undefined ? {} : { local: ipAddress(local) }),
        ...(broadcast === undefined ? {} : { broadcast: ipAddress(broadcast) }),
        ...(validSeconds === undefined ? {} : { cacheInfo: { preferredSeconds, validSeconds } }),
      } as AddressMessage['attributes'],
    },
    { flags: type === NewAddress ? Create | Exclusive : 0 },
  );
}

async function list(
  world: ProfileWorld,
  { addressFamily = 0, interfaceIndex = 0 } = {},
): Promise<AddressMessage[]> {
  const found: AddressMessage[] = [];
  const header = { addressFamily, interfaceIndex };
  for await (const one of world.client.dump(GetAddress, address, { header, attributes: {} }))
    found.push(one as unknown as AddressMessage);
  return found;
}

const LIST = { local: '2001:db8::1' };

test('a dump has all addresses, or those of a family or a link', async (t) => {
  const world = await ProfileWorld.open('linux');
  const counts = async (filter = {}) => (await list(world, filter)).length;
  // lo: one of each; d0: one IPv4, two IPv6.
  t.is(await counts(), 5);
  t.is(await counts({ interfaceIndex: 2 }), 3);
  t.is(await counts({ addressFamily: INET }), 2);
  t.is(await counts({ addressFamily: INET6, interfaceIndex: 2 }), 2);
});

test('a header of one byte, as old programs send it, is enough for a dump', async (t) => {
  const world = await ProfileWorld.open('linux');
  const socket = await world.domain.open({ protocol: NetlinkProtocol.Route });
  const replies = ask(socket, GetAddress, MessageFlag.Dump, [INET]);
  t.deepEqual(
    replies.map(({ type }) => type),
    [NewAddress, NewAddress, 3],
  );
});

test('an IPv4 address shows prefix, scope, broadcast address and label', async (t) => {
  const world = await ProfileWorld.open('linux');
  await change(world, NewAddress, [24, 2], { local: '10.0.0.1', broadcast: '10.0.0.255' });
  const found = (await list(world, { interfaceIndex: 2 })).find(({ attributes }) => attributes.broadcast);
  t.like(found?.header, { addressFamily: INET, prefixLength: 24, scope: 0, interfaceIndex: 2 });
  t.deepEqual(found?.attributes.address, ipAddress('10.0.0.1'));
  t.deepEqual(found?.attributes.local, ipAddress('10.0.0.1'));
  t.deepEqual(found?.attributes.broadcast, ipAddress('10.0.0.255'));
  t.is(found?.attributes.label, 'd0');
});

test('an IPv6 address shows prefix and scope, and no local address', async (t) => {
  const world = await ProfileWorld.open('linux');
  const [global, linkLocal] = await list(world, { addressFamily: INET6, interfaceIndex: 2 });
  t.like(global?.header, { addressFamily: INET6, prefixLength: 64, scope: 0 });
  t.deepEqual(global?.attributes.address, ipAddress(LIST.local));
  t.like(linkLocal?.header, { prefixLength: 64, scope: LINK_SCOPE });
  // The index of the link is not in the address.
  t.deepEqual([...(linkLocal?.attributes.address ?? [])].slice(0, 4), [0xfe, 0x80, 0, 0]);
  for (const { attributes } of [global, linkLocal] as AddressMessage[]) {
    t.is(attributes.local, undefined);
    t.is(attributes.broadcast, undefined);
  }
});

test('lifetimes of an IPv6 address are shown as they were asked for, and run', async (t) => {
  const world = await ProfileWorld.open('linux');
  const lifetime = { preferredSeconds: 43_200, validSeconds: 86_400 };
  await change(world, NewAddress, [64, 2], { local: '2001:db8:1::1', ...lifetime });
  const info = async () =>
    (await list(world, { addressFamily: INET6, interfaceIndex: 2 })).find(
      ({ attributes }) => attributes.cacheInfo?.validSeconds !== FOREVER,
    )?.attributes.cacheInfo;
  t.like(await info(), lifetime);
  const stamps = await info();
  t.true((stamps?.createdStamp ?? 0) > 0 && (stamps?.changedStamp ?? 0) >= (stamps?.createdStamp ?? 0));
  world.clock.advance(60_000);
  t.like(await info(), { preferredSeconds: 43_140, validSeconds: 86_340 });
});

test('an address without header, link or value is refused', async (t) => {
  const world = await ProfileWorld.open('linux');
  const socket = await world.domain.open({ protocol: NetlinkProtocol.Route });
  const header = (index: number) => [INET, 24, 0, 0, index, 0, 0, 0];
  const value = [8, 0, 2, 0, 10, 0, 0, 1];
  const refusal = (payload: number[]) =>
    ask(socket, NewAddress, MessageFlag.Ack | MessageFlag.Create, payload).map(errnoOf);
  t.deepEqual(refusal([INET]), [Errno.EINVAL]);
  t.deepEqual(refusal([...header(0), ...value]), [Errno.ENODEV]);
  t.deepEqual(refusal(header(2)), [Errno.EINVAL]);
  t.deepEqual(refusal([...header(2), ...value]), [0]);
});

test('addresses are deleted by local address, and IPv6 ones by either attribute', async (t) => {
  const world = await ProfileWorld.open('linux');
  for (const [local, length, by] of [
    ['10.1.0.1', 24, 'local'],
    ['10.1.0.1', 32, 'local'],
    ['2001:db8:1::1', 64, 'local'],
    ['2001:db8:1::1', 128, 'address'],
  ] as const) {
    await change(world, NewAddress, [length, 2], { local });
    await change(world, DeleteAddress, [length, 2], { [by]: local });
    t.is((await list(world, { interfaceIndex: 2 })).length, 3, `${local}/${length}`);
  }
});

const PAIRS = [
  ['10.2.0.1', '10.2.0.2', 32],
  ['2001:db8:2::1', '2001:db8:2::2', 128],
] as const;

test('an address with a peer shows both', async (t) => {
  const world = await ProfileWorld.open('linux');
  for (const [local, peer, length] of PAIRS) {
    await change(world, NewAddress, [length, 2], { local, address: peer });
    const found = (await list(world, { interfaceIndex: 2 })).filter(
      ({ header }) => header?.prefixLength === length,
    );
    t.deepEqual(
      found.map(({ attributes }) => [attributes.local, attributes.address]),
      [[ipAddress(local), ipAddress(peer)]],
    );
    await change(world, DeleteAddress, [length, 2], { local, address: peer });
  }
});

test('an address with a peer is deleted by its own address, or with its peer', async (t) => {
  const world = await ProfileWorld.open('linux');
  for (const [local, peer, length] of PAIRS)
    for (const by of [{ local }, { local, address: peer }]) {
      await change(world, NewAddress, [length, 2], { local, address: peer });
      await change(world, DeleteAddress, [length, 2], by);
      t.is((await list(world, { interfaceIndex: 2 })).length, 3, `${local} by ${Object.keys(by)}`);
    }
});

test('the loopback link takes addresses of both families and gives them back', async (t) => {
  const world = await ProfileWorld.open('linux');
  for (const [local, length] of [
    ['10.4.0.1', 8],
    ['10.3.0.1', 32],
    ['2001:db8:3::1', 64],
    ['2001:db8:3::1', 128],
  ] as const) {
    await change(world, NewAddress, [length, 1], { local });
    t.is((await list(world, { interfaceIndex: 1 })).length, 3, local);
    await change(world, DeleteAddress, [length, 1], { local });
  }
  const error = await t.throwsAsync(change(world, DeleteAddress, [32, 1], { local: '10.3.0.1' }), {
    instanceOf: NetlinkError,
  });
  t.is(error?.errno, Errno.EADDRNOTAVAIL);
});
