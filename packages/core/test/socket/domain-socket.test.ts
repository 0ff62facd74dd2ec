import test from 'ava';
import { Errno, NetlinkError, type NetlinkSocket, SocketOption } from '../../src/index.js';
import { ask, REQUEST, receiveAll, request } from '../support/messages.js';
import { NOBODY, openShelf, ROOT } from '../support/open-shelf.js';
import { ShelfType } from '../support/shelf-family.js';

const TITLED = { attributes: { title: 'x' } };
const errnoOf = (errno: Errno) => ({ instanceOf: NetlinkError, message: new RegExp(Errno[errno] as string) });

test('the port ID is the process ID if that is free, else lies above 0x80000000', async (t) => {
  const { open } = openShelf();
  const [first, second] = [await open(), await open()];
  await first.bind({ portId: 0, groups: 0 });
  await second.bind({ portId: 0, groups: 0 });
  t.is(first.address.portId, ROOT.pid);
  t.true(second.address.portId >= 0x8000_0000 && second.address.portId <= 0xffff_efff);
});

test('the same domain gives the same port IDs', async (t) => {
  const ports = async () => {
    const { open } = openShelf();
    const sockets = await Promise.all(Array.from({ length: 5 }, () => open()));
    for (const socket of sockets) await socket.bind({ portId: 0, groups: 0 });
    return sockets.map(({ address }) => address.portId);
  };
  t.deepEqual(await ports(), await ports());
});

test('a send binds, and port 0 is what an unbound socket has', async (t) => {
  const socket = await openShelf().open();
  t.deepEqual(socket.address, { portId: 0, groups: 0 });
  ask(socket, ShelfType.Give);
  t.is(socket.address.portId, ROOT.pid);
});

test('an explicit port ID is taken as it is; one in use is EADDRINUSE and the socket may try again', async (t) => {
  const { open } = openShelf();
  const [first, second] = [await open(), await open()];
  await first.bind({ portId: 77, groups: 0 });
  await t.throwsAsync(second.bind({ portId: 77, groups: 0 }), errnoOf(Errno.EADDRINUSE));
  await second.bind({ portId: 78, groups: 0 });
  t.is(second.address.portId, 78);
  first.close();
  const third = await open();
  await third.bind({ portId: 77, groups: 0 });
  t.is(third.address.portId, 77);
});

test('bind replaces groups 1 to 32, keeps those above and drops bits that have no group', async (t) => {
  const socket = await openShelf().open();
  await socket.joinGroup(31);
  await socket.joinGroup(40);
  await socket.bind({ portId: 9, groups: 1 });
  t.deepEqual([...(await socket.memberships())], [1, 1 << 7]);
  await socket.bind({ portId: 9, groups: 0xffff_ffff });
  t.is(socket.address.groups, 0xffff_ffff);
  await t.throwsAsync(socket.bind({ portId: 10, groups: 0 }), errnoOf(Errno.EINVAL));
  await t.throwsAsync(socket.bind({ portId: 0, groups: 0 }), errnoOf(Errno.EINVAL));
});

for (const group of [0, 41, 4_000_000_000]) {
  test(`joining or leaving group ${group} of a protocol with 40 is EINVAL`, async (t) => {
    const socket = await openShelf().open();
    await t.throwsAsync(socket.joinGroup(group), errnoOf(Errno.EINVAL));
    await t.throwsAsync(socket.leaveGroup(group), errnoOf(Errno.EINVAL));
  });
}

test('leaving a group that was not joined is fine', async (t) => {
  await t.notThrowsAsync((await openShelf().open()).leaveGroup(40));
});

test('notifications name their group in the source up to group 32, in the packet information beyond', async (t) => {
  const { open } = openShelf();
  const [listener, writer] = [await open(), await open()];
  await listener.joinGroup(1);
  await listener.joinGroup(40);
  ask(writer, ShelfType.Announce, { book: TITLED });
  const datagrams = [listener.receive(), listener.receive()];
  t.deepEqual(
    datagrams.map((one) => [one?.source.portId, one?.source.groups, one?.group]),
    [
      [0, 1, 1],
      [0, 0, 40],
    ],
  );
  await listener.leaveGroup(40);
  ask(writer, ShelfType.Announce, { book: TITLED });
  t.is(receiveAll(listener).length, 1);
});

test('a datagram to another port is delivered there, with the sender as its source', async (t) => {
  const { open } = openShelf();
  const [sender, receiver] = [await open(), await open()];
  await receiver.bind({ portId: 500, groups: 0 });
  const bytes = Uint8Array.of(1, 2, 3);
  void sender.send(bytes, { portId: 500, groups: 0 });
  bytes.fill(9);
  const datagram = receiver.receive();
  t.deepEqual([...(datagram?.bytes ?? [])], [1, 2, 3]);
  t.deepEqual(datagram?.source, { portId: ROOT.pid, groups: 0 });
});

