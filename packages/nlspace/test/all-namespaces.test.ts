import {
  type Credentials,
  FIRST_NAMESPACE,
  type NamespaceId,
  type NamespaceView,
  NetlinkProtocol,
  type NetlinkSocket,
  readMessages,
  SocketOption,
} from '@nlspace/core';
import test, { type ExecutionContext } from 'ava';
import { createNetlink, link, Network, ROUTE_GROUPS, RouteMessageType, trace } from '../src/index.js';

const NO_CAUSE = { portId: 0, sequence: 0, echo: false };
const NOBODY: Credentials = { uid: 65534, gid: 65534, pid: 7, netAdmin: false };

/** A program that is in a namespace and can name none. */
function viewIn(current: NamespaceId): NamespaceView {
  return {
    current,
    ofDescriptor: () => undefined,
    ofProcess: () => undefined,
    keep: () => undefined,
    exists: () => true,
  };
}

/** A domain with the namespaces `one` and `two`, and sockets in each. */
async function openWorld() {
  const network = new Network();
  const netlink = createNetlink({ network });
  const open = (id: NamespaceId, credentials?: Credentials): Promise<NetlinkSocket> =>
    netlink.open({
      protocol: NetlinkProtocol.Route,
      namespaces: viewIn(id),
      ...(credentials === undefined ? {} : { credentials }),
    });
  const listener = await open(FIRST_NAMESPACE);
  await listener.joinGroup(ROUTE_GROUPS.link);
  for (const id of ['one', 'two']) await open(id);
  return { network, open, listener };
}

type World = Awaited<ReturnType<typeof openWorld>>;

function makeLink({ network }: World, id: NamespaceId, name: string): void {
  network.namespaces.get(id).links.create('dummy', { name }, {}, NO_CAUSE);
}

/** Names of links that a socket was told of, each with the number of its namespace. */
function told(socket: NetlinkSocket): (readonly [string | undefined, number | undefined])[] {
  const lines: (readonly [string | undefined, number | undefined])[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive())
    for (const { header, payload } of readMessages(next.bytes)) {
      if (header.type !== RouteMessageType.NewLink) continue;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      const { name } = link.attributes.decode(view, link.header.size, payload.length);
      lines.push([name, next.namespaceNumber]);
    }
  return lines;
}

async function listens(t: ExecutionContext, socket: NetlinkSocket): Promise<void> {
  await socket.setOption(SocketOption.ListenAllNamespaces, 1);
  t.is(await socket.getOption(SocketOption.ListenAllNamespaces), 1);
}

test('a socket hears of other namespaces when it asks, of those that its own has numbers for', async (t) => {
  const world = await openWorld();
  const { network, listener } = world;
  network.numberNamespace('one', NO_CAUSE, 5);
  makeLink(world, 'one', 'before');
  t.deepEqual(told(listener), []);
  await listens(t, listener);
  makeLink(world, 'one', 'a');
  makeLink(world, 'two', 'b');
  makeLink(world, FIRST_NAMESPACE, 'c');
  network.numberNamespace('two', NO_CAUSE, 9);
  makeLink(world, 'two', 'd');
  t.deepEqual(told(listener), [
    ['a', 5],
    ['c', undefined],
    ['d', 9],
  ]);
  await listener.setOption(SocketOption.ListenAllNamespaces, 0);
  makeLink(world, 'one', 'e');
  t.deepEqual(told(listener), []);
});

test('what another namespace tells goes to members of the group only, until they close', async (t) => {
  const world = await openWorld();
  const { network, listener, open } = world;
  network.numberNamespace('one', NO_CAUSE, 5);
  const other = await open(FIRST_NAMESPACE);
  for (const socket of [listener, other]) await listens(t, socket);
  makeLink(world, 'one', 'a');
  t.deepEqual([told(listener), told(other)], [[['a', 5]], []]);
  listener.close();
  t.notThrows(() => makeLink(world, 'one', 'b'));
});

test('each namespace hears by its own numbers', async (t) => {
  const world = await openWorld();
  const { network, open } = world;
  const [inOne, inTwo] = [await open('one'), await open('two')];
  for (const socket of [inOne, inTwo]) {
    await socket.joinGroup(ROUTE_GROUPS.link);
    await listens(t, socket);
  }
  network.namespaces.get('one').numberNamespace(FIRST_NAMESPACE, NO_CAUSE, 1);
  network.namespaces.get('two').numberNamespace(FIRST_NAMESPACE, NO_CAUSE, 2);
  network.namespaces.get('two').numberNamespace('one', NO_CAUSE, 3);
  makeLink(world, FIRST_NAMESPACE, 'a');
  makeLink(world, 'one', 'b');
  t.deepEqual(told(inOne), [
    ['a', 1],
    ['b', undefined],
  ]);
  t.deepEqual(told(inTwo), [
    ['a', 2],
    ['b', 3],
  ]);
});

test('a trace says of which namespace a notification is', async (t) => {
  const network = new Network();
  const lines: string[] = [];
  const traced = trace(createNetlink({ network }), { write: (line) => lines.push(line) });
  const open = (id: NamespaceId) => traced.open({ protocol: NetlinkProtocol.Route, namespaces: viewIn(id) });
  const listener = await open(FIRST_NAMESPACE);
  await listener.joinGroup(ROUTE_GROUPS.link);
  await listens(t, listener);
  await open('one');
  network.numberNamespace('one', NO_CAUSE, 5);
  network.namespaces.get('one').links.create('dummy', { name: 'a' }, {}, NO_CAUSE);
  listener.receive();
  t.regex(lines.at(-1) ?? '', /← link of namespace 5: RTM_NEWLINK /);
});

test('only who may administer the network listens to all', async (t) => {
  const { open } = await openWorld();
  const socket = await open(FIRST_NAMESPACE, NOBODY);
  await t.throwsAsync(socket.setOption(SocketOption.ListenAllNamespaces, 1), { message: /EPERM/ });
});
