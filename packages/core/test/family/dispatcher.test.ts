import test from 'ava';
import { Errno, SocketOption } from '../../src/index.js';
import { ACK, ask, concat, ECHO, REQUEST, receiveAll, request } from '../support/messages.js';
import { NOBODY, openShelf, ROOT } from '../support/open-shelf.js';
import { ShelfType } from '../support/shelf-family.js';

const TITLED = { attributes: { title: 'x' } };

test('an acknowledgement has 36 bytes, is capped and comes in a datagram of its own behind the reply', async (t) => {
  const socket = await openShelf().open();
  void socket.send(request(ShelfType.Give, { book: TITLED, sequence: 99 }));
  const [reply, ack, ...rest] = receiveAll(socket);
  t.deepEqual(rest, []);
  t.like(reply?.[0], {
    type: ShelfType.Give,
    flags: 0,
    sequence: 99,
    portId: ROOT.pid,
    attributes: { title: 'x' },
  });
  t.like(ack?.[0], { length: 36, type: 2, flags: 0x100, sequence: 99, portId: ROOT.pid, errno: 0 });
  t.deepEqual(ack?.[0]?.echoed, request(ShelfType.Give, { book: TITLED, sequence: 99 }).subarray(0, 16));
});

test('an error repeats the request, padded, unless the socket asked for CAP_ACK', async (t) => {
  const shelf = openShelf();
  const payload = Uint8Array.of(1, 0, 0, 0, 5, 0, 1, 0, 0x61);
  const plain = ask(await shelf.open(), ShelfType.Refuse, { payload });
  t.like(plain, [{ length: 20 + 28, flags: 0, errno: 1 }]);
  t.is(plain[0]?.echoed?.length, 25);
  const capped = ask(await shelf.open(ROOT, SocketOption.CapAck), ShelfType.Refuse, { payload });
  t.like(capped, [{ length: 36, flags: 0x100, errno: 1 }]);
});

test('an extended ACK follows the padded request and has text and offset', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const answers = ask(socket, ShelfType.Refuse, {
    book: { attributes: { title: 'sold out', price: { amount: 1, currency: 'EUR' }, errno: Errno.ENOENT } },
  });
  // 16 header, 4 shelf, 16 title, 4 price, 8 amount: there the currency begins.
  t.like(answers, [{ flags: 0x200, errno: Errno.ENOENT, text: 'sold out', offset: 48 }]);
  t.is(answers[0]?.length, 20 + 64 + 16 + 8);
});

test('CAP_ACK and EXT_ACK together leave the header and the text', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck, SocketOption.CapAck);
  t.like(ask(socket, ShelfType.Refuse, { book: { attributes: { title: 'gone' } } }), [
    { length: 36 + 12, flags: 0x300, errno: Errno.EPERM, text: 'gone' },
  ]);
});

test('a refusal without text has no extended ACK', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  t.like(ask(socket, ShelfType.Refuse), [{ length: 40, flags: 0, errno: Errno.EPERM }]);
});

test('an error comes without being asked for, an acknowledgement does not', async (t) => {
  const socket = await openShelf().open();
  t.like(ask(socket, ShelfType.Refuse, { flags: REQUEST }), [{ type: 2, errno: Errno.EPERM }]);
  t.deepEqual(ask(socket, ShelfType.Strict, { flags: REQUEST }), []);
});

test('several requests in a datagram run in order, each with its own acknowledgement or error', async (t) => {
  const { open, family } = openShelf();
  const socket = await open();
  void socket.send(
    concat(
      request(ShelfType.Give, { sequence: 1, book: { attributes: { title: 'a', pages: 2 } } }),
      request(ShelfType.Refuse, { sequence: 2 }),
      request(ShelfType.Give, { sequence: 3, flags: REQUEST, book: { attributes: { title: 'b' } } }),
    ),
  );
  t.deepEqual(family.log, ['give a', 'give b']);
  t.deepEqual(
    receiveAll(socket).map((datagram) => datagram.map(({ sequence, type }) => [sequence, type])),
    [[[1, 16]], [[1, 16]], [[1, 2]], [[2, 2]], [[3, 16]]],
  );
});

