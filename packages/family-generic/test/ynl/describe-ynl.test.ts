import {
  type AttributeSet,
  attr,
  defineAttributes,
  defineHeader,
  defineMessage,
  field,
  recordOperation,
} from '@nlspace/core';
import test from 'ava';
import {
  describeYnl,
  doOperation,
  dumpOperation,
  type GenericFamilyOptions,
  type PlainOperation,
  type YnlSpec,
} from '../../src/index.js';
import { ServedGenericFamily } from '../../src/served-generic-family.js';

function specOf(
  options: GenericFamilyOptions,
  operations: Readonly<Record<string, PlainOperation>>,
): YnlSpec {
  const instance = {};
  for (const [method, { exchange, number, message, options, handle }] of Object.entries(operations)) {
    Object.defineProperty(instance, method, { value: handle });
    recordOperation(instance, { exchange, number, message, options, method });
  }
  return describeYnl(new ServedGenericFamily(options, instance, { familyId: 0x20, firstGroup: 0x20 }));
}

/** The rows of the only attribute set. */
function rowsOf(attributes: AttributeSet<never>): unknown {
  const message = defineMessage({ attributes: attributes as unknown as AttributeSet });
  return specOf({ name: 'zoo' }, { see: doOperation(1, message, {}, () => {}) })['attribute-sets'][0]
    ?.attributes;
}

const nothing = () => {};
const none = () => [];

test('a family is its name, sets, commands and groups', (t) => {
  enum Command {
    SetRate = 1,
    Get = 4,
  }
  const attributes = defineAttributes('meterRate', {
    name: attr.string(1, { max: 15 }),
    packetRate: attr.u32(2, { min: 1, doc: 'Packets per second.' }),
    total: attr.u64(5, { replyOnly: true }),
  });
  const message = defineMessage({ attributes });
  const spec = specOf(
    {
      name: 'meter',
      doc: 'Meters.',
      commands: Command,
      attributes: attributes as never,
      groups: ['changes'],
    },
    {
      set: doOperation(Command.SetRate, message, { privilege: 'admin', doc: 'Changes one.' }, nothing),
      get: doOperation(Command.Get, message, { reply: message, validation: 'liberal' }, nothing),
      list: dumpOperation(Command.Get, message, { validation: 'liberal' }, none),
    },
  );
  const request = { attributes: ['name', 'packet-rate'] };
  const reply = { attributes: ['name', 'packet-rate', 'total'] };
  t.deepEqual(spec, {
    name: 'meter',
    protocol: 'genetlink',
    doc: 'Meters.',
    'attribute-sets': [
      {
        name: 'meter-rate',
        attributes: [
          { name: 'name', value: 1, type: 'string', checks: { 'max-len': 15 } },
          { name: 'packet-rate', value: 2, type: 'u32', doc: 'Packets per second.', checks: { min: 1 } },
          { name: 'total', value: 5, type: 'u64' },
        ],
      },
    ],
    operations: {
      list: [
        {
          name: 'set-rate',
          value: 1,
          doc: 'Changes one.',
          'attribute-set': 'meter-rate',
          flags: ['admin-perm'],
          do: { request },
        },
        {
          name: 'get',
          value: 4,
          doc: 'get (do), list (dump)',
          'attribute-set': 'meter-rate',
          'dont-validate': ['strict', 'dump-strict'],
          do: { request, reply },
          dump: { request, reply },
        },
      ],
    },
    'mcast-groups': { list: [{ name: 'changes' }] },
  });
});

