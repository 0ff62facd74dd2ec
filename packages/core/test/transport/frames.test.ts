import test from 'ava';
import fc from 'fast-check';
import { DecodeError } from '../../src/index.js';
import { decodeFrame, encodeFrame, type Frame } from '../../src/transport/frames.js';

const u8 = fc.integer({ min: 0, max: 0xff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const s32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const call = { socket: u32, request: u32 };
const address = { portId: u32, groups: u32 };
const bytes = fc.uint8Array({ maxLength: 200 });
const text = fc.string({ unit: 'grapheme' });

const FIELDS = {
  open: {
    ...call,
    version: u8,
    protocol: s32,
    bytes: u32,
    claimed: u8,
    uid: u32,
    gid: u32,
    pid: s32,
    netAdmin: u8,
  },
  bind: { ...call, ...address },
  connect: { ...call, ...address },
  join: { ...call, group: u32 },
  leave: { ...call, group: u32 },
  memberships: call,
  setOption: { ...call, option: u8, value: s32 },
  getOption: { ...call, option: u8 },
  send: { ...call, addressed: u8, ...address, bytes },
  credit: { socket: u32, bytes: u32, capacity: u32 },
  close: { socket: u32 },
  result: { request: u32, value: s32, words: fc.uint32Array({ maxLength: 20 }) },
  refusal: { request: u32, errno: u32, hasText: u8, text },
  address: { socket: u32, ...address, peerPortId: u32, peerGroups: u32 },
  datagram: { socket: u32, ...address, group: u32, bytes },
  datagramFrom: { socket: u32, ...address, group: u32, namespaceNumber: s32, bytes },
  overrun: { socket: u32 },
  failure: { socket: u32, errno: u32, hasText: u8, text },
  goodbye: { text },
} satisfies Record<Frame['frame'], Record<string, fc.Arbitrary<unknown>>>;

const anyFrame = fc.oneof(
  ...Object.entries(FIELDS).map(([frame, fields]) =>
    fc.record({ frame: fc.constant(frame), ...fields } as Record<string, fc.Arbitrary<unknown>>),
  ),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Frame>;

test('a frame reads as what was written', (t) => {
  fc.assert(
    fc.property(anyFrame, (frame) => {
      t.deepEqual(decodeFrame(encodeFrame(frame)), { ...frame });
    }),
    { numRuns: 2_000 },
  );
});

test('a frame that begins inside a larger buffer reads the same', (t) => {
  const frame: Frame = {
    frame: 'datagram',
    socket: 1,
    portId: 2,
    groups: 3,
    group: 4,
    bytes: Uint8Array.of(5, 6),
  };
  const encoded = encodeFrame(frame);
  const larger = new Uint8Array(encoded.length + 6);
  larger.set(encoded, 3);
  t.deepEqual(decodeFrame(larger.subarray(3, 3 + encoded.length)), frame);
});

test('every frame has the bytes that it had', (t) => {
  const hex = (frame: Frame) =>
    [...encodeFrame(frame)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  t.is(hex({ frame: 'join', socket: 1, request: 2, group: 40 }), '04 01 00 00 00 02 00 00 00 28 00 00 00');
  t.is(
    hex({ frame: 'result', request: 2, value: -1, words: Uint32Array.of(5) }),
    '20 02 00 00 00 ff ff ff ff 05 00 00 00',
  );
  t.is(hex({ frame: 'goodbye', text: 'é' }), '40 c3 a9');
  t.is(
    hex({ frame: 'credit', socket: 1, bytes: 768, capacity: 32_768 }),
    '0a 01 00 00 00 00 03 00 00 00 80 00 00',
  );
});

test('any bytes are a frame or a DecodeError, and what is a frame is written back alike', (t) => {
  const opcode = fc.constantFrom(0, 1, 2, 9, 10, 32, 33, 35, 64, 255);
  const mutated = fc
    .tuple(opcode, fc.uint8Array({ maxLength: 80 }))
    .map(([first, rest]) => Uint8Array.of(first, ...rest));
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      try {
        const frame = decodeFrame(bytes);
        // Text that is no UTF-8 reads as replacement characters.
        if (!('text' in frame)) t.deepEqual(encodeFrame(frame), bytes);
      } catch (error) {
        t.true(error instanceof DecodeError);
      }
    }),
    { numRuns: 5_000 },
  );
});

test('a frame that is cut short says what it lacks', (t) => {
  t.throws(() => decodeFrame(Uint8Array.of(2, 0, 0)), {
    instanceOf: DecodeError,
    message: 'bind at byte 3: 3 bytes where 17 are needed',
  });
  t.throws(() => decodeFrame(Uint8Array.of(99)), { message: 'frame at byte 0: unknown opcode 99' });
  t.throws(() => decodeFrame(new Uint8Array(0)), { instanceOf: DecodeError });
});
