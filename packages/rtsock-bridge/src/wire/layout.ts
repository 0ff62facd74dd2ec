/** One kind of field of a C struct, as amd64 lays it out: little-endian, aligned to its own size. */
export interface FieldKind<T> {
  readonly size: number;
  readonly alignment: number;
  /** What a field is that nobody has set. */
  readonly empty: () => T;
  read(view: DataView, offset: number): T;
  write(view: DataView, offset: number, value: T): void;
}

function whole(
  size: number,
  read: (view: DataView, offset: number) => number,
  write: (view: DataView, offset: number, value: number) => void,
): FieldKind<number> {
  return { size, alignment: size, empty: () => 0, read, write };
}

function bytes(count: number): FieldKind<Uint8Array> {
  return {
    size: count,
    alignment: 1,
    empty: () => new Uint8Array(count),
    read: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, count).slice(),
    write: (view, offset, value) =>
      new Uint8Array(view.buffer, view.byteOffset + offset, count).set(value.subarray(0, count)),
  };
}

/** The kinds of fields that routing messages are made of. */
export const is = {
  u8: whole(
    1,
    (view, at) => view.getUint8(at),
    (view, at, value) => view.setUint8(at, value),
  ),
  u16: whole(
    2,
    (view, at) => view.getUint16(at, true),
    (view, at, value) => view.setUint16(at, value, true),
  ),
  /** A port. */
  networkU16: whole(
    2,
    (view, at) => view.getUint16(at),
    (view, at, value) => view.setUint16(at, value),
  ),
  u32: whole(
    4,
    (view, at) => view.getUint32(at, true),
    (view, at, value) => view.setUint32(at, value, true),
  ),
  s32: whole(
    4,
    (view, at) => view.getInt32(at, true),
    (view, at, value) => view.setInt32(at, value, true),
  ),
  u64: {
    size: 8,
    alignment: 8,
    empty: () => 0n,
    read: (view, at) => view.getBigUint64(at, true),
    write: (view, at, value) => view.setBigUint64(at, value, true),
  } satisfies FieldKind<bigint> as FieldKind<bigint>,
  bytes,
  struct: <F extends Fields>(layout: Layout<F>): FieldKind<Values<F>> => ({
    size: layout.size,
    alignment: layout.alignment,
    empty: () => layout.read(new Uint8Array(layout.size)),
    read: (view, offset) => layout.readFrom(view, offset),
    write: (view, offset, value) => layout.writeTo(view, offset, value),
  }),
};

// biome-ignore lint/suspicious/noExplicitAny: a table of fields holds kinds of every type
export type Fields = Readonly<Record<string, FieldKind<any>>>;
export type Values<F extends Fields> = {
  -readonly [K in keyof F]: F[K] extends FieldKind<infer T> ? T : never;
};
export type ValuesOf<L> = L extends Layout<infer F> ? Values<F> : never;

/** A C struct, declared as the list of its fields: where each is follows from those before it. */
export class Layout<F extends Fields> {
  readonly offsets: Readonly<Record<keyof F & string, number>>;
  readonly size: number;
  readonly alignment: number;
  readonly #fields: readonly [name: string, kind: FieldKind<unknown>, offset: number][];

  constructor(
    /** As C calls it. */
    readonly name: string,
    fields: F,
  ) {
    let end = 0;
    let alignment = 1;
    const placed: [string, FieldKind<unknown>, number][] = [];
    for (const [field, kind] of Object.entries(fields)) {
      const offset = roundUp(end, kind.alignment);
      placed.push([field, kind, offset]);
      end = offset + kind.size;
      alignment = Math.max(alignment, kind.alignment);
    }
    this.#fields = placed;
    this.offsets = Object.fromEntries(
      placed.map(([field, , offset]) => [field, offset]),
    ) as typeof this.offsets;
    this.alignment = alignment;
    this.size = roundUp(end, alignment);
  }

  /** What is not there reads as zeros. */
  read(from: Uint8Array, offset = 0): Values<F> {
    const missing = offset + this.size - from.length;
    const all = missing <= 0 ? from : padded(from, missing);
    return this.readFrom(viewOf(all), offset);
  }

  /** Fields that are not given are zero. */
  write(into: Uint8Array, offset: number, values: Partial<Values<F>>): void {
    this.writeTo(viewOf(into), offset, values);
  }

  readFrom(view: DataView, offset: number): Values<F> {
    return Object.fromEntries(
      this.#fields.map(([field, kind, at]) => [field, kind.read(view, offset + at)]),
    ) as Values<F>;
  }

  writeTo(view: DataView, offset: number, values: Partial<Values<F>>): void {
    for (const [field, kind, at] of this.#fields) {
      const value = values[field as keyof F];
      kind.write(view, offset + at, value === undefined ? kind.empty() : value);
    }
  }
}

/** @param alignment a power of two. */
export function roundUp(length: number, alignment: number): number {
  return (length + alignment - 1) & -alignment;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function padded(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(bytes.length + count);
  all.set(bytes);
  return all;
}
