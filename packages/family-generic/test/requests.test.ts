import { Errno } from '@nlspace/core';
import test from 'ava';
import { BoxFamily, box, ShelfCommand, ShelfFamily, shelf } from './support/shelf-family.js';
import {
  ACK,
  ask,
  attribute,
  DUMP,
  encoded,
  FIRST,
  NOBODY,
  openWorld,
  REQUEST,
  receiveAll,
  refusal,
  refusalOf,
  request,
} from './support/world.js';

const BOOKS = { title: 'books', count: 4 };
const open = (...families: (typeof ShelfFamily | typeof BoxFamily)[]) =>
  openWorld(families.length === 0 ? [ShelfFamily] : families);

test('a request is answered with the command, the version of the family and its attributes, then acknowledged', async (t) => {
  const socket = await open().open();
  const bytes = encoded(shelf, BOOKS);
  // The version of a request is nobody's business.
  const answers = await ask(socket, FIRST, ShelfCommand.Peek, { bytes, version: 77 });
  t.like(answers, [
    { type: FIRST, flags: 0, sequence: 7, portId: 4321, command: ShelfCommand.Peek, version: 3 },
    { type: 2, errno: 0, sequence: 7, portId: 4321 },
  ]);
  t.deepEqual(answers[0]?.bytes, bytes);
});

test('a family that nobody has registered is ENOENT, whatever else is wrong', async (t) => {
  const socket = await open().open();
  t.deepEqual(refusalOf(await ask(socket, 0x3ff, 1, { payload: new Uint8Array(0) })), refusal(Errno.ENOENT));
});

test('a request without the whole header is EINVAL without a text', async (t) => {
  const socket = await open(ShelfFamily, BoxFamily).open();
  for (const length of [0, 1, 3])
    t.deepEqual(
      refusalOf(await ask(socket, FIRST, 1, { payload: new Uint8Array(length) })),
      refusal(Errno.EINVAL),
    );
  for (const length of [4, 11])
    t.deepEqual(
      refusalOf(await ask(socket, FIRST + 1, 1, { payload: new Uint8Array(length) })),
      refusal(Errno.EINVAL),
    );
});

test('reserved bytes and flags are refused with the kernel’s texts before the command is looked at', async (t) => {
  const socket = await open().open();
  const reserved = refusal(Errno.EINVAL, 'genlmsghdr.reserved field is not 0');
  const flags = refusal(Errno.EINVAL, 'ambiguous or reserved bits set in nlmsg_flags');
  t.deepEqual(refusalOf(await ask(socket, FIRST, 99, { reserved: 1, flags: REQUEST | 0x400 })), reserved);
  for (const extra of [0x100, 0x200, 0x400, 0x800, 0x10])
    t.deepEqual(refusalOf(await ask(socket, FIRST, 99, { flags: REQUEST | extra })), flags);
  t.deepEqual(refusalOf(await ask(socket, FIRST, 99, { flags: REQUEST | DUMP | 0x400 })), flags);
  t.deepEqual(refusalOf(await ask(socket, FIRST, 99, { flags: REQUEST | DUMP })), refusal(Errno.EOPNOTSUPP));
});

test('a command that is not there, or has no such exchange, is EOPNOTSUPP before privilege counts', async (t) => {
  const socket = await open().open(NOBODY);
  t.deepEqual(refusalOf(await ask(socket, FIRST, 99)), refusal(Errno.EOPNOTSUPP));
  t.deepEqual(
    refusalOf(await ask(socket, FIRST, ShelfCommand.Put, { flags: REQUEST | DUMP })),
    refusal(Errno.EOPNOTSUPP),
  );
});

test('privileged commands are EPERM for others before the attributes are looked at', async (t) => {
  const socket = await open().open(NOBODY);
  for (const command of [ShelfCommand.Put, ShelfCommand.Own])
    t.deepEqual(refusalOf(await ask(socket, FIRST, command)), refusal(Errno.EPERM));
  t.is((await ask(socket, FIRST, ShelfCommand.Peek)).at(-1)?.errno, 0);
});

test('a missing attribute is named by its number, the first one first', async (t) => {
  const socket = await open().open();
  const put = (attributes: object) =>
    ask(socket, FIRST, ShelfCommand.Put, { bytes: encoded(shelf, attributes) });
  t.deepEqual(refusalOf(await put({})), refusal(Errno.EINVAL, undefined, { missing: 1 }));
  t.deepEqual(refusalOf(await put({ title: 'a' })), refusal(Errno.EINVAL, undefined, { missing: 2 }));
  t.deepEqual(refusalOf(await put({ count: 1 })), refusal(Errno.EINVAL, undefined, { missing: 1 }));
});

