import { readFile } from 'node:fs/promises';
import { DISORDERS, MASKS } from '@nlspace/testkit';
import test from 'ava';
import { KNOWN_DIFFERENCES, SCENARIOS } from '../src/index.js';

const page = await readFile(new URL('../../../../docs/differences.md', import.meta.url), 'utf8');
/** Columns of its tables may be aligned. */
const document = page.replaceAll(/ +/g, ' ');

for (const { name, reason } of [...MASKS, ...DISORDERS]) {
  test(`docs/differences.md names the mask "${name}" with its reason`, (t) => {
    t.regex(document, new RegExp(`\\| ${name} *\\|`));
    t.true(document.includes(reason));
  });
}

for (const { scenario, reason } of KNOWN_DIFFERENCES) {
  test(`docs/differences.md names the known difference of "${scenario}" with its reason`, (t) => {
    t.true(document.includes(scenario) && document.includes(reason));
  });
}

test('every known difference is about a scenario that exists', (t) => {
  const names = new Set(Object.values(SCENARIOS).flatMap((scenarios) => scenarios.map(({ name }) => name)));
  t.deepEqual(
    KNOWN_DIFFERENCES.filter(({ scenario }) => !names.has(scenario)),
    [],
  );
});

test('scenarios have names of their own', (t) => {
  const names = Object.entries(SCENARIOS).flatMap(([object, scenarios]) =>
    scenarios.map(({ name }) => `${object}: ${name}`),
  );
  t.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});

test('there are at least three hundred scenarios', (t) => {
  const counts = Object.entries(SCENARIOS).map(([object, { length }]) => `${object} ${length}`);
  const total = Object.values(SCENARIOS).flat().length;
  t.log(`${total} scenarios: ${counts.join(', ')}`);
  t.true(total >= 300);
});
