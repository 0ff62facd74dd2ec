import type { TestFn } from 'ava';
import { compare, describeDifferences, kernelHasKind, kernelWorld, missingKernel, play, type Scenario } from '@nlspace/testkit';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { nlspaceWorld } from './nlspace-world.js';
import { type Missing, peerTest } from './peer-tests.js';
import { SCENARIOS } from './scenarios/index.js';

/** Declares one test per scenario of an object: nlspace answers every command as the kernel does. */
export function compareWithKernel(test: TestFn, object: string): Promise<void> {
  return compareScenarios(test, object, SCENARIOS[object] ?? []);
}

export async function compareScenarios(test: TestFn, object: string, scenarios: readonly Scenario[]): Promise<void> {
  const noKernel = await missingKernel();
  const missingPeers = await Promise.all(scenarios.map(missingPeer));
  // AVA starts with the first test: nothing is awaited from here on.
  for (const [index, scenario] of scenarios.entries()) {
    const missing = noKernel ?? missingPeers[index];
    const known = KNOWN_DIFFERENCES.find((difference) => difference.scenario === scenario.name);
    peerTest(test, missing, `${object}: ${scenario.name}`, async (t) => {
      const expected = await play(scenario, kernelWorld);
      const differences = compare(scenario, expected, await play(scenario, nlspaceWorld));
      if (known === undefined) t.is(describeDifferences(differences), '', 'lines with - are what the kernel says');
      else t.not(differences.length, 0, `no difference any more: take it out of KNOWN_DIFFERENCES (${known.reason})`);
    });
  }
}

async function missingPeer({ needsKind, needsProgram }: Scenario): Promise<Missing> {
  if (needsKind !== undefined && !(await kernelHasKind(needsKind))) return `this kernel has no links of kind ${needsKind}`;
  if (needsProgram !== undefined && process.env[needsProgram] === undefined) return `${needsProgram} cannot be had here`;
  return undefined;
}