test('an operation is strict unless it says liberal', async (t) => {
  const socket = await open().open();
  const unknown = attribute(60, [1, 2, 3, 4]);
  const wide = attribute(2, [1, 0, 0, 0, 0, 0, 0, 0]);
  const strict = (bytes: Uint8Array) => ask(socket, FIRST, ShelfCommand.Wait, { bytes });
  const liberal = (bytes: Uint8Array) => ask(socket, FIRST, ShelfCommand.Peek, { bytes });
  const text = 'Unknown attribute type';
  t.deepEqual(refusalOf(await strict(unknown)), refusal(Errno.EINVAL, text, { offset: 20 }));
  t.deepEqual(
    refusalOf(await strict(wide)),
    refusal(Errno.EINVAL, 'invalid attribute length', { offset: 20 }),
  );
  t.deepEqual(
    refusalOf(await strict(Uint8Array.of(0, 0))),
    refusal(Errno.EINVAL, 'bytes leftover after parsing attributes'),
  );
  for (const bytes of [unknown, wide, Uint8Array.of(0, 0)]) t.is((await liberal(bytes)).at(-1)?.errno, 0);
  t.deepEqual(
    refusalOf(await liberal(attribute(2, [0, 0, 0, 0]))),
    refusal(Errno.ERANGE, 'integer out of range', { offset: 20 }),
  );
});

test('a refused attribute’s policy goes with the extended ACK', async (t) => {
  const socket = await open().open();
  await socket.send(request(FIRST, ShelfCommand.Wait, { bytes: attribute(2, [0, 0, 0, 0]) }));
  const bytes = socket.receive()?.bytes ?? new Uint8Array(0);
  const text = Buffer.from(bytes).toString('hex');
  // NLMSGERR_ATTR_POLICY: minimum 1, maximum 1000, NL_ATTR_TYPE_U32.
  t.true(
    text.endsWith(
      '24000480' + '0c000400' + '0100000000000000' + '0c000500' + 'e803000000000000' + '0800010004000000',
    ),
    text,
  );
});

test('a dump is asked for with both bits', async (t) => {
  const socket = await open().open();
  for (const title of ['a', 'b'])
    await ask(socket, FIRST, ShelfCommand.Put, { bytes: encoded(shelf, { title, count: 1 }) });
  const answers = await ask(socket, FIRST, ShelfCommand.List, { flags: REQUEST | DUMP });
  t.like(answers, [
    { type: FIRST, flags: 2, command: ShelfCommand.List, version: 3 },
    { type: FIRST, flags: 2, command: ShelfCommand.List, version: 3 },
    { type: 3, flags: 2, errno: 0 },
  ]);
  t.deepEqual(
    answers.slice(0, 2).map(({ bytes }) => bytes),
    ['a', 'b'].map((title) => encoded(shelf, { title, count: 1 })),
  );
  t.like(await ask(socket, FIRST, ShelfCommand.List, { bytes: encoded(shelf, { title: 'b' }) }), [
    { command: ShelfCommand.List, flags: 0 },
    { errno: 0 },
  ]);
});

test('what a dump’s request gets wrong is an error, not the end of a dump', async (t) => {
  const socket = await open().open();
  const answers = await ask(socket, FIRST, ShelfCommand.List, {
    flags: REQUEST | DUMP,
    bytes: attribute(60, [1]),
  });
  t.like(answers, [{ type: 2, errno: Errno.EINVAL, text: 'Unknown attribute type', offset: 20 }]);
});

test('a handler’s refusal names its attribute by offset', async (t) => {
  const socket = await open().open();
  const bytes = encoded(shelf, { heavy: true, count: 1, title: 'lead' });
  const answers = await ask(socket, FIRST, ShelfCommand.Put, { bytes });
  t.deepEqual(refusalOf(answers), refusal(Errno.EOVERFLOW, 'too heavy', { offset: 20 }));
});

test('a mistake of a handler is EIO for the peer, a report for the domain, and the socket lives on', async (t) => {
  const world = open();
  const socket = await world.open();
  t.deepEqual(
    refusalOf(await ask(socket, FIRST, ShelfCommand.Fail)),
    refusal(Errno.EIO, 'the handler failed; see the log'),
  );
  t.is(world.defects.length, 1);
  t.is((await ask(socket, FIRST, ShelfCommand.Peek)).at(-1)?.errno, 0);
});

test('a header of the family’s own is read and written behind the generic one', async (t) => {
  const socket = await open(BoxFamily).open();
  const bytes = encoded(box, { count: 5 }, { size: 41, colour: 7 });
  const [reply] = await ask(socket, FIRST, 1, { bytes });
  t.deepEqual(reply?.bytes, encoded(box, { count: 5 }, { size: 42, colour: 7 }));
});

test('only who joined is told, with the originator’s port and sequence number', async (t) => {
  const world = open();
  const [sender, member, other] = [await world.open(), await world.open(), await world.open()];
  await member.joinGroup(2);
  await other.joinGroup(3);
  const bytes = encoded(shelf, BOOKS);
  await ask(sender, FIRST, ShelfCommand.Put, { bytes, sequence: 55 });
  const told = receiveAll(member);
  t.like(told, [
    { type: FIRST, flags: 0, sequence: 55, portId: 4321, command: ShelfCommand.List, version: 3 },
  ]);
  t.deepEqual(told[0]?.bytes, bytes);
  t.deepEqual(receiveAll(other), []);
});

test('NLM_F_ECHO gives the notification to its originator, member or not', async (t) => {
  const world = open();
  const [sender, member] = [await world.open(), await world.open()];
  await member.joinGroup(2);
  const parts = { bytes: encoded(shelf, BOOKS), flags: REQUEST | ACK | 8 };
  t.like(await ask(sender, FIRST, ShelfCommand.Put, parts), [{ command: ShelfCommand.List }, { errno: 0 }]);
  t.is(receiveAll(member).length, 1);
});
