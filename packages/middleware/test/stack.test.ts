import type { Netlink } from '@nlspace/core';
import test from 'ava';
import { type Middleware, stack } from '../src/index.js';

test('the first of a stack is the outermost', async (t) => {
  const order: string[] = [];
  const named =
    (name: string): Middleware =>
    (inner) => ({
      open(options) {
        order.push(name);
        return inner.open(options);
      },
    });
  const served: Netlink = { open: () => Promise.reject(new Error('served')) };
  await t.throwsAsync(stack(served, [named('outer'), named('inner')]).open({ protocol: 0 }), {
    message: 'served',
  });
  t.deepEqual(order, ['outer', 'inner']);
  t.is(stack(served, []), served);
});
