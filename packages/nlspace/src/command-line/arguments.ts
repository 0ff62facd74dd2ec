import { type ParseArgsConfig, parseArgs } from 'node:util';
import { isProfileName, PROFILES, type ProfileName } from '../profiles.js';
import { UsageError } from './usage-error.js';

/** Middleware that refuses, or makes things go wrong. */
const MIDDLEWARE_OPTIONS = {
  'kernel-profile': { type: 'string' },
  'read-only': { type: 'boolean' },
  authorize: { type: 'string', multiple: true },
  fault: { type: 'string', multiple: true },
  faults: { type: 'string', multiple: true },
  'fault-seed': { type: 'string' },
  'fault-dry-run': { type: 'boolean' },
} satisfies NonNullable<ParseArgsConfig['options']>;

/** The commands that there are, with their options. */
const OPTIONS = {
  run: {
    verbose: { type: 'boolean', short: 'v' },
    'trace-file': { type: 'string' },
    capture: { type: 'string' },
    ...MIDDLEWARE_OPTIONS,
    'no-admin': { type: 'boolean' },
    base: { type: 'string' },
    family: { type: 'string', multiple: true },
    'link-kind': { type: 'string', multiple: true },
    profile: { type: 'string' },
    to: { type: 'string' },
    from: { type: 'string' },
    record: { type: 'string' },
    replay: { type: 'string' },
    rtsock: { type: 'string' },
  },
  serve: {
    listen: { type: 'string' },
    mode: { type: 'string' },
    json: { type: 'boolean' },
    verbose: { type: 'boolean', short: 'v' },
    'trace-file': { type: 'string' },
    capture: { type: 'string' },
    ...MIDDLEWARE_OPTIONS,
    family: { type: 'string', multiple: true },
    'link-kind': { type: 'string', multiple: true },
    profile: { type: 'string' },
    rtsock: { type: 'string' },
    from: { type: 'string' },
  },
  save: {
    from: { type: 'string' },
    to: { type: 'string' },
  },
  restore: {
    to: { type: 'string' },
  },
  diff: {
    json: { type: 'boolean' },
  },
  family: {
    to: { type: 'string' },
    json: { type: 'boolean' },
  },
  describe: {
    json: { type: 'boolean' },
    'no-admin': { type: 'boolean' },
    family: { type: 'string', multiple: true },
    profile: { type: 'string' },
    to: { type: 'string' },
  },
  ynl: {
    json: { type: 'boolean' },
    family: { type: 'string', multiple: true },
    license: { type: 'string' },
    profile: { type: 'string' },
  },
  trace: {
    json: { type: 'boolean' },
    'no-times': { type: 'boolean' },
    sockets: { type: 'boolean' },
    output: { type: 'string', short: 'o' },
    read: { type: 'string' },
    capture: { type: 'string' },
    to: { type: 'string' },
    'no-admin': { type: 'boolean' },
    base: { type: 'string' },
  },
  rtsock: {
    to: { type: 'string' },
    json: { type: 'boolean' },
    fib: { type: 'string' },
    inet: { type: 'boolean', short: '4' },
    inet6: { type: 'boolean', short: '6' },
    interface: { type: 'string' },
    blackhole: { type: 'boolean' },
    reject: { type: 'boolean' },
    proto1: { type: 'boolean' },
    mtu: { type: 'string' },
    weight: { type: 'string' },
  },
  tour: {},
} satisfies Record<string, NonNullable<ParseArgsConfig['options']>>;

export type Command = keyof typeof OPTIONS;

/** Behind them come words, not a program. */
const WORD_COMMANDS: readonly Command[] = ['family', 'ynl', 'rtsock', 'save', 'restore', 'diff'];

/** Of `nlspace rtsock`. */
export interface RtsockOptions {
  readonly fib?: string;
  readonly inet?: boolean;
  readonly inet6?: boolean;
  /** The name of a link. */
  readonly interface?: string;
  readonly blackhole?: boolean;
  readonly reject?: boolean;
  readonly proto1?: boolean;
  readonly mtu?: string;
  readonly weight?: string;
}

