import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { isScript, isTestFile, type Program, programsOf } from './markdown-blocks.js';
import { pagesBelow } from './pages.js';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const WORKSPACE = join(PACKAGE, '../..');
/** Inside the package, so that its dependencies resolve; the package itself is found in the workspace. */
const FOLDER = join(PACKAGE, 'dist/documents');
const PAGES = await pagesBelow(WORKSPACE);

const AVA = join(WORKSPACE, 'node_modules/ava/entrypoints/cli.mjs');

const TSCONFIG = {
  extends: join(WORKSPACE, 'tsconfig.base.json'),
  compilerOptions: {
    composite: false,
    declarationMap: false,
    declaration: false,
    sourceMap: false,
    rootDir: '.',
    types: ['node'],
  },
  include: ['**/*.ts'],
};

/** `npx nlspace` is this build, without the second that npx takes. */
const SHELL_BEGIN = `npx() { shift; '${process.execPath}' '${join(PACKAGE, 'bin/nlspace.js')}' "$@"; }\n`;

interface Ended {
  readonly status: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(file: string, args: readonly string[], cwd = WORKSPACE): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

/** Where a program is written to: a folder for each page, so that its programs can import its modules. */
function fileOf(page: string, { line, name }: Program): string {
  return join(FOLDER, page.replaceAll(/[^a-z]+/gi, '-'), name ?? `line-${line}.ts`);
}

/** AVA runs tests of the folder that it is started in, if its package says so. */
const TEST_MANIFEST = { type: 'module', ava: { files: ['**/*.js'], timeout: '2m' } };

/** What is done to the real kernel is done where nobody else is. */
const usesKernel = (source: string): boolean => source.includes('kernel(');
const EMPTY_NAMESPACE = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
const hasNamespaces = (await execute('unshare', [...EMPTY_NAMESPACE, '--', 'true'])).status === 0;

function run(page: string, program: Program): Promise<Ended> {
  if (program.language === 'sh') {
    const folder = hasScripts(page) ? dirname(fileOf(page, program)) : WORKSPACE;
    return execute('/bin/sh', ['-ec', SHELL_BEGIN + program.source], folder);
  }
  const file = fileOf(page, program).replace(/ts$/, 'js');
  if (usesKernel(program.source))
    return execute('unshare', [...EMPTY_NAMESPACE, '--', process.execPath, file]);
  if (!isTestFile(program)) return execute(process.execPath, [file]);
  return execute(process.execPath, [AVA, relative(FOLDER, file)], FOLDER);
}

const needsIp = (source: string): boolean => /\bip (-|link|route|addr)|'ip'|\bgenl /.test(source);
const hasIp = (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, 'ip'));
    return true;
  } catch {
    return false;
  }
});

const programs = (
  await Promise.all(
    PAGES.map(async (page) => {
      const text = await readFile(join(WORKSPACE, page), 'utf8');
      return programsOf(text).map((program) => ({ page, program }));
    }),
  )
).flat();

const hasPyroute2 = (await execute('/usr/bin/python3', ['-c', 'import pyroute2'])).status === 0;

test.before('every ts block compiles', async (t) => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify(TEST_MANIFEST));
  for (const { page, program } of programs) {
    if (program.language !== 'ts' && !isScript(program)) continue;
    const file = fileOf(page, program);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, program.source);
  }
  const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');
  const { stdout } = await execute(process.execPath, [compiler, '-p', FOLDER]);
  t.is(stdout, '');
});

test('the README has the program that creates a domain and watches a route', (t) => {
  t.true(
    programs.some(({ page, program }) => page === 'README.md' && program.source.includes('changes.next()')),
  );
});

const hasScripts = (page: string) => programs.some((other) => other.page === page && isScript(other.program));
const usesPython = (page: string, source: string) =>
  programs.some(
    ({ page: other, program: { name } }) =>
      other === page && name?.endsWith('.py') === true && source.includes(name),
  );

for (const { page, program } of programs) {
  if (isScript(program)) continue;
  const { line, source, output } = program;
  const isUnmet =
    (needsIp(source) && !hasIp) ||
    (usesPython(page, source) && !hasPyroute2) ||
    (usesKernel(source) && !hasNamespaces);
  // The scripts of a page share its folder.
  const declare = isUnmet ? test.skip : hasScripts(page) ? test.serial : test;
  declare(`${page} line ${line} runs and prints what the page says`, async (t) => {
    const { status, stdout, stderr } = await run(page, program);
    t.is(stderr, '');
    t.is(status, 0, stdout);
    if (output !== undefined) t.is(stdout, output);
  });
}
