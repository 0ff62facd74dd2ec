import { type Field, field, type HeaderLayout, type ValueNames } from '@nlspace/core';
import { type YnlDefinition, type YnlMember, ynlName } from './ynl-spec.js';

const SCALARS: ReadonlyMap<unknown, Pick<YnlMember, 'type' | 'byte-order'>> = new Map<unknown, YnlType>([
  [field.u8, { type: 'u8' }],
  [field.u16, { type: 'u16' }],
  [field.u32, { type: 'u32' }],
  [field.s8, { type: 's8' }],
  [field.s16, { type: 's16' }],
  [field.s32, { type: 's32' }],
  [field.u64, { type: 'u64' }],
  [field.s64, { type: 's64' }],
  [field.be16, { type: 'u16', 'byte-order': 'big-endian' }],
  [field.be32, { type: 'u32', 'byte-order': 'big-endian' }],
  [field.be64, { type: 'u64', 'byte-order': 'big-endian' }],
]);
type YnlType = Pick<YnlMember, 'type' | 'byte-order'>;

/** The enums, flags and structs that attributes and headers name. */
export class Definitions {
  readonly #byName = new Map<string, YnlDefinition>();

  get all(): readonly YnlDefinition[] {
    return [...this.#byName.values()];
  }

  /** @returns its name. */
  names({ name, type, entries }: ValueNames): string {
    const values = Object.entries(entries).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    );
    const numbered = values.map(([key, value]) => ({
      name: ynlName(key),
      value: type === 'flags' ? bitOf(name, key, value) : value,
    }));
    return this.#add({ name: ynlName(name), type, entries: numbered });
  }

  /** The bits of a mask that nobody has named. */
  mask(name: string, mask: bigint): string {
    const entries = [...Array(64).keys()]
      .filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n)
      .map((bit) => ({ name: `bit-${bit}`, value: bit }));
    return this.#add({ name, type: 'flags', entries });
  }

  /** Of a limit that the schema takes only by name. */
  constant(name: string, value: number): string {
    return this.#add({ name, type: 'const', value });
  }

  struct(layout: HeaderLayout): string {
    return this.#add({ name: ynlName(layout.name), type: 'struct', members: [...membersOf(layout)] });
  }

  #add(definition: YnlDefinition): string {
    const { name } = definition;
    const known = this.#byName.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition))
      throw new Error(`there are two definitions ${name}, which differ; give one of them another name`);
    this.#byName.set(name, definition);
    return name;
  }
}

function bitOf(name: string, key: string, value: number): number {
  const bit = Math.log2(value);
  if (!Number.isInteger(bit) || bit < 0) throw new Error(`${name}.${key} is ${value}, which is not one bit`);
  return bit;
}

function* membersOf({ name, fields, size }: HeaderLayout): Generator<YnlMember> {
  let end = 0;
  let gaps = 0;
  const padding = (len: number): YnlMember => ({ name: `padding-${++gaps}`, type: 'binary', len });
  for (const { key, offset, field: one } of fields) {
    if (offset > end) yield padding(offset - end);
    yield { name: ynlName(key), ...typeOf(one) };
    end = offset + one.size;
  }
  if (size > end) yield padding(size - end);
  else if (size < end) throw new Error(`${name} is shorter than its fields`);
}

function typeOf(one: Field<unknown>): Omit<YnlMember, 'name'> {
  return SCALARS.get(one) ?? { type: 'binary', len: one.size };
}
