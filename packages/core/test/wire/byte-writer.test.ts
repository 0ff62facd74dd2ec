import test from 'ava';
import { ByteWriter } from '../../src/index.js';

test('integers are little-endian and what has been written stays while it grows', (t) => {
  const writer = new ByteWriter(1);
  writer.u8(1);
  writer.u8(2);
  writer.u16(0x0403);
  writer.u32(0x08070605);
  t.deepEqual([...writer.slice()], [1, 2, 3, 4, 5, 6, 7, 8]);
  t.deepEqual([...writer.slice(6)], [7, 8]);
});

test('an attribute gets its length without, its end with padding', (t) => {
  const writer = new ByteWriter();
  const start = writer.beginAttribute(7);
  writer.append(Uint8Array.of(1, 2, 3, 4, 5));
  writer.endAttribute(start);
  t.deepEqual([...writer.slice()], [9, 0, 7, 0, 1, 2, 3, 4, 5, 0, 0, 0]);
});

test('reserved bytes are zero, also where something had been written before', (t) => {
  const writer = new ByteWriter();
  writer.u32(0xffffffff);
  writer.reset();
  writer.reserve(4);
  t.deepEqual([...writer.slice()], [0, 0, 0, 0]);
});

test('text of any length and script is written as UTF-8, behind what is there', (t) => {
  for (const text of ['', 'lo', 'ﬀ', 'eth0-ñ', 'é', 'a'.repeat(700), `${'a'.repeat(30)}🙂b`]) {
    const writer = new ByteWriter(8);
    writer.u32(0xffffffff);
    writer.text(text);
    writer.u8(7);
    t.deepEqual([...writer.slice()], [255, 255, 255, 255, ...new TextEncoder().encode(text), 7]);
  }
});

test('a slice is a copy', (t) => {
  const writer = new ByteWriter();
  writer.u8(1);
  const slice = writer.slice();
  writer.bytes[0] = 9;
  t.is(slice[0], 1);
});

test('an attribute beyond 65535 bytes is refused', (t) => {
  const writer = new ByteWriter();
  const start = writer.beginAttribute(1);
  writer.reserve(65_532);
  t.throws(() => writer.endAttribute(start), { instanceOf: RangeError, message: /attribute of 65536 bytes/ });
});
