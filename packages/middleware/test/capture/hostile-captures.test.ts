import { readFile } from 'node:fs/promises';
import { CONTRACT_PROTOCOL, ContractType, next, requests } from '@nlspace/transport-contract';
import test from 'ava';
import fc from 'fast-check';
import { CaptureError, readCapture } from '../../src/index.js';
import { recorded } from '../support/recorded.js';

const FIXTURES = new URL('../../../test/capture/fixtures/', import.meta.url);

/** Reads to the end; more events than the file has room for would be an endless loop. */
function readAll(file: Uint8Array): number {
  let events = 0;
  try {
    for (const event of readCapture(file)) {
      events++;
      if (event.kind !== 'call' && event.kind !== 'problem') {
        const { bytes } = event;
        if (bytes.buffer !== file.buffer || bytes.byteOffset + bytes.length > file.byteOffset + file.length)
          throw new Error('bytes that are not of the file');
      }
      if (events > file.length + 2) throw new Error('there is no end');
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
  }
  return events;
}

async function ownFile(): Promise<Uint8Array> {
  const { file } = await recorded(async (netlink) => {
    const socket = await netlink.open({ protocol: CONTRACT_PROTOCOL });
    await socket.send(requests({ type: ContractType.Fetch, count: 2, size: 4 }));
    await next(socket);
    socket.close();
  });
  return file;
}

const files: ReadonlyArray<readonly [string, () => Promise<Uint8Array>]> = [
  ['a pcapng file', ownFile],
  ['a pcap file', () => readFile(new URL('nlmon.pcap', FIXTURES))],
  ['a file of rtmon', () => readFile(new URL('rtmon.log', FIXTURES))],
];

for (const [name, load] of files) {
  test(`${name} with changed bytes is read to an end, within itself`, async (t) => {
    const original = new Uint8Array(await load()).subarray(0, 4000);
    const changes = fc.array(fc.tuple(fc.nat(original.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(changes, fc.nat(original.length), (replaced, length) => {
        const file = original.slice();
        for (const [offset, value] of replaced) file[offset] = value;
        readAll(file.subarray(0, length));
        readAll(file);
      }),
      { numRuns: 500 },
    );
    t.true(readAll(original) > 0);
  });

  test(`${name} whose words are extreme is read to an end, within itself`, async (t) => {
    const original = new Uint8Array(await load()).subarray(0, 1500);
    let read = 0;
    for (let offset = 0; offset + 4 <= original.length; offset += 4) {
      for (const value of [0, 1, 3, 12, 0x7fff_ffff, 0xffff_fffc, 0xffff_ffff]) {
        const file = original.slice();
        new DataView(file.buffer).setUint32(offset, value, true);
        readAll(file);
        read++;
      }
    }
    t.is(read, Math.floor(original.length / 4) * 7);
  });
}

test('bytes behind the beginning of a kind of file are read to an end', (t) => {
  const beginnings = [
    [0x0a, 0x0d, 0x0d, 0x0a],
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0x18, 0, 0, 0, 0x0f, 0],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...beginnings), fc.uint8Array({ maxLength: 300 }), (begin, rest) => {
      readAll(Uint8Array.from([...begin, ...rest]));
    }),
    { numRuns: 1000 },
  );
  t.is(readAll(Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a)), 1);
});
