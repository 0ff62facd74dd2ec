import type {
  ImportedAttribute,
  ImportedNames,
  ImportedSet,
  ImportedType,
  IntegerLimits,
  IntegerName,
} from './imported-spec.js';
import { Place } from './place.js';
import { byteOrderOf, type ReadDefinitions } from './read-definitions.js';

const SET_WORDS = new Set([
  'name',
  'doc',
  'subset-of',
  'attributes',
  // For C:
  'name-prefix',
  'enum-name',
  'attr-cnt-name',
  'attr-max-name',
]);
const ATTRIBUTE_WORDS = new Set([
  'name',
  'value',
  'type',
  'doc',
  'byte-order',
  'multi-attr',
  'sub-type',
  'type-value',
  'nested-attributes',
  'struct',
  'enum',
  'enum-as-flags',
  'display-hint',
  'checks',
  'name-prefix',
]);
const CHECK_WORDS = new Set([
  'min',
  'max',
  'flags-mask',
  'min-len',
  'max-len',
  'exact-len',
  'unterminated-ok',
  'sparse',
]);
const INTEGERS: readonly IntegerName[] = [
  'u8',
  'u16',
  'u32',
  'u64',
  's8',
  's16',
  's32',
  's64',
  'uint',
  'sint',
];
const TYPES = [
  ...INTEGERS,
  'string',
  'binary',
  'flag',
  'nest',
  'indexed-array',
  'nest-type-value',
  'bitfield32',
  'pad',
  'unused',
  'sub-message',
] as const;
type TypeName = (typeof TYPES)[number];

const LAST_ATTRIBUTE = 0x3fff;
const LONGEST_PAYLOAD = 0xffff;
/** `u8-max`: how a type's own limits are called. */
const TYPE_LIMIT = /^([us])(8|16|32|64)-(min|max)$/;

/** The attribute sets of a specification, by name. A subset's attributes are those of its set, with what it says itself. */
export function readSets(list: readonly Place[], definitions: ReadDefinitions): Map<string, ImportedSet> {
  const places = new Map<string, Place>();
  for (const place of list) {
    const name = place.record(SET_WORDS).at('name').name();
    if (places.has(name)) place.at('name').fail(`there is another attribute set ${name}`);
    places.set(name, place);
  }
  const sets = new Map<string, ImportedSet>();
  const isThere = (place: Place) =>
    places.has(place.name()) ? place.name() : place.fail(`there is no attribute set ${place.name()}`);
  const reader = new AttributeReader(definitions, isThere);
  for (const [name, place] of places)
    if (!place.at('subset-of').isThere) sets.set(name, readSet(name, place, undefined, reader));
  for (const [name, place] of places) {
    const parent = place.at('subset-of');
    if (!parent.isThere) continue;
    const whole = sets.get(isThere(parent));
    const rows = places.get(parent.name())?.at('attributes').list();
    if (whole === undefined || rows === undefined || places.get(parent.name())?.at('subset-of').isThere)
      return parent.fail('a subset is of a whole set');
    sets.set(name, readSet(name, place, { whole, rows }, reader));
  }
  return new Map([...places.keys()].map((name) => [name, sets.get(name) as ImportedSet]));
}

interface Parent {
  readonly whole: ImportedSet;
  readonly rows: readonly Place[];
}

function readSet(
  name: string,
  place: Place,
  parent: Parent | undefined,
  reader: AttributeReader,
): ImportedSet {
  const attributes: ImportedAttribute[] = [];
  const numbers = new Map<number, string>();
  let next = 1;
  for (const row of place.at('attributes').list()) {
    const own = row.record(ATTRIBUTE_WORDS).at('name').name();
    const other = attributes.find((one) => one.name === own);
    // The kernel's own specifications list some twice where it means nothing.
    if (other !== undefined && (parent !== undefined || other.type.kind === 'unused')) continue;
    if (other !== undefined) row.at('name').fail(`${name} has another attribute ${own}`);
    const attribute = reader.read(parent === undefined ? row : inherited(row, own, parent), next);
    const taken = numbers.get(attribute.value);
    if (taken !== undefined)
      row.fail(`${name}.${own} and ${name}.${taken} both have the number ${attribute.value}`);
    numbers.set(attribute.value, own);
    attributes.push(attribute);
    next = attribute.value + 1;
  }
  return { name, doc: place.at('doc').maybeText(), attributes };
}

/** What the subset says goes over what the set says. */
function inherited(row: Place, name: string, { whole, rows }: Parent): Place {
  const index = whole.attributes.findIndex((attribute) => attribute.name === name);
  const base = rows[index];
  const value = whole.attributes[index]?.value;
  if (base === undefined || value === undefined)
    return row.at('name').fail(`${whole.name}, of which this is a subset, has no attribute ${name}`);
  if (row.at('value').isThere && row.at('value').value !== value)
    row.at('value').fail(`${name} has the number ${value} in ${whole.name}`);
  return new Place({ ...(base.value as object), ...(row.value as object), value }, row.path);
}

class AttributeReader {
  constructor(
    private readonly definitions: ReadDefinitions,
    private readonly nameOfSet: (place: Place) => string,
  ) {}

  read(row: Place, next: number): ImportedAttribute {
    const given = row.at('value');
    const value = given.isThere ? given.integer(0, LAST_ATTRIBUTE) : next;
    if (value > LAST_ATTRIBUTE) row.fail(`attributes have numbers up to ${LAST_ATTRIBUTE}`);
    const named = row.at('enum').isThere ? this.definitions.names(row.at('enum')) : undefined;
    const asFlags = row.at('enum-as-flags').flag() || named?.type === 'flags';
    return {
      name: row.at('name').name(),
      value,
      doc: row.at('doc').maybeText(),
      many: row.at('multi-attr').flag(),
      names: named === undefined ? undefined : { definition: named.name, asFlags },
      type: this.#type(row, row.at('type').oneOf(TYPES), named, asFlags),
    };
  }

