import { Errno } from '../errors/errno.js';
import { align4 } from '../wire/alignment.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import {
  type AttributeKind,
  arrayKind,
  type BigIntegerOptions,
  type BytesOptions,
  bigIntegerKind,
  bitfield32Kind,
  bytesKind,
  flagKind,
  type IntegerOptions,
  integerKind,
  ipAddressKind,
  itemsKind,
  keyedKind,
  listKind,
  nestedKind,
  type PolicyFailure,
  PolicyType,
  stringKind,
  structKind,
  unsupportedKind,
  variableIntegerKind,
} from './attribute-kinds.js';
import type { HeaderLayout, HeaderShape, HeaderValues } from './header.js';

/** NLA_TYPE_MASK: the two bits above say NESTED and NET_BYTEORDER. */
const ATTRIBUTE_TYPE_MASK = 0x3fff;
const NESTED_FLAG = 0x8000;

/** What the values of an integer, or its bits, are called: for humans and for descriptions of the family. */
export interface ValueNames {
  readonly name: string;
  /** `flags`: each entry is a mask of one bit. */
  readonly type: 'enum' | 'flags';
  /** A TypeScript enum, or an object like one. */
  readonly entries: Readonly<Record<string, string | number>>;
}

export interface AttributeOptions {
  readonly doc?: string;
  readonly valueNames?: ValueNames;
  /** Requests must not have it (NLA_REJECT). @default false */
  readonly replyOnly?: boolean;
}

