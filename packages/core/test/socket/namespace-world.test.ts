import test from 'ava';
import {
  connectFrames,
  type Datagram,
  FIRST_NAMESPACE,
  type FrameChannel,
  NamespaceWorld,
  type Netlink,
  type NetlinkSocket,
  SocketOption,
  serveFrames,
} from '../../src/index.js';
import { REQUEST, request } from '../support/messages.js';
import { openShelf, ROOT, type Shelf } from '../support/open-shelf.js';
import { SHELF_PROTOCOL, ShelfType } from '../support/shelf-family.js';

const NEAR = 1;
const FAR = 40;
const ANNOUNCEMENT = request(ShelfType.Announce, { flags: REQUEST, book: { attributes: { title: 'x' } } });

/** Two domains of one world; the first one's sockets call the other 7. */
function openTwo(): { here: Shelf; there: Shelf } {
  const world = new NamespaceWorld((id, within) =>
    id === 'there' && within === FIRST_NAMESPACE ? 7 : undefined,
  );
  return {
    here: openShelf({ place: { id: FIRST_NAMESPACE, world } }),
    there: openShelf({ place: { id: 'there', world } }),
  };
}

async function listenToAll(netlink: Netlink, group: number): Promise<NetlinkSocket> {
  const socket = await netlink.open({ protocol: SHELF_PROTOCOL, credentials: ROOT });
  await socket.setOption(SocketOption.ListenAllNamespaces, 1);
  await socket.joinGroup(group);
  return socket;
}

function received(socket: NetlinkSocket): (readonly [group: number, namespaceNumber: number | undefined])[] {
  const found: Datagram[] = [];
  for (let next = socket.receive(); next !== undefined; next = socket.receive()) found.push(next);
  return found.map(({ group, namespaceNumber }) => [group, namespaceNumber]);
}

test('notifications of another namespace come with its number, though nobody there listens', async (t) => {
  const { here, there } = openTwo();
  const listener = await listenToAll(here.domain, FAR);
  void (await there.open()).send(ANNOUNCEMENT);
  void (await here.open()).send(ANNOUNCEMENT);
  t.deepEqual(received(listener), [
    [FAR, 7],
    [FAR, undefined],
  ]);
});

test('who has no number for a namespace does not hear it', async (t) => {
  const { here, there } = openTwo();
  const listener = await listenToAll(there.domain, NEAR);
  void (await here.open()).send(ANNOUNCEMENT);
  t.deepEqual(received(listener), []);
});

test('what a socket sends to a group reaches those that listen to all namespaces', async (t) => {
  const { here, there } = openTwo();
  const listener = await listenToAll(here.domain, NEAR);
  void (await there.open()).send(Uint8Array.of(1, 2, 3), { portId: 0, groups: 1 });
  t.deepEqual(received(listener), [[NEAR, 7]]);
});

test('frames carry the number of the namespace', async (t) => {
  const { here, there } = openTwo();
  const [served, connected] = channels();
  serveFrames(here.domain, served, { credentials: ROOT });
  const remote = connectFrames(connected);
  const listener = await listenToAll(remote, NEAR);
  void (await there.open()).send(ANNOUNCEMENT);
  void (await here.open()).send(ANNOUNCEMENT);
  await new Promise(setImmediate);
  t.deepEqual(received(listener), [
    [NEAR, 7],
    [NEAR, undefined],
  ]);
});

/** Two ends, each of which hands over a little later. */
function channels(): [FrameChannel, FrameChannel] {
  const make = (other: () => FrameChannel): FrameChannel => ({
    onFrame: undefined,
    onDrain: undefined,
    onClose: undefined,
    bufferedBytes: 0,
    isOpen: true,
    send: (frame) => queueMicrotask(() => other().onFrame?.(frame)),
    close: () => undefined,
  });
  const one: FrameChannel = make(() => two);
  const two: FrameChannel = make(() => one);
  return [one, two];
}
