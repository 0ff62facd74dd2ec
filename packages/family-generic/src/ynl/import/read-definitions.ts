import type { ImportedDefinition, ImportedNames, ImportedStruct } from './imported-spec.js';
import { Place } from './place.js';

const COMMON = ['name', 'type', 'doc', 'header', 'name-prefix', 'enum-name'] as const;
const WORDS = {
  const: new Set([...COMMON, 'value']),
  enum: new Set([...COMMON, 'value-start', 'entries', 'render-max', 'enum-cnt-name', 'scope']),
  flags: new Set([...COMMON, 'value-start', 'entries', 'render-max', 'enum-cnt-name', 'scope']),
  struct: new Set([...COMMON, 'members']),
} as const;
const ENTRY_WORDS = new Set(['name', 'value', 'doc']);
const MEMBER_WORDS = new Set([
  'name',
  'type',
  'len',
  'byte-order',
  'doc',
  'enum',
  'enum-as-flags',
  'display-hint',
  'struct',
]);

const SCALAR_SIZES: Readonly<Record<string, number>> = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  s8: 1,
  s16: 2,
  s32: 4,
  s64: 8,
};
/** What fields there are for, in network byte order. */
const BIG_ENDIAN: Readonly<Record<string, string>> = { u8: 'u8', u16: 'be16', u32: 'be32', u64: 'be64' };
const LARGEST_STRUCT = 4096;

/** The constants, enums, flags and structs of a specification, by name. */
export class ReadDefinitions {
  readonly byName = new Map<string, ImportedDefinition>();
  /** Constants are also called with the prefix that C gives them. */
  readonly #constants = new Map<string, number>();

  constructor(list: readonly Place[]) {
    for (const place of list) {
      const type = place.at('type').oneOf(['const', 'enum', 'flags', 'struct']);
      place.record(WORDS[type]);
      const name = place.at('name').name();
      if (this.byName.has(name)) place.at('name').fail(`there is another definition ${name}`);
      this.byName.set(name, this.#read(place, type, name));
    }
  }

  names(place: Place): ImportedNames {
    const definition = this.byName.get(place.name());
    if (definition?.type !== 'enum' && definition?.type !== 'flags')
      return place.fail(`there is no enum and are no flags ${place.name()} among the definitions`);
    return definition;
  }

  struct(place: Place): ImportedStruct {
    const definition = this.byName.get(place.name());
    return definition?.type === 'struct'
      ? definition
      : place.fail(`there is no struct ${place.name()} among the definitions`);
  }

  /** A number, or the name of one. */
  number(place: Place, least: number, most: number): number {
    const { value } = place;
    const known = typeof value === 'string' ? this.#constants.get(value.replace(/^-+/, '')) : undefined;
    return new Place(known ?? value, place.path).integer(least, most);
  }

  #read(place: Place, type: ImportedDefinition['type'], name: string): ImportedDefinition {
    const doc = place.at('doc').maybeText();
    switch (type) {
      case 'const':
        return { type, name, doc, value: this.#constant(place, name) };
      case 'struct':
        return {
          type,
          name,
          doc,
          members: place
            .at('members')
            .list()
            .map((member) => this.#member(member)),
        };
      default:
        return { type, name, doc, entries: entriesOf(place, type) };
    }
  }

  #constant(place: Place, name: string): number | string {
    const value = place.at('value');
    if (typeof value.value === 'string') return value.text();
    const number = value.integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    this.#constants.set(name, number);
    this.#constants.set(`${place.at('name-prefix').maybeText() ?? ''}${name}`, number);
    return number;
  }

  #member(place: Place): ImportedStruct['members'][number] {
    place.record(MEMBER_WORDS);
    const name = place.at('name').name();
    const doc = place.at('doc').maybeText();
    const type = place
      .at('type')
      .oneOf(['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64', 'binary', 'string', 'pad']);
    const size = SCALAR_SIZES[type];
    if (size === undefined) {
      const bytes = place.at('struct').isThere
        ? sizeOf(this.struct(place.at('struct')))
        : this.number(place.at('len'), 0, LARGEST_STRUCT);
      return { name, doc, type: type === 'pad' ? 'pad' : 'bytes', scalar: '', size: bytes };
    }
    const isBigEndian = byteOrderOf(place) === 'big-endian';
    const scalar = isBigEndian ? BIG_ENDIAN[type] : type;
    if (scalar === undefined)
      return place.at('byte-order').fail(`there are no big-endian ${type} in structs here`);
    return { name, doc, type: 'scalar', scalar, size };
  }
}

export function byteOrderOf(place: Place): 'little-endian' | 'big-endian' | undefined {
  const order = place.at('byte-order');
  return order.isThere ? order.oneOf(['little-endian', 'big-endian']) : undefined;
}

function sizeOf({ members }: ImportedStruct): number {
  return members.reduce((sum, { size }) => sum + size, 0);
}

function entriesOf(place: Place, type: 'enum' | 'flags'): ImportedNames['entries'] {
  const most = type === 'flags' ? 63 : Number.MAX_SAFE_INTEGER;
  const least = type === 'flags' ? 0 : Number.MIN_SAFE_INTEGER;
  const start = place.at('value-start');
  let next = start.isThere ? start.integer(least, most) : 0;
  const seen = new Set<string>();
  return place
    .at('entries')
    .list()
    .map((entry) => {
      const isPlain = ['string', 'number', 'bigint'].includes(typeof entry.value);
      const name = (isPlain ? entry : entry.record(ENTRY_WORDS).at('name')).name();
      if (seen.has(name)) entry.fail(`there is another entry ${name}`);
      seen.add(name);
      const given = entry.at('value');
      if (given.isThere) next = given.integer(least, most);
      else if (next > most) entry.fail(`flags have bits from 0 to ${most}`);
      return { name, value: next++, doc: entry.at('doc').maybeText() };
    });
}
