/** One field of a fixed header: how many bytes it takes and how they read. Host byte order unless the name says otherwise. */
export interface Field<T> {
  readonly size: number;
  /** Padding has no value: it is skipped when read and zero when written. */
  readonly padding: boolean;
  read(view: DataView, offset: number): T;
  write(view: DataView, offset: number, value: T): void;
}

function scalar(size: number, read: Field<number>['read'], write: Field<number>['write']): Field<number> {
  return { size, padding: false, read, write };
}

/** A gap in the layout. */
export interface PaddingField extends Field<never> {
  readonly padding: true;
}

/** The field kinds of `defineHeader`. */
export const field = {
  u8: scalar(
    1,
    (view, offset) => view.getUint8(offset),
    (view, offset, value) => view.setUint8(offset, value),
  ),
  u16: scalar(
    2,
    (view, offset) => view.getUint16(offset, true),
    (view, offset, value) => view.setUint16(offset, value, true),
  ),
  u32: scalar(
    4,
    (view, offset) => view.getUint32(offset, true),
    (view, offset, value) => view.setUint32(offset, value, true),
  ),
  s8: scalar(
    1,
    (view, offset) => view.getInt8(offset),
    (view, offset, value) => view.setInt8(offset, value),
  ),
  s16: scalar(
    2,
    (view, offset) => view.getInt16(offset, true),
    (view, offset, value) => view.setInt16(offset, value, true),
  ),
  s32: scalar(
    4,
    (view, offset) => view.getInt32(offset, true),
    (view, offset, value) => view.setInt32(offset, value, true),
  ),
  /** Network byte order. */
  be16: scalar(
    2,
    (view, offset) => view.getUint16(offset, false),
    (view, offset, value) => view.setUint16(offset, value, false),
  ),
  /** Network byte order. */
  be32: scalar(
    4,
    (view, offset) => view.getUint32(offset, false),
    (view, offset, value) => view.setUint32(offset, value, false),
  ),
  u64: {
    size: 8,
    padding: false,
    read: (view, offset) => view.getBigUint64(offset, true),
    write: (view, offset, value) => view.setBigUint64(offset, value, true),
  } satisfies Field<bigint> as Field<bigint>,
  s64: {
    size: 8,
    padding: false,
    read: (view, offset) => view.getBigInt64(offset, true),
    write: (view, offset, value) => view.setBigInt64(offset, value, true),
  } satisfies Field<bigint> as Field<bigint>,
  /** Network byte order. */
  be64: {
    size: 8,
    padding: false,
    read: (view, offset) => view.getBigUint64(offset, false),
    write: (view, offset, value) => view.setBigUint64(offset, value, false),
  } satisfies Field<bigint> as Field<bigint>,
  bytes: (size: number): Field<Uint8Array> => ({
    size,
    padding: false,
    read: (view, offset) => new Uint8Array(view.buffer, view.byteOffset + offset, size),
    write: (view, offset, value) =>
      new Uint8Array(view.buffer, view.byteOffset + offset, size).set(value.subarray(0, size)),
  }),
  pad: (size: number): PaddingField => ({
    size,
    padding: true,
    read: () => undefined as never,
    write: () => undefined,
  }),
};
