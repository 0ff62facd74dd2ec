import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const PACKAGES = fileURLToPath(new URL('../../../../', import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

const OURS = /\/packages\/rtsock-bridge\/|\/src\/rtsock\//;

/** Writes every module that is loaded to standard error. */
const REPORTER = `data:text/javascript,${encodeURIComponent(`
  import { register } from 'node:module';
  register('data:text/javascript,' + encodeURIComponent(
    'import { writeSync } from "node:fs"; export async function load(url, context, next) { writeSync(2, "loaded " + url + "\\\\n"); return next(url, context); }'
  ));
`)}`;

function modulesOf(...argv: readonly string[]): string[] {
  const { stderr } = spawn(['--import', REPORTER, ...argv]);
  return stderr.split('\n').filter((line) => line.startsWith('loaded '));
}

function spawn(argv: readonly string[]): { stderr: string } {
  const script = `"$0" "$@" 2>&1 >/dev/null`;
  return {
    stderr: execFileSync('sh', ['-c', script, process.execPath, ...argv], {
      encoding: 'utf8',
      timeout: 60_000,
    }),
  };
}

test('nobody loads routing sockets who has not asked for them', (t) => {
  const program = "const { createNetlink } = await import('nlspace'); createNetlink();";
  const loaded = [
    ...modulesOf('--input-type=module', '--eval', program),
    ...modulesOf(CLI, 'run', '--', 'ip', 'link'),
  ];
  t.true(loaded.some((line) => line.includes('create-netlink')));
  t.true(loaded.some((line) => line.includes('run-command')));
  // What looks at an option is there (with-rtsock.js); what it would load is not.
  const related = loaded.filter((line) => OURS.test(line));
  t.deepEqual(related, []);
});

test('those who ask for them load them', (t) => {
  const loaded = modulesOf('--input-type=module', '--eval', "await import('nlspace/rtsock');");
  t.true(loaded.some((line) => OURS.test(line)));
});

test('the packages below know nothing of routing sockets', (t) => {
  const below = readdirSync(PACKAGES).filter((name) => /^(core|family|middleware|transport)/.test(name));
  t.true(below.length > 8);
  const sources = below.flatMap((name) =>
    readdirSync(join(PACKAGES, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(PACKAGES, name, 'src', path)),
  );
  t.deepEqual(
    sources.filter((path) => /\brtsock|Rtsock|PF_ROUTE/.test(readFileSync(path, 'utf8'))),
    [],
  );
});
