import test from 'ava';
import fc from 'fast-check';
import {
  align4,
  ByteWriter,
  type MessageHeader,
  readMessageHeader,
  readMessages,
  writeMessageHeader,
} from '../../src/index.js';

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const codesHeader = test.macro<[hex: string, header: MessageHeader]>((t, hex, header) => {
  const bytes = bytesOf(hex);
  t.deepEqual(readMessageHeader(viewOf(bytes), 0), header);
  const written = new Uint8Array(16);
  writeMessageHeader(viewOf(written), 0, header);
  t.deepEqual(written, bytes);
});

// ip link show, Linux 6.18, strace of iproute2 6.1
test('a dump request', codesHeader, '28000000120001034f5e246900000000', {
  length: 40,
  type: 18,
  flags: 0x301,
  sequence: 0x69245e4f,
  portId: 0,
});
test('an acknowledgement', codesHeader, '24000000020000014f5e2469e1100000', {
  length: 36,
  type: 2,
  flags: 0x100,
  sequence: 0x69245e4f,
  portId: 4321,
});
test('the highest numbers', codesHeader, 'ffffffffffffffffffffffffffffffff', {
  length: 0xffffffff,
  type: 0xffff,
  flags: 0xffff,
  sequence: 0xffffffff,
  portId: 0xffffffff,
});

for (const [length, aligned] of [
  [0, 0],
  [1, 4],
  [3, 4],
  [4, 4],
  [5, 8],
  [65535, 65536],
] as const) {
  test(`${length} is aligned to ${aligned}`, (t) => t.is(align4(length), aligned));
}

test('any bytes read as messages that lie within them, in order', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      let end = 0;
      for (const { header, payload } of readMessages(bytes)) {
        t.true(payload.byteOffset - bytes.byteOffset - 16 >= end);
        end = payload.byteOffset - bytes.byteOffset + payload.length;
        t.is(header.length, payload.length + 16);
      }
      t.true(end <= bytes.length);
    }),
  );
});

test('messages written one after another are read back', (t) => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (payloads) => {
      const writer = new ByteWriter(1);
      payloads.forEach((payload, sequence) => {
        const start = writer.reserve(16);
        writer.append(payload);
        writeMessageHeader(writer.view, start, {
          length: writer.length - start,
          type: 16,
          flags: 0,
          sequence,
          portId: 0,
        });
        writer.pad();
      });
      t.deepEqual(
        [...readMessages(writer.slice())].map(({ payload }) => [...payload]),
        payloads.map((payload) => [...payload]),
      );
    }),
  );
});
