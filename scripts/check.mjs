// `npm run check [-- --no-tests]`: everything a change must pass. Goes on after a failure and says at the end what failed.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolders, ROOT } from './inputs.mjs';
import { setUpOrExit } from './setup.mjs';

/** Whose coverage is reported. */
const COVERED = ['core', 'family-route'];
const COVERAGE = join(ROOT, 'coverage/tmp');

setUpOrExit();

const bin = (name) => join(ROOT, 'node_modules/.bin', name);
const published = packageFolders().filter(
  (folder) => !JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')).private,
);
const sources = packageFolders()
  .flatMap((folder) => [`${folder}/src`, `${folder}/test`])
  .filter((folder) => existsSync(join(ROOT, folder)));

const results = [
  run('format and lint', bin('biome'), ['ci', '--error-on-warnings', '--max-diagnostics=20']),
  run('types', bin('tsc'), ['-b']),
  run('layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...sources]),
  run('unused', bin('knip'), ['--no-config-hints']),
  run('checklist of FreeBSD', process.execPath, ['scripts/freebsd-checklist.mjs']),
  ...published.map((folder) =>
    run(`package shape of ${folder}`, bin('publint'), [folder, '--pack', 'false', '--level', 'warning']),
  ),
];
if (!process.argv.includes('--no-tests')) {
  rmSync(COVERAGE, { recursive: true, force: true });
  mkdirSync(COVERAGE, { recursive: true });
  // Tests run programs as other users too, and every Node leaves its counters here.
  chmodSync(COVERAGE, 0o1777);
  results.push(run('tests', process.execPath, ['scripts/test.mjs'], { NODE_V8_COVERAGE: COVERAGE }));
  for (const name of COVERED) {
    const include = `packages/${name}/dist/src/**`;
    run(`coverage of ${name}`, bin('c8'), [
      'report',
      '--temp-directory',
      COVERAGE,
      '--include',
      include,
      '--reporter',
      'text',
    ]);
  }
}

const failed = results.filter(({ passed }) => !passed);
console.log(
  failed.length === 0
    ? '\ncheck: all passed'
    : `\ncheck: failed: ${failed.map(({ title }) => title).join(', ')}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function run(title, command, args, env = {}) {
  console.log(`\n── ${title}`);
  const { status, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (error) console.error(error.message);
  return { title, passed: status === 0 };
}
