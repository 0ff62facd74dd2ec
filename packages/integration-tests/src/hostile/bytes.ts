/** Builders of requests from bare numbers, on purpose without the project's schemas: a wrong schema shall not hide itself. */

export type Bytes = readonly number[];

export const u8 = (value: number): Bytes => [value & 0xff];
export const u16 = (value: number): Bytes => [value & 0xff, (value >>> 8) & 0xff];
export const u32 = (value: number): Bytes => [...u16(value & 0xffff), ...u16(value >>> 16)];
export const text = (value: string): Bytes => [...new TextEncoder().encode(value), 0];
export const zeros = (count: number): Bytes => new Array<number>(count).fill(0);

function padded(bytes: Bytes): Bytes {
  return [...bytes, ...zeros(-bytes.length & 3)];
}

/** One attribute; `length` instead of the true one. */
export function attribute(type: number, payload: Bytes, length = 4 + payload.length): Bytes {
  return padded([...u16(length), ...u16(type), ...payload]);
}

export interface MessageParts {
  readonly type: number;
  readonly flags: number;
  readonly payload: Bytes;
  /** `nlmsg_len` instead of the true one. */
  readonly length?: number;
}

export const SEQUENCE = 0x1234;

export function message({ type, flags, payload, length = 16 + payload.length }: MessageParts): Bytes {
  return padded([...u32(length), ...u16(type), ...u16(flags), ...u32(SEQUENCE), ...u32(0), ...payload]);
}
