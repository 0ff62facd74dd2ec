import { type AttributeValues, attr, defineAttributes, Errno, NetlinkError } from '@nlspace/core';
import { untold } from './untold.js';

const bit = defineAttributes('bit', {
  index: attr.u32(1),
  name: attr.string(2),
  value: attr.flag(3),
});
const bits = defineAttributes('bits', { bit: attr.many(attr.flagged(attr.nested(1, bit))) });

/** `ETHTOOL_A_BITSET_*` */
const bitset = defineAttributes('bitset', {
  noMask: attr.flag(1),
  size: attr.u32(2, { max: 0x7fff }),
  bits: attr.flagged(attr.nested(3, bits)),
  value: attr.bytes(4),
  mask: attr.bytes(5),
});
export type BitsetValues = AttributeValues<typeof bitset.shape>;

/** An attribute that holds bits by names, numbers or as a whole. */
export function bitsetAttribute(type: number) {
  return attr.flagged(attr.custom<BitsetValues>(type, untold(bitset)));
}

/** Bits for a reply. Without a mask they are a list: only those that are set are named. */
export interface Bits {
  readonly size: number;
  readonly value: bigint;
  readonly mask?: bigint;
  readonly names: readonly string[];
}

/** `ETHTOOL_FLAG_COMPACT_BITSETS` decides which of the two forms a reply has. */
export function writeBits({ size, value, mask, names }: Bits, isCompact: boolean): BitsetValues {
  const head = { ...(mask === undefined ? { noMask: true as const } : {}), size };
  if (isCompact) {
    const compact = { ...head, value: bytesOf(value, size) };
    return mask === undefined ? compact : { ...compact, mask: bytesOf(mask, size) };
  }
  const named = mask ?? value;
  const list = [];
  for (let index = 0; index < size; index++) {
    if (!hasBit(named, index)) continue;
    const one = { index, name: names[index] ?? '' };
    list.push(mask !== undefined && hasBit(value, index) ? { ...one, value: true as const } : one);
  }
  return { ...head, bits: { bit: list } };
}

/** What a request asks for: the bits that count, and which of them are to be on. */
export interface WantedBits {
  readonly value: bigint;
  readonly mask: bigint;
}

/**
 * @param key of the attribute, for the extended ACK.
 * @throws {NetlinkError} what the kernel says of bits that do not fit.
 */
export function readBits(given: BitsetValues, names: readonly string[], key: string): WantedBits {
  return given.bits === undefined ? readWhole(given, names.length, key) : readList(given, names, key);
}

function readList(
  { noMask, bits, value, mask }: BitsetValues,
  names: readonly string[],
  key: string,
): WantedBits {
  if (value !== undefined) throw invalid('value only allowed in compact bitset', `${key}.value`);
  if (mask !== undefined) throw invalid('mask only allowed in compact bitset', `${key}.mask`);
  let wanted = 0n;
  let counting = noMask === true ? allBits(names.length) : 0n;
  for (const one of bits?.bit ?? []) {
    const index = indexOf(one, names, `${key}.bits.bit`);
    const single = 1n << BigInt(index);
    counting |= single;
    if (noMask === true || one.value === true) wanted |= single;
  }
  return { value: wanted, mask: counting };
}

function indexOf(
  { index, name }: { index?: number; name?: string },
  names: readonly string[],
  key: string,
): number {
  if (index !== undefined) {
    if (index >= names.length)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'bit index too high', { attribute: `${key}.index` });
    if (name !== undefined && names[index] !== name) throw invalid('bit index and name mismatch', key);
    return index;
  }
  if (name === undefined) throw invalid('neither bit index nor name specified', key);
  const found = names.indexOf(name);
  if (found < 0) throw new NetlinkError(Errno.EOPNOTSUPP, 'bit name not found', { attribute: `${key}.name` });
  return found;
}

function readWhole({ noMask, size, value, mask }: BitsetValues, known: number, key: string): WantedBits {
  if (noMask === true && mask !== undefined) throw invalid('mask not allowed in list bitset', `${key}.mask`);
  if (size === undefined) throw invalid('missing size in compact bitset', key);
  if (value === undefined) throw invalid('missing value in compact bitset', key);
  if (noMask !== true && mask === undefined) throw invalid('missing mask in compact nonlist bitset', key);
  const length = byteLength(size);
  if (value.length !== length) throw invalid('bitset value length does not match size', `${key}.value`);
  if (mask !== undefined && mask.length !== length)
    throw invalid('bitset mask length does not match size', `${key}.mask`);
  const wanted = numberOf(value);
  const counting = mask === undefined ? allBits(known) : numberOf(mask);
  if ((mask === undefined ? wanted : counting) >> BigInt(known) !== 0n)
    throw invalid(
      'cannot modify bits past kernel bitset size',
      mask === undefined ? `${key}.value` : `${key}.mask`,
    );
  return { value: wanted & counting, mask: counting };
}

function invalid(text: string, attribute: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text, { attribute });
}

export function allBits(size: number): bigint {
  return (1n << BigInt(size)) - 1n;
}

export function hasBit(value: bigint, index: number): boolean {
  return ((value >> BigInt(index)) & 1n) === 1n;
}

/** Bits travel in words of four bytes. */
function byteLength(size: number): number {
  return Math.ceil(size / 32) * 4;
}

function bytesOf(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(byteLength(size));
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number((value >> BigInt(index * 8)) & 0xffn);
  return bytes;
}

function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
