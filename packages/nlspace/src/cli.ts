import { createRequire } from 'node:module';
import type { ExitResult } from '@nlspace/transport-seccomp';
import { type Command, type CommandLine, readCommandLine } from './command-line/arguments.js';
import { FamilyModuleError } from './command-line/family-module-error.js';
import { COMMAND_USAGE, USAGE } from './command-line/usage.js';
import { UsageError } from './command-line/usage-error.js';

type CommandFunction = (commandLine: CommandLine) => Promise<ExitResult>;

/** Loaded when they are needed: `--help` needs none. */
const COMMANDS: Readonly<Record<Command, () => Promise<CommandFunction>>> = {
  run: async () => (await import('./command-line/run-command.js')).runCommand,
  serve: async () => (await import('./command-line/serve-command.js')).serveCommand,
  save: async () => (await import('./command-line/save-command.js')).saveCommand,
  restore: async () => (await import('./command-line/restore-command.js')).restoreCommand,
  diff: async () => (await import('./command-line/diff-command.js')).diffCommand,
  family: async () => (await import('./command-line/family-command.js')).familyCommand,
  describe: async () => (await import('./command-line/describe-command.js')).describeCommand,
  ynl: async () => (await import('./command-line/ynl-command.js')).ynlCommand,
  trace: async () => (await import('./command-line/trace-command.js')).traceCommand,
  rtsock: async () => (await import('./command-line/rtsock-command.js')).rtsockCommand,
  tour: async () => (await import('./command-line/tour.js')).tourCommand,
};

const USAGE_STATUS = 2;
/** As env(1) and timeout(1): the command itself failed, not the program. */
const FAILED_STATUS = 125;
/** As a shell reports SIGPIPE. */
const PIPE_CLOSED_STATUS = 141;

async function main(argv: readonly string[]): Promise<void> {
  const commandLine = readCommandLine(argv);
  const { command, help, version } = commandLine;
  if (version) {
    const { version: text } = createRequire(import.meta.url)('../../package.json') as { version: string };
    process.stdout.write(`${text}\n`);
  } else if (command === undefined) {
    process.stdout.write(USAGE);
  } else if (help) {
    process.stdout.write(COMMAND_USAGE[command]);
  } else {
    const run = await COMMANDS[command]();
    const { exitAs } = await import('@nlspace/transport-seccomp');
    exitAs(await run(commandLine));
  }
}

/** A reader who has seen enough ends the command, as SIGPIPE would: Node ignores that signal. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(PIPE_CLOSED_STATUS);
});

/** What a daemon has answered, or what is wrong with a file. By name: `--help` loads no netlink. */
const EXPECTED_ERRORS = ['NetlinkError', 'CaptureError', 'StateError'];

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && EXPECTED_ERRORS.includes(error.name);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`nlspace: ${error.message}\nTry \`nlspace --help\`.\n`);
    process.exitCode = USAGE_STATUS;
  } else if (error instanceof FamilyModuleError || isRefusal(error)) {
    process.stderr.write(`nlspace: ${error.message}\n`);
    process.exitCode = FAILED_STATUS;
  } else if (error instanceof Error && ('exitCode' in error || 'syscall' in error)) {
    // A LaunchError says with what a shell would exit; a system error is a file that cannot be opened.
    process.stderr.write(`nlspace: ${error.message}\n`);
    process.exitCode = 'exitCode' in error ? Number(error.exitCode) : FAILED_STATUS;
  } else {
    throw error;
  }
}
