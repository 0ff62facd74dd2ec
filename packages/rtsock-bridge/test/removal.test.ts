import { NetlinkProtocol, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { RtsockType } from '../src/index.js';
import { ask, bytesOf, openWorld, ROOT, received, type World } from './support/world.js';

/** Changes of every kind, and all that netlink says of them. */
async function changesSeen(world: World): Promise<string[]> {
  const { network, domain } = world;
  const socket = await domain.open({ protocol: NetlinkProtocol.Route, credentials: ROOT });
  for (const group of [1, 3, 5, 7, 9, 11, 32]) await socket.joinGroup(group);
  const seen: string[] = [];
  const link = network.links.create('dummy', { name: 'd9' }, undefined, NO_CAUSE);
  network.links.change(link, { flags: 1, flagsMask: 1 }, NO_CAUSE);
  network.addresses.ipv4.put(link, { local: bytesOf('192.0.2.1'), prefixLength: 24 }, NO_CAUSE);
  world.add({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.3' }, { via: '10.0.0.4', weight: 2 }] });
  world.replace({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.5' }] });
  world.remove({ destination: '10.8.0.0/16' });
  network.links.remove([link], NO_CAUSE);
  await Promise.resolve();
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    seen.push(Buffer.from(next.bytes).toString('hex'));
  socket.close();
  return seen;
}

test('netlink says the same, byte for byte, with a bridge, without one and after one', async (t) => {
  const withBridge = await openWorld();
  withBridge.open();
  const without = await openWorld();
  without.bridge.dispose();
  const [first, second] = [await changesSeen(withBridge), await changesSeen(without)];
  t.true(first.length > 10);
  t.deepEqual(first, second);
});

test('a bridge that is taken off hears nothing any more, and its sockets are closed', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  world.bridge.dispose();
  world.add({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.3' }] });
  t.throws(() => socket.receive(), { message: 'ENOTCONN' });
  t.is(ask(socket, { type: RtsockType.Get, destination: '10.8.0.1' }), 'ENOTCONN');
});

test('a bridge that comes later knows what is there, and tells what becomes of it only', async (t) => {
  const world = await openWorld();
  world.bridge.dispose();
  world.add({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.3' }] });
  world.plugIn();
  const socket = world.open();
  t.deepEqual(received(socket), []);
  world.replace({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.4' }] });
  t.true((received(socket)[0] as string).startsWith('RTM_CHANGE'));
});

test('several bridges on one network do not hear of themselves through each other', async (t) => {
  const world = await openWorld();
  const first = world.open();
  world.plugIn();
  const second = world.open();
  t.is(ask(second, { type: RtsockType.Add, destination: '10.8.0.0/16', gateway: '10.0.0.3' }), 'None');
  t.deepEqual(
    received(first).map((text) => text.slice(0, 15)),
    ['RTM_ADD: pid 0,'],
  );
  t.deepEqual(
    received(second).map((text) => text.slice(0, 16)),
    ['RTM_ADD: pid 77,'],
  );
  t.is(world.announced().length, 1);
});
