import { Errno } from '../errors/errno.js';
import type { ByteWriter } from '../wire/byte-writer.js';
import type { AttributeFailure, AttributeSet, AttributeShape, AttributeValues } from './attributes.js';
import type { HeaderLayout, HeaderShape, HeaderValues } from './header.js';

/** Why a payload is refused: the errno and text of the kernel's policy check (lib/nlattr.c). */
export interface PolicyFailure {
  readonly errno: number;
  readonly text: string;
  /** Of the attribute at fault when that is one inside, or undefined when no attribute is; counted like the offset that was checked. */
  readonly offset?: number | undefined;
}

/** How the payload of an attribute reads. Nobody switches on kinds: a new one is an entry here. */
export interface AttributeKind<T> {
  /** `u32`, `string`, … as users see it. */
  readonly name: string;
  /** NL_ATTR_TYPE_* of CTRL_CMD_GETPOLICY (linux/netlink.h). */
  readonly policyType: number;
  /** Checks what can be checked from the bytes alone; also called before every `read`. */
  check(view: DataView, offset: number, length: number, strict: boolean): PolicyFailure | undefined;
  /** Only called for payloads that passed `check`. Byte arrays are views of the message. */
  read(view: DataView, offset: number, length: number): T;
  write(writer: ByteWriter, value: T): void;
  /** The attribute sets inside, for printing and for policies. */
  readonly nested?: AttributeSet | undefined;
}

const FAILED: PolicyFailure = { errno: Errno.ERANGE, text: 'Attribute failed policy validation' };
const OUT_OF_RANGE: PolicyFailure = { errno: Errno.ERANGE, text: 'integer out of range' };
const WRONG_LENGTH: PolicyFailure = { errno: Errno.EINVAL, text: 'invalid attribute length' };
const RESERVED_BIT: PolicyFailure = { errno: Errno.EINVAL, text: 'reserved bit set' };
const UNSUPPORTED: PolicyFailure = { errno: Errno.EINVAL, text: 'Unsupported attribute' };
const UNTERMINATED: PolicyFailure = { errno: Errno.EINVAL, text: 'Attribute failed policy validation' };

export interface IntegerOptions {
  readonly min?: number;
  readonly max?: number;
  /** The bits that may be set. @default all */
  readonly mask?: number;
  /** @default 'host' */
  readonly byteOrder?: 'host' | 'network';
}

type IntegerRow = readonly [size: 1 | 2 | 4, policyType: number, signed: boolean];

const INTEGERS = {
  u8: [1, 2, false],
  u16: [2, 3, false],
  u32: [4, 4, false],
  s8: [1, 6, true],
  s16: [2, 7, true],
  s32: [4, 8, true],
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
  return {
    name,
    policyType,
    check(view, offset, length, strict) {
      // Longer payloads pass outside strict checking, as in the kernel, which only warns.
      if (length !== size) {
        if (strict) return WRONG_LENGTH;
        if (length < size) return FAILED;
      }
      if (min === undefined && max === undefined && mask === undefined) return undefined;
      const value = readInteger(view, offset, little);
      if (mask !== undefined && (value & ~mask) !== 0) return RESERVED_BIT;
      return (min !== undefined && value < min) || (max !== undefined && value > max)
        ? OUT_OF_RANGE
        : undefined;
    },
    read: (view, offset) => readInteger(view, offset, little),
    write(writer, value) {
      const offset = writer.reserve(size);
      if (size === 1) writer.view.setUint8(offset, value);
      else if (size === 2) writer.view.setUint16(offset, value, little);
      else writer.view.setUint32(offset, value, little);
    },
  };
}

/** u64 and s64 are `bigint`. */
export function bigIntegerKind(
  name: 'u64' | 's64',
  options: { byteOrder?: 'host' | 'network' } = {},
): AttributeKind<bigint> {
  const little = options.byteOrder !== 'network';
  return {
    name,
    policyType: name === 'u64' ? 5 : 9,
    check: (_view, _offset, length, strict) =>
      length !== 8 && strict ? WRONG_LENGTH : length < 8 ? FAILED : undefined,
    read: (view, offset) =>
      name === 'u64' ? view.getBigUint64(offset, little) : view.getBigInt64(offset, little),
    write(writer, value) {
      const offset = writer.reserve(8);
      writer.view.setBigUint64(offset, BigInt.asUintN(64, value), little);
    },
  };
}

const encoder = new TextEncoder();
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
    policyType: terminated ? 11 : 10,
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
      writer.append(encoder.encode(value));
      writer.u8(0);
    },
  };
}

function textEnd(view: DataView, offset: number, length: number): number {
  let end = offset;
  while (end < offset + length && view.getUint8(end) !== 0) end++;
  return end;
}

/** Opaque bytes, checked for length only. */
export function bytesKind(
  options: { length?: number; min?: number; max?: number; name?: string } = {},
): AttributeKind<Uint8Array> {
  const min = options.length ?? options.min ?? 0;
  const max = options.max;
  return {
    name: options.name ?? 'bytes',
    policyType: 13,
    check(_view, _offset, length, strict) {
      if (length < min || (max !== undefined && length > max)) return FAILED;
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

/** 4 or 16 bytes; which, the message's address family says. */
export function ipAddressKind(): AttributeKind<Uint8Array> {
  return {
    name: 'ipAddress',
    policyType: 13,
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
    policyType: 0,
    check: (_view, _offset, _length, strict) => (strict ? UNSUPPORTED : undefined),
    read: () => undefined,
    write: () => undefined,
  };
}

/** Presence is the value. */
export function flagKind(): AttributeKind<true> {
  return {
    name: 'flag',
    policyType: 1,
    check: (_view, _offset, length) => (length > 0 ? FAILED : undefined),
    read: () => true,
    write: () => undefined,
  };
}

/** A C struct. Shorter payloads fail, longer ones are read up to the struct's size. */
export function structKind<S extends HeaderShape>(layout: HeaderLayout<S>): AttributeKind<HeaderValues<S>> {
  return {
    name: layout.name,
    policyType: 13,
    check: (_view, _offset, length) => (length < layout.size ? FAILED : undefined),
    read: (view, offset) => layout.read(view, offset),
    write(writer, value) {
      const offset = writer.reserve(layout.size);
      layout.write(writer.view, offset, value as never);
    },
  };
}

function inside(found: AttributeFailure | undefined): PolicyFailure | undefined {
  return found === undefined ? undefined : { ...found.failure, offset: found.offset };
}

/** Attributes inside an attribute. `checked: false`: the policy does not look inside, as where the kernel declares none. */
export function nestedKind<S extends AttributeShape>(
  set: AttributeSet<S>,
  { checked = true } = {},
): AttributeKind<AttributeValues<S>> {
  return {
    name: 'nested',
    policyType: 14,
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
    policyType: 15,
    nested: set as unknown as AttributeSet,
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

function forEachNest(
  view: DataView,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  for (let offset = start; end - offset >= 4; ) {
    const length = view.getUint16(offset, true);
    if (length < 4 || offset + length > end) return;
    visit(offset + 4, offset + length);
    offset += (length + 3) & ~3;
  }
}