  #type(row: Place, type: TypeName, named: ImportedNames | undefined, asFlags: boolean): ImportedType {
    const checks = row.at('checks').isThere ? row.at('checks').record(CHECK_WORDS) : row.at('checks');
    const nested = row.at('nested-attributes');
    switch (type) {
      case 'pad':
      case 'unused':
        return { kind: 'unused' };
      case 'flag':
        return { kind: 'flag' };
      case 'sub-message':
        return row
          .at('type')
          .fail('messages inside of messages are for raw netlink, not for generic families');
      case 'string':
        return {
          kind: 'string',
          max: this.#length(checks, 'max-len'),
          isTerminated: !checks.at('unterminated-ok').flag(),
        };
      case 'binary':
        return this.#binary(row, checks);
      case 'nest':
        return { kind: 'nest', set: this.nameOfSet(nested) };
      case 'indexed-array': {
        const inner = row.at('sub-type');
        if (inner.value === 'nest') return { kind: 'array', set: this.nameOfSet(nested) };
        const item = inner.oneOf([...INTEGERS, 'string', 'binary', 'flag']);
        return { kind: 'items', item: this.#type(row, item, undefined, false) };
      }
      case 'nest-type-value': {
        const depth = row.at('type-value').list().length;
        if (depth < 1 || depth > 8) return row.at('type-value').fail('there are one to eight keys');
        return { kind: 'keyed', set: this.nameOfSet(nested), depth };
      }
      case 'bitfield32':
        return { kind: 'bitfield32', valid: named === undefined ? undefined : maskOf(named) };
      default:
        return {
          kind: 'integer',
          integer: type,
          isBigEndian: isBigEndian(row, type),
          limits: this.#limits(type, checks, named, asFlags),
        };
    }
  }

  #binary(row: Place, checks: Place): ImportedType {
    if (row.at('struct').isThere)
      return { kind: 'struct', struct: this.definitions.struct(row.at('struct')).name };
    const length = this.#length(checks, 'exact-len');
    const min = this.#length(checks, 'min-len');
    const max = this.#length(checks, 'max-len');
    return {
      kind: 'binary',
      ...(length === undefined ? {} : { length }),
      ...(min === undefined ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      isMac: row.at('display-hint').value === 'mac',
    };
  }

  #length(checks: Place, word: string): number | undefined {
    const place = checks.at(word);
    return place.isThere ? this.definitions.number(place, 0, LONGEST_PAYLOAD) : undefined;
  }

  /** Values that have names are limits themselves, as for the kernel's tools, where nothing else is said. */
  #limits(
    type: IntegerName,
    checks: Place,
    named: ImportedNames | undefined,
    asFlags: boolean,
  ): IntegerLimits {
    const [least, most] = rangeOf(type);
    const mask = checks.at('flags-mask');
    if (mask.isThere) return { mask: maskOf(this.definitions.names(mask)) };
    let min = this.#limit(checks.at('min'), least, most);
    let max = this.#limit(checks.at('max'), least, most);
    const isMask = asFlags && named !== undefined && named.entries.length > 0;
    if (isMask && min === undefined && max === undefined) return { mask: maskOf(named) };
    if (named !== undefined && !asFlags && isContiguous(named)) {
      const values = named.entries.map(({ value }) => BigInt(value));
      const lowest = values[0] ?? least;
      const highest = values.at(-1) ?? most;
      if (lowest !== 0n || least < 0n) min ??= lowest;
      max ??= highest;
    }
    return {
      ...(min === undefined || min === least ? {} : { min }),
      ...(max === undefined || max === most ? {} : { max }),
    };
  }

  #limit(place: Place, least: bigint, most: bigint): bigint | undefined {
    if (!place.isThere) return undefined;
    const { value } = place;
    const own = typeof value === 'string' ? TYPE_LIMIT.exec(value) : null;
    const limit =
      own !== null
        ? typeLimit(own)
        : typeof value === 'bigint'
          ? value
          : BigInt(this.definitions.number(place, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER));
    return limit < least || limit > most ? place.fail(`${limit} is no value of this type`) : limit;
  }
}

function isBigEndian(row: Place, type: IntegerName): boolean {
  if (byteOrderOf(row) !== 'big-endian') return false;
  return type.endsWith('int')
    ? row.at('byte-order').fail(`${type} is always in the byte order of the host`)
    : !type.endsWith('8');
}

function typeLimit([, sign, bits, end]: RegExpExecArray): bigint {
  const width = BigInt(bits ?? 0);
  if (sign === 'u') return end === 'min' ? 0n : 2n ** width - 1n;
  return end === 'min' ? -(2n ** (width - 1n)) : 2n ** (width - 1n) - 1n;
}

function rangeOf(type: IntegerName): readonly [bigint, bigint] {
  const bits = BigInt(/\d+/.exec(type)?.[0] ?? 64);
  return type.startsWith('s') ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
}

export function maskOf({ entries }: ImportedNames): bigint {
  return entries.reduce((mask, { value }) => mask | (1n << BigInt(Math.max(0, value))), 0n);
}

function isContiguous({ entries }: ImportedNames): boolean {
  return (
    entries.length > 0 && entries.every(({ value }, index) => value === (entries[0]?.value ?? 0) + index)
  );
}
