import {
  compare,
  describeDifferences,
  kernelHasKind,
  kernelWorld,
  missingKernel,
  play as playScenario,
  type Scenario,
} from '@nlspace/testkit';
import { conditionalTest, type Missing, peerTest } from '@nlspace/transport-contract';
import type { ExecutionContext, TestFn } from 'ava';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { nlspaceWorld } from './nlspace-world.js';
import { SCENARIOS } from './scenarios/index.js';

/** Declares one test per scenario of an object: nlspace answers every command as the kernel does. */
export function compareWithKernel(test: TestFn, object: string): Promise<void> {
  return compareScenarios(test, object, SCENARIOS[object] ?? []);
}

export async function compareScenarios(
  test: TestFn,
  object: string,
  scenarios: readonly Scenario[],
): Promise<void> {
  const noKernel = await missingKernel();
  const missingKinds = await Promise.all(scenarios.map(unmetCondition));
  // AVA starts with the first test: nothing is awaited from here on.
  for (const [index, scenario] of scenarios.entries()) {
    const title = `${object}: ${scenario.name}`;
    const known = KNOWN_DIFFERENCES.find((difference) => difference.scenario === scenario.name);
    const play = async (t: ExecutionContext) => {
      const expected = await playScenario(scenario, kernelWorld);
      const differences = compare(scenario, expected, await playScenario(scenario, nlspaceWorld));
      if (known === undefined)
        t.is(describeDifferences(differences), '', 'lines with - are what the kernel says');
      else
        t.not(
          differences.length,
          0,
          `no difference any more: take it out of KNOWN_DIFFERENCES (${known.reason})`,
        );
    };
    // What a kernel was built without cannot be installed, so requiring peers does not ask for it.
    if (missingKinds[index] !== undefined) conditionalTest(test, missingKinds[index], title, play);
    else peerTest(test, noKernel ?? missingProgram(scenario), title, play);
  }
}

async function unmetCondition({ needsKind, needsRoot }: Scenario): Promise<Missing> {
  if (needsRoot && process.getuid?.() !== 0) return 'only root may';
  if (needsKind === undefined || (await kernelHasKind(needsKind))) return undefined;
  return `this kernel has no links of kind ${needsKind}`;
}

function missingProgram({ needsProgram }: Scenario): Missing {
  if (needsProgram === undefined || process.env[needsProgram] !== undefined) return undefined;
  return `${needsProgram} cannot be had here`;
}
