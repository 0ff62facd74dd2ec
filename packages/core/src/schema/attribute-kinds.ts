import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { AttributeFailure, AttributeSet, AttributeShape, AttributeValues } from './attributes.js';
import type { HeaderLayout, HeaderShape, HeaderValues } from './header.js';

/** Why a payload is refused: the errno and text of the kernel's policy check (lib/nlattr.c). */
export interface PolicyFailure {
  readonly errno: number;
  readonly text: string;
  /** Of the attribute at fault when that is one inside, or undefined when no attribute is; counted like the offset that was checked. */
  readonly offset?: number | undefined;
  /** Of that attribute. */
  readonly kind?: AttributeKind<unknown> | undefined;
  /** What it should have been does not go with the extended ACK. @default false */
  readonly isUntold?: boolean;
}

/** NL_ATTR_TYPE_* (linux/netlink.h): how policies call what an attribute holds. */
export enum PolicyType {
  /** Nothing is told about it. */
  Unspecified = 0,
  Flag = 1,
  U8 = 2,
  U16 = 3,
  U32 = 4,
  U64 = 5,
  S8 = 6,
  S16 = 7,
  S32 = 8,
  S64 = 9,
  Binary = 10,
  String = 11,
  TerminatedString = 12,
  Nested = 13,
  NestedArray = 14,
  Bitfield32 = 15,
  Sint = 16,
  Uint = 17,
}

/** What a policy tells of a payload beside its type: the values of an integer, or lengths. */
export interface PolicyLimits {
  readonly minimum?: bigint;
  readonly maximum?: bigint;
  /** The bits that may be set. */
  readonly mask?: bigint;
  readonly minimumLength?: number;
  readonly maximumLength?: number;
}

/** How the payload of an attribute reads. Nobody switches on kinds: a new one is an entry here. */
export interface AttributeKind<T> {
  /** `u32`, `string`, … as users see it. */
  readonly name: string;
  readonly policyType: PolicyType;
  /** Of integers. @default 'host' */
  readonly byteOrder?: 'host' | 'network';
  /** For nlctrl's CTRL_CMD_GETPOLICY, which tells it to clients. */
  readonly limits?: PolicyLimits;
  /** Checks what can be checked from the bytes alone; also called before every `read`. */
  check(view: DataView, offset: number, length: number, strict: boolean): PolicyFailure | undefined;
  /** Only called for payloads that passed `check`. Byte arrays are views of the message. */
  read(view: DataView, offset: number, length: number): T;
  /** Is called without its object. */
  write(this: void, writer: ByteWriter, value: T): void;
  /** The struct that the payload is. */
  readonly layout?: HeaderLayout;
  /** The attribute sets inside, for printing and for policies. */
  readonly nested?: AttributeSet | undefined;
  /** The policy looks into what is nested. @default true */
  readonly checked?: boolean;
  /** Its value is a list: of nests, each with the attributes of `nested`, or of `values`. @default false */
  readonly isList?: boolean;
  /** How each of its values reads, where the types inside are keys or count. */
  readonly values?: AttributeKind<unknown>;
}

const FAILED: PolicyFailure = { errno: Errno.ERANGE, text: 'Attribute failed policy validation' };
const OUT_OF_RANGE: PolicyFailure = { errno: Errno.ERANGE, text: 'integer out of range' };
const SIZE_OUT_OF_RANGE: PolicyFailure = {
  errno: Errno.ERANGE,
  text: 'binary attribute size out of range',
};
const WRONG_LENGTH: PolicyFailure = { errno: Errno.EINVAL, text: 'invalid attribute length' };
const RESERVED_BIT: PolicyFailure = { errno: Errno.EINVAL, text: 'reserved bit set', isUntold: true };
const UNSUPPORTED: PolicyFailure = { errno: Errno.EINVAL, text: 'Unsupported attribute' };
const UNTERMINATED: PolicyFailure = { errno: Errno.EINVAL, text: 'Attribute failed policy validation' };
const INVALID_BITS = UNTERMINATED;

export interface IntegerOptions {
  readonly min?: number;
  readonly max?: number;
  /** The bits that may be set. @default all */
  readonly mask?: number;
  /** @default 'host' */
  readonly byteOrder?: 'host' | 'network';
}

type IntegerRow = readonly [size: 1 | 2 | 4, policyType: PolicyType];

