import { describeDifferences, missingKernel } from '@nlspace/testkit';
import test from 'ava';
import fc from 'fast-check';
import { differencesOf } from '../src/compare-with-kernel.js';
import { peerTest } from '../src/index.js';
import { providePrograms } from '../src/programs.js';
import { arbitraryCommands, COMMANDS, SUBJECT_NAMES, scenarioOf } from '../src/random-scenario.js';

/**
 * NLSPACE_OPERATIONS=50000 runs longer, NLSPACE_SEED=… tries others, NLSPACE_SUBJECTS=links,rules only some; by default every
 * run is the same.
 */
const operations = Number(process.env['NLSPACE_OPERATIONS'] ?? 5000);
const seed = Number(process.env['NLSPACE_SEED'] ?? 1);
/** Messages byte by byte still find differences of texts and of what the kernel knows by itself: only who asks for them gets them. */
const usual = SUBJECT_NAMES.filter((name) => name !== 'messages');
const subjects = (process.env['NLSPACE_SUBJECTS']?.split(',') ?? usual).filter(
  // Names of namespaces are for root.
  (subject) => subject !== 'namespaces' || process.getuid?.() === 0,
);
/** Scenarios wait more than they work. */
const AT_ONCE = 4;
const MOST_MS_FOR_A_LIST = 30_000;

const programs = await providePrograms(['RAW_REQUESTS']);
const missing = await missingKernel();
test.after.always(() => programs.remove());

peerTest(
  test,
  missing,
  `${operations} random operations (seed ${seed}) are answered as by the kernel`,
  async (t) => {
    // A list is half full on average.
    const lists = Math.ceil((2 * operations) / COMMANDS / AT_ONCE);
    let played = 0;
    t.timeout(60_000 + lists * MOST_MS_FOR_A_LIST);
    const property = fc.asyncProperty(arbitraryCommands(subjects), async (list) => {
      played += list.commands.length;
      const differences = await differencesOf(scenarioOf(list));
      if (differences.length > 0)
        throw new Error(
          `paste this as a scenario of ${list.subject}:\n${JSON.stringify(list.commands, undefined, 2)}\n${describeDifferences(differences)}`,
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
    const failures = (await Promise.allSettled(runs)).flatMap((outcome) =>
      outcome.status === 'rejected' ? [String((outcome.reason as Error).message)] : [],
    );
    t.log(`${played} operations`);
    t.is(failures.join('\n'), '');
  },
);
