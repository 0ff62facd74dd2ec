// `npm start` shows the tour; `npm start -- program args…` runs that program on nlspace.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './inputs.mjs';
import { setUpOrExit } from './setup.mjs';

setUpOrExit();

const cli = join(ROOT, 'packages/nlspace/bin/nlspace.js');
if (!existsSync(cli)) {
  process.stderr.write(`nlspace: ${cli} is missing: packages/nlspace/src/cli.ts was not compiled\n`);
  process.exit(1);
}

// npm has changed to the workspace; the program belongs where the command was typed.
if (process.env.npm_lifecycle_event === 'start' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);

// In this process, not in a child: terminal, signals and exit status stay the program's own.
const program = process.argv.slice(2);
process.argv = [process.argv[0], cli, ...(program.length === 0 ? ['tour'] : ['run', '--', ...program])];
await import(pathToFileURL(cli).href);
