import test from 'ava';
import { Errno, SocketOption } from '../../src/index.js';
import { ACK, ask, DUMP, REQUEST, receiveAll, request } from '../support/messages.js';
import { openShelf, ROOT, type Shelf } from '../support/open-shelf.js';
import { bookOf60Bytes, ShelfType } from '../support/shelf-family.js';

const DUMP_REQUEST = { flags: REQUEST | DUMP };
const DUMP_REQUEST_WITH_ACK = { flags: REQUEST | DUMP | ACK };

function fill({ family }: Shelf, count: number): void {
  family.books = Array.from({ length: count }, (_, index) => bookOf60Bytes(index));
}

test('DONE follows the last message in its datagram, 20 bytes and MULTI', async (t) => {
  const shelf = openShelf();
  fill(shelf, 2);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  const [datagram, ...rest] = receiveAll(socket);
  t.like(datagram, [
    { length: 60, flags: 2, type: ShelfType.List },
    { length: 60, flags: 2 },
    { length: 20, type: 3, flags: 2, errno: 0, sequence: 7 },
  ]);
  t.deepEqual(rest, []);
});

test('DONE comes in a datagram of its own where the operation says so', async (t) => {
  const shelf = openShelf();
  fill(shelf, 2);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.ListApart, DUMP_REQUEST));
  t.deepEqual(
    receiveAll(socket).map((datagram) => datagram.length),
    [2, 1],
  );
});

test('an empty dump is DONE alone', async (t) => {
  t.like(ask(await openShelf().open(), ShelfType.ListApart, DUMP_REQUEST), [
    { type: 3, errno: 0, length: 20 },
  ]);
});

test('a dump is never acknowledged', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1);
  t.deepEqual(
    ask(await shelf.open(), ShelfType.List, DUMP_REQUEST_WITH_ACK).map(({ type }) => type),
    [ShelfType.List, 3],
  );
});

// Messages of 60 bytes: what Linux 6.18 sends to readers with buffers of these sizes.
const SIZES: ReadonlyArray<readonly [capacity: number, later: number]> = [
  [1024, 3720],
  [4096, 4080],
  [16_384, 16_380],
  [32_768, 32_400],
  [1_000_000, 32_400],
];
for (const [capacity, later] of SIZES) {
  test(`the first datagram fits 3776 bytes, the next fill the reader's ${capacity}, within 3776 and 32448`, async (t) => {
    const shelf = openShelf();
    fill(shelf, 3000);
    const socket = await shelf.open();
    void socket.send(request(ShelfType.List, DUMP_REQUEST));
    const sizes: number[] = [];
    for (let next = socket.receive({ capacity }); next !== undefined; next = socket.receive({ capacity }))
      sizes.push(next.bytes.length);
    t.is(sizes[0], 3720);
    t.deepEqual([...new Set(sizes.slice(1, -1))], [later]);
    t.is(
      sizes.reduce((sum, size) => sum + size),
      3000 * 60 + 20,
    );
  });
}

test('a raw dump is cut to the same sizes', async (t) => {
  const shelf = openShelf();
  fill(shelf, 3000);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.ListRaw, DUMP_REQUEST));
  const datagrams = receiveAll(socket, { capacity: 4096 });
  t.deepEqual([datagrams[0]?.length, datagrams[1]?.length], [188, 204]);
  t.is(datagrams.flat().filter(({ type }) => type === ShelfType.ListRaw).length, 3000);
});

test('the largest buffer of an earlier receive counts, receives that got nothing do not', async (t) => {
  const shelf = openShelf();
  fill(shelf, 200);
  const socket = await shelf.open();
  socket.receive({ capacity: 32_768 });
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  t.is(socket.receive({ capacity: 4096 })?.bytes.length, 3720);
  t.is(socket.receive({ capacity: 100 })?.bytes.length, 4080);
});

test('a dump advances only as far as its reader: the handler sees later changes', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1000);
  let produced = 0;
  shelf.family.beforeEach = (index) => {
    produced = index + 1;
  };
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  t.true(produced <= 63);
  socket.receive();
  t.true(produced > 63 && produced < 1000);
  shelf.family.books.push(bookOf60Bytes(77_777));
  const last = receiveAll(socket).flat().at(-2);
  t.is(last?.attributes?.pages, 77_777);
});

test('a receive in mid-dump never finds nothing', async (t) => {
  const shelf = openShelf();
  fill(shelf, 5000);
  const socket = await shelf.open();
  await socket.setOption(SocketOption.ReceiveBufferSize, 1);
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  t.is(receiveAll(socket).flat().length, 5001);
});

test('a peek leaves the datagram and advances the dump by one part', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1000);
  const produced: number[] = [];
  shelf.family.beforeEach = (index) => produced.push(index);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  const before = produced.length;
  const peeked = socket.receive({ peek: true, capacity: 4096 });
  t.true(produced.length > before);
  t.is(socket.receive()?.bytes, peeked?.bytes);
});