test('a datagram to a group reaches its members but not the sender', async (t) => {
  const { open } = openShelf();
  const [sender, receiver] = [await open(), await open()];
  for (const socket of [sender, receiver]) await socket.joinGroup(1);
  void sender.send(new Uint8Array(16), { portId: 0, groups: 1 });
  t.like(receiver.receive(), { source: { portId: ROOT.pid, groups: 1 }, group: 1 });
  t.is(sender.receive(), undefined);
});

const SEND_REFUSALS: ReadonlyArray<readonly [string, Errno, (socket: NetlinkSocket) => void]> = [
  ['nothing', Errno.ENODATA, (socket) => socket.send(new Uint8Array(0))],
  ['more than the send buffer', Errno.EMSGSIZE, (socket) => socket.send(new Uint8Array(212_961))],
  [
    'to a port that nobody has',
    Errno.ECONNREFUSED,
    (socket) => socket.send(new Uint8Array(16), { portId: 5, groups: 0 }),
  ],
];
for (const [what, errno, send] of SEND_REFUSALS) {
  test(`sending ${what} is ${Errno[errno]}`, async (t) => {
    const socket = await openShelf().open();
    t.throws(() => send(socket), errnoOf(errno));
  });
}

test('the largest datagram is 32 bytes smaller than the send buffer', async (t) => {
  const socket = await openShelf().open();
  t.notThrows(() => socket.send(new Uint8Array(212_960)));
});

test('others than admins may not address ports and groups', async (t) => {
  const socket = await openShelf().open(NOBODY);
  t.throws(() => socket.send(new Uint8Array(16), { portId: 5, groups: 0 }), errnoOf(Errno.EPERM));
  await t.throwsAsync(socket.connect({ portId: 5, groups: 0 }), errnoOf(Errno.EPERM));
});

test('connect sets the destination of sends, and its lowest group is the one kept', async (t) => {
  const { open } = openShelf();
  const [sender, receiver] = [await open(), await open()];
  await receiver.bind({ portId: 500, groups: 0 });
  await sender.connect({ portId: 500, groups: 6 });
  t.deepEqual(sender.peer, { portId: 500, groups: 2 });
  await sender.connect({ portId: 500, groups: 0 });
  void sender.send(new Uint8Array(16));
  t.truthy(receiver.receive());
});

const SIZES: ReadonlyArray<readonly [string, SocketOption, number, SocketOption, number]> = [
  [
    'the double of a receive buffer is stored',
    SocketOption.ReceiveBufferSize,
    5000,
    SocketOption.ReceiveBufferSize,
    10_000,
  ],
  [
    'a receive buffer has at least 2304 bytes',
    SocketOption.ReceiveBufferSize,
    0,
    SocketOption.ReceiveBufferSize,
    2304,
  ],
  [
    'a send buffer has at least 4608 bytes',
    SocketOption.SendBufferSize,
    1,
    SocketOption.SendBufferSize,
    4608,
  ],
  [
    'a receive buffer is capped',
    SocketOption.ReceiveBufferSize,
    9_999_999,
    SocketOption.ReceiveBufferSize,
    425_984,
  ],
  [
    'a negative size reads as a huge one',
    SocketOption.ReceiveBufferSize,
    -1,
    SocketOption.ReceiveBufferSize,
    425_984,
  ],
  [
    'FORCE is not capped',
    SocketOption.ForceReceiveBufferSize,
    4_194_304,
    SocketOption.ReceiveBufferSize,
    8_388_608,
  ],
  [
    'FORCE works for send buffers',
    SocketOption.ForceSendBufferSize,
    4_194_304,
    SocketOption.SendBufferSize,
    8_388_608,
  ],
  ['a switch stores whether it is on', SocketOption.ExtendedAck, 77, SocketOption.ExtendedAck, 1],
];
for (const [title, option, value, read, expected] of SIZES) {
  test(title, async (t) => {
    const socket = await openShelf().open();
    await socket.setOption(option, value);
    t.is(await socket.getOption(read), expected);
  });
}

for (const option of [
  SocketOption.ForceReceiveBufferSize,
  SocketOption.ForceSendBufferSize,
  SocketOption.ListenAllNamespaces,
]) {
  test(`${option} is EPERM for others than admins`, async (t) => {
    await t.throwsAsync((await openShelf().open(NOBODY)).setOption(option, 1), errnoOf(Errno.EPERM));
  });
}

test('a FORCE option cannot be read', async (t) => {
  await t.throwsAsync(
    (await openShelf().open()).getOption(SocketOption.ForceReceiveBufferSize),
    errnoOf(Errno.ENOPROTOOPT),
  );
});

