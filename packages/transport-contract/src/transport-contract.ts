import { type Netlink, NetlinkDomain } from '@nlspace/core';
import type { TestFn } from 'ava';
import { addressCases } from './cases/address-cases.js';
import { dumpCases } from './cases/dump-cases.js';
import { flowCases } from './cases/flow-cases.js';
import { groupCases } from './cases/group-cases.js';
import { optionCases } from './cases/option-cases.js';
import { requestCases } from './cases/request-cases.js';
import { type ContractCase, makeWorld } from './contract-case.js';
import { ContractFamily } from './contract-family.js';

/** A transport's two doors around the netlink that is served. */
export interface ConnectedTransport {
  readonly netlink: Netlink;
  close?(): void | Promise<void>;
}

export interface ContractOptions {
  /** Cases that the transport cannot keep, by title, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
  /** What titles begin with, where a file runs the suite more than once. */
  readonly name?: string;
}

const CASES: readonly ContractCase[] = [
  ...addressCases,
  ...optionCases,
  ...groupCases,
  ...requestCases,
  ...dumpCases,
  ...flowCases,
];

/** What the cases state, for a suite that has to say the same in other words. */
export const CONTRACT_TITLES: readonly string[] = CASES.map(({ title }) => title);

/** The case that only a transport within reach of a function call can keep. */
export const SYNCHRONOUS_DUMP = 'receive never gives nothing in mid-dump';

/**
 * Runs the suite: each case in a domain of its own, which `create` serves and connects to.
 *
 * @throws {Error} when a case that is to be skipped does not exist, or has no reason.
 */
export function transportContract(
  test: TestFn,
  create: (served: Netlink) => ConnectedTransport | Promise<ConnectedTransport>,
  { skip = {}, name }: ContractOptions = {},
): void {
  for (const [title, reason] of Object.entries(skip)) {
    if (!CASES.some((one) => one.title === title)) throw new Error(`there is no case "${title}" to skip`);
    if (reason === '') throw new Error(`say why "${title}" is skipped`);
  }
  for (const { title: statement, run } of CASES) {
    const title = name === undefined ? statement : `${name}: ${statement}`;
    const reason = skip[statement];
    if (reason !== undefined) {
      test.skip(`${title} (${reason})`, (t) => t.fail());
      continue;
    }
    test(title, async (t) => {
      const domain = new NetlinkDomain();
      const family = domain.register(ContractFamily).instance as ContractFamily;
      const { netlink, close } = await create(domain);
      try {
        await run(t, makeWorld(netlink, family));
      } finally {
        await close?.();
      }
    });
  }
}