const INTEGERS = {
  u8: [1, PolicyType.U8],
  u16: [2, PolicyType.U16],
  u32: [4, PolicyType.U32],
  s8: [1, PolicyType.S8],
  s16: [2, PolicyType.S16],
  s32: [4, PolicyType.S32],
} satisfies Record<string, IntegerRow>;

const READERS: Record<string, (view: DataView, offset: number, little: boolean) => number> = {
  u8: (view, offset) => view.getUint8(offset),
  u16: (view, offset, little) => view.getUint16(offset, little),
  u32: (view, offset, little) => view.getUint32(offset, little),
  s8: (view, offset) => view.getInt8(offset),
  s16: (view, offset, little) => view.getInt16(offset, little),
  s32: (view, offset, little) => view.getInt32(offset, little),
};

export function integerKind(
  name: keyof typeof INTEGERS,
  options: IntegerOptions = {},
): AttributeKind<number> {
  const [size, policyType] = INTEGERS[name];
  const little = options.byteOrder !== 'network';
  const { min, max, mask } = options;
  // biome-ignore lint/style/noNonNullAssertion: one reader per row of INTEGERS
  const readInteger = READERS[name]!;
  const hasRange = min !== undefined || max !== undefined || mask !== undefined;
  return {
    name,
    // Limits in network byte order have no words in a policy: such an attribute is not told of.
    policyType: hasRange && !little && size > 1 ? PolicyType.Unspecified : policyType,
    byteOrder: little ? 'host' : 'network',
    limits: integerLimits(name, options),
    check(view, offset, length, strict) {
      // Longer payloads pass outside strict checking, as in the kernel, which only warns.
      if (length !== size) {
        if (strict) return WRONG_LENGTH;
        if (length < size) return FAILED;
      }
      if (!hasRange) return undefined;
      const value = readInteger(view, offset, little);
      if (mask !== undefined && (value & ~mask) !== 0) return RESERVED_BIT;
      return (min !== undefined && value < min) || (max !== undefined && value > max)
        ? OUT_OF_RANGE
        : undefined;
    },
    read: (view, offset) => readInteger(view, offset, little),
    write(writer, value) {
      if (size === 1) writer.u8(value);
      else if (little) size === 2 ? writer.u16(value) : writer.u32(value);
      else {
        const offset = writer.reserve(size);
        if (size === 2) writer.view.setUint16(offset, value);
        else writer.view.setUint32(offset, value);
      }
    },
  };
}

/** What holds without options: all values of so many bits. */
function integerLimits(
  name: 'uint' | 'sint' | 'u64' | 's64' | keyof typeof INTEGERS,
  { min, max, mask }: { min?: number | bigint; max?: number | bigint; mask?: number | bigint },
): PolicyLimits {
  if (mask !== undefined) return { mask: BigInt.asUintN(64, BigInt(mask)) };
  const bits = BigInt(/\d+/.exec(name)?.[0] ?? 64);
  const signed = name.startsWith('s');
  return {
    minimum: BigInt(min ?? (signed ? -(2n ** (bits - 1n)) : 0n)),
    maximum: BigInt(max ?? 2n ** (signed ? bits - 1n : bits) - 1n),
  };
}

export interface BigIntegerOptions {
  readonly min?: bigint;
  readonly max?: bigint;
  /** The bits that may be set. @default all */
  readonly mask?: bigint;
  /** @default 'host' */
  readonly byteOrder?: 'host' | 'network';
}

function checkBigInteger(value: bigint, { min, max, mask }: BigIntegerOptions): PolicyFailure | undefined {
  if (mask !== undefined && (value & ~mask) !== 0n) return RESERVED_BIT;
  return (min !== undefined && value < min) || (max !== undefined && value > max) ? OUT_OF_RANGE : undefined;
}

/** u64 and s64 are `bigint`. */
export function bigIntegerKind(name: 'u64' | 's64', options: BigIntegerOptions = {}): AttributeKind<bigint> {
  const little = options.byteOrder !== 'network';
  const read = (view: DataView, offset: number) =>
    name === 'u64' ? view.getBigUint64(offset, little) : view.getBigInt64(offset, little);
  return {
    name,
    policyType: name === 'u64' ? PolicyType.U64 : PolicyType.S64,
    byteOrder: little ? 'host' : 'network',
    limits: integerLimits(name, options),
    check(view, offset, length, strict) {
      if (length !== 8 && strict) return WRONG_LENGTH;
      return length < 8 ? FAILED : checkBigInteger(read(view, offset), options);
    },
    read,
    write(writer, value) {
      const offset = writer.reserve(8);
      writer.view.setBigUint64(offset, BigInt.asUintN(64, value), little);
    },
  };
}