/** One row of an attribute set. */
export interface AttributeDefinition<T, Many extends boolean = boolean> {
  readonly type: number;
  readonly kind: AttributeKind<T>;
  /** May repeat: its value is a list. */
  readonly many: Many;
  /** Written with NLA_F_NESTED. */
  readonly flagged: boolean;
  readonly replyOnly: boolean;
  readonly doc: string | undefined;
  readonly valueNames: ValueNames | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a shape may mix attributes of any value type
export type AttributeShape = Readonly<Record<string, AttributeDefinition<any, boolean>>>;

/** The values of an attribute set; what is absent is an absent key. */
export type AttributeValues<S extends AttributeShape> = {
  -readonly [K in keyof S]?: S[K] extends AttributeDefinition<infer T, infer Many>
    ? Many extends true
      ? T[]
      : T
    : never;
};

/** Where and why attributes fail the policy. */
export interface AttributeFailure {
  readonly failure: PolicyFailure;
  /** Of the attribute's header; undefined when no attribute is to blame. */
  readonly offset: number | undefined;
  /** What it should have been. */
  readonly kind?: AttributeKind<unknown> | undefined;
}

/** The named list of attributes that is valid in one place. */
export interface AttributeSet<S extends AttributeShape = AttributeShape> {
  readonly name: string;
  readonly shape: S;
  /** By attribute type. */
  readonly byType: ReadonlyArray<
    { readonly key: string; readonly definition: AttributeDefinition<unknown> } | undefined
  >;
  /**
   * The first thing the kernel's policy check would refuse. Unknown attributes and trailing bytes only count when
   * `strict`; payloads that are too long and a wrong NLA_F_NESTED only when `exact` (by default the same).
   */
  check(
    view: DataView,
    start: number,
    end: number,
    strict: boolean,
    exact?: boolean,
  ): AttributeFailure | undefined;
  /** Reads without checking more than bounds: unknown attributes and payloads that fail their kind are left out. */
  decode(view: DataView, start: number, end: number): AttributeValues<S>;
  /** Writes in the order of the declaration, not of the keys. */
  encode(writer: ByteWriter, values: AttributeValues<S>): void;
}

function row<T>(
  type: number,
  kind: AttributeKind<T>,
  options: AttributeOptions = {},
): AttributeDefinition<T, false> {
  const { replyOnly = false, doc, valueNames } = options;
  return { type, kind, many: false, flagged: false, replyOnly, doc, valueNames };
}

/** The attribute kinds of `defineAttributes`; the first argument is the number on the wire. */
export const attr = {
  u8: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('u8', o), o),
  u16: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('u16', o), o),
  u32: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('u32', o), o),
  s8: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('s8', o), o),
  s16: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('s16', o), o),
  s32: (type: number, o: AttributeOptions & IntegerOptions = {}) => row(type, integerKind('s32', o), o),
  u64: (type: number, o: AttributeOptions & BigIntegerOptions = {}) => row(type, bigIntegerKind('u64', o), o),
  s64: (type: number, o: AttributeOptions & BigIntegerOptions = {}) => row(type, bigIntegerKind('s64', o), o),
  /** 4 or 8 bytes, as its value needs. */
  uint: (type: number, o: AttributeOptions & Omit<BigIntegerOptions, 'byteOrder'> = {}) =>
    row(type, variableIntegerKind('uint', o), o),
  /** 4 or 8 bytes, as its value needs. */
  sint: (type: number, o: AttributeOptions & Omit<BigIntegerOptions, 'byteOrder'> = {}) =>
    row(type, variableIntegerKind('sint', o), o),
  bitfield32: (type: number, o: AttributeOptions & { valid?: number } = {}) =>
    row(type, bitfield32Kind(o), o),
  string: (
    type: number,
    o: AttributeOptions & { max?: number; terminated?: boolean; mayBeEmpty?: boolean } = {},
  ) => row(type, stringKind(o), o),
  bytes: (type: number, o: AttributeOptions & BytesOptions = {}) => row(type, bytesKind(o), o),
  flag: (type: number, o: AttributeOptions = {}) => row(type, flagKind(), o),
  ipAddress: (type: number, o: AttributeOptions = {}) => row(type, ipAddressKind(), o),
  macAddress: (type: number, o: AttributeOptions = {}) =>
    row(type, bytesKind({ max: 32, name: 'macAddress' }), o),
  struct: <S extends HeaderShape>(
    type: number,
    layout: HeaderLayout<S>,
    o: AttributeOptions = {},
  ): AttributeDefinition<HeaderValues<S>, false> => row(type, structKind(layout), o),
  nested: <S extends AttributeShape>(
    type: number,
    set: AttributeSet<S>,
    o: AttributeOptions & { checked?: boolean } = {},
  ): AttributeDefinition<AttributeValues<S>, false> => row(type, nestedKind(set, o), o),
  array: <S extends AttributeShape>(
    type: number,
    set: AttributeSet<S>,
    o: AttributeOptions = {},
  ): AttributeDefinition<AttributeValues<S>[], false> => row(type, arrayKind(set), o),
  /** Nests of type 0 with NLA_F_NESTED, checked one by one as they are taken. */
  list: <S extends AttributeShape>(
    type: number,
    set: AttributeSet<S>,
    o: AttributeOptions = {},
  ): AttributeDefinition<Iterable<AttributeValues<S>>, false> => ({
    ...row(type, listKind(set), o),
    flagged: true,
  }),
  /** Values that are no nests, in attributes that count 1, 2, 3 … */
  items: <T>(
    type: number,
    item: AttributeKind<T>,
    o: AttributeOptions = {},
  ): AttributeDefinition<T[], false> => row(type, itemsKind(item), o),
  /** Attributes by number; written with NLA_F_NESTED throughout. */
  keyed: <T>(
    type: number,
    value: AttributeKind<T>,
    o: AttributeOptions = {},
  ): AttributeDefinition<ReadonlyMap<number, T>, false> => ({
    ...row(type, keyedKind(value), o),
    flagged: true,
  }),
  /** A number of the set that this request does not know (NLA_UNSPEC in a strict policy). */
  unsupported: (type: number) => row(type, unsupportedKind()),
  custom: <T>(type: number, kind: AttributeKind<T>, o: AttributeOptions = {}) => row(type, kind, o),
  /** May repeat. */
  many: <T>(definition: AttributeDefinition<T, false>): AttributeDefinition<T, true> => ({
    ...definition,
    many: true,
  }),
  /** Is written with NLA_F_NESTED, as only the newer families of the kernel do. */
  flagged: <T, M extends boolean>(definition: AttributeDefinition<T, M>): AttributeDefinition<T, M> => ({
    ...definition,
    flagged: true,
  }),
};

