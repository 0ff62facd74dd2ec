import { attr, defineAttributes, defineMessage } from '@nlspace/core';
import test from 'ava';
import { doOperation, dumpOperation, genericFamily } from '../src/index.js';
import { ShelfFamily } from './support/shelf-family.js';
import {
  ask,
  attribute,
  DUMP,
  NLCTRL,
  openWorld,
  REQUEST,
  receiveAll,
  refusal,
  refusalOf,
} from './support/world.js';

const GET_FAMILY = 3;
const GET_POLICY = 10;
const text = (value: string) => attribute(2, [...new TextEncoder().encode(value), 0]);
const id = (value: number) => attribute(1, [value & 0xff, value >>> 8]);
const u32 = (type: number, value: number) =>
  attribute(type, [value, value >>> 8, value >>> 16, value >>> 24]);
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

// `genl ctrl get name nlctrl`, Linux 6.18, payload behind genlmsghdr.
const NLCTRL_FAMILY =
  '0b0002006e6c6374726c00000600010010000000080003000200000008000400000000000800050000000000' +
  '2c00060014000100080001000300000008000200' +
  '0e0000001400020008000100' +
  '0a000000080002000c0000001c000700180001000800020010000000' +
  '0b0001006e6f7469667900' +
  '00';

test('nlctrl says of itself what Linux’s says', async (t) => {
  const socket = await openWorld().open();
  for (const bytes of [text('nlctrl'), id(NLCTRL)]) {
    const [family, ack] = await ask(socket, NLCTRL, GET_FAMILY, { bytes });
    t.like(family, { type: NLCTRL, flags: 0, command: 1, version: 2 });
    t.is(hex(family?.bytes), NLCTRL_FAMILY);
    t.is(ack?.errno, 0);
  }
});

// GETPOLICY of nlctrl, Linux 6.18.
const NLCTRL_POLICY = [
  '060001001000000018000980140003800800010000000000' + '0800020000000000',
  '0600010010000000100009800c0000800800020001000000',
  '06000100100000002c000880280000802400' +
    '01800c00040000000000000000000c000500ffff0000000000000800010003000000',
  '06000100100000001c0008801800008014000280080007000f000000080001000c000000',
  '06000100100000002c000880280001802400' +
    '01800c00040000000000000000000c000500ffff0000000000000800010003000000',
  '06000100100000001c0008801800018014000280080007000f000000080001000c000000',
  '06000100100000002c000880280001802400' +
    '0a800c00040000000000000000000c000500ffffffff000000000800010004000000',
];

test('nlctrl’s policies are told as Linux tells them, NLMSG_DONE apart', async (t) => {
  const socket = await openWorld().open();
  const answers = await ask(socket, NLCTRL, GET_POLICY, { flags: REQUEST | DUMP, bytes: text('nlctrl') });
  t.deepEqual(
    answers.slice(0, -1).map(({ bytes }) => hex(bytes)),
    NLCTRL_POLICY,
  );
  t.true(answers.slice(0, -1).every(({ command, flags }) => command === GET_POLICY && flags === 2));
  t.like(answers.at(-1), { type: 3, errno: 0 });
});

test('the name counts for GETFAMILY, the number for GETPOLICY, where both are given', async (t) => {
  const socket = await openWorld().open();
  const both = (name: string, number: number) => Uint8Array.of(...text(name), ...id(number));
  const family = (bytes: Uint8Array) => ask(socket, NLCTRL, GET_FAMILY, { bytes });
  const policy = (bytes: Uint8Array) => ask(socket, NLCTRL, GET_POLICY, { bytes, flags: REQUEST | DUMP });
  t.is((await family(both('nlctrl', 999))).at(-1)?.errno, 0);
  t.deepEqual(refusalOf(await family(both('nobody', 16))), refusal(2));
  t.is((await policy(both('nobody', 16))).at(-1)?.type, 3);
  t.deepEqual(refusalOf(await policy(both('nlctrl', 999))), refusal(2));
});

const silent = genericFamily({
  name: 'silent',
  // Strict, it would have the policy that refuses everything.
  operations: { nothing: doOperation(1, defineMessage({}), { validation: 'liberal' }, () => {}) },
});