test('defaults are 212992 bytes and all switches off', async (t) => {
  const socket = await openShelf().open();
  t.is(await socket.getOption(SocketOption.ReceiveBufferSize), 212_992);
  t.is(await socket.getOption(SocketOption.SendBufferSize), 212_992);
  t.is(await socket.getOption(SocketOption.StrictChecking), 0);
});

test('lost notifications are ENOBUFS once, then what was queued before, then nothing new until it is read empty', async (t) => {
  const { open, domain } = openShelf();
  const [listener, writer] = [await open(), await open()];
  await listener.setOption(SocketOption.ReceiveBufferSize, 1);
  await listener.joinGroup(1);
  for (let i = 0; i < 10; i++) ask(writer, ShelfType.Announce, { sequence: i, book: TITLED });
  t.true(listener.readable);
  t.throws(() => listener.receive(), errnoOf(Errno.ENOBUFS));
  const first = listener.receive();
  ask(writer, ShelfType.Announce, { sequence: 10, book: TITLED });
  const kept = receiveAll(listener).length + 1;
  t.truthy(first);
  t.true(kept < 10);
  ask(writer, ShelfType.Announce, { sequence: 11, book: TITLED });
  t.deepEqual(
    receiveAll(listener)
      .flat()
      .map(({ sequence }) => sequence),
    [11],
  );
  t.like(domain.describe().protocols[0]?.sockets[0], { received: kept + 1, dropped: 11 - kept, overruns: 1 });
});

test('NO_ENOBUFS loses silently, and is never congested', async (t) => {
  const { open } = openShelf();
  const [listener, writer] = [await open(ROOT, SocketOption.NoOverrunError), await open()];
  await listener.setOption(SocketOption.ReceiveBufferSize, 1);
  await listener.joinGroup(1);
  for (let i = 0; i < 10; i++) ask(writer, ShelfType.Announce, { sequence: i, book: TITLED });
  t.truthy(listener.receive());
  ask(writer, ShelfType.Announce, { sequence: 10, book: TITLED });
  t.is(receiveAll(listener).flat().at(-1)?.sequence, 10);
});

test('while replies fill the buffer no request runs, and none is lost', async (t) => {
  const { open, family } = openShelf();
  const socket = await open();
  await socket.setOption(SocketOption.ReceiveBufferSize, 1);
  for (let i = 0; i < 50; i++)
    t.is(socket.send(request(ShelfType.Give, { flags: REQUEST, sequence: i, book: TITLED })), undefined);
  t.true(family.log.length < 50);
  t.deepEqual(
    receiveAll(socket)
      .flat()
      .map(({ sequence }) => sequence),
    Array.from({ length: 50 }, (_, i) => i),
  );
});

test('requests that wait for the reader fill the send buffer: EAGAIN', async (t) => {
  const socket = await openShelf().open();
  await socket.setOption(SocketOption.ReceiveBufferSize, 1);
  const error = t.throws(
    () => {
      for (let i = 0; i < 10_000; i++)
        void socket.send(request(ShelfType.Give, { flags: REQUEST, book: TITLED }));
    },
    { instanceOf: NetlinkError },
  );
  t.is(error.errno, Errno.EAGAIN);
});

test('a listener hears of arrivals, not of what its own receive brings in', async (t) => {
  const { open } = openShelf();
  const socket = await open();
  let calls = 0;
  socket.onReadable = () => calls++;
  void socket.send(request(ShelfType.Give));
  t.is(calls, 2);
  t.true(socket.readable);
  receiveAll(socket);
  t.false(socket.readable);
});

test('close leaves groups, frees the port ID, can be repeated, and later calls are EBADF', async (t) => {
  const { open, domain } = openShelf();
  const socket = await open();
  await socket.bind({ portId: 60, groups: 1 });
  socket.close();
  socket.close();
  t.deepEqual(domain.describe().protocols[0]?.sockets, []);
  t.throws(() => socket.send(new Uint8Array(16)), errnoOf(Errno.EBADF));
  await t.throwsAsync(socket.bind({ portId: 0, groups: 0 }), errnoOf(Errno.EBADF));
  await (await open()).bind({ portId: 60, groups: 0 });
});

test('counters tell what a socket has sent, asked and received', async (t) => {
  const { open, domain } = openShelf();
  const socket = await open();
  ask(socket, ShelfType.Give);
  ask(socket, 1);
  t.like(domain.describe().protocols[0]?.sockets[0], {
    portId: ROOT.pid,
    processId: ROOT.pid,
    sent: 2,
    requests: 1,
    received: 3,
    dropped: 0,
  });
});