export interface CommandLine {
  /** Undefined with `--help`, `--version` or nothing at all. */
  readonly command: Command | undefined;
  readonly help: boolean;
  readonly version: boolean;
  readonly verbose: boolean;
  readonly traceFile: string | undefined;
  /** Of `trace`: lines without times. */
  readonly noTimes: boolean;
  /** Of `trace`: also what sockets are asked for beside messages. */
  readonly sockets: boolean;
  /** Of `trace`: a capture to read instead of a program to run. */
  readonly readFile: string | undefined;
  /** Written as pcapng. */
  readonly captureFile: string | undefined;
  /** An older or stricter kernel: a version, and features that are missing. */
  readonly kernelProfile: string | undefined;
  readonly readOnly: boolean;
  /** Rules about who may do what. */
  readonly authorizations: readonly string[];
  /** Rules by which things go wrong. */
  readonly faults: readonly string[];
  /** Files of such rules. */
  readonly faultFiles: readonly string[];
  readonly faultSeed: number | undefined;
  readonly faultDryRun: boolean;
  /** A capture of what the back end says, for a replay. */
  readonly recordFile: string | undefined;
  /** Such a file, instead of a back end. */
  readonly replayFile: string | undefined;
  readonly admin: boolean;
  /** The lowest descriptor that is trapped. */
  readonly base: number | undefined;
  readonly json: boolean;
  /** Modules with families to serve beside the usual ones. */
  readonly families: readonly string[];
  /** An SPDX expression; NOASSERTION is SPDX for nothing said. */
  readonly license: string;
  /** Modules that export link kinds. */
  readonly linkKinds: readonly string[];
  /** Which system the domain behaves like. */
  readonly profile: ProfileName;
  /** Where a daemon listens, instead of a domain of the command's own. */
  readonly to: string | undefined;
  /** Whose state a network begins with, or is read. */
  readonly from: string | undefined;
  readonly listenAddress: string | undefined;
  /** Of the file of the socket. */
  readonly mode: number | undefined;
  /** Where routing sockets are served. */
  readonly rtsockAddress: string | undefined;
  /** The options of `rtsock`, as they were given. */
  readonly rtsockOptions: RtsockOptions;
  /** Behind the options: never looked into. Words, where a command takes some. */
  readonly program: readonly string[];
}

