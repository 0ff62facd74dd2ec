import { missingKernel } from '@nlspace/testkit';
import test from 'ava';
import { withoutWords } from '../../src/hostile/answers.js';
import type { HostileBatch, HostileCase } from '../../src/hostile/cases.js';
import { EXTENDED, STRICT } from '../../src/hostile/cases.js';
import { DIFFERENT_POLICIES, EVERY_ATTRIBUTE, policiesOf } from '../../src/hostile/every-attribute.js';
import { HAND_MADE } from '../../src/hostile/hand-made.js';
import { FULL_BEGINNING } from '../../src/hostile/more-seeds.js';
import { Mutator, namesNamespace } from '../../src/hostile/mutation.js';
import { DIFFERENT_RESULTS, type NamedDifference } from '../../src/hostile/named-differences.js';
import { askDomain, askKernel, type Defect } from '../../src/hostile/peers.js';
import { BEGINNING_CASES, wellFormedCases } from '../../src/hostile/seeds.js';
import { peerTest } from '../../src/index.js';

const missing = await missingKernel();
/** Each takes a network namespace of its own, which a busy machine is slow to make. */
const MUTATIONS = Number(process.env['NLSPACE_HOSTILE_MUTATIONS'] ?? 1_000);
const SEED = Number(process.env['NLSPACE_HOSTILE_SEED'] ?? 1);
/** Of what a program acts on. What is left are attributes that the kernel reads nest by nest and nlspace all at once. */
const LEAST_SHARE_OF_EQUAL_MUTATIONS = 0.99;

interface Compared extends HostileCase {
  readonly kernel: string;
  readonly nlspace: string;
}

/** Requests that only read may share a network; so many do, since networks are what takes the time. */
const READERS_IN_A_NETWORK = 50;

/** One message, an RTM_GET*. */
function isReading({ bytes }: HostileCase): boolean {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  return view.byteLength >= 16 && view.getUint32(0, true) === view.byteLength && (view.getUint16(4, true) & 3) === 2;
}

function inNetworks(cases: readonly HostileCase[]): HostileCase[][] {
  const networks: HostileCase[][] = [];
  for (const one of cases) {
    const last = networks.at(-1);
    if (last !== undefined && last.length < READERS_IN_A_NETWORK && isReading(one) && last.every(isReading)) last.push(one);
    else networks.push([one]);
  }
  return networks;
}

/** Every case in a network that begins alike, which no case before has changed. */
async function compare(cases: readonly HostileCase[], beginning = BEGINNING_CASES): Promise<Compared[]> {
  const networks = inNetworks(cases);
  const batches: HostileBatch[] = networks.map((some) => [...beginning, ...some]);
  const defects: Defect[] = [];
  const [kernel, nlspace] = await Promise.all([askKernel(batches), askDomain(batches, defects)]);
  if (defects[0] !== undefined) throw defects[0].error;
  const begun = beginning.length;
  return networks.flatMap((some, i) =>
    some.map((one, j) => ({ ...one, kernel: kernel[i]?.[begun + j] as string, nlspace: nlspace[i]?.[begun + j] as string })),
  );
}

const isEqual = ({ kernel, nlspace }: Compared): boolean => withoutWords(kernel) === withoutWords(nlspace);

function isNamed({ name }: HostileCase, table: readonly NamedDifference[]): boolean {
  return table.some((row) => name.startsWith(row.name));
}

/** Names of rows about which nothing differs any more, though something was compared. */
function staleRows(compared: readonly Compared[], table: readonly NamedDifference[]): string[] {
  const isStale = (row: NamedDifference): boolean => {
    const about = compared.filter((one) => isNamed(one, [row]));
    return about.length > 0 && about.every(isEqual);
  };
  return table.filter(isStale).map(({ name }) => name);
}

/** The same of attributes: a row may lose them one by one. */
function stalePolicies(compared: readonly Compared[]): string[] {
  const different = new Set(compared.filter((one) => !isEqual(one)).flatMap(policiesOf));
  return DIFFERENT_POLICIES.flatMap(({ place, attributes }) => attributes.map((type) => `${place}: attribute ${type}`).filter((name) => !different.has(name)));
}

const describe = ({ name, options, bytes, kernel, nlspace }: Compared): string =>
  `${name} [${options}] ${Buffer.from(bytes).toString('hex')}\n  kernel  ${kernel}\n  nlspace ${nlspace}`;

peerTest(test, missing, 'well-formed requests get what the kernel gives, strict or not', async (t) => {
  const compared = await compare([...wellFormedCases(EXTENDED), ...wellFormedCases(STRICT)]);
  const different = compared.filter((one) => !isEqual(one) && !isNamed(one, DIFFERENT_RESULTS));
  t.deepEqual(different.map(describe), []);
  t.deepEqual(staleRows(compared, DIFFERENT_RESULTS), []);
});

peerTest(test, missing, `${HAND_MADE.length} requests that are wrong in one way each get the errno that the kernel gives`, async (t) => {
  t.timeout(60_000);
  const compared = await compare(HAND_MADE);
  const different = compared.filter((one) => !isEqual(one));
  t.deepEqual(different.filter((one) => !isNamed(one, DIFFERENT_RESULTS)).map(describe), []);
  t.deepEqual(staleRows(compared, DIFFERENT_RESULTS), []);
  const sameWords = compared.filter(({ kernel, nlspace }) => kernel === nlspace).length;
  t.log(`${sameWords} of ${compared.length} with the same text and offset; ${different.length} differ in what is named`);
});

peerTest(test, missing, `${EVERY_ATTRIBUTE.length} requests with every attribute in every length get the errno that the kernel gives`, async (t) => {
  t.timeout(600_000);
  const compared = await compare(EVERY_ATTRIBUTE);
  const different = compared.filter((one) => !isEqual(one));
  t.deepEqual(different.filter((one) => policiesOf(one).length === 0).map(describe), []);
  t.deepEqual(stalePolicies(compared), []);
  t.log(`${compared.length - different.length} of ${compared.length} equal; the rest is named`);
});

peerTest(test, missing, `${MUTATIONS} mutated requests (seed ${SEED}) get the errno that the kernel gives, but for a few`, async (t) => {
  t.timeout(300_000);
  const mutator = new Mutator(SEED);
  const cases = Array.from({ length: MUTATIONS }, (_, i) => mutator.case(i)).filter(({ bytes }) => !namesNamespace(bytes));
  const compared = await compare(cases, FULL_BEGINNING);
  const different = compared.filter((one) => !isEqual(one));
  for (const one of different.slice(0, 10)) t.log(describe(one));
  t.log(`${compared.length - different.length} of ${compared.length} equal`);
  t.true(different.length <= compared.length * (1 - LEAST_SHARE_OF_EQUAL_MUTATIONS));
});
