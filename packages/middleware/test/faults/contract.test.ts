import type { Netlink } from '@nlspace/core';
import { type ConnectedTransport, transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { type FaultOptions, faults } from '../../src/index.js';
import { CONTRACT_WORDS } from '../support/contract-world.js';

/** Rules for everything there is, so that a socket is in the way as much as it can be. */
const EVERYTHING = [
  '*: delay 1s',
  '*: overrun',
  '* do: fail EIO',
  '* dump: interrupt',
  '* notification: drop',
  '* notification: reorder',
  '*: truncate 3',
  '*: close',
];

function contract(name: string, options: FaultOptions): void {
  const create = (served: Netlink): ConnectedTransport => ({
    netlink: faults(served, { vocabularies: () => CONTRACT_WORDS, ...options }),
  });
  transportContract(test, create, { name });
}

contract('no rules', { rules: [] });
contract('a dry run of everything', { rules: EVERYTHING, dryRun: true });
contract('rules for another program', { rules: EVERYTHING.map((rule) => rule.replace(':', ' by nobody:')) });
