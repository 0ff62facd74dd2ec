import test from 'ava';
import fc from 'fast-check';
import { ManualClock } from '../../src/index.js';
import { DeadlineQueue } from '../../src/network/deadline-queue.js';

interface Item {
  readonly name: number;
  dueMs: number;
}

test('what is set falls due once, in order of time and then of setting; what is cancelled does not', (t) => {
  const operation = fc.record({
    item: fc.nat(9),
    action: fc.constantFrom('set', 'set', 'cancel', 'advance'),
    ms: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const clock = new ManualClock();
      const heard: string[] = [];
      const expected: string[] = [];
      const queue = new DeadlineQueue<Item>(clock, ({ name }) => heard.push(`${name} at ${clock.now()}`));
      const items: Item[] = Array.from({ length: 10 }, (_, name) => ({ name, dueMs: 0 }));
      let pending: Array<{ name: number; due: number }> = [];
      const forget = (name: number) => {
        pending = pending.filter((one) => one.name !== name);
      };
      for (const { item, action, ms } of [...operations, { item: 0, action: 'advance', ms: 1000 }]) {
        const target = items[item] as Item;
        if (action === 'set') {
          queue.set(target, clock.now() + ms);
          forget(item);
          pending.push({ name: item, due: clock.now() + ms });
        } else if (action === 'cancel') {
          queue.cancel(target);
          forget(item);
        } else {
          const end = clock.now() + ms;
          const due = pending.filter((one) => one.due <= end).sort((a, b) => a.due - b.due);
          clock.advance(ms);
          expected.push(...due.map(({ name, due: at }) => `${name} at ${at}`));
          pending = pending.filter((one) => one.due > end);
        }
      }
      t.deepEqual(heard, expected);
    }),
    { numRuns: 200 },
  );
});