test('every kind of attribute has its type and checks', (t) => {
  const inside = defineAttributes('inside', { port: attr.u16(1, { byteOrder: 'network', max: 9 }) });
  const mode = { name: 'mode', type: 'enum', entries: { on: 1, off: 0 } } as const;
  const rows = rowsOf(
    defineAttributes('zoo', {
      big: attr.u64(1, { max: 2n ** 63n }),
      below: attr.s32(2, { min: -5, max: 7 }),
      some: attr.u32(3, { mask: 5 }),
      mac: attr.macAddress(4),
      key: attr.bytes(5, { length: 32 }),
      address: attr.ipAddress(6),
      many: attr.many(attr.nested(7, inside)),
      list: attr.array(8, inside),
      mode: attr.u8(9, { valueNames: mode }),
      present: attr.flag(10),
      later: attr.unsupported(11),
      peers: attr.list(12, inside),
    }) as unknown as AttributeSet<never>,
  );
  t.deepEqual(rows, [
    { name: 'big', value: 1, type: 'u64', checks: { max: 2n ** 63n } },
    { name: 'below', value: 2, type: 's32', checks: { min: 'zoo-below-min-5', max: 7 } },
    { name: 'some', value: 3, type: 'u32', checks: { 'flags-mask': 'zoo-some-mask-5' } },
    { name: 'mac', value: 4, type: 'binary', 'display-hint': 'mac', checks: { 'max-len': 32 } },
    { name: 'key', value: 5, type: 'binary', checks: { 'exact-len': 32 } },
    { name: 'address', value: 6, type: 'binary', checks: { 'min-len': 4, 'max-len': 16 } },
    { name: 'many', value: 7, type: 'nest', 'nested-attributes': 'inside', 'multi-attr': true },
    { name: 'list', value: 8, type: 'indexed-array', 'sub-type': 'nest', 'nested-attributes': 'inside' },
    { name: 'mode', value: 9, type: 'u8', enum: 'mode', checks: { max: 'u8-max' } },
    { name: 'present', value: 10, type: 'flag' },
    { name: 'later', value: 11, type: 'unused' },
    { name: 'peers', value: 12, type: 'indexed-array', 'sub-type': 'nest', 'nested-attributes': 'inside' },
  ]);
});

test('definitions are what attributes name: limits, masks, enums, structs with their gaps', (t) => {
  const layout = defineHeader('zooStats', {
    kind: field.u8,
    gap: field.pad(3),
    port: field.be16,
    tail: field.pad(2),
  });
  const attributes = defineAttributes('zoo', {
    below: attr.s32(1, { min: -5 }),
    some: attr.bitfield32(2, { valid: 5 }),
    bits: attr.u8(3, { valueNames: { name: 'bits', type: 'flags', entries: { First: 1, Third: 4 } } }),
    stats: attr.struct(4, layout),
  });
  const { protocol, definitions } = specOf(
    { name: 'zoo' },
    { see: doOperation(1, defineMessage({ attributes }), {}, nothing) },
  );
  t.is(protocol, 'genetlink-legacy');
  t.deepEqual(definitions, [
    { name: 'zoo-below-min-5', type: 'const', value: -5 },
    {
      name: 'zoo-some-mask-5',
      type: 'flags',
      entries: [
        { name: 'bit-0', value: 0 },
        { name: 'bit-2', value: 2 },
      ],
    },
    {
      name: 'bits',
      type: 'flags',
      entries: [
        { name: 'first', value: 0 },
        { name: 'third', value: 2 },
      ],
    },
    {
      name: 'zoo-stats',
      type: 'struct',
      members: [
        { name: 'kind', type: 'u8' },
        { name: 'padding-1', type: 'binary', len: 3 },
        { name: 'port', type: 'u16', 'byte-order': 'big-endian' },
        { name: 'padding-2', type: 'binary', len: 2 },
      ],
    },
  ]);
});

const plain = defineMessage({ attributes: defineAttributes('zoo', { name: attr.string(1) }) });
const see = (options = {}) => ({ see: doOperation(1, plain, options, nothing) });

test('a mask of all bits that have names is told by them, another by its own', (t) => {
  const valueNames = { name: 'bits', type: 'flags', entries: { First: 1, Third: 4 } } as const;
  const rows = rowsOf(
    defineAttributes('zoo', {
      all: attr.u32(1, { mask: 5, valueNames }),
      one: attr.u32(2, { mask: 4, valueNames }),
    }) as unknown as AttributeSet<never>,
  );
  t.like(rows, [
    { enum: 'bits', checks: { 'flags-mask': 'bits' } },
    { enum: 'bits', checks: { 'flags-mask': 'zoo-one-mask-4' } },
  ]);
});

test('what only older families have makes it genetlink-legacy', (t) => {
  const header = defineMessage({ header: defineHeader('zooHeader', { index: field.s32 }) });
  t.is(specOf({ name: 'zoo' }, see()).protocol, 'genetlink');
  t.like(specOf({ name: 'zoo', version: 2 }, see()), { protocol: 'genetlink-legacy', version: 2 });
  t.is(specOf({ name: 'ZOO_1' }, see()).protocol, 'genetlink-legacy');
  t.is(specOf({ name: 'zoo', groups: ['G'] }, see()).protocol, 'genetlink-legacy');
  t.like(specOf({ name: 'zoo' }, see({ privilege: 'uns-admin' })), {
    protocol: 'genetlink-legacy',
    operations: { list: [{ flags: ['uns-admin-perm'] }] },
  });
  t.like(specOf({ name: 'zoo', header }, see()), {
    protocol: 'genetlink-legacy',
    operations: { 'fixed-header': 'zoo-header' },
  });
});

