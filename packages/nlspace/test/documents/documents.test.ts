import { execFile } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { type Program, programsOf } from './markdown-blocks.js';

const PACKAGE = fileURLToPath(new URL('../../../', import.meta.url));
const WORKSPACE = join(PACKAGE, '../..');
/** Inside the package, so that its own name and those of its dependencies resolve. */
const FOLDER = join(PACKAGE, 'dist/documents');
const PAGES = [
  'README.md',
  'docs/architecture.md',
  'docs/adding-a-link-kind.md',
  'docs/adding-a-transport.md',
];

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
  include: ['*.ts'],
};

/** `npx nlspace` is this build, without the second that npx takes. */
const SHELL_BEGIN = `npx() { shift; '${process.execPath}' '${join(PACKAGE, 'bin/nlspace.js')}' "$@"; }\n`;

interface Ended {
  readonly status: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { cwd: WORKSPACE }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

function moduleName(page: string, { line }: Program): string {
  return `${page.replaceAll(/[^a-z]+/gi, '-')}-${line}`;
}

const needsIp = (source: string): boolean => /\bip (-|link|route|addr)|'ip'/.test(source);
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

test.before('every ts block compiles', async (t) => {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  for (const { page, program } of programs) {
    if (program.language === 'ts')
      await writeFile(join(FOLDER, `${moduleName(page, program)}.ts`), program.source);
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

for (const { page, program } of programs) {
  const { language, line, source, output } = program;
  const declare = needsIp(source) && !hasIp ? test.skip : test;
  declare(`${page} line ${line} runs and prints what the page says`, async (t) => {
    const { status, stdout, stderr } =
      language === 'sh'
        ? await execute('/bin/sh', ['-ec', SHELL_BEGIN + source])
        : await execute(process.execPath, [join(FOLDER, `${moduleName(page, program)}.js`)]);
    t.is(stderr, '');
    t.is(status, 0);
    if (output !== undefined) t.is(stdout, output);
  });
}
