import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const NLSPACE = fileURLToPath(new URL('../../../bin/nlspace.js', import.meta.url));
const TRY = 'Try `nlspace --help`.\n';

function nlspace(...argv: string[]): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [NLSPACE, ...argv], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

const MISTAKES: ReadonlyArray<readonly [argv: string[], stderr: string]> = [
  [
    ['--fault', 'RTM_GETROUTE dump: interupt'],
    'nlspace: --fault: there is no fault "interupt"; did you mean interrupt? (fail, interrupt, overrun, delay, stall, reorder, drop, duplicate, truncate, close)\n' +
      `  RTM_GETROUTE dump: interupt\n                     ^\n${TRY}`,
  ],
  [
    ['--fault', 'RTM_NEWLINK,RTM_GETROUT: fail EPERM'],
    'nlspace: --fault: there is no operation "RTM_GETROUT"; did you mean RTM_GETROUTE?\n' +
      `  RTM_NEWLINK,RTM_GETROUT: fail EPERM\n              ^\n${TRY}`,
  ],
  [['--fault-seed', 'x'], `nlspace: --fault-seed takes a number, not x\n${TRY}`],
  [
    ['--authorize', 'deny'],
    `nlspace: --authorize: an operation (RTM_GETROUTE, meter.Set, *) is missing\n  deny\n      ^\n${TRY}`,
  ],
  [['--kernel-profile', '4'], `nlspace: --kernel-profile: 4 is no version such as 4.19\n${TRY}`],
];

for (const [argv, expected] of MISTAKES) {
  test(`a mistake is pointed to, and the program does not run: ${argv.join(' ')}`, async (t) => {
    for (const command of ['run', 'serve']) {
      const program = command === 'run' ? ['echo', 'ran'] : [];
      const { status, stdout, stderr } = await nlspace(command, ...argv, ...program);
      t.deepEqual([status, stdout, stderr], [2, '', expected]);
    }
  });
}

test('a file of faults is read, and a mistake in it is named by line and column', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nlspace-faults-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'rules');
  await writeFile(file, '# none yet\nRTM_GETLINK: fail EPERM\n');
  const run = (...argv: string[]) => nlspace('run', '--faults', file, ...argv);
  const { stderr } = await run('--', 'true');
  t.is(stderr, `nlspace: the fault 1 of ${file} has matched nothing\n`);
  await writeFile(file, '\n  RTM_GETLINK: fial EPERM\n');
  const wrong = await run('--', 'true');
  t.is(wrong.status, 2);
  t.true(
    wrong.stderr.startsWith(`nlspace: --faults: ${file}:2:16: there is no fault "fial"; did you mean fail?`),
    wrong.stderr,
  );
  const missing = await nlspace('run', '--faults', join(folder, 'none'), '--', 'true');
  t.is(missing.status, 125);
  t.regex(missing.stderr, /^nlspace: ENOENT/);
});

test('a rule that cannot match says why', async (t) => {
  const { stderr } = await nlspace(
    'run',
    '--fault',
    'RTM_GETLINK with colour=red: fail EPERM',
    '--',
    'sh',
    '-c',
    'ip link >/dev/null || busybox ip link > /dev/null',
  );
  t.regex(
    stderr,
    /^nlspace: the fault "RTM_GETLINK with colour=red: fail EPERM" has matched nothing \(RTM_GETLINK has no colour; it has addressFamily, /,
  );
});