test('replies with a command of their own have values, and so do notifications', (t) => {
  const { protocol, operations } = specOf(
    { name: 'zoo', groups: ['all'], notifications: { 3: plain } },
    see({ reply: plain, replyType: 2 }),
  );
  t.is(protocol, 'genetlink-legacy');
  t.is(operations['enum-model'], 'directional');
  t.like(operations.list[0]?.do, { request: { value: 1 }, reply: { value: 2, attributes: ['name'] } });
  t.false('value' in (operations.list[0] ?? {}));
  t.like(operations.list[1], { value: 3, event: { attributes: ['name'] }, mcgrp: 'all' });
});

test('sets of one name are one; a check stays where all make it', (t) => {
  const set = (max: number) =>
    defineAttributes('zoo', { name: attr.string(1, { max: 9 }), size: attr.u8(2, { max }) });
  const spec = specOf(
    { name: 'zoo' },
    {
      one: doOperation(1, defineMessage({ attributes: set(3) }), {}, nothing),
      two: doOperation(2, defineMessage({ attributes: set(4) }), {}, nothing),
    },
  );
  t.deepEqual(spec['attribute-sets'], [
    {
      name: 'zoo',
      attributes: [
        { name: 'name', value: 1, type: 'string', checks: { 'max-len': 9 } },
        { name: 'size', value: 2, type: 'u8' },
      ],
    },
  ]);
});

test('replies are not checked: what requests check stands there, and nothing of what only replies have', (t) => {
  const request = defineAttributes('zoo', { size: attr.u8(1, { max: 3 }) });
  const reply = defineAttributes('zoo', { size: attr.u8(1), name: attr.string(2, { max: 9 }) });
  const spec = specOf(
    { name: 'zoo' },
    {
      see: doOperation(
        1,
        defineMessage({ attributes: request }),
        { reply: defineMessage({ attributes: reply }) },
        nothing as never,
      ),
    },
  );
  t.deepEqual(spec['attribute-sets'][0]?.attributes, [
    { name: 'size', value: 1, type: 'u8', checks: { max: 3 } },
    { name: 'name', value: 2, type: 'string' },
  ]);
});

test('strings that need no NUL say so where there is a word for it', (t) => {
  const stringsOf = (options: GenericFamilyOptions) =>
    specOf(options, see())['attribute-sets'][0]?.attributes[0]?.checks;
  t.is(stringsOf({ name: 'zoo' }), undefined);
  t.deepEqual(stringsOf({ name: 'zoo', version: 2 }), { 'unterminated-ok': true });
});

test('values that have names but no limits say so, for the kernel’s tools make limits of names', (t) => {
  const valueNames = { name: 'mode', type: 'enum', entries: { on: 3, off: 4 } } as const;
  const rows = rowsOf(
    defineAttributes('zoo', {
      any: attr.u16(1, { valueNames }),
      some: attr.u16(2, { valueNames, min: 3, max: 4 }),
      signed: attr.s32(3, { valueNames }),
      large: attr.uint(4, { valueNames }),
    }) as unknown as AttributeSet<never>,
  );
  t.like(rows, [
    { checks: { min: 'u16-min', max: 'u16-max' } },
    { checks: { min: 3, max: 4 } },
    { checks: { min: 's32-min', max: 's32-max' } },
    { checks: { min: 'u64-min', max: 'u64-max' } },
  ]);
});

test('one policy for all commands is said of older families', (t) => {
  const policyOf = (options: GenericFamilyOptions) => specOf(options, see())['kernel-policy'];
  t.is(policyOf({ name: 'zoo', attributes: plain.attributes as never, version: 2 }), 'global');
  t.is(policyOf({ name: 'zoo', version: 2 }), undefined);
  t.is(policyOf({ name: 'zoo', attributes: plain.attributes as never }), undefined);
});

test('what YNL cannot say is an error that says what to do', (t) => {
  const other = defineMessage({ attributes: defineAttributes('zoo', { name: attr.u8(1) }) });
  t.throws(() => specOf({ name: 'zoo' }, { ...see(), two: doOperation(2, other, {}, nothing) }), {
    message:
      /^attribute 1 of zoo is name \(type string\) in one message and name \(type u8\) in another, .*names of their own$/,
  });
  t.throws(
    () =>
      specOf({ name: 'zoo' }, { ...see({ privilege: 'admin' }), list: dumpOperation(1, plain, {}, none) }),
    { message: 'do and dump of zoo.command-1 need different privileges, which YNL cannot say' },
  );
});