test('GETPOLICY: nobody, an unknown command, no policy at all', async (t) => {
  const socket = await openWorld([ShelfFamily, silent]).open();
  const policy = (bytes: Uint8Array) => ask(socket, NLCTRL, GET_POLICY, { bytes, flags: REQUEST | DUMP });
  t.deepEqual(refusalOf(await policy(new Uint8Array(0))), refusal(22));
  t.deepEqual(refusalOf(await policy(text('nobody'))), refusal(2));
  const unknown = Uint8Array.of(...text('shelf'), ...u32(10, 77));
  t.deepEqual(refusalOf(await policy(unknown)), refusal(2, undefined, { offset: 32 }));
  t.deepEqual(refusalOf(await policy(text('silent'))), refusal(61));
  t.deepEqual(refusalOf(await policy(Uint8Array.of(...text('silent'), ...u32(10, 1)))), refusal(61));
});

test('the attributes that GETPOLICY knows but does not take are unsupported, GETFAMILY ignores them', async (t) => {
  const socket = await openWorld().open();
  const bytes = Uint8Array.of(...text('nlctrl'), ...u32(3, 1));
  t.deepEqual(
    refusalOf(await ask(socket, NLCTRL, GET_POLICY, { bytes, flags: REQUEST | DUMP })),
    refusal(22, 'Unsupported attribute', { offset: 32 }),
  );
  t.is((await ask(socket, NLCTRL, GET_FAMILY, { bytes })).at(-1)?.errno, 0);
  t.deepEqual(
    refusalOf(await ask(socket, NLCTRL, GET_FAMILY, { bytes: u32(3, 1), flags: REQUEST | DUMP })),
    refusal(22, 'Unknown attribute type', { offset: 20 }),
  );
});

const deepest = defineAttributes('deepest', { leaf: attr.bytes(1, { length: 6 }) });
const middle = defineAttributes('middle', {
  list: attr.array(2, deepest),
  self: attr.nested(1, deepest),
});
const everything = defineAttributes('everything', {
  a: attr.u8(1, { mask: 5 }),
  b: attr.u16(2, { min: 2, max: 9 }),
  c: attr.s32(3, { min: -4 }),
  d: attr.u64(4, { max: 10n ** 12n }),
  e: attr.s64(5),
  f: attr.uint(6, { mask: 3n }),
  g: attr.sint(7, { min: -1n, max: 1n }),
  h: attr.string(8),
  i: attr.string(9, { max: 15, terminated: true }),
  j: attr.bytes(10, { max: 64 }),
  k: attr.flag(11),
  l: attr.nested(12, middle),
  m: attr.nested(13, deepest, { checked: false }),
  n: attr.bitfield32(14, { valid: 6 }),
  o: attr.u32(15, { replyOnly: true }),
  p: attr.u16(16, { byteOrder: 'network', min: 1 }),
});

test('every kind of attribute has its words, nested policies their index, and what is not taken none', async (t) => {
  const message = defineMessage({ attributes: everything });
  const small = defineMessage({ attributes: deepest });
  const family = genericFamily({
    name: 'all',
    operations: {
      first: doOperation(5, message, {}, () => {}),
      second: dumpOperation(6, small, {}, () => []),
      third: dumpOperation(5, small, {}, () => []),
    },
  });
  const socket = await openWorld([family]).open();
  const answers = await ask(socket, NLCTRL, GET_POLICY, { flags: REQUEST | DUMP, bytes: text('all') });
  t.deepEqual(
    answers.slice(0, -1).map(({ bytes }) => policyText(bytes ?? new Uint8Array(0))),
    [
      'commands 5:{1=0 2=2}',
      'commands 0:{2=2}',
      'policy 0: 1:{12=5 1=2}',
      'policy 0: 2:{4=2 5=9 1=3}',
      'policy 0: 3:{2=-4 3=2147483647 1=8}',
      'policy 0: 4:{4=0 5=1000000000000 1=5}',
      'policy 0: 5:{2=-9223372036854775808 3=9223372036854775807 1=9}',
      'policy 0: 6:{12=3 1=17}',
      'policy 0: 7:{2=-1 3=1 1=16}',
      'policy 0: 8:{1=11}',
      'policy 0: 9:{7=15 1=12}',
      'policy 0: 10:{7=64 1=10}',
      'policy 0: 11:{1=1}',
      'policy 0: 12:{8=1 9=2 1=13}',
      'policy 0: 13:{1=13}',
      'policy 0: 14:{10=6 1=15}',
      'policy 1: 1:{8=2 9=1 1=13}',
      'policy 1: 2:{8=2 9=1 1=14}',
      'policy 2: 1:{6=6 7=6 1=10}',
    ],
  );
  const single = await ask(socket, NLCTRL, GET_POLICY, {
    flags: REQUEST | DUMP,
    bytes: Uint8Array.of(...text('all'), ...u32(10, 6)),
  });
  t.deepEqual(
    single.slice(0, -1).map(({ bytes }) => policyText(bytes ?? new Uint8Array(0))),
    ['commands 0:{2=0}', 'policy 0: 1:{6=6 7=6 1=10}'],
  );
});

