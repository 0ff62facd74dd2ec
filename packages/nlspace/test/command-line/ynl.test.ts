import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { YnlSpec } from '@nlspace/family-generic';
import test from 'ava';
import { parse } from 'yaml';

const NLSPACE = fileURLToPath(new URL('../../../bin/nlspace.js', import.meta.url));
const METER = fileURLToPath(
  new URL('../../../../../examples/meter/dist/src/meter-family.js', import.meta.url),
);

async function exportOf(...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [NLSPACE, 'ynl', 'export', ...argv]);
  return stdout;
}

for (const [name, protocol, ...options] of [
  ['nlctrl', 'genetlink-legacy'],
  ['ethtool', 'genetlink-legacy'],
  ['wireguard', 'genetlink-legacy'],
  ['nlsysevent', 'genetlink-legacy', '--profile', 'freebsd'],
  ['meter', 'genetlink', '--family', METER],
] as const) {
  test(`the specification of ${name} reads the same as YAML and as JSON, and all it names is there`, async (t) => {
    const text = await exportOf(name, ...options);
    const spec = parse(text, { version: '1.1' }) as YnlSpec;
    t.deepEqual(spec, JSON.parse(await exportOf(name, '--json', ...options)));
    t.like(spec, { name, protocol });
    const sets = new Map(
      spec['attribute-sets'].map((set) => [set.name, set.attributes.map((row) => row.name)]),
    );
    const definitions = new Set(spec.definitions?.map((definition) => definition.name));
    t.is(sets.size, spec['attribute-sets'].length);
    for (const row of spec['attribute-sets'].flatMap(({ attributes }) => attributes)) {
      const { enum: enumeration, struct, checks } = row;
      if (row['nested-attributes'] !== undefined) t.true(sets.has(row['nested-attributes']), row.name);
      for (const used of [enumeration, struct, checks?.['flags-mask']])
        if (used !== undefined) t.true(definitions.has(used), used);
    }
    const { list } = spec.operations;
    t.is(new Set(list.map((operation) => operation.name)).size, list.length);
    for (const operation of list) {
      const { do: single, dump, event } = operation;
      const messages = [single?.request, single?.reply, dump?.request, dump?.reply, event];
      for (const attribute of messages.flatMap((message) => message?.attributes ?? []))
        t.true(
          sets.get(operation['attribute-set'] ?? '')?.includes(attribute),
          `${operation.name} ${attribute}`,
        );
    }
  });
}

test('the first line names the licence, without which the kernel’s tools read nothing', async (t) => {
  const first = async (...argv: string[]) => (await exportOf('nlctrl', ...argv)).split('\n')[0];
  t.is(await first(), '# SPDX-License-Identifier: NOASSERTION');
  t.is(await first('--license', 'MIT OR BSD-2-Clause'), '# SPDX-License-Identifier: MIT OR BSD-2-Clause');
});

test('what cannot be exported is said', async (t) => {
  for (const [argv, message] of [
    [['frobnicate'], /there is no generic family frobnicate; there are nlctrl/],
    [[], /ynl export takes the name of a family/],
    [['nlctrl', '--license', 'a\nb'], /--license takes an SPDX expression/],
  ] as const) {
    const failed = await t.throwsAsync<Error & { code: number; stderr: string }>(exportOf(...argv));
    t.is(failed?.code, 2);
    t.regex(failed?.stderr ?? '', message);
  }
});
