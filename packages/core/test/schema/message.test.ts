import test from 'ava';
import fc from 'fast-check';
import {
  attr,
  ByteWriter,
  checkMessage,
  decodeMessage,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  encodeMessage,
  field,
  integerKind,
  type MessageOf,
  pickAttributes,
} from '../../src/index.js';

const header = defineHeader('head', {
  kind: field.u8,
  padding: field.pad(1),
  port: field.be16,
  index: field.s32,
});
const inner = defineAttributes('inner', {
  level: attr.u8(1, { min: 1, max: 9 }),
  name: attr.string(2, { max: 3 }),
});
const pair = defineHeader('pair', { first: field.u32, second: field.u64 });
const attributes = defineAttributes('outer', {
  byte: attr.u8(1),
  short: attr.u16(2),
  word: attr.u32(3),
  long: attr.u64(4),
  signed: attr.s32(5, { min: -5, max: 5 }),
  network: attr.u16(6, { byteOrder: 'network' }),
  name: attr.string(7, { max: 5 }),
  terminated: attr.string(8, { max: 5, terminated: true }),
  flag: attr.flag(9),
  bytes: attr.bytes(10, { min: 2, max: 4 }),
  exact: attr.bytes(11, { length: 3 }),
  ip: attr.ipAddress(12),
  mac: attr.macAddress(13),
  nest: attr.flagged(attr.nested(14, inner)),
  list: attr.array(15, inner),
  pair: attr.struct(16, pair),
  some: attr.many(attr.u32(17)),
  unchecked: attr.nested(18, inner, { checked: false }),
  told: attr.u32(19, { replyOnly: true }),
  items: attr.items(20, integerKind('u16')),
});
const schema = defineMessage({ name: 'outer', header, attributes });
type Outer = MessageOf<typeof schema>;

const HEADER = '0100001602000000';
const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

function encode(body: Outer): Uint8Array {
  const writer = new ByteWriter();
  encodeMessage(schema, writer, body);
  return writer.slice();
}

const codes = test.macro<[hex: string, attributes: Outer['attributes']]>((t, hex, values) => {
  const bytes = bytesOf(HEADER + hex);
  const body = { header: { kind: 1, port: 22, index: 2 }, attributes: values };
  t.deepEqual(decodeMessage(schema, bytes), body);
  t.deepEqual(encode(body), bytes);
  t.is(checkMessage(schema, bytes, 'told' in values), undefined);
});

test('no attributes', codes, '', {});
test('u8', codes, '0500010007000000', { byte: 7 });
test('u16', codes, '0600020034120000', { short: 0x1234 });
test('u32', codes, '08000300ffffffff', { word: 0xffffffff });
test('u64 is a bigint', codes, '0c0004000100000000000080', { long: 0x8000000000000001n });
test('s32', codes, '08000500fbffffff', { signed: -5 });
test('network byte order', codes, '0600060012340000', { network: 0x1234 });
test('a string ends in NUL', codes, '0700070061620000', { name: 'ab' });
test('a flag has no payload', codes, '04000900', { flag: true });
test('bytes', codes, '07000a0001020300', { bytes: Uint8Array.of(1, 2, 3) });
test('an IPv4 address', codes, '08000c00c0000201', { ip: Uint8Array.of(192, 0, 2, 1) });
test('a MAC address', codes, '0a000d000200000000010000', { mac: Uint8Array.of(2, 0, 0, 0, 0, 1) });
test('a flagged nest', codes, '0c000e800500010003000000', { nest: { level: 3 } });
test('an array of nests counts from 1', codes, '1c000f000c00010005000100010000000c0002000500010002000000', {
  list: [{ level: 1 }, { level: 2 }],
});
test('an array of numbers counts from 1', codes, '14001400060001000300000006000200f4010000', {
  items: [3, 500],
});
test('a struct', codes, '10001000010000000200000000000000', { pair: { first: 1, second: 2n } });
test('an attribute that repeats', codes, '08001100010000000800110002000000', { some: [1, 2] });

const POLICY: ReadonlyArray<
  readonly [
    title: string,
    hex: string,
    strict: boolean,
    refusal: [Errno, string, offset: number | undefined] | undefined,
  ]
