import { Errno, MessageFlag, NetlinkError, NetlinkProtocol, SocketOption } from '@nlspace/core';
import test from 'ava';
import { type LinkMessage, link, RouteMessageType } from '../../src/index.js';
import { ProfileWorld } from '../profile/profile-world.js';
import { ask } from './raw-socket.js';

// What FreeBSD's tests of interfaces check: docs/freebsd-checklist.md.

const { NewLink, GetLink } = RouteMessageType;

async function get(world: ProfileWorld, by: { index?: number; name?: string }): Promise<LinkMessage> {
  const { index = 0, name } = by;
  const [found] = await world.client.do(GetLink, link, {
    header: { interfaceIndex: index },
    attributes: name === undefined ? {} : { name },
  });
  return found as unknown as LinkMessage;
}

async function names(world: ProfileWorld): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const { attributes } of world.client.dump(GetLink, link)) found.push(attributes.name);
  return found;
}

test('a link that is not there is ENODEV, by name and by index', async (t) => {
  const world = await ProfileWorld.open('linux');
  for (const by of [{ name: 'nobody' }, { index: 4711 }]) {
    const error = await t.throwsAsync(get(world, by), { instanceOf: NetlinkError });
    t.is(error?.errno, Errno.ENODEV);
  }
});

test('a link is made, and is there', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addLink('d10');
  t.like((await get(world, { name: 'd10' })).attributes, { name: 'd10', information: { kind: 'dummy' } });
});

test('alias and MTU are taken when a link is made, and later', async (t) => {
  const world = await ProfileWorld.open('freebsd');
  await world.addLink('d10', { alias: 'words', mtu: 1024 });
  const { header, attributes } = await get(world, { name: 'd10' });
  t.like(attributes, { alias: 'words', mtu: 1024 });
  await world.client.do(NewLink, link, {
    header: { interfaceIndex: header?.interfaceIndex ?? 0 },
    attributes: { alias: 'others', mtu: 1025 },
  });
  t.like((await get(world, { name: 'd10' })).attributes, { alias: 'others', mtu: 1025 });
});

test('linux: the alias of a request that makes a link is not looked at', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addLink('d10', { alias: 'words', mtu: 1024 });
  const { attributes } = await get(world, { name: 'd10' });
  t.is(attributes.alias, undefined);
  t.is(attributes.mtu, 1024);
});

test('a link that is deleted is not there', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.deleteLink(2);
  const error = await t.throwsAsync(get(world, { index: 2 }), { instanceOf: NetlinkError });
  t.is(error?.errno, Errno.ENODEV);
});

test('forty links: each dump lists what there is', async (t) => {
  const world = await ProfileWorld.open('linux');
  const expected = ['lo', 'd0'];
  for (let i = 1; i <= 40; i++) {
    await world.addLink(`d${i}`);
    expected.push(`d${i}`);
    t.deepEqual(await names(world), expected);
  }
});

/** Type, NLM_F_* and the bytes behind the capped request of what acknowledges a new link `d9` with the index 3. */
async function acknowledge(name: 'linux' | 'freebsd', extended: boolean) {
  const world = await ProfileWorld.open(name);
  const socket = await world.domain.open({ protocol: NetlinkProtocol.Route });
  if (extended) await socket.setOption(SocketOption.ExtendedAck, 1);
  const { Ack, Create, Exclusive } = MessageFlag;
  const name9 = [7, 0, 3, 0, ...Buffer.from('d9'), 0, 0];
  const kind = [16, 0, 18, 0, 9, 0, 1, 0, ...Buffer.from('dummy'), 0, 0, 0];
  const body = [...new Array<number>(16).fill(0), ...name9, ...kind];
  const [reply] = ask(socket, NewLink, Ack | Create | Exclusive, body);
  return [reply?.type, reply?.flags, [...(reply?.payload.subarray(20) ?? [])]];
}

test('freebsd: the acknowledgement of a new link tells its index and name', async (t) => {
  const index = [8, 0, 49, 0, 3, 0, 0, 0];
  const name = [7, 0, 3, 0, ...Buffer.from('d9'), 0, 0];
  const cookie = [20, 0, 3, 0, ...name, ...index];
  t.deepEqual(await acknowledge('freebsd', true), [2, 0x300, cookie]);
  t.deepEqual(await acknowledge('freebsd', false), [2, 0x100, []]);
});

test('linux: the acknowledgement of a new link tells nothing', async (t) => {
  t.deepEqual(await acknowledge('linux', true), [2, 0x100, []]);
});