/**
 * Reads `nlspace COMMAND [options] [--] program args…`. Options end where the program begins.
 *
 * @throws {UsageError} naming what is wrong.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const [first = ''] = argv;
  const isCommand = first !== '' && !first.startsWith('-');
  if (isCommand && !Object.hasOwn(OPTIONS, first)) throw new UsageError(`there is no command ${first}`);
  const command = isCommand ? (first as Command) : undefined;
  const options: NonNullable<ParseArgsConfig['options']> = {
    ...(command === undefined ? {} : OPTIONS[command]),
    help: { type: 'boolean', short: 'h' },
    ...(isCommand ? {} : { version: { type: 'boolean' } }),
  };
  const given = argv.slice(isCommand ? 1 : 0);
  // These words are no program: options may stand behind them.
  const words =
    command !== undefined && WORD_COMMANDS.includes(command) ? wordsOf(given, options) : undefined;
  const begin = words === undefined ? programBegin(given, options) : given.length;
  const program = words ?? given.slice(given[begin] === '--' ? begin + 1 : begin);
  const values = parse(given.slice(0, begin), options, words !== undefined);
  if (command === undefined && begin < given.length) throw new UsageError('say a command');
  if ((command === 'tour' || command === 'serve') && program.length > 0)
    throw new UsageError(`${command} takes no program`);
  const isHelp = values['help'] === true;
  if (command === 'trace' && !isHelp && (values['read'] === undefined) === (program.length === 0))
    throw new UsageError('trace takes a program, or --read FILE');
  refuseBesides(values, 'to', ['family', 'link-kind', 'profile', 'rtsock'], SAID_BY_DAEMON);
  refuseBesides(values, command === 'run' ? 'from' : 'none', ['to', 'replay'], SAID_BY_STATE);
  refuseBesides(values, 'read', ['to', 'no-admin', 'base', 'capture'], SAID_BY_RECORDING);
  refuseBesides(values, 'replay', ['to', 'family', 'link-kind', 'profile', 'rtsock'], SAID_BY_RECORDING);
  return {
    command,
    help: isHelp,
    version: values['version'] === true,
    verbose: values['verbose'] === true,
    traceFile: (values['trace-file'] ?? values['output']) as string | undefined,
    noTimes: values['no-times'] === true,
    sockets: values['sockets'] === true,
    readFile: values['read'] as string | undefined,
    captureFile: values['capture'] as string | undefined,
    kernelProfile: values['kernel-profile'] as string | undefined,
    readOnly: values['read-only'] === true,
    authorizations: (values['authorize'] as string[] | undefined) ?? [],
    faults: (values['fault'] as string[] | undefined) ?? [],
    faultFiles: (values['faults'] as string[] | undefined) ?? [],
    faultSeed: readSeed(values['fault-seed'] as string | undefined),
    faultDryRun: values['fault-dry-run'] === true,
    recordFile: values['record'] as string | undefined,
    replayFile: values['replay'] as string | undefined,
    admin: values['no-admin'] !== true,
    base: readBase(values['base'] as string | undefined),
    json: values['json'] === true,
    families: (values['family'] as string[] | undefined) ?? [],
    license: readLicense(values['license'] as string | undefined),
    linkKinds: (values['link-kind'] as string[] | undefined) ?? [],
    profile: readProfile(values['profile'] as string | undefined),
    to: values['to'] as string | undefined,
    from: values['from'] as string | undefined,
    listenAddress: values['listen'] as string | undefined,
    mode: readMode(values['mode'] as string | undefined),
    rtsockAddress: values['rtsock'] as string | undefined,
    rtsockOptions: command === 'rtsock' ? (values as RtsockOptions) : {},
    program,
  };
}

function wordsOf(args: string[], options: NonNullable<ParseArgsConfig['options']>): string[] {
  return parseArgs({ args, options, strict: false, allowPositionals: true }).positionals;
}

const SAID_BY_STATE = (wrong: string) =>
  `--from makes a network of this command's own, so there is no --${wrong}; nlspace restore fills that of a daemon`;
const SAID_BY_DAEMON = (wrong: string) => `--${wrong} is an option of nlspace serve where there is --to`;
const SAID_BY_RECORDING = (wrong: string) => `--${wrong} has no place where a file is read: it says it all`;

function refuseBesides(
  values: Record<string, unknown>,
  option: string,
  others: readonly string[],
  reason: (wrong: string) => string,
): void {
  const wrong = others.find((other) => values[other] !== undefined);
  if (values[option] !== undefined && wrong !== undefined) throw new UsageError(reason(wrong));
}

/** Where the first argument stands that is neither an option nor its value. */
function programBegin(given: string[], options: NonNullable<ParseArgsConfig['options']>): number {
  const { tokens } = parseArgs({ args: given, options, strict: false, allowPositionals: true, tokens: true });
  return tokens.find(({ kind }) => kind !== 'option')?.index ?? given.length;
}

function parse(
  args: string[],
  options: NonNullable<ParseArgsConfig['options']>,
  allowPositionals: boolean,
): Record<string, unknown> {
  try {
    return parseArgs({ args, options, allowPositionals }).values;
  } catch (error) {
    // parseArgs adds advice about positional arguments, which does not fit here.
    throw new UsageError((error as Error).message.split(/\. |\n/)[0] ?? '', { cause: error });
  }
}

function readProfile(name = 'linux'): ProfileName {
  if (isProfileName(name)) return name;
  throw new UsageError(`there is no profile ${name}; there are ${Object.keys(PROFILES).join(', ')}`);
}

function readLicense(text = 'NOASSERTION'): string {
  if (!/^[\w.+:() -]+$/.test(text)) throw new UsageError('--license takes an SPDX expression');
  return text;
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--fault-seed takes a number, not ${text}`);
  return Number(text);
}

function readBase(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`--base takes the number of a descriptor, not ${text}`);
  return Number(text);
}

function readMode(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^0?[0-7]{3}$/.test(text)) throw new UsageError(`--mode takes three octal digits, not ${text}`);
  return Number.parseInt(text, 8);
}