/** @throws {Error} when two attributes have the same number, or one has none that can be, naming them. */
export function defineAttributes<S extends AttributeShape>(name: string, shape: S): AttributeSet<S> {
  const byType: Array<{ key: string; definition: AttributeDefinition<unknown> } | undefined> = [];
  const rows = Object.entries(shape).map(([key, definition]) => ({ key, definition }));
  for (const entry of rows) {
    const { type } = entry.definition;
    if (!Number.isInteger(type) || type < 0 || type > ATTRIBUTE_TYPE_MASK)
      throw new Error(
        `${name}.${entry.key} has number ${type}; attributes have numbers from 0 to ${ATTRIBUTE_TYPE_MASK}`,
      );
    const taken = byType[type];
    if (taken !== undefined) {
      throw new Error(
        `${name}.${taken.key} and ${name}.${entry.key} both have attribute number ${type}; give one of them another`,
      );
    }
    byType[type] = entry;
  }

  function check(
    view: DataView,
    start: number,
    end: number,
    strict: boolean,
    exact = strict,
  ): AttributeFailure | undefined {
    let offset = start;
    while (end - offset >= 4) {
      const length = view.getUint16(offset, true);
      if (length < 4 || offset + length > end) break;
      const entry = byType[view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK];
      if (entry === undefined) {
        if (strict) return { failure: UNKNOWN_ATTRIBUTE, offset };
      } else {
        const { kind, replyOnly } = entry.definition;
        if (replyOnly) return { failure: REJECTED, offset };
        const failure =
          (exact ? checkNestedFlag(kind, view.getUint16(offset + 2, true)) : undefined) ??
          kind.check(view, offset + 4, length - 4, exact);
        if (failure !== undefined)
          return 'offset' in failure
            ? { failure, offset: failure.offset, kind: failure.kind }
            : { failure, offset, kind: failure.isUntold ? undefined : kind };
      }
      offset += align4(length);
    }
    return strict && offset < end ? { failure: LEFTOVER, offset: undefined } : undefined;
  }

  function decode(view: DataView, start: number, end: number): AttributeValues<S> {
    const values: Record<string, unknown> = {};
    let offset = start;
    while (end - offset >= 4) {
      const length = view.getUint16(offset, true);
      if (length < 4 || offset + length > end) break;
      const entry = byType[view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK];
      if (entry !== undefined) {
        const { kind, many } = entry.definition;
        if (kind.check(view, offset + 4, length - 4, false) === undefined) {
          const value = kind.read(view, offset + 4, length - 4);
          if (!many) values[entry.key] = value;
          else if (values[entry.key] === undefined) values[entry.key] = [value];
          else (values[entry.key] as unknown[]).push(value);
        }
      }
      offset += (length + 3) & ~3;
    }
    return values as AttributeValues<S>;
  }

  // As flat as can be: this is the loop that every reply goes through.
  const writers = rows.map(({ key, definition: { type, kind, many, flagged } }) => ({
    key,
    type: flagged ? type | NESTED_FLAG : type,
    many,
    write: kind.write,
  }));

  function encode(writer: ByteWriter, values: AttributeValues<S>): void {
    const given = values as Record<string, unknown>;
    for (let i = 0; i < writers.length; i++) {
      // biome-ignore lint/style/noNonNullAssertion: i is within bounds
      const { key, type, many, write } = writers[i]!;
      const value = given[key];
      if (value === undefined) continue;
      if (many) for (const one of value as unknown[]) writeAttribute(writer, type, write, one);
      else writeAttribute(writer, type, write, value);
    }
  }

  return { name, shape, byType, check, decode, encode };
}

/**
 * What one message takes of the attributes of a set, in this order. Strict checking knows the numbers between, and
 * refuses them, as the kernel's policies of single operations do.
 */
