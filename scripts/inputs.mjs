// What a set-up depends on, and what it leaves behind.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

const ROOT_FILES = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig.json',
  'tsconfig.base.json',
];
const PACKAGE_FILES = ['package.json', 'tsconfig.json', 'Makefile'];
const SOURCE_FOLDERS = ['src', 'test', 'launch'];

/** Where the workspace packages are, relative to the root; the same folders as in pnpm-workspace.yaml. */
export function packageFolders() {
  const inside = (folder) =>
    existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).map((name) => `${folder}/${name}`) : [];
  return [...inside('packages'), ...inside('examples'), 'benchmarks'].filter((folder) =>
    existsSync(join(ROOT, folder, 'package.json')),
  );
}

/**
 * Short texts that change when something has to be done again. Only names, sizes and times are looked at: some
 * hundred `stat` calls, a few milliseconds.
 */
export function fingerprints() {
  const install = createHash('sha1').update(`${process.platform} ${process.arch}`);
  const build = createHash('sha1');
  const note = (hash, path) => {
    const stat = statSync(join(ROOT, path), { throwIfNoEntry: false });
    hash.update(stat ? `${path} ${stat.size} ${stat.mtimeMs}\n` : `${path} is missing\n`);
  };
  const noteTree = (hash, folder) => {
    for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
      if (entry.isDirectory()) noteTree(hash, `${folder}/${entry.name}`);
      else note(hash, `${folder}/${entry.name}`);
    }
  };

  for (const file of ROOT_FILES) note(file.startsWith('tsconfig') ? build : install, file);
  for (const folder of packageFolders()) {
    for (const file of PACKAGE_FILES) note(file === 'package.json' ? install : build, `${folder}/${file}`);
    for (const sources of SOURCE_FOLDERS)
      if (existsSync(join(ROOT, folder, sources))) noteTree(build, `${folder}/${sources}`);
  }
  return { install: install.digest('hex'), build: build.digest('hex') };
}

/** Whether what set-up makes is still there. */
export function hasOutputs() {
  const native =
    process.platform === 'linux'
      ? ['nlspace.node', 'nlspace-launch'].map((name) => `packages/native/build/${name}`)
      : [];
  const compiled = packageFolders().map((folder) => `${folder}/dist`);
  const bundle = 'packages/nlspace/dist/bundle/cli.js';
  return ['node_modules/.modules.yaml', bundle, ...native, ...compiled].every((path) =>
    existsSync(join(ROOT, path)),
  );
}

/** Removes what was compiled from sources that are gone: a test that was deleted must not run any more. */
export function removeOrphanedOutputs() {
  const sweep = (folder, sources) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (existsSync(join(sources, entry.name))) sweep(path, join(sources, entry.name));
        else rmSync(path, { recursive: true });
      } else if (!existsSync(join(sources, entry.name.replace(/(\.d\.ts|\.js)(\.map)?$/, '.ts')))) {
        rmSync(path);
      }
    }
  };
  for (const folder of packageFolders()) {
    for (const sources of ['src', 'test']) {
      const outputs = join(ROOT, folder, 'dist', sources);
      if (existsSync(outputs)) sweep(outputs, join(ROOT, folder, sources));
    }
  }
}
