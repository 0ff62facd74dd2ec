import { DecodeError } from '../errors/decode-error.js';
import { field } from '../schema/field.js';
import { defineHeader, type HeaderLayout, type HeaderShape, type HeaderValues } from '../schema/header.js';
import { MAXIMUM_FRAME_BYTES } from './frame-channel.js';

/** Sent with each `open`; a serving side that does not speak it closes the channel. */
export const FRAME_PROTOCOL_VERSION = 1;

/** What follows the fields, up to the end of the frame. */
interface TailValues {
  none: unknown;
  datagram: { readonly bytes: Uint8Array };
  text: { readonly text: string };
  words: { readonly words: Uint32Array };
}
type Tail = keyof TailValues;

interface FrameRow<S extends HeaderShape, T extends Tail> {
  readonly opcode: number;
  readonly layout: HeaderLayout<S>;
  readonly tail: T;
}

function row<S extends HeaderShape, T extends Tail = 'none'>(
  opcode: number,
  shape: S,
  tail = 'none' as T,
): FrameRow<S, T> {
  return { opcode, layout: defineHeader(`frame ${opcode}`, shape), tail };
}

const { u8, u32, s32 } = field;
/** A call: which socket, and the number by which `result` or `refusal` answers it. */
const call = { socket: u32, request: u32 };
const address = { portId: u32, groups: u32 };

/**
 * The frame protocol: an opcode of one byte, the fields without gaps in little-endian order, and for some a tail.
 * Opcodes are the wire format: append, never renumber or reuse.
 */
const FRAMES = {
  // Towards the serving side. The opening side numbers its sockets and its calls.
  open: row(1, {
    ...call,
    version: u8,
    protocol: s32,
    /** The first `credit`. */
    bytes: u32,
    /** 1: the credentials that follow are meant; whether they count is the serving side's affair. */
    claimed: u8,
    uid: u32,
    gid: u32,
    pid: s32,
    netAdmin: u8,
  }),
  bind: row(2, { ...call, ...address }),
  connect: row(3, { ...call, ...address }),
  join: row(4, { ...call, group: u32 }),
  leave: row(5, { ...call, group: u32 }),
  memberships: row(6, call),
  setOption: row(7, { ...call, option: u8, value: s32 }),
  getOption: row(8, { ...call, option: u8 }),
  /** `addressed` 0: to the socket's peer, whatever the address fields say. */
  send: row(9, { ...call, addressed: u8, ...address }, 'datagram'),
  /** The reader has taken datagrams that cost `bytes`, with receives of at most `capacity` so far. */
  credit: row(10, { socket: u32, bytes: u32, capacity: u32 }),
  close: row(11, { socket: u32 }),

  // From the serving side.
  /** A call has been done: its datagrams, as far as credit allowed, have gone before. */
  result: row(32, { request: u32, value: s32 }, 'words'),
  refusal: row(33, { request: u32, errno: u32, hasText: u8 }, 'text'),
  /** A socket's own address and its peer's, whenever they have changed. */
  address: row(34, { socket: u32, ...address, peerPortId: u32, peerGroups: u32 }),
  /** With source and group. */
  datagram: row(35, { socket: u32, ...address, group: u32 }, 'datagram'),
  /** Notifications were lost (ENOBUFS): overtakes the datagrams that the reader has not taken, as in the kernel. */
  overrun: row(36, { socket: u32 }),
  /** Nothing more can be received, for this reason. */
  failure: row(37, { socket: u32, errno: u32, hasText: u8 }, 'text'),
  /** A datagram from another namespace, which the socket's own calls so. */
  datagramFrom: row(38, { socket: u32, ...address, group: u32, namespaceNumber: s32 }, 'datagram'),

  // Either way.
  /** Why the channel is closed next. */
  goodbye: row(64, {}, 'text'),
} as const;

type Frames = typeof FRAMES;
export type FrameName = keyof Frames;
/** One frame by its name. */
export type FrameOf<K extends FrameName> =
  Frames[K] extends FrameRow<infer S, infer T>
    ? { readonly frame: K } & Readonly<HeaderValues<S>> & TailValues[T]
    : never;
export type Frame = { [K in FrameName]: FrameOf<K> }[FrameName];

type AnyRow = FrameRow<HeaderShape, Tail>;
const BY_OPCODE = new Map(
  Object.entries(FRAMES).map(([name, frame]) => [
    frame.opcode,
    { name: name as FrameName, row: frame as unknown as AnyRow },
  ]),
);

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function encodeFrame(frame: Frame): Uint8Array {
  const { opcode, layout, tail } = FRAMES[frame.frame] as unknown as AnyRow;
  const { write, length } = TAILS[tail].encode(frame);
  const bytes = new Uint8Array(1 + layout.size + length);
  bytes[0] = opcode;
  layout.write(new DataView(bytes.buffer), 1, frame as never);
  write(bytes.subarray(1 + layout.size));
  return bytes;
}

/**
 * Reads a frame from whoever. A datagram is a view of the frame.
 *
 * @throws {DecodeError} when it is not one.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length > MAXIMUM_FRAME_BYTES)
    throw new DecodeError(`${bytes.length} bytes are too many`, 0, 'frame');
  const known = BY_OPCODE.get(bytes[0] ?? 0);
  if (known === undefined) throw new DecodeError(`unknown opcode ${bytes[0]}`, 0, 'frame');
  const { name, row } = known;
  const fixed = 1 + row.layout.size;
  if (bytes.length < fixed)
    throw new DecodeError(`${bytes.length} bytes where ${fixed} are needed`, bytes.length, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tail = TAILS[row.tail].decode(bytes.subarray(fixed));
  if (tail === undefined)
    throw new DecodeError(`${bytes.length - fixed} bytes behind the fields`, fixed, name);
  return { frame: name, ...row.layout.read(view, 1), ...tail } as unknown as Frame;
}

interface TailCodec {
  encode(frame: unknown): { length: number; write(room: Uint8Array): void };
  /** Nothing when the bytes cannot be that. */
  decode(bytes: Uint8Array): object | undefined;
}

const TAILS: Record<Tail, TailCodec> = {
  none: {
    encode: () => ({ length: 0, write: () => undefined }),
    decode: (bytes) => (bytes.length === 0 ? {} : undefined),
  },
  datagram: {
    encode(frame) {
      const { bytes } = frame as TailValues['datagram'];
      return { length: bytes.length, write: (room) => room.set(bytes) };
    },
    decode: (bytes) => ({ bytes }),
  },
  text: {
    encode(frame) {
      const bytes = encoder.encode((frame as TailValues['text']).text);
      return { length: bytes.length, write: (room) => room.set(bytes) };
    },
    decode: (bytes) => ({ text: decoder.decode(bytes) }),
  },
  words: {
    encode(frame) {
      const { words } = frame as TailValues['words'];
      return {
        length: words.length * 4,
        write(room) {
          const view = new DataView(room.buffer, room.byteOffset, room.byteLength);
          for (const [index, word] of words.entries()) view.setUint32(index * 4, word, true);
        },
      };
    },
    decode(bytes) {
      if (bytes.length % 4 !== 0) return undefined;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return {
        words: Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4, true)),
      };
    },
  },
};
