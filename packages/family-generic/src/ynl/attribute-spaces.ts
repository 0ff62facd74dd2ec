import {
  type AttributeDefinition,
  type AttributeKind,
  type AttributeSet,
  PolicyType,
  type ValueNames,
} from '@nlspace/core';
import type { Definitions } from './definitions.js';
import { type YnlAttribute, type YnlAttributeSet, type YnlChecks, ynlName } from './ynl-spec.js';

/** What YNL calls what policies tell. */
const TYPES: Readonly<Record<PolicyType, string>> = {
  [PolicyType.Unspecified]: 'binary',
  [PolicyType.Flag]: 'flag',
  [PolicyType.U8]: 'u8',
  [PolicyType.U16]: 'u16',
  [PolicyType.U32]: 'u32',
  [PolicyType.U64]: 'u64',
  [PolicyType.S8]: 's8',
  [PolicyType.S16]: 's16',
  [PolicyType.S32]: 's32',
  [PolicyType.S64]: 's64',
  [PolicyType.Binary]: 'binary',
  [PolicyType.String]: 'string',
  [PolicyType.TerminatedString]: 'string',
  [PolicyType.Nested]: 'nest',
  [PolicyType.NestedArray]: 'indexed-array',
  [PolicyType.Bitfield32]: 'bitfield32',
  [PolicyType.Sint]: 'sint',
  [PolicyType.Uint]: 'uint',
};
const INTEGER = /^[us](8|16|32|64|int)$/;
type YnlType = Omit<YnlAttribute, 'name' | 'value'>;
/** A number that one request does not know; another message may say what it is. */
const UNUSED = 'unused';

/** Whose attributes they are. What is checked is checked of requests. */
export type MessageRole = 'request' | 'reply';

interface Row {
  readonly attribute: YnlAttribute;
  readonly role: MessageRole;
}

/**
 * The attribute sets of a family as YNL has them: one for all messages that share it. Sets of one name are one, and so
 * are those of a request and its reply; a check stands where all requests make it.
 */
