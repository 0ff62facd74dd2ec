// `npm test [-- package…]`: the tests of all packages, those that others depend on first. The last line printed is the
// sum, `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { packageFolders, ROOT } from './inputs.mjs';
import { setUpOrExit } from './setup.mjs';

const AVA = join(ROOT, 'node_modules/ava/entrypoints/cli.mjs');

setUpOrExit();

const chosen = process.argv.slice(2);
const folders = inDependencyOrder(packageFolders()).filter(
  (folder) => chosen.length === 0 || chosen.includes(folder.split('/').pop()),
);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const folder of folders) {
  if (!hasTests(join(ROOT, folder, 'dist/test'))) {
    console.log(`\n${folder}: no tests`);
    continue;
  }
  console.log(`\n${folder}`);
  const counts = await runAva(folder);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.passed + total.failed === 0)
  console.error(`nlspace: no test has run${chosen.length > 0 ? ` in ${chosen.join(', ')}` : ''}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function inDependencyOrder(all) {
  const manifests = new Map(
    all.map((folder) => [folder, JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'))]),
  );
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  const ordered = new Set();
  const visit = (folder) => {
    const { dependencies, devDependencies } = manifests.get(folder);
    manifests.get(folder).dependencies = manifests.get(folder).devDependencies = {};
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      if (folderOf.has(name)) visit(folderOf.get(name));
    ordered.add(folder);
  };
  all.forEach(visit);
  return [...ordered];
}

function hasTests(folder) {
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true }).some((name) => name.endsWith('.test.js'))
  );
}

/** AVA speaks TAP, which has the counts; what is printed is shorter. */
async function runAva(folder) {
  const child = spawn(process.execPath, [AVA, '--tap'], {
    cwd: join(ROOT, folder),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const status = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  let counts = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const count = /^# (pass|fail|skip) (\d+)$/.exec(line);
    if (count) counts[count[1]] = Number(count[2]);
    // The plan comes right before the counts; anything like them that a test has printed is forgotten here.
    else if (/^1\.\.\d+$/.test(line)) counts = {};
    else if (!/^(TAP version 13|# tests \d+|)$/.test(line)) console.log(readable(line));
  }
  const { pass: passed = 0, fail = 0, skip: skipped = 0 } = counts;
  const outcome = await status;
  // TAP counts a `todo` as failed, AVA does not.
  if (outcome === 0) return { passed, failed: 0, skipped: skipped + fail };
  if (fail === 0) console.log(`  ✘ AVA ended with ${outcome}`);
  return { passed, failed: Math.max(fail, 1), skipped };
}

function readable(line) {
  const result = /^(not ok|ok) \d+ - (.*?)( # (?:SKIP|TODO))?$/.exec(line);
  if (!result) return `    ${line}`;
  const [, verdict, title, directive] = result;
  if (directive) return `  - ${title}${directive.toLowerCase()}`;
  return `  ${verdict === 'ok' ? '✔' : '✘'} ${title}`;
}
