import test from 'ava';
import { compareScenarios } from '../src/compare-with-kernel.js';
import { randomScenario } from '../src/random-scenario.js';

/** NLSPACE_SEEDS=from-to tries others. */
const [from = 1, to = 24] = (process.env['NLSPACE_SEEDS'] ?? '').split('-').filter(Boolean).map(Number);

await compareScenarios(
  test,
  'random',
  Array.from({ length: to - from + 1 }, (_, index) => randomScenario(from + index)),
);
