import { transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { trace } from '../../src/index.js';

transportContract(test, (served) => ({
  netlink: trace(served, { write: () => {}, json: true, times: true, calls: true }),
}));
