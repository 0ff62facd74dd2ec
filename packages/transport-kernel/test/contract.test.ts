import type { Credentials } from '@nlspace/core';
import { CONTRACT_TITLES, conditionalTest } from '@nlspace/transport-contract';
import test from 'ava';
import { kernel } from '../src/index.js';
import { KERNEL_CASES, LEFT_OUT } from './support/kernel-cases.js';
import { noNamespaces, TestNamespace } from './support/test-namespace.js';

test('every case of the contract is either run or left out for a reason', (t) => {
  t.deepEqual([...Object.keys(KERNEL_CASES), ...Object.keys(LEFT_OUT)].sort(), [...CONTRACT_TITLES].sort());
});

for (const [title, run] of Object.entries(KERNEL_CASES)) {
  conditionalTest(test, noNamespaces, title, async (t) => {
    const namespace = await TestNamespace.open();
    const netlink = kernel({ namespace: namespace.path, keepsAlive: false });
    const open = (credentials?: Credentials) =>
      netlink.open({ protocol: 0, ...(credentials === undefined ? {} : { credentials }) });
    try {
      await run(t, { netlink, namespace, open });
    } finally {
      await namespace.close();
    }
  });
}

for (const [title, reason] of Object.entries(LEFT_OUT)) test.skip(`${title} (${reason})`, (t) => t.fail());
