import {
  type Credentials,
  decodeMessage,
  NetlinkDomain,
  NetlinkProtocol,
  type NetlinkSocket,
  NO_CAUSE,
  readMessages,
} from '@nlspace/core';
import { GenericNetlink } from '@nlspace/family-generic';
import {
  AddressGenerationMode,
  type Link,
  LinkFlag,
  ManualClock,
  Network,
  routeFamily,
} from '@nlspace/family-route';
import test from 'ava';
import { sysEvent, sysEventFamily } from '../src/index.js';

const ROOT: Credentials = { uid: 0, gid: 0, pid: 1, netAdmin: true };
const HERE = Uint8Array.of(192, 0, 2, 1);

async function openWorld(network = new Network({ clock: new ManualClock() })) {
  const domain = new NetlinkDomain({ families: [routeFamily(network), GenericNetlink] });
  const registration = domain.register(sysEventFamily(network));
  const families = domain.describe().protocols.flatMap((protocol) => protocol.families);
  const { number = 0, groups = {} } = families.find(({ name }) => name === 'nlsysevent') ?? {};
  async function join(...names: readonly string[]): Promise<NetlinkSocket> {
    const socket = await domain.open({ protocol: NetlinkProtocol.Generic, credentials: ROOT });
    for (const name of names) await socket.joinGroup(groups[name] ?? 0);
    return socket;
  }
  function create(kind: string, name: string) {
    const link = network.links.create(kind, { name }, undefined, NO_CAUSE);
    const change = (changes: Parameters<typeof network.links.change>[1]) =>
      network.links.change(link, changes, NO_CAUSE);
    return { link, change };
  }
  return { network, registration, number, join, create };
}

const UP = { flags: LinkFlag.Up, flagsMask: LinkFlag.Up };
/** No link-local address when it works. */
const WITHOUT_ADDRESS = { addressGenerationMode: AddressGenerationMode.None };
const DOWN = { flags: 0, flagsMask: LinkFlag.Up };

