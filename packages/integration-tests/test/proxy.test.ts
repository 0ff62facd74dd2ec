import { compareRegardlessOfMoments } from '@nlspace/testkit';
import test from 'ava';
import { compareScenarios } from '../src/compare-with-kernel.js';
import { providePrograms, SCENARIOS } from '../src/index.js';
import { proxyWorld } from '../src/proxy-world.js';
import { KERNEL_CALLERS } from '../src/scenarios/kernel-callers.js';

const programs = await providePrograms();

// Everything that is compared with the kernel passes through us unchanged when it is the kernel that answers.
const scenarios = Object.entries(SCENARIOS).flatMap(([object, some]) =>
  some.map((scenario) => ({
    ...scenario,
    name: `${object}: ${scenario.name}`,
    // The kernel takes users in rules only from the user namespace of the network, in which an ordinary user's nlspace is not.
    ...(scenario.commands.some((line) => line.includes('uidrange')) ? { needsRoot: true as const } : {}),
  })),
);
await compareScenarios(test, 'through nlspace', [...scenarios, ...KERNEL_CALLERS], {
  world: proxyWorld,
  known: [],
  compare: compareRegardlessOfMoments,
});

test.after.always(() => programs.remove());