export function pickAttributes<S extends AttributeShape, K extends Extract<keyof S, string>>(
  { name, shape }: AttributeSet<S>,
  ...keys: readonly K[]
): AttributeSet<Pick<S, K>> {
  const picked: Record<string, AttributeDefinition<unknown>> = {};
  let highest = 0;
  for (const key of keys) {
    // biome-ignore lint/style/noNonNullAssertion: K is a key of S
    const definition = shape[key]!;
    picked[key] = definition;
    highest = Math.max(highest, definition.type);
  }
  for (const [key, { type }] of Object.entries(shape))
    if (type < highest) picked[key] ??= attr.unsupported(type);
  return defineAttributes(name, picked) as unknown as AttributeSet<Pick<S, K>>;
}

function checkNestedFlag({ policyType }: AttributeKind<unknown>, type: number): PolicyFailure | undefined {
  const isNest = policyType === PolicyType.Nested || policyType === PolicyType.NestedArray;
  if (policyType === PolicyType.Unspecified || isNest === ((type & NESTED_FLAG) !== 0)) return undefined;
  return isNest ? NESTED_MISSING : NESTED_UNEXPECTED;
}

const REJECTED: PolicyFailure = { errno: Errno.EINVAL, text: 'Attribute failed policy validation' };
const NESTED_MISSING: PolicyFailure = { errno: Errno.EINVAL, text: 'NLA_F_NESTED is missing' };
const NESTED_UNEXPECTED: PolicyFailure = { errno: Errno.EINVAL, text: 'NLA_F_NESTED not expected' };
const UNKNOWN_ATTRIBUTE: PolicyFailure = { errno: Errno.EINVAL, text: 'Unknown attribute type' };
export const LEFTOVER: PolicyFailure = {
  errno: Errno.EINVAL,
  text: 'bytes leftover after parsing attributes',
};

/** Whether the attributes end before the bytes do. */
export function hasLeftover(view: DataView, start: number, end: number): boolean {
  let offset = start;
  while (end - offset >= 4) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) break;
    offset += align4(length);
  }
  return offset < end;
}

function writeAttribute(
  writer: ByteWriter,
  type: number,
  write: (writer: ByteWriter, value: unknown) => void,
  value: unknown,
): void {
  const start = writer.beginAttribute(type);
  write(writer, value);
  writer.endAttribute(start);
}

/**
 * The offset of the attribute that `path` (keys joined by dots) names, counted like `start`; undefined when it is not
 * there. The innermost one that can be found, since only some parents decode as nests.
 */
export function findAttribute(
  set: AttributeSet,
  view: DataView,
  start: number,
  end: number,
  path: string,
): number | undefined {
  const [key, ...rest] = path.split('.');
  let found: number | undefined;
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) break;
    const entry = set.byType[view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK];
    if (entry?.key === key) {
      const inner = entry?.definition.kind.nested;
      found =
        rest.length === 0 || inner === undefined
          ? offset
          : (findAttribute(inner, view, offset + 4, offset + length, rest.join('.')) ?? offset);
      // Of those that may not repeat the last one is meant.
      if (entry?.definition.many) return found;
    }
    offset += align4(length);
  }
  return found;
}

/**
 * The path (keys joined by dots) of the attribute whose header is at an offset, or of the innermost one that it lies in, as
 * far as parents decode as nests; undefined when no attribute of the set is there.
 */
export function attributePathAt(
  set: AttributeSet,
  view: DataView,
  start: number,
  end: number,
  place: number,
): string | undefined {
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) return undefined;
    const next = offset + align4(length);
    if (place >= offset && place < next) {
      const entry = set.byType[view.getUint16(offset + 2, true) & ATTRIBUTE_TYPE_MASK];
      if (entry === undefined) return undefined;
      const { nested, isList } = entry.definition.kind;
      if (place === offset || nested === undefined || isList === true) return entry.key;
      const inner = attributePathAt(nested, view, offset + 4, offset + length, place);
      return inner === undefined ? entry.key : `${entry.key}.${inner}`;
    }
    offset = next;
  }
  return undefined;
}

/** The set that a path leads into; without one the set itself. */
export function attributeSetAt(set: AttributeSet, path: string | undefined): AttributeSet | undefined {
  return (
    path?.split('.').reduce<AttributeSet | undefined>((inner, key) => inner?.shape[key]?.kind.nested, set) ??
    (path === undefined ? set : undefined)
  );
}
