import {
  type Answer,
  compare,
  type Difference,
  describeDifferences,
  kernelHasKind,
  kernelWorld,
  missingKernel,
  play as playScenario,
  type Scenario,
  type World,
} from '@nlspace/testkit';
import { conditionalTest, type Missing, peerTest } from '@nlspace/transport-contract';
import type { ExecutionContext, TestFn } from 'ava';
import { KNOWN_DIFFERENCES, type KnownDifference } from './known-differences.js';
import { nlspaceWorld } from './nlspace-world.js';
import { SCENARIOS } from './scenarios/index.js';
import { takeTurn } from './turns.js';

/** A world that is compared with the kernel, and in what it is known to differ. */
export interface Compared {
  readonly world: World;
  readonly known: readonly KnownDifference[];
  readonly compare: typeof compare;
}

const NLSPACE: Compared = { world: nlspaceWorld, known: KNOWN_DIFFERENCES, compare };

/** Declares one test per scenario of an object: nlspace answers every command as the kernel does. */
export function compareWithKernel(test: TestFn, object: string, compared = NLSPACE): Promise<void> {
  return compareScenarios(test, object, SCENARIOS[object] ?? [], compared);
}

export async function compareScenarios(
  test: TestFn,
  object: string,
  scenarios: readonly Scenario[],
  compared = NLSPACE,
): Promise<void> {
  const noKernel = await missingKernel();
  const missingKinds = await Promise.all(scenarios.map(unmetCondition));
  // AVA starts with the first test: nothing is awaited from here on.
  for (const [index, scenario] of scenarios.entries()) {
    const title = `${object}: ${scenario.name}`;
    const known = compared.known.find((difference) => difference.scenario === scenario.name);
    const play = async (t: ExecutionContext) => {
      const differences = await differencesOf(scenario, known === undefined ? MOST_PLAYS : 1, compared);
      if (known === undefined && differences.length === 0) t.pass();
      else if (known === undefined) {
        t.fail(`lines with - are what the kernel says\n${describeDifferences(differences)}`);
      } else
        t.not(
          differences.length,
          0,
          `no difference any more: take it out of KNOWN_DIFFERENCES (${known.reason})`,
        );
    };
    // What a kernel was built without cannot be installed, so requiring peers does not ask for it.
    const declare = scenario.isAlone ? test.serial : test;
    if (missingKinds[index] !== undefined) conditionalTest(test, missingKinds[index], title, play, declare);
    else peerTest(test, noKernel ?? missingProgram(scenario), title, play, declare);
  }
}

/** The kernel is not deterministic: what it does not do every time is no difference. */
const MOST_PLAYS = 3;

/** What the other world answers differently each time that both play the scenario. */
export async function differencesOf(
  scenario: Scenario,
  plays = MOST_PLAYS,
  compared = NLSPACE,
): Promise<Difference[]> {
  const [expected, actual] = await takeTurn(() => playInBoth(scenario, compared.world));
  const differences = compared.compare(scenario, expected, actual);
  return differences.length === 0 || plays === 1 ? differences : differencesOf(scenario, plays - 1, compared);
}

async function playInBoth(scenario: Scenario, world: World): Promise<[Answer[], Answer[]]> {
  const first = playScenario(scenario, kernelWorld);
  if (scenario.isAlone) await first;
  return Promise.all([first, playScenario(scenario, world)]);
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
