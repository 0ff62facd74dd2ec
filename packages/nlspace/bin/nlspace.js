#!/usr/bin/env node
// Runs the command from its bundle, which starts three times as fast as the modules that it was made of; from those where
// the bundle will not do: docs/decisions/0120-bundled-command.md.
import { existsSync, readdirSync, statSync } from 'node:fs';

const BUNDLE = new URL('../dist/bundle/cli.js', import.meta.url);
const MODULES = new URL('../dist/src/cli.js', import.meta.url);
const BUILD_RECORD = 'dist/tsconfig.tsbuildinfo';
/** What loads modules of the user's, whose classes have to be those of the packages that they import. */
const LOADING_COMMAND = 'serve';
const LOADING_OPTIONS = ['--family', '--link-kind'];

function loadsModules([command, ...rest]) {
  return (
    command === LOADING_COMMAND ||
    rest.some((argument) => LOADING_OPTIONS.some((option) => argument.startsWith(option)))
  );
}

/** In a workspace, whether something has been compiled since the bundle was made. */
function isStale() {
  if (!existsSync(new URL(`../${BUILD_RECORD}`, import.meta.url))) return false;
  const packages = new URL('../../', import.meta.url);
  const { mtimeMs: made } = statSync(BUNDLE);
  return readdirSync(packages).some((name) => {
    const record = statSync(new URL(`${name}/${BUILD_RECORD}`, packages), { throwIfNoEntry: false });
    return record !== undefined && record.mtimeMs > made;
  });
}

// Coverage is counted by module.
const isCounted = process.env.NODE_V8_COVERAGE !== undefined;
if (!existsSync(MODULES)) {
  process.stderr.write('nlspace: not built yet; run `npm run setup` in the workspace\n');
  process.exit(1);
}
const usesBundle = existsSync(BUNDLE) && !isCounted && !loadsModules(process.argv.slice(2)) && !isStale();
await import((usesBundle ? BUNDLE : MODULES).href);