> = [
  ['a short integer', '0500020001000000', false, [Errno.ERANGE, 'Attribute failed policy validation', 8]],
  ['a short integer, strictly', '0500020001000000', true, [Errno.EINVAL, 'invalid attribute length', 8]],
  ['a long integer', '0800010001020304', false, undefined],
  ['a long integer, strictly', '0800010001020304', true, [Errno.EINVAL, 'invalid attribute length', 8]],
  ['a short u64', '0800040001020304', false, [Errno.ERANGE, 'Attribute failed policy validation', 8]],
  ['an integer below its range', '08000500faffffff', false, [Errno.ERANGE, 'integer out of range', 8]],
  ['an integer above its range', '0800050006000000', false, [Errno.ERANGE, 'integer out of range', 8]],
  ['a string of its greatest length', '0a0007006162636465000000', false, undefined],
  ['a string of its greatest length without NUL', '090007006162636465000000', false, undefined],
  [
    'a string that is too long',
    '0a0007006162636465660000',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 8],
  ],
  ['a string without bytes', '04000700', false, [Errno.ERANGE, 'Attribute failed policy validation', 8]],
  [
    'a string that must be terminated',
    '0700080061626300',
    false,
    [Errno.EINVAL, 'Attribute failed policy validation', 8],
  ],
  [
    'a terminated string without bytes',
    '04000800',
    false,
    [Errno.EINVAL, 'Attribute failed policy validation', 8],
  ],
  ['a terminated string', '0800080061626300', false, undefined],
  [
    'a flag with a payload',
    '0500090001000000',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 8],
  ],
  ['too few bytes', '05000a0001000000', false, [Errno.ERANGE, 'Attribute failed policy validation', 8]],
  [
    'too many bytes',
    '09000a000102030405000000',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 8],
  ],
  ['an empty nest', '04000e80', false, undefined],
  [
    'a nest of three bytes',
    '07000e8001020300',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 8],
  ],
  [
    'a nest with something wrong inside',
    '0c000e800500010000000000',
    false,
    [Errno.ERANGE, 'integer out of range', 12],
  ],
  ['a nest that nobody checks', '0c0012000500010000000000', false, undefined],
  ['a nest without the flag', '0c000e000500010003000000', false, undefined],
  [
    'a nest without the flag, strictly',
    '0c000e000500010003000000',
    true,
    [Errno.EINVAL, 'NLA_F_NESTED is missing', 8],
  ],
  [
    'the flag on what is no nest, strictly',
    '0800038001000000',
    true,
    [Errno.EINVAL, 'NLA_F_NESTED not expected', 8],
  ],
  [
    'a struct that is too short',
    '0c0010000100000002000000',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 8],
  ],
  [
    'an attribute that only replies have',
    '0800130001000000',
    false,
    [Errno.EINVAL, 'Attribute failed policy validation', 8],
  ],
  ['an unknown attribute', '0800630001000000', false, undefined],
  ['an unknown attribute, strictly', '0800630001000000', true, [Errno.EINVAL, 'Unknown attribute type', 8]],
  ['attribute 0, strictly', '0800000001000000', true, [Errno.EINVAL, 'Unknown attribute type', 8]],
  ['bytes left over', '010203', false, undefined],
  [
    'bytes left over, strictly',
    '010203',
    true,
    [Errno.EINVAL, 'bytes leftover after parsing attributes', undefined],
  ],
  [
    'a length below 4, strictly',
    '0300010001000000',
    true,
    [Errno.EINVAL, 'bytes leftover after parsing attributes', undefined],
  ],
  [
    'a length beyond the end, strictly',
    '0900010001000000',
    true,
    [Errno.EINVAL, 'bytes leftover after parsing attributes', undefined],
  ],
  [
    'the second of two is wrong',
    '05000100070000000500020001000000',
    false,
    [Errno.ERANGE, 'Attribute failed policy validation', 16],
  ],
];
for (const [title, hex, strict, refusal] of POLICY) {
  test(`policy: ${title} ${refusal === undefined ? 'passes' : `is ${Errno[refusal[0]]}`}`, (t) => {
    const found = checkMessage(schema, bytesOf(HEADER + hex), strict);
    t.deepEqual(found && [found.failure.errno, found.failure.text, found.offset], refusal);
  });
}