test('a peek without a buffer only says what is there', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1000);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  t.is(socket.receive({ peek: true, capacity: 0 })?.bytes.length, 3720);
  t.is(socket.receive({ capacity: 4096 })?.bytes.length, 3720);
  t.is(socket.receive({ capacity: 4096 })?.bytes.length, 4080);
});

test('a second dump is EBUSY while one runs; other requests run between its parts', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1000);
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, { ...DUMP_REQUEST, sequence: 1 }));
  void socket.send(request(ShelfType.List, { ...DUMP_REQUEST, sequence: 2 }));
  void socket.send(request(ShelfType.Give, { sequence: 3 }));
  const answers = receiveAll(socket).flat();
  t.like(
    answers.find(({ sequence }) => sequence === 2),
    { type: 2, errno: Errno.EBUSY },
  );
  t.deepEqual(
    answers.filter(({ sequence }) => sequence === 3).map(({ type }) => type),
    [ShelfType.Give, 2],
  );
  t.is(answers.filter(({ sequence }) => sequence === 1).length, 1001);
  t.is(answers.findIndex(({ sequence }) => sequence === 3) < 200, true);
  t.like(ask(socket, ShelfType.List, DUMP_REQUEST).at(-1), { type: 3 });
});

test('FILTERED marks every message and DONE, INTR the next message only', async (t) => {
  t.deepEqual(
    ask(await openShelf().open(), ShelfType.Mark, DUMP_REQUEST).map(({ flags }) => flags),
    [2 | 0x20 | 0x10, 2 | 0x20, 2 | 0x20],
  );
});

test('INTR marked between two datagrams is on the first message of the second', async (t) => {
  const shelf = openShelf();
  fill(shelf, 100);
  shelf.family.beforeEach = (_index, context) => queueMicrotask(() => context.markInterrupted());
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  await undefined;
  const flags = receiveAll(socket)
    .flat()
    .map((answer) => answer.flags);
  t.is(flags.filter((one) => (one & 0x10) !== 0).length, 1);
});

test('a dump that is refused ends in DONE with the errno and the text', async (t) => {
  const socket = await openShelf().open(ROOT, SocketOption.ExtendedAck);
  t.like(
    ask(socket, ShelfType.RefuseToList, { ...DUMP_REQUEST, book: { attributes: { errno: Errno.ENODEV } } }),
    [{ type: 3, flags: 0x202, errno: Errno.ENODEV, text: 'no such shelf' }],
  );
});

test('a dump that breaks gives what it had and DONE with EIO', async (t) => {
  const { open, defects } = openShelf();
  t.like(ask(await open(), ShelfType.BreakWhileListing, DUMP_REQUEST), [
    { type: ShelfType.BreakWhileListing },
    { type: 3, errno: Errno.EIO },
  ]);
  t.is(defects.length, 1);
});

test('a dump of a socket that is closed is abandoned', async (t) => {
  const shelf = openShelf();
  fill(shelf, 1000);
  let ended = false;
  shelf.family.list = function* () {
    try {
      yield* this.books;
    } finally {
      ended = true;
    }
  };
  const socket = await shelf.open();
  void socket.send(request(ShelfType.List, DUMP_REQUEST));
  socket.close();
  t.true(ended);
  t.is(shelf.domain.describe().protocols[0]?.sockets.length, 0);
});

test('a dump does not look at attributes, unless the socket asked for strict checking: then DONE says what is wrong', async (t) => {
  const shelf = openShelf();
  const payload = Uint8Array.of(1, 0, 0, 0, 6, 0, 2, 0, 1, 1, 0, 0, 8, 0, 99, 0, 1, 2, 3, 4);
  t.like(ask(await shelf.open(), ShelfType.List, { ...DUMP_REQUEST, payload }), [{ type: 3, errno: 0 }]);
  const strict = await shelf.open(ROOT, SocketOption.ExtendedAck, SocketOption.StrictChecking);
  t.like(ask(strict, ShelfType.List, { ...DUMP_REQUEST, payload }), [
    { type: 3, errno: Errno.ERANGE, text: 'Attribute failed policy validation', offset: 20 },
  ]);
  t.like(
    ask(strict, ShelfType.List, {
      ...DUMP_REQUEST,
      payload: Uint8Array.of(1, 0, 0, 0, 8, 0, 99, 0, 1, 2, 3, 4),
    }),
    [{ type: 3, errno: Errno.EINVAL, text: 'Unknown attribute type', offset: 20 }],
  );
});

test('strict checking of old families minds unknown attributes and leftovers, not payloads that are too long', async (t) => {
  const strict = await openShelf().open(ROOT, SocketOption.ExtendedAck, SocketOption.StrictChecking);
  const payload = Uint8Array.of(1, 0, 0, 0, 12, 0, 2, 0, 1, 0, 0, 0, 2, 0, 0, 0);
  t.like(ask(strict, ShelfType.List, { ...DUMP_REQUEST, payload }), [{ type: 3, errno: 0 }]);
});
