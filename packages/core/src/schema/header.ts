import type { Field, PaddingField } from './field.js';

// biome-ignore lint/suspicious/noExplicitAny: a shape may mix fields of any value type
export type HeaderShape = Readonly<Record<string, Field<any>>>;

/** The values of a fixed header, by field name, padding left out. */
export type HeaderValues<S extends HeaderShape> = {
  -readonly [K in keyof S as S[K] extends PaddingField ? never : K]: S[K] extends Field<infer T> ? T : never;
};

/** A C struct as a table: the fixed part of a message, or the payload of an attribute. */
export interface HeaderLayout<S extends HeaderShape = HeaderShape> {
  /** The kernel's name of the struct. */
  readonly name: string;
  readonly size: number;
  readonly fields: ReadonlyArray<{
    readonly key: string;
    readonly offset: number;
    readonly field: Field<unknown>;
  }>;
  /** @throws {RangeError} when `view` ends before the struct does. */
  read(view: DataView, offset: number): HeaderValues<S>;
  /** Fields left out are written as zero. */
  write(view: DataView, offset: number, values: Partial<HeaderValues<S>>): void;
}

/** Fields follow each other without gaps: write the padding that C would insert as `field.pad(n)`. */
export function defineHeader<S extends HeaderShape>(name: string, shape: S): HeaderLayout<S> {
  let size = 0;
  const fields = Object.entries(shape).map(([key, field]) => {
    const offset = size;
    size += field.size;
    return { key, offset, field };
  });
  const valued = fields.filter(({ field }) => !field.padding);
  return {
    name,
    size,
    fields: valued,
    read(view, offset) {
      const values: Record<string, unknown> = {};
      for (let i = 0; i < valued.length; i++) {
        // biome-ignore lint/style/noNonNullAssertion: i is within bounds
        const entry = valued[i]!;
        values[entry.key] = entry.field.read(view, offset + entry.offset);
      }
      return values as HeaderValues<S>;
    },
    write(view, offset, values) {
      const given = values as Record<string, unknown>;
      for (const entry of valued) {
        const value = given[entry.key];
        if (value !== undefined) entry.field.write(view, offset + entry.offset, value);
      }
    },
  };
}