/** What a socket has received, each event as its words. */
function told(socket: NetlinkSocket): string[] {
  const events: string[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    for (const { payload } of readMessages(next.bytes))
      events.push(Object.values(decodeMessage(sysEvent, payload.subarray(4)).attributes).join(' '));
  return events;
}

test('a message is a command, and a string for each of system, subsystem, type and data', async (t) => {
  const { network, number, join } = await openWorld();
  const socket = await join('IFNET');
  const [lo] = network.links.all();
  network.addresses.ipv4.put(lo as never, { local: HERE, prefixLength: 24 }, NO_CAUSE);
  const bytes = socket.receive()?.bytes ?? new Uint8Array(0);
  const text = (value: string) => [...new TextEncoder().encode(`${value}\0`)];
  t.deepEqual(
    [...bytes],
    [
      ...[80, 0, 0, 0, number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[1, 2, 0, 0],
      ...[10, 0, 1, 0, ...text('IFNET'), 0, 0],
      ...[7, 0, 2, 0, ...text('lo'), 0],
      ...[13, 0, 3, 0, ...text('ADDR_ADD'), 0, 0, 0],
      ...[22, 0, 4, 0, ...text('address=192.0.2.1'), 0, 0],
    ],
  );
  t.is(socket.receive(), undefined);
});

test('a link comes, works, is renamed, works no longer and goes', async (t) => {
  const { network, join, create } = await openWorld();
  const socket = await join('ETHERNET', 'IFNET');
  const { link, change } = create('dummy', 'd0');
  t.deepEqual(told(socket), ['IFNET d0 ATTACH', 'ETHERNET d0 IFATTACH']);
  change({ mtu: 1400, ...WITHOUT_ADDRESS });
  t.deepEqual(told(socket), []);
  change(UP);
  t.deepEqual(told(socket), ['IFNET d0 LINK_UP']);
  change({ name: 'd1' });
  t.deepEqual(told(socket), ['IFNET d0 RENAME name=d1']);
  change(DOWN);
  t.deepEqual(told(socket), ['IFNET d1 LINK_DOWN']);
  network.links.remove([link], NO_CAUSE);
  t.deepEqual(told(socket), ['IFNET d1 DETACH']);
});

test('a link that is up works no longer when the other end goes down', async (t) => {
  const { network, join, create } = await openWorld();
  const { link } = create('veth', 'v0');
  const other = link.linked as Link;
  for (const end of [link, other]) {
    network.links.change(end, WITHOUT_ADDRESS, NO_CAUSE);
    network.links.change(end, UP, NO_CAUSE);
  }
  const socket = await join('IFNET');
  network.links.change(other, DOWN, NO_CAUSE);
  t.deepEqual(told(socket), [`IFNET ${other.name} LINK_DOWN`, 'IFNET v0 LINK_DOWN']);
  network.links.change(other, UP, NO_CAUSE);
  t.deepEqual(told(socket), [`IFNET ${other.name} LINK_UP`, 'IFNET v0 LINK_UP']);
});

test('an address is told of when it comes and when it goes, not when it changes', async (t) => {
  const { network, join, create } = await openWorld();
  const { link } = create('dummy', 'd0');
  const socket = await join('IFNET');
  const { ipv4, ipv6 } = network.addresses;
  const here = { local: HERE, prefixLength: 24 };
  ipv4.put(link, here, NO_CAUSE);
  ipv4.put(link, { ...here, priority: 7, replace: true }, NO_CAUSE);
  ipv4.delete(link, here, NO_CAUSE);
  const documentation = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  ipv6.put(link, { local: documentation, prefixLength: 64, flags: 2 }, NO_CAUSE);
  t.deepEqual(told(socket), [
    'IFNET d0 ADDR_ADD address=192.0.2.1',
    'IFNET d0 ADDR_DEL address=192.0.2.1',
    'IFNET d0 ADDR_ADD address=2001:db8::1',
  ]);
});

test('the addresses of a link go before it', async (t) => {
  const { network, join, create } = await openWorld();
  const { link, change } = create('dummy', 'd0');
  change(UP);
  network.addresses.ipv4.put(link, { local: HERE, prefixLength: 24 }, NO_CAUSE);
  const [own] = network.addresses.ipv6.of(link);
  const [, , , , , , , , ...identifier] = own?.local ?? [];
  const hex = (at: number) => (((identifier[at] ?? 0) << 8) | (identifier[at + 1] ?? 0)).toString(16);
  const socket = await join('IFNET');
  network.links.remove([link], NO_CAUSE);
  t.deepEqual(told(socket), [
    'IFNET d0 LINK_DOWN',
    `IFNET d0 ADDR_DEL address=fe80::${[0, 2, 4, 6].map(hex).join(':')}`,
    'IFNET d0 ADDR_DEL address=192.0.2.1',
    'IFNET d0 DETACH',
  ]);
});

test('who joins the group of one system hears nothing of the other', async (t) => {
  const { join, create } = await openWorld();
  const socket = await join('ETHERNET');
  create('dummy', 'd0').change(UP);
  t.deepEqual(told(socket), ['ETHERNET d0 IFATTACH']);
});

test('what was there before the family was loaded is not new', async (t) => {
  const network = new Network({ clock: new ManualClock() });
  const d0 = network.links.create('dummy', { name: 'd0' }, undefined, NO_CAUSE);
  const here = { local: HERE, prefixLength: 24 };
  network.links.change(d0, WITHOUT_ADDRESS, NO_CAUSE);
  network.links.change(d0, UP, NO_CAUSE);
  network.addresses.ipv4.put(d0, here, NO_CAUSE);
  const { join } = await openWorld(network);
  const socket = await join('IFNET');
  network.links.change(d0, { mtu: 1400 }, NO_CAUSE);
  network.addresses.ipv4.put(d0, { ...here, priority: 7, replace: true }, NO_CAUSE);
  t.deepEqual(told(socket), []);
  network.links.change(d0, DOWN, NO_CAUSE);
  t.deepEqual(told(socket), ['IFNET d0 LINK_DOWN']);
});

test('a family that is unloaded leaves no subscription', async (t) => {
  const network = new Network();
  const { subscribe } = network.events;
  let subscriptions = 0;
  network.events.subscribe = (listener) => {
    subscriptions++;
    const unsubscribe = subscribe.call(network.events, listener);
    return () => {
      subscriptions--;
      unsubscribe();
    };
  };
  const { registration, create, join } = await openWorld(network);
  const socket = await join('IFNET');
  const before = subscriptions;
  await registration.dispose();
  t.is(subscriptions, before - 1);
  create('dummy', 'd0');
  t.deepEqual(told(socket), []);
});
