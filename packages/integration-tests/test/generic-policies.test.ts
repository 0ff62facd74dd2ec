import { execFile } from 'node:child_process';
import { release } from 'node:os';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { MessageSchema } from '@nlspace/core';
import { defineMessage, NetlinkDomain } from '@nlspace/core';
import { arbitraryDamagedPayload, arbitraryPayload } from '@nlspace/testkit';
import { start } from '@nlspace/transport-seccomp';
import test from 'ava';
import fc from 'fast-check';
import {
  createNetlink,
  doOperation,
  familyRequest,
  GenericNetlink,
  genericFamily,
  policyRequest,
} from 'nlspace';
import { KERNEL_FAMILIES } from '../src/generic/kernel-families.js';
import { conditionalTest } from '../src/index.js';

const SCRIPT = fileURLToPath(new URL('../../fixtures/generic-requests.py', import.meta.url));
const PYTHON = '/usr/bin/python3';
const NLCTRL = 16;
const GET_FAMILY = 3;
const GET_POLICY = 10;
const DUMP = 0x301;

interface Request {
  readonly flags: number;
  readonly payload: Uint8Array;
}

const lineOf = ({ flags, payload }: Request) =>
  `${NLCTRL} ${flags.toString(16)} -${Buffer.from(payload).toString('hex')}`;

/** The answers of each request, as lines. */
function answersOf(output: string): string[] {
  return output.split('.\n').slice(0, -1);
}

async function askKernel(requests: readonly Request[]): Promise<string[]> {
  const running = promisify(execFile)(PYTHON, [SCRIPT], { maxBuffer: 2 ** 26 });
  running.child.stdin?.end(requests.map((one) => `${lineOf(one)}\n`).join(''));
  return answersOf((await running).stdout);
}

async function askNlspace(netlink: NetlinkDomain, requests: readonly Request[]): Promise<string[]> {
  const program = await start(netlink, [PYTHON, SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  program.stdin?.end(requests.map((one) => `${lineOf(one)}\n`).join(''));
  return answersOf(await readAll(program.stdout as Readable));
}

function named(command: number, flags: number, name: string): Request {
  const bytes = [...new TextEncoder().encode(name), 0];
  const padded = [...bytes, ...new Array<number>(-bytes.length & 3).fill(0)];
  return { flags, payload: Uint8Array.of(command, 1, 0, 0, 4 + bytes.length, 0, 2, 0, ...padded) };
}

const about = (name: string) => [named(GET_FAMILY, 1, name), named(GET_POLICY, DUMP, name)];

/** The number that the kernel gives a family, and its groups. */
function numbersIn(family: string): { familyId: number; groups: number[] } {
  const id = /06000100(..)(..)0000/.exec(family);
  const groups = family.matchAll(/08000200(..)000000..000100/g);
  return {
    familyId: Number.parseInt(`${id?.[2]}${id?.[1]}`, 16),
    groups: [...groups].map(([, low = '0']) => Number.parseInt(low, 16)),
  };
}

const nothing = { nothing: doOperation(1, defineMessage({}), {}, () => {}) };

/** A domain whose next family gets this number, and whose next group this one. */
async function domainWithNext(familyId: number, group: number): Promise<NetlinkDomain> {
  const domain = new NetlinkDomain({ families: [GenericNetlink] });
  const groups = Array.from({ length: group - 2 }, (_, index) => `g${index}`);
  domain.register(genericFamily({ name: 'before', groups, operations: nothing }));
  const filler = genericFamily({ name: 'filler', operations: nothing });
  for (let id = 0x14; id < familyId; id++) await domain.register(filler).dispose();
  return domain;
}

const [major, minor] = release().split('.');
const otherKernel = `${major}.${minor}` === '6.18' ? undefined : 'the declarations are those of Linux 6.18';

const ofKernel = new Map<string, string[]>();
if (otherKernel === undefined)
  for (const name of Object.keys(KERNEL_FAMILIES)) ofKernel.set(name, await askKernel(about(name)));

for (const [name, family] of Object.entries(KERNEL_FAMILIES)) {
  const expected = ofKernel.get(name) ?? [];
  const isMissing = expected[0]?.startsWith('2 ') === true;
  conditionalTest(
    test,
    isMissing ? `this kernel has no ${name}` : otherKernel,
    `${name} is described byte for byte as the kernel describes it`,
    async (t) => {
      const { familyId, groups } = numbersIn(expected[0] ?? '');
      const domain = await domainWithNext(familyId, Math.min(...groups, 16));
      domain.register(family);
      t.deepEqual(await askNlspace(domain, about(name)), expected);
    },
  );
}

conditionalTest(
  test,
  otherKernel,
  'hostile requests to nlctrl are answered as the kernel answers them',
  async (t) => {
    t.timeout(100_000);
    const schemas = [familyRequest, policyRequest] as unknown as MessageSchema[];
    const payloads = fc.oneof(
      ...schemas.flatMap((one) => [arbitraryPayload(one), arbitraryDamagedPayload(one)]),
    );
    const requests = fc
      .record({
        command: fc.constantFrom(GET_FAMILY, GET_FAMILY, GET_POLICY, GET_POLICY, 0, 1, 11, 255),
        flags: fc.constantFrom(1, 5, 0x301, 0x305, 0x101, 0x205, 0x401, 0xd, 0x11),
        reserved: fc.constantFrom(0, 0, 0, 1, 0xffff),
        payload: fc.oneof(payloads, payloads, fc.constant(named(GET_FAMILY, 1, 'nlctrl').payload.slice(4))),
        version: fc.nat(255),
        length: fc.constantFrom(undefined, undefined, undefined, undefined, 0, 2, 5),
      })
      .map(({ command, flags, reserved, payload, version, length }): Request => {
        const whole = Uint8Array.of(command, version, reserved & 0xff, reserved >>> 8, ...payload);
        return { flags, payload: whole.slice(0, length) };
      })
      // Whom a dump lists, and who is behind the numbers of families that the kernel has, is another matter.
      .filter(
        ({ flags, payload }) =>
          !(payload[0] === GET_FAMILY && (flags & 0x300) === 0x300) && !namesAnother(payload),
      );
    const seed = Math.floor(Math.random() * 2 ** 31);
    const sample = fc.sample(requests, { seed, numRuns: 1500 });
    const [expected, actual] = [await askKernel(sample), await askNlspace(createNetlink(), sample)];
    t.is(expected.length, sample.length);
    const different = sample.flatMap((one, index) =>
      expected[index] === actual[index]
        ? []
        : [{ request: lineOf(one), kernel: expected[index], nlspace: actual[index] }],
    );
    t.deepEqual(different.slice(0, 3), [], `${different.length} differ, seed ${seed}`);
  },
);

/** Whether a CTRL_ATTR_FAMILY_ID of a kernel's family beside nlctrl is among the bytes. */
function namesAnother(payload: Uint8Array): boolean {
  for (let at = 4; at + 6 <= payload.length; at += 4) {
    const id = (payload[at + 4] ?? 0) | ((payload[at + 5] ?? 0) << 8);
    if (payload[at + 2] === 1 && id > NLCTRL && id < 0x60) return true;
  }
  return false;
}
