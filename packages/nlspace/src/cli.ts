import { createRequire } from 'node:module';
import { type ExitResult, exitAs, LaunchError } from '@nlspace/transport-seccomp';
import { type CommandLine, readCommandLine } from './command-line/arguments.js';
import { describeCommand } from './command-line/describe-command.js';
import { runCommand } from './command-line/run-command.js';
import { tourCommand } from './command-line/tour.js';
import { USAGE } from './command-line/usage.js';

const COMMANDS: Readonly<Record<string, (commandLine: CommandLine) => Promise<ExitResult>>> = {
  run: runCommand,
  describe: describeCommand,
  tour: tourCommand,
};

const USAGE_STATUS = 2;

function refuse(message: string): void {
  process.stderr.write(`nlspace: ${message}\nTry \`nlspace --help\`.\n`);
  process.exitCode = USAGE_STATUS;
}

async function main(argv: readonly string[]): Promise<void> {
  const commandLine = readCommandLine(argv);
  if (commandLine.help || argv.length === 0) {
    process.stdout.write(USAGE);
    return;
  }
  if (commandLine.version) {
    const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
    process.stdout.write(`${version}\n`);
    return;
  }
  const command = COMMANDS[commandLine.command];
  if (command === undefined) refuse(`there is no command ${commandLine.command || '(none given)'}`);
  else exitAs(await command(commandLine));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof LaunchError) {
    process.stderr.write(`nlspace: ${error.message}\n`);
    process.exitCode = error.exitCode;
  } else if (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS')
  ) {
    refuse(error.message);
  } else {
    throw error;
  }
}
