import { readFile } from 'node:fs/promises';
import { errnoOf, readMessages } from '@nlspace/core';
import test from 'ava';
import { type CapturedEvent, CaptureError, readCapture } from '../../src/index.js';

/** Beside the sources: tests are compiled, these are not. */
const FIXTURES = new URL('../../../test/capture/fixtures/', import.meta.url);

function fixture(name: string): Promise<Uint8Array> {
  return readFile(new URL(name, FIXTURES));
}

/** `> 18 port 91` for a request of type 18. */
function linesOf(events: Iterable<CapturedEvent>): string[] {
  return [...events].flatMap((event) => {
    if (event.kind === 'problem') return [event.text];
    if (event.kind === 'call') return [];
    const arrow = event.kind === 'sent' ? '>' : '<';
    return [...readMessages(event.bytes)].map((message) => {
      const { type } = message.header;
      const what = type === 2 ? `errno ${errnoOf(message)}` : String(type);
      return `${arrow} ${what} protocol ${event.socket.protocol}`;
    });
  });
}

// nlmon.pcap: tcpdump 4.99.3 on an nlmon device, Debian 12's Linux 6.1.0-56-amd64 in qemu, iproute2 6.1.0; see fixtures/README.md.
test('a capture of an nlmon device by tcpdump is read', async (t) => {
  const events = [...readCapture(await fixture('nlmon.pcap'))];
  t.is(events.length, 63);
  const lines = linesOf(events);
  t.deepEqual(lines.slice(0, 5), [
    '> 18 protocol 0',
    '< 16 protocol 0',
    '< 16 protocol 0',
    '< 3 protocol 0',
    '> 16 protocol 0',
  ]);
  t.true(lines.includes('> 24 protocol 0'));
  t.true(lines.includes('< errno 101 protocol 0'), 'the route whose gateway cannot be reached');
  t.true(lines.includes('> 16 protocol 16'), 'nlctrl');
});

test('requests without a port ID belong to the port that is answered', async (t) => {
  const events = [...readCapture(await fixture('nlmon.pcap'))].filter((event) => event.kind !== 'problem');
  t.deepEqual(
    events.filter(({ kind, socket }) => kind === 'sent' && socket.portId === 0),
    [],
  );
});

// rtmon.log: rtmon of iproute2 6.1.0 on Linux 6.18; see fixtures/README.md.
test('what rtmon has written is read, with its times', async (t) => {
  const events = [...readCapture(await fixture('rtmon.log'))];
  const lines = linesOf(events);
  t.is(lines[0], '< 16 protocol 0');
  t.true(lines.includes('< 20 protocol 0'), 'an address');
  t.true(lines.includes('< 24 protocol 0'), 'a route');
  t.true(lines.every((line) => line.startsWith('< ')));
  const [first] = events;
  t.is(first?.kind === 'received' ? first.time : 0, 1_795_595_433_127_136);
});

test('other files are none', async (t) => {
  for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new TextEncoder().encode('hello, capture')])
    t.throws(() => readCapture(bytes), { instanceOf: CaptureError });
});

test('what a big-endian machine has captured is refused in words', (t) => {
  const header = new Uint8Array(24);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b2c3d4);
  view.setUint32(20, 253);
  t.deepEqual(linesOf(readCapture(header)), ['it is of a big-endian machine, whose messages cannot be read']);
});