const GIVE = request(ShelfType.Give, { flags: REQUEST, book: TITLED });
const SILENT: ReadonlyArray<readonly [string, Uint8Array]> = [
  ['one byte', new Uint8Array(1)],
  ['15 bytes', GIVE.subarray(0, 15)],
  ['nlmsg_len 0', request(ShelfType.Give, { length: 0 })],
  ['nlmsg_len 15', request(ShelfType.Give, { length: 15 })],
  ['nlmsg_len beyond the datagram', request(ShelfType.Give, { length: 4000 })],
  ['nlmsg_len 0xffffffff', request(ShelfType.Give, { length: 0xffffffff })],
  ['an empty payload', request(ShelfType.Give, { flags: REQUEST, payload: new Uint8Array(0) })],
  ['no NLM_F_REQUEST', request(ShelfType.Give, { flags: 0 })],
  ['a control type', request(1, { flags: REQUEST })],
];
for (const [name, bytes] of SILENT) {
  test(`${name} is accepted without an answer, and ends the datagram or is passed over`, async (t) => {
    const socket = await openShelf().open();
    t.is(socket.send(bytes), undefined);
    t.deepEqual(receiveAll(socket), []);
    t.like(ask(socket, ShelfType.Give, { flags: REQUEST, book: TITLED }), [{ type: ShelfType.Give }]);
  });
}

test('requests before an impossible length are answered, those behind it are not', async (t) => {
  const socket = await openShelf().open();
  void socket.send(concat(GIVE, request(ShelfType.Give, { length: 3 }), GIVE));
  t.is(receiveAll(socket).length, 1);
});

test('trailing zeros and a last message without padding are fine', async (t) => {
  const socket = await openShelf().open();
  void socket.send(concat(GIVE, new Uint8Array(64)));
  t.is(receiveAll(socket).length, 1);
  const odd = request(ShelfType.Give, {
    flags: REQUEST,
    payload: Uint8Array.of(1, 0, 0, 0, 6, 0, 1, 0, 0x61, 0x62),
  });
  void socket.send(odd.subarray(0, 26));
  t.like(receiveAll(socket).flat(), [{ attributes: { title: 'ab' } }]);
});

const ONLY_ACKNOWLEDGED: ReadonlyArray<readonly [string, number, number, Uint8Array | undefined]> = [
  ['a message that is no request', ShelfType.Give, ACK, undefined],
  ['a control message', 3, REQUEST | ACK, undefined],
  ['a request below the smallest payload', ShelfType.Give, REQUEST | ACK, new Uint8Array(0)],
];
for (const [name, type, flags, payload] of ONLY_ACKNOWLEDGED) {
  test(`${name} is acknowledged if it asks for it, and nothing happens`, async (t) => {
    const { open, family } = openShelf();
    t.like(ask(await open(), type, payload === undefined ? { flags } : { flags, payload }), [
      { type: 2, errno: 0, length: 36 },
    ]);
    t.deepEqual(family.log, []);
  });
}

test('an unknown type is EOPNOTSUPP', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  t.like(ask(socket, 777, { flags: REQUEST }), [
    { errno: Errno.EOPNOTSUPP, text: 'message type 777 is not supported' },
  ]);
});

test('a do that only has a dump is EOPNOTSUPP', async (t) => {
  t.like(ask(await openShelf().open(), ShelfType.List), [{ errno: Errno.EOPNOTSUPP }]);
});

test('an operation for admins is EPERM for others, before anything is looked at', async (t) => {
  const { open, family } = openShelf();
  t.like(ask(await open(NOBODY), ShelfType.Add, { payload: Uint8Array.of(1) }), [{ errno: Errno.EPERM }]);
  t.deepEqual(family.log, []);
});

test('a payload shorter than the fixed header is EINVAL', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  t.like(ask(socket, ShelfType.Give, { payload: Uint8Array.of(1, 2, 3) }), [
    { errno: Errno.EINVAL, text: 'Invalid header length' },
  ]);
});

test('a missing required attribute is EINVAL and named by number', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const [answer] = ask(socket, ShelfType.Add, { book: TITLED });
  t.like(answer, { errno: Errno.EINVAL, missing: 2 });
  t.is(answer?.text, undefined);
});

test('an attribute that fails its policy is refused with its offset', async (t) => {
  const { open, family } = openShelf();
  const socket = await open(ROOT, SocketOption.ExtendedAck);
  const payload = Uint8Array.of(1, 0, 0, 0, 6, 0, 1, 0, 0x61, 0, 0, 0, 6, 0, 2, 0, 9, 9, 0, 0);
  t.like(ask(socket, ShelfType.Give, { payload }), [
    { errno: Errno.ERANGE, text: 'Attribute failed policy validation', offset: 28 },
  ]);
  t.deepEqual(family.log, []);
});

test('an attribute inside another that fails its policy is the one pointed at', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const book = { attributes: { title: 'x', price: { amount: 0 } } };
  t.like(ask(socket, ShelfType.Give, { book }), [
    { errno: Errno.ERANGE, text: 'integer out of range', offset: 32 },
  ]);
});

test('unknown attributes are refused by strict operations only', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const payload = Uint8Array.of(1, 0, 0, 0, 8, 0, 99, 0, 1, 2, 3, 4);
  t.like(ask(socket, ShelfType.Give, { payload }), [{ type: ShelfType.Give }, { errno: 0 }]);
  t.like(ask(socket, ShelfType.Strict, { payload }), [
    { errno: Errno.EINVAL, text: 'Unknown attribute type', offset: 20 },
  ]);
});

