import { describeDifferences, missingKernel } from '@nlspace/testkit';
import test from 'ava';
import fc from 'fast-check';
import { differencesOf } from '../src/compare-with-kernel.js';
import { peerTest } from '../src/index.js';
import { arbitraryCommands, COMMANDS, scenarioOf } from '../src/random-scenario.js';

/** NLSPACE_OPERATIONS=50000 runs longer, NLSPACE_SEED=… tries others; by default every run is the same. */
const operations = Number(process.env['NLSPACE_OPERATIONS'] ?? 5000);
const seed = Number(process.env['NLSPACE_SEED'] ?? 1);
/** Scenarios wait more than they work. */
const AT_ONCE = 4;
const MOST_MS_FOR_A_LIST = 10_000;

peerTest(
  test,
  await missingKernel(),
  `${operations} random operations (seed ${seed}) are answered as by the kernel`,
  async (t) => {
    // A list is half full on average.
    const lists = Math.ceil((2 * operations) / COMMANDS / AT_ONCE);
    let played = 0;
    t.timeout(60_000 + operations * 200);
    const property = fc.asyncProperty(arbitraryCommands, async (commands) => {
      played += commands.length;
      const differences = await differencesOf(scenarioOf(commands));
      if (differences.length > 0)
        throw new Error(
          `paste this as a scenario:\n${JSON.stringify(commands, undefined, 2)}\n${describeDifferences(differences)}`,
        );
    });
    const runs = Array.from({ length: AT_ONCE }, (_, index) =>
      fc.assert(property, {
        seed: seed + index,
        numRuns: lists,
        interruptAfterTimeLimit: lists * MOST_MS_FOR_A_LIST,
        markInterruptAsFailure: true,
        includeErrorInReport: true,
      }),
    );
    for (const outcome of await Promise.allSettled(runs))
      if (outcome.status === 'rejected') t.fail(String((outcome.reason as Error).message));
    t.log(`${played} operations`);
    t.pass();
  },
);