export class AttributeSpaces {
  readonly #spaces = new Map<string, Map<number, Row>>();
  readonly #spaceOf: Readonly<Record<MessageRole, Map<AttributeSet, string>>> = {
    request: new Map(),
    reply: new Map(),
  };

  constructor(private readonly definitions: Definitions) {}

  get all(): readonly YnlAttributeSet[] {
    return [...this.#spaces].map(([name, rows]) => ({
      name,
      attributes: [...rows.values()].map(({ attribute }) => attribute).sort((a, b) => a.value - b.value),
    }));
  }

  /**
   * @returns the name of its space.
   * @throws {Error} where one space cannot hold what the sets say.
   */
  add(set: AttributeSet, role: MessageRole, space = ynlName(set.name)): string {
    const known = this.#spaceOf[role].get(set);
    if (known === space) return known;
    this.#spaceOf[role].set(set, space);
    const rows = this.#spaces.get(space) ?? new Map<number, Row>();
    this.#spaces.set(space, rows);
    for (const [key, definition] of Object.entries(set.shape)) {
      const row = this.#row(space, key, definition, role);
      const { value } = row.attribute;
      const other = rows.get(value);
      rows.set(value, other === undefined ? row : united(space, other, row));
    }
    return space;
  }

  #row(space: string, key: string, definition: AttributeDefinition<unknown>, of: MessageRole): Row {
    const role = definition.replyOnly ? 'reply' : of;
    const attribute = this.#attribute(space, key, definition, role);
    if (role === 'request') return { attribute, role };
    const { checks: _unchecked, ...rest } = attribute;
    return { attribute: rest, role };
  }

  #attribute(
    space: string,
    key: string,
    definition: AttributeDefinition<unknown>,
    role: MessageRole,
  ): YnlAttribute {
    const { type: value, kind, many, doc, valueNames } = definition;
    const name = ynlName(key);
    const named = valueNames === undefined ? undefined : this.definitions.names(valueNames);
    const isBitfield = kind.policyType === PolicyType.Bitfield32;
    const mask = this.#mask(`${space}-${name}`, definition);
    const enumeration = named ?? (isBitfield ? mask : undefined);
    const checks = {
      ...this.#checks(`${space}-${name}`, kind),
      ...(valueNames === undefined || mask !== undefined ? {} : withoutLimits(kind, valueNames)),
      ...(mask === undefined || isBitfield ? {} : { 'flags-mask': mask }),
    };
    return {
      name,
      value,
      ...this.#type(`${space}.${name}`, kind, role),
      ...(doc === undefined ? {} : { doc }),
      ...(many ? { 'multi-attr': true as const } : {}),
      ...(enumeration === undefined ? {} : { enum: enumeration }),
      ...(Object.keys(checks).length === 0 ? {} : { checks }),
    };
  }

  #type(where: string, kind: AttributeKind<unknown>, role: MessageRole): YnlType {
    if (kind.name === 'unsupported') return { type: UNUSED };
    if (kind.values !== undefined && kind.isList) return this.#items(where, kind.values, role);
    if (kind.values !== undefined) return this.#keyed(where, kind, role);
    if (kind.layout !== undefined) return { type: 'binary', struct: this.definitions.struct(kind.layout) };
    const type = INTEGER.test(kind.name) ? kind.name : TYPES[kind.policyType];
    if (kind.nested !== undefined) {
      const inside = { 'nested-attributes': this.add(kind.nested, role) };
      return kind.isList || type === 'indexed-array'
        ? { type: 'indexed-array', 'sub-type': 'nest', ...inside }
        : { type: 'nest', ...inside };
    }
    if (type === 'nest' || type === 'indexed-array')
      throw new Error(`${where} does not say which attributes are nested in it`);
    return {
      type,
      ...(kind.byteOrder === 'network' ? { 'byte-order': 'big-endian' as const } : {}),
      ...(kind.name === 'macAddress' ? { 'display-hint': 'mac' as const } : {}),
    };
  }

  #items(where: string, item: AttributeKind<unknown>, role: MessageRole): YnlType {
    const { type, 'byte-order': byteOrder } = this.#type(where, item, role);
    return {
      type: 'indexed-array',
      'sub-type': type,
      ...(byteOrder === undefined ? {} : { 'byte-order': byteOrder }),
    };
  }

  #keyed(where: string, kind: AttributeKind<unknown>, role: MessageRole): YnlType {
    let inside: AttributeKind<unknown> | undefined = kind;
    const keys: string[] = [];
    for (; inside?.values !== undefined; inside = inside.values) keys.push(`key-${keys.length + 1}`);
    if (inside?.nested === undefined)
      throw new Error(`${where} has values by number; YNL has words for that only where they are nests`);
    return {
      type: 'nest-type-value',
      'type-value': keys,
      'nested-attributes': this.add(inside.nested, role),
    };
  }

  /** The flags whose bits are those that may be set: the names of its values where they are as many. */
  #mask(name: string, { kind, valueNames }: AttributeDefinition<unknown>): string | undefined {
    const bits = kind.limits?.mask;
    if (bits === undefined || (kind.policyType === PolicyType.Bitfield32 && bits === 0xffff_ffffn))
      return undefined;
    if (valueNames?.type === 'flags' && maskOf(valueNames) === bits)
      return this.definitions.names(valueNames);
    return this.definitions.mask(`${name}-mask-${bits.toString(16)}`, bits);
  }

  #checks(name: string, kind: AttributeKind<unknown>): YnlChecks {
    const { limits = {}, name: kindName, layout } = kind;
    // A struct says its length itself.
    if (layout !== undefined) return {};
    const { minimum, maximum, minimumLength, maximumLength } = limits;
    const bits = BigInt(/\d+/.exec(kindName)?.[0] ?? 64);
    const isSigned = kindName.startsWith('s');
    const least = isSigned ? -(2n ** (bits - 1n)) : 0n;
    const most = 2n ** (isSigned ? bits - 1n : bits) - 1n;
    const isExact = minimumLength !== undefined && minimumLength === maximumLength;
    return {
      ...(minimum === undefined || minimum === least ? {} : { min: this.#limit(`${name}-min`, minimum) }),
      ...(maximum === undefined || maximum === most ? {} : { max: this.#limit(`${name}-max`, maximum) }),
      ...(kind.policyType === PolicyType.String ? { 'unterminated-ok': true as const } : {}),
      ...(isExact ? { 'exact-len': minimumLength } : {}),
      ...(isExact || minimumLength === undefined ? {} : { 'min-len': minimumLength }),
      ...(isExact || maximumLength === undefined ? {} : { 'max-len': maximumLength }),
    };
  }

  #limit(name: string, value: bigint): number | bigint | string {
    const number = Number(value);
    if (number < 0) return this.definitions.constant(`${name}-${-number}`, number);
    return Number.isSafeInteger(number) ? number : value;
  }
}

function united(space: string, first: Row, second: Row): Row {
  if (first.attribute.type === UNUSED) return second;
  if (second.attribute.type === UNUSED) return first;
  const { checks, ...rest } = first.attribute;
  const { checks: others, ...otherRest } = second.attribute;
  for (const word of [
    'name',
    'type',
    'sub-type',
    'nested-attributes',
    'byte-order',
    'multi-attr',
    'enum',
    'struct',
  ] as const) {
    if (rest[word] !== otherRest[word])
      throw new Error(
        `attribute ${rest.value} of ${space} is ${said(rest, word)} in one message and ${said(otherRest, word)} in another, which YNL cannot say; give their sets names of their own`,
      );
  }
  const checked = unitedChecks(
    [first, second].filter(({ role }) => role === 'request').map(({ attribute }) => attribute.checks),
  );
  return {
    attribute: { ...otherRest, ...rest, ...(checked === undefined ? {} : { checks: checked }) },
    role: first.role === 'request' ? 'request' : second.role,
  };
}

function unitedChecks([first, second = first]: ReadonlyArray<YnlChecks | undefined>): YnlChecks | undefined {
  return first !== undefined && isEqual(first, second) ? first : undefined;
}

/** Named values are limits to the kernel's tools where no others are said. */
function withoutLimits({ name, limits }: AttributeKind<unknown>, { type, entries }: ValueNames): YnlChecks {
  if (!INTEGER.test(name)) return {};
  const bits = Number(/\d+/.exec(name)?.[0] ?? 64);
  const isSigned = name.startsWith('s');
  const isFull = (limit: bigint | undefined, full: bigint) => limit === undefined || limit === full;
  const most = 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
  const word = `${isSigned ? 's' : 'u'}${bits}`;
  const lowest = Math.min(...Object.values(entries).filter((value) => typeof value === 'number'));
  const isImplied = isSigned || (type === 'enum' && lowest !== 0);
  return {
    ...(isImplied && isFull(limits?.minimum, isSigned ? -most - 1n : 0n) ? { min: `${word}-min` } : {}),
    ...(isFull(limits?.maximum, most) ? { max: `${word}-max` } : {}),
  };
}

function said(row: YnlAttribute, word: keyof YnlAttribute): string {
  return word === 'name' ? row.name : `${row.name} (${word} ${String(row[word] ?? 'not said')})`;
}

function maskOf({ entries }: ValueNames): bigint {
  const bits = Object.values(entries).filter((value) => typeof value === 'number');
  return bits.reduce((mask, bit) => mask | BigInt(bit), 0n);
}

function isEqual(one: YnlChecks, other: YnlChecks | undefined): boolean {
  const text = (checks: YnlChecks | undefined) =>
    Object.entries(checks ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join();
  return text(one) === text(other);
}