/** Integers of 4 or 8 bytes, as large as their value needs (NLA_UINT, NLA_SINT); `bigint`, since they may be large. */
export function variableIntegerKind(
  name: 'uint' | 'sint',
  options: Omit<BigIntegerOptions, 'byteOrder'> = {},
): AttributeKind<bigint> {
  const signed = name === 'sint';
  function read(view: DataView, offset: number, length: number): bigint {
    if (length === 4) return BigInt(signed ? view.getInt32(offset, true) : view.getUint32(offset, true));
    return signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true);
  }
  return {
    name,
    policyType: signed ? PolicyType.Sint : PolicyType.Uint,
    limits: integerLimits(name, options),
    check: (view, offset, length) =>
      length !== 4 && length !== 8 ? WRONG_LENGTH : checkBigInteger(read(view, offset, length), options),
    read,
    write(writer, value) {
      const isShort = (signed ? BigInt.asIntN(32, value) : BigInt.asUintN(32, value)) === value;
      const offset = writer.reserve(isShort ? 4 : 8);
      if (isShort) writer.view.setUint32(offset, Number(BigInt.asUintN(32, value)), true);
      else writer.view.setBigUint64(offset, BigInt.asUintN(64, value), true);
    },
  };
}

/** Bits, and which of them count. */
export interface Bitfield32 {
  readonly value: number;
  readonly selector: number;
}

/** `struct nla_bitfield32`. `valid`: the bits that a selector may name. */
export function bitfield32Kind({ valid = 0xffff_ffff }: { valid?: number } = {}): AttributeKind<Bitfield32> {
  return {
    name: 'bitfield32',
    policyType: PolicyType.Bitfield32,
    limits: { mask: BigInt(valid >>> 0) },
    check(view, offset, length) {
      if (length !== 8) return FAILED;
      const value = view.getUint32(offset, true);
      const selector = view.getUint32(offset + 4, true);
      return (selector & ~valid) !== 0 || (value & ~selector) !== 0 ? INVALID_BITS : undefined;
    },
    read: (view, offset) => ({
      value: view.getUint32(offset, true),
      selector: view.getUint32(offset + 4, true),
    }),
    write(writer, { value, selector }) {
      writer.u32(value);
      writer.u32(selector);
    },
  };
}

const decoder = new TextDecoder();

/**
 * Text up to the first NUL. `max` counts bytes without it. `terminated`: the NUL must be there (NLA_NUL_STRING).
 * `mayBeEmpty`: there may be no byte at all.
 */
export function stringKind(
  options: { max?: number; terminated?: boolean; mayBeEmpty?: boolean } = {},
): AttributeKind<string> {
  const { max, terminated = false, mayBeEmpty = false } = options;
  return {
    name: 'string',
    policyType: terminated ? PolicyType.TerminatedString : PolicyType.String,
    limits: max === undefined ? {} : { maximumLength: max },
    check(view, offset, length) {
      const end = textEnd(view, offset, length);
      if (terminated) {
        // The kernel looks for the NUL within max + 1 bytes.
        const within = max === undefined ? length : Math.min(length, max + 1);
        if (within === 0 || end - offset >= within) return UNTERMINATED;
        return undefined;
      }
      if (length < 1) return mayBeEmpty ? undefined : FAILED;
      const textLength = view.getUint8(offset + length - 1) === 0 ? length - 1 : length;
      return max !== undefined && textLength > max ? FAILED : undefined;
    },
    read: (view, offset, length) =>
      decoder.decode(
        new Uint8Array(view.buffer, view.byteOffset + offset, textEnd(view, offset, length) - offset),
      ),
    write(writer, value) {
      writer.text(value);
      writer.u8(0);
    },
  };
}

function textEnd(view: DataView, offset: number, length: number): number {
  let end = offset;
  while (end < offset + length && view.getUint8(end) !== 0) end++;
  return end;
}

export interface BytesOptions {
  readonly length?: number;
  readonly min?: number;
  readonly max?: number;
  /** Lengths are a range, as newer families of the kernel say it: one that is out of it has a text of its own. @default false */
  readonly ranged?: boolean;
}

