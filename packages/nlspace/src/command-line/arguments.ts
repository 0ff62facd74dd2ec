import { parseArgs } from 'node:util';

export interface CommandLine {
  readonly command: string;
  readonly verbose: boolean;
  readonly admin: boolean;
  readonly help: boolean;
  readonly version: boolean;
  /** Behind the options: never looked into. */
  readonly program: readonly string[];
}

/**
 * Reads `nlspace COMMAND [options] [--] program args…`. Options end where the program begins.
 *
 * @throws {TypeError} naming an option that there is not.
 */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const [first = '', ...rest] = argv;
  const isCommand = first !== '' && !first.startsWith('-');
  const given = isCommand ? rest : argv;
  const begin = given.findIndex((argument) => argument === '--' || !argument.startsWith('-'));
  const options = begin < 0 ? given : given.slice(0, begin);
  const program = begin < 0 ? [] : given.slice(given[begin] === '--' ? begin + 1 : begin);
  const { values } = parseArgs({
    args: [...options],
    options: {
      verbose: { type: 'boolean', short: 'v' },
      'no-admin': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
  return {
    command: isCommand ? first : '',
    verbose: values.verbose ?? false,
    admin: !(values['no-admin'] ?? false),
    help: values.help ?? false,
    version: values.version ?? false,
    program,
  };
}
