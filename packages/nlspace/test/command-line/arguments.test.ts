import test from 'ava';
import { readCommandLine } from '../../src/command-line/arguments.js';
import { UsageError } from '../../src/command-line/usage-error.js';

test("what stands behind the program is the program's own", (t) => {
  const { command, program, verbose } = readCommandLine(['run', 'ip', '-v', 'link']);
  t.deepEqual([command, program, verbose], ['run', ['ip', '-v', 'link'], false]);
});

test('two dashes end the options', (t) => {
  const { program, verbose, admin } = readCommandLine(['run', '-v', '--no-admin', '--', '--help']);
  t.deepEqual([program, verbose, admin], [['--help'], true, false]);
});

test('the value of an option is not the program', (t) => {
  const { program, traceFile, base } = readCommandLine([
    'run',
    '--trace-file',
    'out',
    '--base=0',
    'ip',
    '--base',
    '3',
  ]);
  t.deepEqual([program, traceFile, base], [['ip', '--base', '3'], 'out', 0]);
});

test('options may stand alone', (t) => {
  t.true(readCommandLine(['--help']).help);
  t.true(readCommandLine(['--version']).version);
  t.true(readCommandLine(['describe', '-h']).help);
  t.is(readCommandLine([]).command, undefined);
});

test('options of family stand before and behind its words', (t) => {
  const { program, to, json } = readCommandLine(['family', '--json', 'load', 'x.js', '--to', 'unix:/y']);
  t.deepEqual([program, to, json], [['load', 'x.js'], 'unix:/y', true]);
});

const MISTAKES: ReadonlyArray<readonly [argv: string[], message: RegExp]> = [
  [['fly'], /there is no command fly/],
  [['constructor'], /there is no command constructor/],
  [['--', 'ip'], /say a command/],
  [['run', '--frobnicate', 'ip'], /--frobnicate/],
  [['describe', '--verbose'], /--verbose/],
  [['run', '--trace-file'], /--trace-file/],
  [['run', '--no-admin=yes', 'ip'], /--no-admin/],
  [['run', '--base', 'low', 'ip'], /--base takes the number of a descriptor, not low/],
  [['run', '--base', '4294967296', 'ip'], /--base takes the number of a descriptor, not 4294967296/],
  [['tour', 'ip'], /tour takes no program/],
  [['serve', 'ip'], /serve takes no program/],
  [['serve', '--mode', '999'], /--mode takes three octal digits, not 999/],
  [['serve', '--to', 'unix:/x'], /--to/],
  [['run', '--to', 'unix:/x', '--family', 'y', 'ip'], /--family is an option of nlspace serve/],
  [['describe', '--to', 'unix:/x', '--profile', 'freebsd'], /--profile is an option of nlspace serve/],
  [['family', 'list', '--frobnicate'], /--frobnicate/],
];

for (const [argv, message] of MISTAKES) {
  test(`refused, saying why: nlspace ${argv.join(' ')}`, (t) => {
    t.throws(() => readCommandLine(argv), { instanceOf: UsageError, message });
  });
}