/** Opaque bytes, checked for length only. */
export function bytesKind(options: BytesOptions & { name?: string } = {}): AttributeKind<Uint8Array> {
  const { ranged = false } = options;
  const min = options.length ?? options.min ?? 0;
  const max = options.max;
  return {
    name: options.name ?? 'bytes',
    policyType: PolicyType.Binary,
    limits: byteLimits(min, options.length ?? max),
    check(_view, _offset, length, strict) {
      const tooLong = max !== undefined ? length > max : ranged && length > (options.length ?? length);
      if (length < min || tooLong) return ranged ? SIZE_OUT_OF_RANGE : FAILED;
      return strict && options.length !== undefined && length !== options.length ? WRONG_LENGTH : undefined;
    },
    read: (view, offset, length) =>
      new Uint8Array(
        view.buffer,
        view.byteOffset + offset,
        options.length === undefined ? length : options.length,
      ),
    write: (writer, value) => writer.append(value),
  };
}

function byteLimits(min: number, max: number | undefined): PolicyLimits {
  return {
    ...(min === 0 ? {} : { minimumLength: min }),
    ...(max === undefined ? {} : { maximumLength: max }),
  };
}

/** 4 or 16 bytes; which, the message's address family says. */
export function ipAddressKind(): AttributeKind<Uint8Array> {
  return {
    name: 'ipAddress',
    policyType: PolicyType.Binary,
    limits: byteLimits(4, 16),
    check: (_view, _offset, length) =>
      length === 4 || length === 16 ? undefined : { errno: Errno.EINVAL, text: 'invalid address length' },
    read: (view, offset, length) => new Uint8Array(view.buffer, view.byteOffset + offset, length),
    write: (writer, value) => writer.append(value),
  };
}

/** What strict checking refuses although its number is known: it has no meaning in this request. */
export function unsupportedKind(): AttributeKind<undefined> {
  return {
    name: 'unsupported',
    policyType: PolicyType.Unspecified,
    check: (_view, _offset, _length, strict) => (strict ? UNSUPPORTED : undefined),
    read: () => undefined,
    write: () => undefined,
  };
}

/** Presence is the value. */
export function flagKind(): AttributeKind<true> {
  return {
    name: 'flag',
    policyType: PolicyType.Flag,
    check: (_view, _offset, length) => (length > 0 ? FAILED : undefined),
    read: () => true,
    write: () => undefined,
  };
}

/** A C struct. Shorter payloads fail, longer ones are read up to the struct's size. */
export function structKind<S extends HeaderShape>(layout: HeaderLayout<S>): AttributeKind<HeaderValues<S>> {
  return {
    name: layout.name,
    policyType: PolicyType.Binary,
    layout: layout as unknown as HeaderLayout,
    limits: byteLimits(layout.size, undefined),
    check: (_view, _offset, length) => (length < layout.size ? FAILED : undefined),
    read: (view, offset) => layout.read(view, offset),
    write(writer, value) {
      const offset = writer.reserve(layout.size);
      layout.write(writer.view, offset, value as never);
    },
  };
}

function inside(found: AttributeFailure | undefined): PolicyFailure | undefined {
  return found === undefined ? undefined : { ...found.failure, offset: found.offset, kind: found.kind };
}

/** Attributes inside an attribute. `checked: false`: the policy does not look inside, as where the kernel declares none. */
export function nestedKind<S extends AttributeShape>(
  set: AttributeSet<S>,
  { checked = true } = {},
): AttributeKind<AttributeValues<S>> {
  return {
    name: 'nested',
    policyType: PolicyType.Nested,
    checked,
    nested: set as unknown as AttributeSet,
    check(view, offset, length, strict) {
      if (length === 0) return undefined;
      if (length < 4) return FAILED;
      return checked ? inside(set.check(view, offset, offset + length, strict)) : undefined;
    },
    read: (view, offset, length) => set.decode(view, offset, offset + length),
    write: (writer, value) => set.encode(writer, value),
  };
}

/** A list of nests whose attribute types count 1, 2, 3 … (what YNL calls an indexed array). */
export function arrayKind<S extends AttributeShape>(
  set: AttributeSet<S>,
): AttributeKind<AttributeValues<S>[]> {
  return {
    name: 'array',
    policyType: PolicyType.NestedArray,
    nested: set as unknown as AttributeSet,
    isList: true,
    check(view, offset, length, strict) {
      let failure: PolicyFailure | undefined;
      forEachNest(view, offset, offset + length, (start, end) => {
        failure ??= inside(set.check(view, start, end, strict));
      });
      return failure;
    },
    read(view, offset, length) {
      const values: AttributeValues<S>[] = [];
      forEachNest(view, offset, offset + length, (start, end) => values.push(set.decode(view, start, end)));
      return values;
    },
    write(writer, values) {
      values.forEach((value, index) => {
        const start = writer.beginAttribute(index + 1);
        set.encode(writer, value);
        writer.endAttribute(start);
      });
    },
  };
}

