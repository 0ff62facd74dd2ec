import { SYNCHRONOUS_DUMP, transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { connectMemory } from '../src/index.js';

transportContract(
  test,
  (served) => {
    const netlink = connectMemory(served);
    return { netlink, close: () => netlink.close() };
  },
  { skip: { [SYNCHRONOUS_DUMP]: 'the next part of a dump is fetched from the far end' } },
);
