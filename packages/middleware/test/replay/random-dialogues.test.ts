import { type Netlink, NetlinkError, type NetlinkSocket, readMessages } from '@nlspace/core';
import { CONTRACT_PROTOCOL, ContractType, FAR_GROUP, requests } from '@nlspace/transport-contract';
import test from 'ava';
import fc from 'fast-check';
import { CaptureError, replay } from '../../src/index.js';
import { openAs } from '../support/contract-world.js';
import { recorded } from '../support/recorded.js';

const SOCKETS = 3;

/** Something that a program does on one of its sockets. */
type Step =
  | { readonly kind: 'ask'; readonly socket: number; readonly type: ContractType; readonly count: number }
  | { readonly kind: 'join'; readonly socket: number }
  | { readonly kind: 'leave'; readonly socket: number }
  | { readonly kind: 'receive'; readonly socket: number };

const socket = fc.nat(SOCKETS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      socket,
      type: fc.constantFrom(
        ContractType.Touch,
        ContractType.Fetch,
        ContractType.List,
        ContractType.Announce,
        ContractType.Refuse,
        99 as ContractType,
      ),
      count: fc.nat(5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('join' as const, 'leave' as const, 'receive' as const),
      socket,
    }),
  },
);

/** What a program sees: each socket's messages in their order, with what stays the same from run to run. */
async function play(netlink: Netlink, steps: readonly Step[], firstPort: number): Promise<string[][]> {
  const sockets: NetlinkSocket[] = [];
  const seen: string[][] = [];
  for (let number = 0; number < SOCKETS; number++) {
    sockets.push(await openAs(firstPort + number, netlink));
    seen.push([]);
  }
  let sequence = firstPort;
  const take = (number: number) => {
    for (let datagram = sockets[number]?.receive(); datagram; datagram = sockets[number]?.receive()) {
      for (const { header, payload } of readMessages(datagram.bytes)) {
        const body = header.type === 2 ? payload.subarray(0, 4) : payload;
        seen[number]?.push(
          `${header.type} ${header.flags} +${header.sequence - firstPort} ${header.portId - firstPort} ${Buffer.from(body).toString('hex')}`,
        );
      }
    }
  };
  for (const one of steps) {
    const target = sockets[one.socket];
    if (one.kind === 'join') await target?.joinGroup(FAR_GROUP);
    else if (one.kind === 'leave') await target?.leaveGroup(FAR_GROUP);
    else if (one.kind === 'receive') take(one.socket);
    else {
      const { type, count } = one;
      const flags = type === ContractType.List ? 0x300 : 4;
      await target?.send(requests({ type, count, size: 8, sequence: sequence++, flags }));
    }
  }
  for (let number = 0; number < SOCKETS; number++) take(number);
  return seen;
}

function recordingOf(steps: readonly Step[]): Promise<{ file: Uint8Array; seen: string[][] }> {
  return recorded((netlink) => play(netlink, steps, 1000));
}

test('whatever a program does, a replay tells it what it was told', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { file, seen } = await recordingOf(steps);
      t.deepEqual(await play(replay(file), steps, 5000), seen);
    }),
    { numRuns: 200 },
  );
});

test('a recording with changed bytes is refused, or refuses; nothing else is thrown', async (t) => {
  const steps: Step[] = [
    { kind: 'join', socket: 1 },
    { kind: 'ask', socket: 0, type: ContractType.Fetch, count: 2 },
    { kind: 'ask', socket: 0, type: ContractType.Announce, count: 2 },
    { kind: 'ask', socket: 2, type: ContractType.List, count: 3 },
  ];
  const { file } = await recordingOf(steps);
  let played = 0;
  const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changes, async (replaced) => {
      const changed = file.slice();
      for (const [offset, value] of replaced) changed[offset] = value;
      try {
        await play(replay(changed), steps, 5000);
        played++;
      } catch (error) {
        if (!(error instanceof CaptureError) && !(error instanceof NetlinkError)) throw error;
      }
    }),
    { numRuns: 400 },
  );
  t.true(played > 0);
});

/** The requests of one process each, on a socket of its own. */
type Programs = ReadonlyArray<ReadonlyArray<{ readonly type: ContractType; readonly count: number }>>;

const program = fc.array(
  fc.record({
    type: fc.constantFrom(ContractType.Touch, ContractType.Fetch, ContractType.List),
    count: fc.nat(2),
  }),
  { minLength: 1, maxLength: 4 },
);

/** Each program's messages, whichever of them is next (a number for each step; those that have ended are passed over). */
async function playAtOnce(
  netlink: Netlink,
  programs: Programs,
  turns: readonly number[],
): Promise<string[][]> {
  const seen: string[][] = programs.map(() => []);
  const sockets = new Map<number, NetlinkSocket>();
  const left = programs.map((requests) => [...requests]);
  let sequence = turns.length;
  for (let turn = 0; left.some(({ length }) => length > 0); turn++) {
    const running = left.flatMap(({ length }, number) => (length > 0 ? [number] : []));
    const number = running[(turns[turn % turns.length] ?? 0) % running.length] ?? 0;
    const { type, count } = left[number]?.shift() ?? { type: ContractType.Touch, count: 0 };
    const own = sockets.get(number) ?? (await netlink.open({ protocol: CONTRACT_PROTOCOL }));
    sockets.set(number, own);
    const flags = type === ContractType.List ? 0x300 : 4;
    await own.send(requests({ type, count, size: 4, sequence: sequence++, flags }));
    for (let datagram = own.receive(); datagram; datagram = own.receive())
      for (const { header, payload } of readMessages(datagram.bytes))
        seen[number]?.push(
          `${header.type} ${Buffer.from(header.type === 2 ? payload.subarray(0, 4) : payload).toString('hex')}`,
        );
  }
  return seen;
}

test('programs that run at once may take turns otherwise than when they were recorded', async (t) => {
  const turns = fc.array(fc.nat(5), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(program, { minLength: 1, maxLength: 4 }),
      turns,
      turns,
      async (programs, then, now) => {
        const { file, seen } = await recorded((netlink) => playAtOnce(netlink, programs, then));
        t.deepEqual(await playAtOnce(replay(file), programs, now), seen);
      },
    ),
    { numRuns: 300 },
  );
});
