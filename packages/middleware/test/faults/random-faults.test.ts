import { ManualClock, NetlinkError, type NetlinkSocket, readMessages } from '@nlspace/core';
import { ContractType, errnoOf, NEAR_GROUP, requests } from '@nlspace/transport-contract';
import test from 'ava';
import fc from 'fast-check';
import { REORDER_PATIENCE_MS } from '../../src/index.js';
import { faultWorld } from '../support/contract-world.js';

const when = fc.oneof(
  fc.constant(''),
  fc.constantFrom('once', 'twice', '5 times', '2nd', 'from 3rd', 'every 2nd', '30%', '50% seed 9 3 times'),
);
const about = fc.constantFrom('Announce', '*', 'Announce with index=1', 'Announce by 1', 'nothing');
const forNotifications = fc.constantFrom(
  'drop',
  'duplicate',
  'reorder',
  'reorder behind 2',
  'overrun',
  'overrun losing 3',
  'delay 20ms',
  'truncate 9',
);
const forRequests = fc.constantFrom('fail EIO', 'fail EPERM "no" at index', 'delay 30ms', 'overrun');
const rule = fc.oneof(
  fc
    .tuple(about, forNotifications, when)
    .map(([what, fault, time]) => `${what} notification: ${fault} ${time}`),
  fc
    .tuple(fc.constantFrom('Touch', '*'), forRequests, when)
    .map(([what, fault, time]) => `${what} do: ${fault} ${time}`),
);

/** What a socket does next: asks so many things at once, hears of so many, reads so often, waits so long. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('ask' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('hear' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant('wait' as const), count: fc.integer({ min: 1, max: 50 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays steps; what was read, as texts. */
async function play(rules: readonly string[], seed: number, steps: readonly Step[]): Promise<string[]> {
  const clock = new ManualClock();
  const { netlink, domain, open } = faultWorld(rules, { clock, seed });
  const socket = await open();
  await socket.joinGroup(NEAR_GROUP);
  const source = await domain.open({ protocol: 21 });
  const got: string[] = [];
  let sequence = 1;
  for (const { kind, count } of steps) {
    if (kind === 'wait') clock.advance(count);
    else if (kind === 'hear') await source.send(requests({ type: ContractType.Announce, count, flags: 0 }));
    else if (kind === 'read') for (let index = 0; index < count; index++) read(socket, got);
    else {
      const all = Array.from({ length: count }, (_, index) => ({
        type: ContractType.Touch,
        sequence: sequence + index,
        attributes: { index },
      }));
      sequence += count;
      await socket.send(requests(...all));
    }
  }
  for (let round = 0; round < 200; round++) {
    while (read(socket, got));
    clock.advance(REORDER_PATIENCE_MS);
  }
  // Every rule has had its say about what it is about, and nothing is left.
  if (socket.readable) throw new Error('something is left');
  const sequences = Array.from({ length: sequence - 1 }, (_, index) => index + 1);
  const answered = got.flatMap((one) => /^answer (\d+)/.exec(one)?.[1] ?? []).map(Number);
  if (answered.join() !== sequences.join()) throw new Error(`answers to ${answered.join()}`);
  if (netlink.counts().length !== rules.length) throw new Error('rules were lost');
  return got;
}

/** Looks, and reads the same. */
function read(socket: NetlinkSocket, got: string[]): boolean {
  try {
    const looked = socket.receive({ peek: true, capacity: 0 });
    const datagram = socket.receive();
    if (looked?.bytes.join() !== datagram?.bytes.join()) throw new Error('a look has found something else');
    if (datagram === undefined) return false;
    const [message] = readMessages(datagram.bytes);
    if (datagram.group !== 0) got.push(`notification ${datagram.bytes.length}`);
    else if (message !== undefined) got.push(`answer ${message.header.sequence} ${errnoOf(message)}`);
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    got.push(error.message);
  }
  return true;
}

test('whatever goes wrong, every request is answered once and in order, and the same seed makes the same', async (t) => {
  const cases = fc.tuple(
    fc.array(rule, { maxLength: 5 }),
    fc.integer({ min: 0, max: 1000 }),
    fc.array(step, { maxLength: 25 }),
  );
  await fc.assert(
    fc.asyncProperty(cases, async ([rules, seed, steps]) => {
      t.deepEqual(await play(rules, seed, steps), await play(rules, seed, steps));
    }),
    { numRuns: 150 },
  );
});
