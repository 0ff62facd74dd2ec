import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import ts from 'typescript';
import { parse } from 'yaml';
import { importYnl } from '../../src/command-line/ynl-import.js';
import { readYnl, writeModule, YnlError } from '../../src/index.js';
import { nlspace } from '../support/generated.js';
import { ZOO } from '../support/zoo-spec.js';

const folder = await mkdtemp(join(tmpdir(), 'nlspace-ynl-'));
test.after.always(() => rm(folder, { recursive: true }));

let count = 0;
async function write(text: string): Promise<string> {
  const file = join(folder, `${++count}.yaml`);
  await writeFile(file, text);
  return file;
}

/** What is said of a specification, without the name of its file. */
async function mistakeIn(t: { fail(message: string): never }, text: string): Promise<string> {
  const file = await write(text);
  return importYnl(file).then(
    () => t.fail('it was taken'),
    (error: Error) => error.message.replace(file, 'file'),
  );
}

/** Where a text stands in another. */
function placeOf(text: string, all: string): string {
  const before = all.slice(0, all.indexOf(text)).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

for (const [title, was, is, at, message] of [
  [
    'a type that there is not',
    'type: sint',
    'type: u128',
    'u128',
    /^attribute-sets\[0\]\.attributes\[7\]\.type: "u128" is not among u8, /,
  ],
  [
    'an unknown word',
    'multi-attr: true',
    'multi: yes-indeed',
    'yes-indeed',
    /\.multi: nobody here knows this word; known are name, /,
  ],
  [
    'an attribute that its set has not',
    '{attributes: [cage]}',
    '{attributes: [cages]}',
    'cages',
    /^operations\.list\[1\]\.dump\.request\.attributes\[0\]: animal has no attribute cages$/,
  ],
  ['a set that there is not', 'kin, multi', 'kind, multi', 'kind, multi', / there is no attribute set kind$/],
  [
    'an enum that there is not',
    'enum: diet}',
    'enum: food}',
    'food',
    /there is no enum and are no flags food among the definitions$/,
  ],
  [
    'a number that is taken',
    '{name: cage, type: s32, value: 20',
    '{name: cage, type: s32, value: 3',
    '{name: cage',
    /: animal\.cage and animal\.diet both have the number 3$/,
  ],
  [
    'a limit that is no value of its type',
    'max: 5000',
    'max: 65536',
    '65536',
    /\.checks\.max: 65536 is no value of this type$/,
  ],
  [
    'a number with a unit',
    'exact-len: 3',
    'exact-len: 3 bytes',
    '3 bytes',
    / "3 bytes" stands where a number from 0 to 65535 should$/,
  ],
  [
    'a group that there is not',
    'mcgrp: visitors',
    'mcgrp: visitor',
    'visitor\n    - name: feed',
    /there is no group visitor among the mcast-groups$/,
  ],
  [
    'a notification of nothing',
    'notify: animal-get',
    'notify: animal-set',
    'animal-set\n      mcgrp',
    /there is no operation animal-set with a reply$/,
  ],
  [
    'raw netlink',
    'protocol: genetlink',
    'protocol: netlink-raw',
    'netlink-raw',
    /^protocol: only generic families are imported, not raw netlink$/,
  ],
  [
    'a message in a message',
    'type: nest, nested-attributes: kin}',
    'type: sub-message}',
    'sub-message',
    /messages inside of messages are for raw netlink/,
  ],
  [
    'a subset of nothing',
    'subset-of: animal',
    'subset-of: animals',
    'animals\n    attributes',
    /there is no attribute set animals$/,
  ],
  [
    'text where a list should be',
    '{attributes: [ticket]}',
    '{attributes: ticket}',
    'ticket}\n      mcgrp',
    /\.event\.attributes: "ticket" stands where a list should$/,
  ],
  [
    'a name that is code',
    'name: feed',
    'name: "feed(); process.exit()"',
    '"feed(',
    /\.name: "feed\(\); process\.exit\(\)" is no name: /,
  ],
] as const) {
  test(`the place is named: ${title}`, async (t) => {
    t.true(ZOO.includes(was));
    const text = ZOO.replace(was, is);
    const mistake = await mistakeIn(t, text);
    const place = `file:${placeOf(at, text)}: `;
    t.is(mistake.slice(0, place.length), place, mistake);
    t.regex(mistake.slice(place.length), message);
  });
}

test('two names that are written the same are named', async (t) => {
  t.is(
    await mistakeIn(t, ZOO.replaceAll('legs', 'id.')),
    'file: id and id. of animal are both written id; give one of them another name',
  );
});

test('a mistake is one line and a status, not a stack', async (t) => {
  const file = await write(ZOO.replace('type: u64', 'type: u65'));
  const failed = await t.throwsAsync<Error & { code: number; stderr: string }>(
    nlspace('ynl', 'import', file),
  );
  t.is(failed?.code, 125);
  t.regex(
    failed?.stderr ?? '',
    /^nlspace: .*\.yaml:\d+:26: attribute-sets\[0\]\.attributes\[9\]\.type: "u65" .*\n$/,
  );
  const missing = await t.throwsAsync<Error & { code: number; stderr: string }>(
    nlspace('ynl', 'import', join(folder, 'nobody.yaml')),
  );
  t.regex(missing?.stderr ?? '', /^nlspace: ENOENT: .*nobody\.yaml'\n$/);
  const usage = await t.throwsAsync<Error & { code: number; stderr: string }>(nlspace('ynl', 'import'));
  t.regex(usage?.stderr ?? '', /^nlspace: ynl import takes the name of a file\n/);
});

test('what would fill the memory or the stack is refused', async (t) => {
  const laughs = ['a: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++)
    laughs.push(
      `b${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  t.regex(await mistakeIn(t, laughs.join('\n')), /^file: Excessive alias count/);
  t.is(await mistakeIn(t, `a: ${'[{'.repeat(500_000)}`), 'file: nested too deeply');
  const steps = Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`);
  t.regex(await mistakeIn(t, steps.join('\n')), /^file:\d+:\d+: /);
  t.regex(await mistakeIn(t, `# ${'x'.repeat(1024 * 1024)}`), /^file is larger than 1048576 bytes$/);
  t.regex(await mistakeIn(t, 'a: &a\n  b: *a\n'), /^file(:\d+:\d+)?: /);
  t.regex(await mistakeIn(t, 'a: {b: 1, c: {'), /^file:1:\d+: /);
  t.regex(await mistakeIn(t, ''), /^file:1:1: the specification: /);
  t.regex(await mistakeIn(t, '[]'), /^file:1:1: the specification: a list stands where /);
});

type Place = [node: Record<string, unknown>, key: string];

/** All that a specification says, to be replaced. */
function* placesIn(node: object): Generator<Place> {
  for (const [key, one] of Object.entries(node)) {
    yield [node as Record<string, unknown>, key];
    if (typeof one === 'object' && one !== null) yield* placesIn(one as object);
  }
}

const anyText = fc.oneof(
  fc.string(),
  fc.constantFrom('__proto__', '*/', '\u2028', `\`\${1}\``, "'", '\\', '\n */ x();'),
);

/** Whether it is a module of declarations: no text of a specification has become a statement. */
function isModule(source: string): boolean {
  const file = ts.createSourceFile('zoo.ts', source, ts.ScriptTarget.ES2022) as ts.SourceFile & {
    readonly parseDiagnostics: readonly unknown[];
  };
  const declares = (node: ts.Statement) =>
    ts.isImportDeclaration(node) ||
    ts.isVariableStatement(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isTypeAliasDeclaration(node);
  return file.parseDiagnostics.length === 0 && file.statements.every(declares);
}

test('a specification with anything in it is taken, or refused with its place', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.oneof(fc.jsonValue(), anyText), (at, value) => {
      const spec = parse(ZOO) as object;
      const places = [...placesIn(spec)];
      const [node, key] = places[at % places.length] as Place;
      node[key] = value;
      try {
        return isModule(writeModule(readYnl(spec)));
      } catch (error) {
        return (
          error instanceof YnlError || /both written|cannot tell them apart/.test((error as Error).message)
        );
      }
    }),
    { numRuns: 200 },
  );
  t.pass('each was');
});

test('no text ends the comment or the literal that it stands in', (t) => {
  fc.assert(
    fc.property(fc.array(anyText, { minLength: 1 }), (texts) => {
      const spec = parse(ZOO) as object;
      const docs = [...placesIn(spec)].filter(([node, key]) => key === 'doc' || node['name'] === 'motto');
      docs.forEach(([node, key], index) => {
        if (key === 'doc' || key === 'value') node[key] = texts[index % texts.length];
      });
      return isModule(writeModule(readYnl(spec)));
    }),
    { numRuns: 100 },
  );
  t.pass('none does');
});
