#!/usr/bin/env node
// Puts the compiled `nlspace` command and all that it needs into a few files: docs/decisions/0120-bundled-command.md.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from './inputs.mjs';

const REFLECT_METADATA = createRequire(join(ROOT, 'packages/core/package.json')).resolve('reflect-metadata');

/** Files that are split are not run in the order of the sources: what tsyringe needs to be there first, it imports itself. */
const polyfillFirst = {
  name: 'tsyringe imports reflect-metadata',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]tsyringe[\\/]dist[\\/]esm5[\\/]index\.js$/ }, ({ path }) => ({
      contents: `import ${JSON.stringify(REFLECT_METADATA)};\n${readFileSync(path, 'utf8')}`,
    }));
  },
};

const PACKAGE = join(ROOT, 'packages/nlspace');

rmSync(join(PACKAGE, 'dist/bundle'), { recursive: true, force: true });
const { outputFiles } = await build({
  entryPoints: [join(PACKAGE, 'dist/src/cli.js')],
  outdir: join(PACKAGE, 'dist/bundle'),
  bundle: true,
  // What commands load when they need it stays apart.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // The first finds what was compiled from C by where it is itself; the second is CommonJS that requires modules of Node.
  external: ['@nlspace/native', 'yaml'],
  // CommonJS in one file has no `require` of its own; tsyringe and the others are there as modules too.
  mainFields: ['module', 'main'],
  plugins: [polyfillFirst],
  // `nlspace describe` prints names of classes; two that are in one file would get others.
  keepNames: true,
  logLevel: 'warning',
  write: false,
});
for (const { path, text, contents } of outputFiles) {
  if (text.includes('Dynamic require of'))
    throw new Error(`${path} requires modules of Node: take its package as external`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
}
