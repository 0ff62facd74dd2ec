import { setTimeout } from 'node:timers/promises';
import { RouteClient } from '@nlspace/family-route/client';
import test from 'ava';
import fc from 'fast-check';
import { createNetlink } from 'nlspace';
import { change, differencesFromSource } from '../src/watch/mirror-equals-source.js';
import { randomChange, WORLD } from '../src/watch/random-changes.js';
import { seeded } from '../src/watch/seeded.js';
import { type Harm, unreliable } from '../src/watch/unreliable.js';

/** NLSPACE_CHANGES=100000 runs longer, NLSPACE_SEED=… tries others. */
const CHANGES = Number(process.env['NLSPACE_CHANGES'] ?? 10_000);
const SEED = Number(process.env['NLSPACE_SEED'] ?? 1);
const IN_ONE_NETWORK = 200;
/** Of the changes, most are about what is not there and are refused. */
const ACCEPTED_IN_ONE_NETWORK = 60;
/** A mirror that is not right by then stays wrong. */
const PATIENCE_MS = 2_000;

test(`after ${CHANGES} random changes, with lists interrupted and notifications lost, mirrors equal their sources`, async (t) => {
  t.timeout(60_000 + CHANGES * 20);
  const harm: Harm = { interruptions: 0, overruns: 0, lost: 0 };
  let tried = 0;
  let made = 0;
  const runs = Math.ceil(CHANGES / ACCEPTED_IN_ONE_NETWORK);
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomChange, { minLength: IN_ONE_NETWORK, maxLength: IN_ONE_NETWORK }),
      fc.integer(),
      async (changes, seed) => {
        const netlink = createNetlink();
        await using source = await RouteClient.open(netlink);
        const random = seeded(seed);
        const shaky = unreliable(netlink, { random, interrupted: 0.2, overrun: 0.05 }, harm);
        await using client = await RouteClient.open(shaky);
        await using watch = client.watch();
        const following = (async () => {
          for await (const { of } of watch) if (of === 'rules' && random() < 0.1) await setTimeout(1);
        })();
        tried += changes.length;
        made += await change(source, [...WORLD, ...changes]);
        const end = Date.now() + PATIENCE_MS;
        let differences = await differencesFromSource(watch, source);
        while (differences.length > 0 && Date.now() < end) {
          await Promise.race([following, setTimeout(5)]);
          differences = await differencesFromSource(watch, source);
        }
        if (differences.length > 0) throw new Error(differences.join('\n'));
      },
    ),
    {
      seed: SEED,
      numRuns: runs,
      endOnFailure: process.env['NLSPACE_SHRINK'] === undefined,
      includeErrorInReport: true,
    },
  );
  t.log(
    `${tried} changes, ${made} of them accepted; ${harm.interruptions} lists interrupted, ${harm.overruns} overruns with ${harm.lost} notifications lost`,
  );
  t.true(made >= CHANGES);
  t.true(harm.interruptions > runs / 2 && harm.overruns > runs / 2 && harm.lost > 2 * harm.overruns);
});
