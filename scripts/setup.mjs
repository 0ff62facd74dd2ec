#!/usr/bin/env node
// Makes a clone ready to run: dependencies, TypeScript, the native part. Does nothing when that is done already.
// Plain Node without dependencies, because it is what fetches them. Speaks on standard error only: standard output
// belongs to the program that `npm start` runs.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fingerprints, hasOutputs, ROOT, removeOrphanedOutputs } from './inputs.mjs';
import { withLock } from './lock.mjs';
import { missingPrerequisites } from './prerequisites.mjs';

const STAMP = join(ROOT, '.setup-stamp');
const PNPM = 'pnpm@12.21.0';

/** A set-up that could not be finished; the message is for whoever typed the command. */
export class SetUpError extends Error {}

/** @throws {SetUpError} */
export function setUp() {
  const wanted = fingerprints();
  if (isUpToDate(wanted)) return;
  const missing = missingPrerequisites();
  if (missing.length > 0)
    throw new SetUpError(`set-up cannot start:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  try {
    // Another set-up may have finished while this one waited for the lock.
    withLock(join(ROOT, '.setup-lock'), say, () => isUpToDate(wanted) || perform(wanted));
  } catch (error) {
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
    throw new SetUpError(
      `set-up has to write to ${ROOT} and may not (${error.code}); run \`npm run setup\` as its owner, or clone it yourself`,
    );
  }
}

function perform(wanted) {
  const installed =
    readStamp().install === wanted.install && existsSync(join(ROOT, 'node_modules/.modules.yaml'));
  rmSync(STAMP, { force: true });
  if (!installed) {
    step(
      'installing dependencies',
      'npx',
      ['--yes', PNPM, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false'],
      {
        hint: 'the first set-up needs the npm registry; behind a proxy set HTTPS_PROXY, or `npm config set registry`',
      },
    );
  }
  writeStamp({ install: wanted.install });
  step('compiling TypeScript', process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b']);
  removeOrphanedOutputs();
  step('bundling the command', process.execPath, [join(ROOT, 'scripts/bundle.mjs')]);
  if (process.platform === 'linux') {
    step('building the native part', 'make', ['-s', '-C', 'packages/native'], {
      hint: 'it needs a C compiler and the headers of the C library and of Linux; on Debian: apt-get install build-essential',
    });
  } else {
    say('running unmodified programs needs Linux; the native part is not built here');
  }
  writeStamp(wanted);
}

function isUpToDate(wanted) {
  const done = readStamp();
  return done.install === wanted.install && done.build === wanted.build && hasOutputs();
}

function writeStamp(stamp) {
  writeFileSync(STAMP, `${JSON.stringify(stamp, null, 2)}\n`);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    // No stamp, or half of one: everything is to be done.
    return {};
  }
}

function step(title, command, args, { hint } = {}) {
  say(`${title} …`);
  const begin = performance.now();
  const { status, signal, error } = spawnSync(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_update_notifier: 'false', npm_config_loglevel: 'error' },
  });
  if (error || status !== 0) {
    const why = error?.message ?? (signal ? `ended by ${signal}` : `exit status ${status}`);
    throw new SetUpError(`${title} failed (${why})${hint ? `\n  ${hint}` : ''}`);
  }
  say(`${title}: done in ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}

function say(line) {
  process.stderr.write(`nlspace: ${line}\n`);
}

/** Sets up, or says why not and ends the process. */
export function setUpOrExit() {
  try {
    setUp();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  setUpOrExit();
  say('ready');
}
