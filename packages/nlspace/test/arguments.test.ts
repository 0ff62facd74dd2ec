import test from 'ava';
import { readCommandLine } from '../src/command-line/arguments.js';

test("what stands behind the program is the program's own", (t) => {
  const { command, program, verbose } = readCommandLine(['run', 'ip', '-v', 'link']);
  t.deepEqual([command, program, verbose], ['run', ['ip', '-v', 'link'], false]);
});

test('two dashes end the options', (t) => {
  const { program, verbose, admin } = readCommandLine(['run', '-v', '--no-admin', '--', '--help']);
  t.deepEqual([program, verbose, admin], [['--help'], true, false]);
});

test('an option that there is not is named', (t) => {
  t.throws(() => readCommandLine(['run', '--frobnicate', 'ip']), { message: /--frobnicate/ });
});

test('options may stand alone', (t) => {
  t.true(readCommandLine(['--help']).help);
  t.true(readCommandLine(['--version']).version);
  t.is(readCommandLine([]).command, '');
});