/** Read without the schema that wrote it. */
function policyText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inside = (start: number, end: number) => {
    const found: { type: number; start: number; end: number }[] = [];
    for (let at = start; at < end; at += (view.getUint16(at, true) + 3) & ~3)
      found.push({ type: view.getUint16(at + 2, true), start: at + 4, end: at + view.getUint16(at, true) });
    return found;
  };
  const numbers = (nest: { start: number; end: number }) =>
    inside(nest.start, nest.end)
      .map(({ type, start, end }) => {
        const signed = type === 2 || type === 3;
        const value = end - start === 4 ? view.getUint32(start, true) : undefined;
        return `${type}=${value ?? (signed ? view.getBigInt64(start, true) : view.getBigUint64(start, true))}`;
      })
      .join(' ');
  const flagged = (type: number) => {
    if ((type & 0x8000) === 0) throw new Error(`attribute ${type} lacks NLA_F_NESTED`);
    return type & 0x7fff;
  };
  const [, outer] = inside(0, bytes.length);
  if (outer === undefined) throw new Error('there is no second attribute');
  const [one] = inside(outer.start, outer.end);
  if (one === undefined) throw new Error('nothing is inside');
  if (flagged(outer.type) === 9) return `commands ${flagged(one.type)}:{${numbers(one)}}`;
  const [attributePart] = inside(one.start, one.end);
  if (attributePart === undefined) throw new Error('no attribute is inside');
  return `policy ${flagged(one.type)}: ${flagged(attributePart.type)}:{${numbers(attributePart)}}`;
}

test('who comes and who goes is told: the family, then its groups; its groups, then the family', async (t) => {
  const world = openWorld();
  const listener = await world.open();
  await listener.joinGroup(NLCTRL);
  const registration = world.domain.register(ShelfFamily);
  const commands = () =>
    receiveAll(listener).map(({ type, command, version, sequence, portId, flags }) => {
      t.deepEqual([type, version, sequence, portId, flags], [NLCTRL, 2, 0, 0, 0]);
      return command;
    });
  t.deepEqual(commands(), [1, 7, 7]);
  await registration.dispose();
  t.deepEqual(commands(), [8, 8, 2]);
  const bytes = (await ask(await world.open(), NLCTRL, GET_FAMILY, { bytes: text('shelf') }))[0];
  t.is(bytes?.errno, 2);
});

test('what is told of a group has its family and its number, as Linux writes them', async (t) => {
  const world = openWorld();
  const listener = await world.open();
  await listener.joinGroup(NLCTRL);
  world.domain.register(ShelfFamily);
  const [, , alarms] = receiveAll(listener);
  t.is(
    hex(alarms?.bytes),
    '0a0002007368656c66000000' +
      '0600010013000000' +
      '1c000700' +
      '18000100' +
      '0800020003000000' +
      '0b000100616c61726d730000',
  );
});

test('families are dumped by number, NLMSG_DONE behind the last', async (t) => {
  const world = openWorld([ShelfFamily, silent]);
  const socket = await world.open();
  const answers = await ask(socket, NLCTRL, GET_FAMILY, { flags: REQUEST | DUMP });
  const ids = answers.slice(0, -1).map(({ bytes }) => hex(bytes).match(/06000100(....)/)?.[1]);
  t.deepEqual(ids, ['1000', '1300', '1400']);
  t.like(answers.at(-1), { type: 3, errno: 0 });
  t.is(answers[1]?.command, 1);
});
