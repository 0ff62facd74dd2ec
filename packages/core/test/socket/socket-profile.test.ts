import test from 'ava';
import {
  DEFAULT_BUFFER_LIMITS,
  Errno,
  FREEBSD_SOCKETS,
  LINUX_SOCKETS,
  SocketOption,
  type SocketProfile,
} from '../../src/index.js';
import { ACK, ask, DUMP, ECHO, REQUEST, receiveAll, request } from '../support/messages.js';
import { openShelf, ROOT } from '../support/open-shelf.js';
import { ShelfType } from '../support/shelf-family.js';

const MULTI = 2;
const NEAR = 1;
const TITLED = { attributes: { title: 'x' } };
const BOTH = [LINUX_SOCKETS, FREEBSD_SOCKETS];

/** What `expected` says for Linux and for FreeBSD. */
function inEach(title: string, run: (profile: SocketProfile) => Promise<unknown>, expected: unknown[]): void {
  for (const [index, profile] of BOTH.entries())
    test(`${profile.name}: ${title}`, async (t) => {
      t.deepEqual(await run(profile), expected[index]);
    });
}

inEach(
  'who asks for an echo gets it, or not',
  async (sockets) => {
    const socket = await openShelf({ sockets }).open();
    return ask(socket, ShelfType.Announce, { flags: REQUEST | ACK | ECHO, book: TITLED }).map(
      ({ type }) => type,
    );
  },
  [[ShelfType.Add, ShelfType.Add, 2], [2]],
);

inEach(
  'a first send binds the socket, or leaves it without a port ID',
  async (sockets) => {
    const socket = await openShelf({ sockets }).open();
    const [answer] = ask(socket, ShelfType.Give);
    return [socket.address.portId, answer?.portId];
  },
  [
    [ROOT.pid, ROOT.pid],
    [0, 0],
  ],
);

inEach(
  'NLMSG_DONE belongs to the series that it ends, or not',
  async (sockets) => {
    const shelf = openShelf({ sockets });
    shelf.family.books = [TITLED];
    const socket = await shelf.open();
    return ask(socket, ShelfType.List, { flags: REQUEST | DUMP }).map(({ type, flags }) => [type, flags]);
  },
  [
    [
      [ShelfType.List, MULTI],
      [3, MULTI],
    ],
    [
      [ShelfType.List, MULTI],
      [3, 0],
    ],
  ],
);

inEach(
  'notifications that were lost are reported once, or never',
  async (sockets) => {
    const shelf = openShelf({ sockets, bufferLimits: { ...DEFAULT_BUFFER_LIMITS, defaultSize: 2304 } });
    const [speaker, listener] = [await shelf.open(), await shelf.open()];
    await listener.joinGroup(NEAR);
    for (let i = 0; i < 5; i++)
      void speaker.send(request(ShelfType.Announce, { flags: REQUEST, book: TITLED }));
    const reports: number[] = [];
    for (let reads = 0; listener.readable && reads < 10; reads++) {
      try {
        listener.receive();
      } catch (error) {
        reports.push((error as { errno: number }).errno);
      }
    }
    return reports;
  },
  [[Errno.ENOBUFS], []],
);

inEach(
  'socket options are there, or unknown',
  async (sockets) => {
    const socket = await openShelf({ sockets }).open();
    const unknown: SocketOption[] = [];
    for (const option of Object.values(SocketOption)) {
      await socket.setOption(option, 1).catch(({ errno }) => {
        if (errno === Errno.ENOPROTOOPT) unknown.push(option);
      });
    }
    return unknown;
  },
  [
    [],
    [
      SocketOption.PacketInfo,
      SocketOption.BroadcastError,
      SocketOption.NoOverrunError,
      SocketOption.ListenAllNamespaces,
    ],
  ],
);

test('an unbound socket of FreeBSD hears notifications and answers alike', async (t) => {
  const shelf = openShelf({ sockets: FREEBSD_SOCKETS });
  const socket = await shelf.open();
  await socket.joinGroup(NEAR);
  void socket.send(request(ShelfType.Announce, { book: TITLED, sequence: 9 }));
  const answers = receiveAll(socket).flat();
  t.deepEqual(
    answers.map(({ type, portId, sequence }) => [type, portId, sequence]),
    [
      [ShelfType.Add, 0, 9],
      [2, 0, 9],
    ],
  );
});