/** A list of values that are no nests, whose attribute types count 1, 2, 3 … */
export function itemsKind<T>(item: AttributeKind<T>): AttributeKind<T[]> {
  return {
    name: 'items',
    policyType: PolicyType.Nested,
    checked: false,
    isList: true,
    values: item as AttributeKind<unknown>,
    check(view, offset, length, strict) {
      let failure: PolicyFailure | undefined;
      forEachNest(view, offset, offset + length, (start, end) => {
        failure ??= item.check(view, start, end - start, strict);
      });
      return failure;
    },
    read(view, offset, length) {
      const values: T[] = [];
      forEachNest(view, offset, offset + length, (start, end) => {
        values.push(item.read(view, start, end - start));
      });
      return values;
    },
    write(writer, values) {
      values.forEach((value, index) => {
        const start = writer.beginAttribute(index + 1);
        item.write(writer, value);
        writer.endAttribute(start);
      });
    },
  };
}

/**
 * Nests in a row whose types say nothing (0), each with the attributes of one set. The policy of the message does not look
 * inside: who takes the next one from a request learns whether it is as the set says, and has done its work with those before.
 */
export function listKind<S extends AttributeShape>(
  set: AttributeSet<S>,
): AttributeKind<Iterable<AttributeValues<S>>> {
  return {
    name: 'list',
    policyType: PolicyType.Nested,
    nested: set as unknown as AttributeSet,
    checked: false,
    isList: true,
    check: (_view, _offset, length) => (length > 0 && length < 4 ? FAILED : undefined),
    read: (view, offset, length) => new CheckedNests(set, view, offset, offset + length),
    write(writer, values) {
      for (const value of values) {
        const start = writer.beginAttribute(NESTED_FLAG);
        set.encode(writer, value);
        writer.endAttribute(start);
      }
    },
  };
}

/** @throws {NetlinkError} without a text, while it is walked over, at the first nest that the set refuses. */
class CheckedNests<S extends AttributeShape> implements Iterable<AttributeValues<S>> {
  constructor(
    private readonly set: AttributeSet<S>,
    private readonly view: DataView,
    private readonly start: number,
    private readonly end: number,
  ) {}

  *[Symbol.iterator](): Generator<AttributeValues<S>> {
    const nests: { start: number; end: number; isNested: boolean }[] = [];
    forEachNest(this.view, this.start, this.end, (start, end) => {
      nests.push({ start, end, isNested: (this.view.getUint16(start - 2, true) & NESTED_FLAG) !== 0 });
    });
    for (const { start, end, isNested } of nests) {
      if (!isNested) throw new NetlinkError(Errno.EINVAL);
      const failed = this.set.check(this.view, start, end, true);
      if (failed !== undefined) throw new NetlinkError(failed.failure.errno);
      yield this.set.decode(this.view, start, end);
    }
  }
}

function forEachNest(
  view: DataView,
  start: number,
  end: number,
  visit: (start: number, end: number, type: number) => void,
): void {
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) return;
    visit(offset + 4, offset + length, view.getUint16(offset + 2, true) & TYPE_MASK);
    offset += (length + 3) & ~3;
  }
}

/** Attributes whose types are keys, not names: what nlctrl says of policies is by numbers. All nests carry NLA_F_NESTED. */
export function keyedKind<T>(value: AttributeKind<T>): AttributeKind<ReadonlyMap<number, T>> {
  return {
    name: 'keyed',
    policyType: PolicyType.Nested,
    values: value as AttributeKind<unknown>,
    check(view, offset, length, strict) {
      let failure: PolicyFailure | undefined;
      forEachNest(view, offset, offset + length, (start, end) => {
        failure ??= value.check(view, start, end - start, strict);
      });
      return failure;
    },
    read(view, offset, length) {
      const values = new Map<number, T>();
      forEachNest(view, offset, offset + length, (start, end, type) => {
        values.set(type, value.read(view, start, end - start));
      });
      return values;
    },
    write(writer, values) {
      for (const [key, one] of values) {
        const start = writer.beginAttribute(key | NESTED_FLAG);
        value.write(writer, one);
        writer.endAttribute(start);
      }
    },
  };
}

const NESTED_FLAG = 0x8000;
const TYPE_MASK = 0x3fff;
