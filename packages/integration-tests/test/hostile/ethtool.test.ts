import { spawn } from 'node:child_process';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ByteWriter, encodeMessage, type MessageBody, type MessageSchema, NetlinkProtocol, type Operation } from '@nlspace/core';
import { arbitraryDamagedPayload, arbitraryMessage, inFreshNamespace, missingKernel } from '@nlspace/testkit';
import { start } from '@nlspace/transport-seccomp';
import test from 'ava';
import fc from 'fast-check';
import { createNetlink, type GenericNetlink, operationsOf } from 'nlspace';
import { peerTest } from '../../src/index.js';

const SCRIPT = fileURLToPath(new URL('../../../fixtures/generic-requests.py', import.meta.url));
const missing = await missingKernel();
const SEED = Number(process.env['NLSPACE_HOSTILE_SEED'] ?? 1);
const REQUESTS = Number(process.env['NLSPACE_HOSTILE_REQUESTS'] ?? 600);
/** What is left are nests of bits and of sets, which the kernel reads when it has found the link, nlspace before. */
const LEAST_SHARE_OF_EQUAL = 0.985;
const DO = 5;
const DUMP = 0x301;

/** The same links on both sides; the family's number is the program's first argument's answer. */
const LINKS = `
  ip link add v0 address 02:00:00:00:00:01 type veth peer name v1 address 02:00:00:00:00:02
  ip link add br0 address 02:00:00:00:00:03 type bridge
  ip link add mv0 link v0 address 02:00:00:00:00:04 type macvlan
  family=$(genl ctrl get name ethtool | sed -n 's/.*ID: \\(0x[0-9a-f]*\\) .*/\\1/p')
  sed "s/^/$((family)) /" | python3 ${SCRIPT}
`;
const NAMES = ['lo', 'v0', 'br0', 'mv0', 'nosuch'];

/** What can be asked, as the family declares it. */
function declared(): Operation[] {
  const generic = createNetlink().familyOf(NetlinkProtocol.Generic)?.instance as GenericNetlink;
  return operationsOf(generic.byName('ethtool')?.instance ?? {});
}

/** A payload as the schema has it, mostly about a link that there is. */
function payloadOf(message: MessageSchema): fc.Arbitrary<Uint8Array> {
  const named = fc
    .record({ body: arbitraryMessage(message), name: fc.constantFrom(...NAMES), given: fc.boolean() })
    .map(({ body, name, given }): Uint8Array => {
      const { header, ...rest } = body.attributes as Record<string, unknown>;
      const about = { ...rest, header: given ? { ...(header as object), index: undefined, name } : { name } };
      const writer = new ByteWriter();
      encodeMessage(message, writer, { ...body, attributes: about } as MessageBody);
      return writer.slice();
    });
  return fc.oneof(named, named, arbitraryDamagedPayload(message));
}

interface Request {
  readonly operation: string;
  /** As the script takes it, without the number of the family. */
  readonly line: string;
}

const requests: fc.Arbitrary<Request> = fc.oneof(
  ...declared().map(({ name, number, exchange, message }) =>
    payloadOf(message).map((payload) => ({
      operation: name,
      line: `${(exchange === 'do' ? DO : DUMP).toString(16)} -${Buffer.from([number, 1, 0, 0, ...payload]).toString('hex')}`,
    })),
  ),
);

/** What is said beside an error at the end of a dump is of the last link that had nothing to say: left out. */
function answersOf(output: string): string[] {
  return (
    output
      // Each side has its own number for the family.
      .replaceAll(/^\d{2} /gm, 'ethtool ')
      .replaceAll(/^3 0x(?:2|302|202|102) (.{8}).*$/gm, '3 $1')
      .split('.\n')
      .slice(0, -1)
  );
}

async function askKernel(input: string): Promise<string[]> {
  const [command = '', ...argv] = inFreshNamespace(['sh', '-c', LINKS]);
  const child = spawn(command, argv, {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 120_000,
  });
  child.stdin.end(input);
  return answersOf(await readAll(child.stdout));
}

async function askNlspace(input: string): Promise<string[]> {
  const program = await start(createNetlink(), ['sh', '-c', LINKS], { stdio: ['pipe', 'pipe', 'inherit'] });
  program.stdin?.end(input);
  return answersOf(await readAll(program.stdout as NodeJS.ReadableStream));
}

peerTest(test, missing, `${REQUESTS} requests to ethtool, valid and not, made from what it declares, are answered as the kernel answers them`, async (t) => {
  t.timeout(240_000);
  const sample = fc.sample(requests, { seed: SEED, numRuns: REQUESTS });
  const input = sample.map(({ line }) => `${line}\n`).join('');
  const [kernel, nlspace] = await Promise.all([askKernel(input), askNlspace(input)]);
  t.is(kernel.length, sample.length);
  const different = sample.flatMap(({ operation, line }, index) =>
    kernel[index] === nlspace[index] ? [] : [{ operation, line, kernel: kernel[index], nlspace: nlspace[index] }],
  );
  const equal = 1 - different.length / sample.length;
  const ofEach = new Map(different.map((one) => [one.operation, one]));
  t.log(`${different.length} of ${sample.length} differ`, [...ofEach.values()]);
  t.true(equal >= LEAST_SHARE_OF_EQUAL, JSON.stringify([...ofEach.values()], undefined, 2));
  // Both what is refused and what is told was among them.
  t.true(kernel.some((answer) => answer.startsWith('ethtool 0x0')));
  t.true(kernel.filter((answer) => answer.startsWith('2 0x300')).length > REQUESTS / 10);
});