test('bytes left over are refused by strict operations, without an offset', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const [answer] = ask(socket, ShelfType.Strict, {
    payload: Uint8Array.of(1, 0, 0, 0, 8, 0, 2, 0, 1, 0, 0, 0, 1, 2),
  });
  t.like(answer, { errno: Errno.EINVAL, text: 'bytes leftover after parsing attributes' });
  t.is(answer?.offset, undefined);
});

test('leftover bytes that are not refused are remarked in the acknowledgement', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  const payload = Uint8Array.of(1, 0, 0, 0, 6, 0, 1, 0, 0x61, 0, 0, 0, 1, 2, 3);
  t.like(ask(socket, ShelfType.Give, { payload }), [
    { type: ShelfType.Give },
    { errno: 0, flags: 0x300, text: 'bytes leftover after parsing attributes' },
  ]);
});

test('strict checking only concerns requests that read', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck, SocketOption.StrictChecking);
  const payload = Uint8Array.of(1, 0, 0, 0, 8, 0, 99, 0, 1, 2, 3, 4);
  t.like(ask(socket, ShelfType.Give, { payload }), [
    { errno: Errno.EINVAL, text: 'Unknown attribute type', offset: 20 },
  ]);
  t.like(ask(socket, ShelfType.Refuse, { payload }), [{ errno: Errno.EPERM }]);
});

test('what a handler throws by mistake is EIO for the peer and a defect for the domain; the socket lives on', async (t) => {
  const { open, defects } = openShelf();
  const socket = await open();
  t.like(ask(socket, ShelfType.Break), [{ errno: Errno.EIO }]);
  t.true(defects[0] instanceof TypeError);
  t.like(ask(socket, ShelfType.Give, { flags: REQUEST }), [{ type: ShelfType.Give }]);
});

test('requests behind one that waits run after it, and their send settles then', async (t) => {
  const { open, family } = openShelf();
  const [socket, other] = [await open(), await open()];
  const first = socket.send(request(ShelfType.Wait, { sequence: 1, book: { attributes: { title: 'a' } } }));
  const bytes = request(ShelfType.Give, { sequence: 2, flags: REQUEST, book: TITLED });
  const second = socket.send(bytes);
  bytes.fill(0);
  t.deepEqual(receiveAll(socket), []);
  t.like(ask(other, ShelfType.Give, { flags: REQUEST, book: { attributes: { title: 'other' } } }), [
    { type: ShelfType.Give },
  ]);
  family.release();
  await first;
  await second;
  t.deepEqual(family.log, ['begin a', 'give other', 'end a', 'give x']);
  t.deepEqual(
    receiveAll(socket)
      .flat()
      .map(({ sequence }) => sequence),
    [1, 2],
  );
});

test('a handler that waits may refuse afterwards', async (t) => {
  const { open, family } = openShelf();
  const socket = await open();
  const sent = socket.send(request(ShelfType.Wait, { book: { attributes: { errno: Errno.ENOSPC } } }));
  family.release();
  await sent;
  t.like(receiveAll(socket).flat(), [{ errno: Errno.ENOSPC }]);
});

test('a socket that is closed while its handler waits gets nothing, and what was queued does not run', async (t) => {
  const { open, family } = openShelf();
  const socket = await open();
  const sent = socket.send(request(ShelfType.Wait));
  const queued = socket.send(request(ShelfType.Give, { book: TITLED }));
  socket.close();
  family.release();
  await Promise.all([sent, queued]);
  t.deepEqual(family.log, ['begin undefined', 'end undefined']);
});

test('a notification to its own originator comes before the acknowledgement', async (t) => {
  const socket = await openShelf().open();
  await socket.bind({ portId: 0, groups: 1 });
  const answers = ask(socket, ShelfType.Announce, { sequence: 44, book: TITLED });
  t.like(answers, [
    { type: ShelfType.Add, sequence: 44, portId: ROOT.pid, flags: 0 },
    { type: 2, errno: 0 },
  ]);
});

test('ECHO gives the originator one copy, with the group in its source, member or not', async (t) => {
  const socket = await openShelf().open();
  void socket.send(request(ShelfType.Announce, { flags: REQUEST | ACK | ECHO, book: TITLED }));
  const datagrams = [socket.receive(), socket.receive(), socket.receive(), socket.receive()];
  t.deepEqual(
    datagrams.map((datagram) => datagram?.source.groups),
    [1, 0, 0, undefined],
  );
  await socket.joinGroup(1);
  t.is(ask(socket, ShelfType.Announce, { flags: REQUEST | ACK | ECHO, book: TITLED }).length, 3);
});
