import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const RECORD = 'dist/tsconfig.tsbuildinfo';
const BEFORE = new Date('2026-01-01T00:00:00Z');
const AFTER = new Date('2026-01-01T00:00:01Z');

/** A workspace of two packages, where the bundle and the modules of the command say which of them was run. */
async function workspaceFor(t: ExecutionContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'nlspace-bundle-'));
  t.teardown(() => rm(root, { recursive: true }));
  const command = join(root, 'nlspace');
  await cp(join(PACKAGE, 'bin'), join(command, 'bin'), { recursive: true });
  await writeFile(join(command, 'package.json'), '{"type":"module"}');
  for (const [folder, text] of Object.entries({ bundle: 'bundle', src: 'modules' })) {
    await mkdir(join(command, 'dist', folder), { recursive: true });
    await writeFile(join(command, 'dist', folder, 'cli.js'), `console.log('${text}');\n`);
  }
  await mkdir(join(root, 'core/dist'), { recursive: true });
  for (const name of ['nlspace', 'core']) {
    await writeFile(join(root, name, RECORD), '{}');
    await utimes(join(root, name, RECORD), BEFORE, BEFORE);
  }
  await utimes(join(command, 'dist/bundle/cli.js'), AFTER, AFTER);
  return root;
}

async function ran(root: string, argv: readonly string[], environment = {}): Promise<string> {
  const { NODE_V8_COVERAGE: _counting, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'nlspace/bin/nlspace.js'), ...argv],
    { env: { ...env, ...environment } },
  );
  return stdout.trim();
}

test('the command is run from its bundle, what loads modules of the user from its modules', async (t) => {
  const root = await workspaceFor(t);
  t.is(await ran(root, ['run', '--', 'ip', 'link']), 'bundle');
  t.is(await ran(root, ['run', '--family', './meter.js', '--', 'genl']), 'modules');
  t.is(await ran(root, ['run', '--link-kind=./kind.js', '--', 'ip', 'link']), 'modules');
  t.is(await ran(root, ['serve']), 'modules');
  t.is(await ran(root, ['run'], { NODE_V8_COVERAGE: join(root, 'coverage') }), 'modules');
});

test('a bundle that is older than what any package was compiled to is not run', async (t) => {
  const root = await workspaceFor(t);
  const later = new Date(AFTER.getTime() + 1000);
  await utimes(join(root, 'core', RECORD), later, later);
  t.is(await ran(root, ['run']), 'modules');
});

test('without a bundle the command is run from its modules, without those it says what to do', async (t) => {
  const root = await workspaceFor(t);
  await rm(join(root, 'nlspace/dist/bundle'), { recursive: true });
  t.is(await ran(root, ['run']), 'modules');
  await rm(join(root, 'nlspace/dist/src'), { recursive: true });
  const failure = await t.throwsAsync(ran(root, ['run']));
  t.regex((failure as Error & { stderr: string }).stderr, /not built yet; run `npm run setup`/);
});
