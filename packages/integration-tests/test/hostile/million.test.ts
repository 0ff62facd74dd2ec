import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Datagram, type NetlinkDomain, NetlinkError, NetlinkProtocol, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { ManualClock, routeFamily } from '@nlspace/family-route';
import { ADMINISTRATOR, ORDINARY_USER, openTestDomain } from '@nlspace/testkit';
import test from 'ava';
import { type Bytes, message } from '../../src/hostile/bytes.js';
import { corpus } from '../../src/hostile/corpus.js';
import { Mutator } from '../../src/hostile/mutation.js';
import { violation } from '../../src/hostile/rules.js';
import { BEGINNING_CASES, DUMP, GET_LINK, linkHeader, REQUEST } from '../../src/hostile/seeds.js';

const count = Number(process.env['NLSPACE_HOSTILE_COUNT'] ?? 1_000_000);
const seed = Number(process.env['NLSPACE_HOSTILE_SEED'] ?? 1);
/** Datagrams until a network is replaced by a fresh one, so that tables stay small and the run fast. */
const PER_NETWORK = 2_000;
/** More datagrams than any dump here has. */
const TOO_MANY_ANSWERS = 10_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const mutator = new Mutator(seed);
const seeds = corpus(seed);

function datagram(): Uint8Array {
  switch (mutator.below(12)) {
    case 0:
      return noise(mutator.below(120));
    case 1:
      return withRandomHeader(noise(16 + mutator.below(160)));
    case 2:
      return Uint8Array.from([1, 2, 3].flatMap(() => mutator.mutate(mutator.pick(seeds))));
    case 3:
      return Uint8Array.from(mutator.pick(seeds));
    default:
      return Uint8Array.from(mutator.mutate(mutator.pick(seeds)));
  }
}

function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => mutator.below(256));
}

/** Noise that says its true length, the type of an operation and REQUEST. */
function withRandomHeader(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, 16 + mutator.below(16), true);
  bytes[6] = (bytes[6] ?? 0) | REQUEST;
  return bytes;
}

interface Peers {
  readonly domain: NetlinkDomain;
  readonly senders: readonly NetlinkSocket[];
  readonly listener: NetlinkSocket;
  readonly defects: ReadonlyArray<{ error: unknown; operation: string }>;
  readonly clock: ManualClock;
}

async function openPeers(): Promise<Peers> {
  const clock = new ManualClock();
  const { domain, open, defects } = openTestDomain([routeFamily({ clock })]);
  const senders = await Promise.all(
    (
      [
        [ADMINISTRATOR, []],
        [ADMINISTRATOR, [SocketOption.ExtendedAck]],
        [ADMINISTRATOR, [SocketOption.ExtendedAck, SocketOption.CapAck, SocketOption.StrictChecking]],
        [ORDINARY_USER, [SocketOption.ExtendedAck]],
      ] as const
    ).map(async ([credentials, options]) => {
      const socket = await open(NetlinkProtocol.Route, credentials);
      for (const option of options) await socket.setOption(option, 1);
      return socket;
    }),
  );
  const listener = await open(NetlinkProtocol.Route);
  await listener.bind({ portId: 0, groups: 0xffff_ffff });
  await listener.setOption(SocketOption.ReceiveBufferSize, 20_000);
  for (const { bytes } of BEGINNING_CASES) await exchange(senders[0] as NetlinkSocket, Uint8Array.from(bytes));
  return { domain, senders, listener, defects, clock };
}

function drain(socket: NetlinkSocket): Uint8Array[] {
  const answers: Uint8Array[] = [];
  for (;;) {
    let next: Datagram | undefined;
    try {
      next = socket.receive();
    } catch (error) {
      if (error instanceof NetlinkError) continue;
      throw error;
    }
    if (next === undefined) return answers;
    answers.push(next.bytes);
    if (answers.length > TOO_MANY_ANSWERS) throw new Error('a dump without an end');
  }
}

async function exchange(socket: NetlinkSocket, bytes: Uint8Array): Promise<Uint8Array[]> {
  const pending = socket.send(bytes);
  if (pending !== undefined) await pending;
  return drain(socket);
}

const DUMP_LINKS: Bytes = message({ type: GET_LINK, flags: REQUEST | DUMP, payload: linkHeader() });

test(`${count} hostile datagrams: every request is answered, nothing breaks (NLSPACE_HOSTILE_SEED=${seed})`, async (t) => {
  t.timeout(600_000);
  let sent = 0;
  let settledHeap = 0;
  while (sent < count) {
    const { senders, listener, defects, clock } = await openPeers();
    for (let i = 0; i < PER_NETWORK && sent < count; i++, sent++) {
      const bytes = datagram();
      if (bytes.length === 0) continue;
      const copy = bytes.slice();
      const socket = mutator.pick(senders);
      const wrong = violation(copy, await exchange(socket, bytes), socket.address.portId);
      if (wrong !== undefined || defects.length > 0) {
        t.log(`datagram ${sent}: ${Buffer.from(copy).toString('hex')}`, defects[0]?.error);
        t.fail(wrong ?? `defect in ${defects[0]?.operation}`);
        return;
      }
      if (i % 64 === 0) drain(listener);
      if (i % 500 === 0) clock.advance(mutator.below(100_000));
    }
    const dump = await exchange(senders[1] as NetlinkSocket, Uint8Array.from(DUMP_LINKS));
    const types = dump.map((one) => new DataView(one.buffer, one.byteOffset).getUint16(4, true));
    t.true(types.length > 1 && types.at(-1) === 3 && types.slice(0, -1).every((type) => type === 16));
    for (const socket of [...senders, listener]) socket.close();
    if (sent === 20 * PER_NETWORK || sent >= count) {
      collectGarbage();
      const { heapUsed } = process.memoryUsage();
      if (settledHeap === 0) settledHeap = heapUsed;
      t.true(heapUsed - settledHeap < 32_000_000, `${heapUsed - settledHeap} bytes have been kept`);
    }
  }
});
