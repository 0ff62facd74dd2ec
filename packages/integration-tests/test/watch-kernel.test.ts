import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { RouteClient } from '@nlspace/family-route/client';
import { inFreshNamespace, kernelHasKind, missingKernel } from '@nlspace/testkit';
import { kernel } from '@nlspace/transport-kernel';
import test from 'ava';
import fc from 'fast-check';
import { peerTest } from '../src/index.js';
import { change, differencesFromSource } from '../src/watch/mirror-equals-source.js';
import { type RandomChange, randomChange, WORLD } from '../src/watch/random-changes.js';
import { seeded } from '../src/watch/seeded.js';
import { type Harm, unreliable } from '../src/watch/unreliable.js';

/** Made on the kernel; NLSPACE_CHANGES=10000 runs longer, NLSPACE_SEED=… tries others. */
const CHANGES = Number(process.env['NLSPACE_CHANGES'] ?? 300);
const SEED = Number(process.env['NLSPACE_SEED'] ?? 1);
const IN_ONE_NETWORK = 200;
const PATIENCE_MS = 5_000;

const noKernel = await missingKernel();
/** Kinds of links that can be made of nothing: not every kernel has every one. */
const SIMPLE = ['dummy', 'ifb'];
const simple = (await Promise.all(SIMPLE.map(kernelHasKind))).indexOf(true);
const missing = noKernel ?? (simple < 0 ? 'this kernel has no links of kind dummy or ifb' : undefined);

function forThisKernel([of, verb, ...given]: RandomChange): RandomChange {
  const replace = (value: unknown) =>
    value instanceof Object && 'kind' in value && value.kind === 'dummy'
      ? { ...value, kind: SIMPLE[simple] }
      : value;
  return [of, verb, ...given.map(replace)];
}

peerTest(
  test,
  missing,
  `after ${CHANGES} random changes of the real kernel, mirrors equal their sources`,
  async (t) => {
    t.timeout(60_000 + CHANGES * 200);
    const harm: Harm = { interruptions: 0, overruns: 0, lost: 0 };
    const random = seeded(SEED);
    for (let [round, made] = [0, 0]; made < CHANGES; round++) {
      const [program, ...rest] = inFreshNamespace(['sh', '-c', 'echo ready; exec cat']);
      const keeper = spawn(program as string, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
      await once(keeper.stdout, 'data');
      try {
        const netlink = kernel({ namespace: `/proc/${keeper.pid}/ns/net` });
        await using source = await RouteClient.open(netlink);
        await using client = await RouteClient.open(
          unreliable(netlink, { random, interrupted: 0.2, overrun: 0.05 }, harm),
        );
        await using watch = client.watch();
        const following = (async () => {
          for await (const { of } of watch) if (of === 'rules' && random() < 0.1) await setTimeout(1);
        })();
        const changes = fc.sample(randomChange, { numRuns: IN_ONE_NETWORK, seed: SEED + round });
        made += await change(source, [...WORLD, ...changes].map(forThisKernel));
        const end = Date.now() + PATIENCE_MS;
        let differences = await differencesFromSource(watch, source);
        while (differences.length > 0 && Date.now() < end) {
          await Promise.race([following, setTimeout(5)]);
          differences = await differencesFromSource(watch, source);
        }
        t.deepEqual(differences, [], `NLSPACE_SEED=${SEED}, round ${round}`);
      } finally {
        keeper.kill('SIGKILL');
      }
    }
    t.log(
      `${harm.interruptions} lists interrupted, ${harm.overruns} overruns with ${harm.lost} notifications lost`,
    );
    t.true(harm.interruptions > 0 && harm.overruns > 0 && harm.lost > 0);
  },
);