test('the last of attributes that repeat where they must not is the one that counts', (t) => {
  t.is(decodeMessage(schema, bytesOf(`${HEADER}05000100070000000500010008000000`)).attributes.byte, 8);
});

test('what fails its policy is left out when decoded', (t) => {
  t.deepEqual(decodeMessage(schema, bytesOf(`${HEADER}05000200010000000500010008000000`)).attributes, {
    byte: 8,
  });
});

test('a payload shorter than the header reads as if zeros followed', (t) => {
  t.deepEqual(decodeMessage(schema, Uint8Array.of(7)), {
    header: { kind: 7, port: 0, index: 0 },
    attributes: {},
  });
});

const arbitraryInner = fc.record(
  { level: fc.integer({ min: 1, max: 9 }), name: fc.string({ maxLength: 3, unit: 'grapheme-ascii' }) },
  { requiredKeys: [] },
);
const arbitraryOuter = fc.record(
  {
    byte: fc.nat(255),
    word: fc.nat(0xffffffff),
    long: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    signed: fc.integer({ min: -5, max: 5 }),
    name: fc.string({ maxLength: 5, unit: 'grapheme-ascii' }),
    flag: fc.constant<true>(true),
    bytes: fc.uint8Array({ minLength: 2, maxLength: 4 }),
    nest: arbitraryInner,
    list: fc.array(arbitraryInner),
    some: fc.array(fc.nat(0xffffffff), { minLength: 1 }),
    pair: fc.record({ first: fc.nat(0xffffffff), second: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  },
  { requiredKeys: [] },
);

test('what is encoded passes the policy and decodes to itself', (t) => {
  const head = fc.record({ kind: fc.nat(255), port: fc.nat(65535), index: fc.integer() });
  fc.assert(
    fc.property(head, arbitraryOuter, (values, set) => {
      const body = { header: values, attributes: set };
      const bytes = encode(body);
      t.is(checkMessage(schema, bytes, false), undefined);
      t.deepEqual(decodeMessage(schema, bytes), body as never);
    }),
  );
});

test('any bytes can be checked and decoded, and are never read beyond', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, strict) => {
      // The same bytes between others must give the same: nothing outside counts.
      const framed = new Uint8Array(bytes.length + 64).fill(0xff);
      framed.set(bytes, 32);
      const within = framed.subarray(32, 32 + bytes.length);
      t.deepEqual(checkMessage(schema, within, strict), checkMessage(schema, bytes, strict));
      t.deepEqual(decodeMessage(schema, within), decodeMessage(schema, bytes));
    }),
  );
});

test('bytes that look like attributes can be checked and decoded', (t) => {
  const one = fc.record({ type: fc.nat(20), length: fc.nat(24), payload: fc.uint8Array({ maxLength: 20 }) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 6 }), fc.boolean(), (list, strict) => {
      const writer = new ByteWriter();
      writer.reserve(8);
      for (const { type, length, payload } of list) {
        writer.u16(length);
        writer.u16(type);
        writer.append(payload);
        writer.pad();
      }
      t.notThrows(() => checkMessage(schema, writer.slice(), strict));
      t.notThrows(() => decodeMessage(schema, writer.slice()));
    }),
  );
});

test('what one message takes of a set: the rest below its highest number is known, and refused', (t) => {
  const picked = defineMessage({ attributes: pickAttributes(attributes, 'word', 'byte') });
  const payload = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
  t.deepEqual(decodeMessage(picked, payload('0800030005000000')).attributes, { word: 5 });
  t.is(checkMessage(picked, payload('0800030005000000'), true), undefined);
  t.is(checkMessage(picked, payload('0600020001000000'), true)?.failure.text, 'Unsupported attribute');
  t.is(
    checkMessage(picked, payload('0c0004000100000000000000'), true)?.failure.text,
    'Unknown attribute type',
  );
  t.deepEqual(Object.keys(picked.attributes.shape), ['word', 'byte', 'short']);
});
