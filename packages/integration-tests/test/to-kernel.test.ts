import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inFreshNamespace, missingKernel } from '@nlspace/testkit';
import test from 'ava';
import { conditionalTest, peerTest } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const TIMEOUT_MS = 60_000;

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | string | null | undefined;
}

function execute(argv: readonly string[]): Promise<Ended> {
  const [program, ...rest] = argv;
  return new Promise((resolve) => {
    execFile(program as string, rest, { timeout: TIMEOUT_MS }, (error, stdout, stderr) =>
      resolve({ stdout, stderr, status: error === null ? 0 : error.code }),
    );
  });
}

/** The command, in a network namespace of its own. */
function nlspace(...words: readonly string[]): Promise<Ended> {
  return execute(inFreshNamespace([process.execPath, NLSPACE, ...words]));
}

const noKernel = await missingKernel();
const notRoot = process.getuid?.() === 0 ? undefined : 'only root may';

peerTest(test, noKernel, 'a program is where nlspace is, and changes what is there', async (t) => {
  const script = `'${process.execPath}' '${NLSPACE}' run --to kernel -- ip link set lo up mtu 1400; ip -br addr; ip link show lo`;
  const { stdout, stderr, status } = await execute(inFreshNamespace(['sh', '-c', script]));
  t.is(stderr, '');
  t.regex(stdout, /^lo +UNKNOWN +127\.0\.0\.1\/8 ::1\/128/);
  t.regex(stdout, /mtu 1400/);
  t.is(status, 0);
});

peerTest(test, noKernel, 'what it says is traced', async (t) => {
  const { stderr, status } = await nlspace(
    'run',
    '--to',
    'kernel',
    '-v',
    '--',
    'ip',
    'link',
    'set',
    'lo',
    'up',
  );
  t.regex(stderr, /RTM_NEWLINK .*ifinfomsg\{.*flags Up/);
  t.is(status, 0);
});

peerTest(test, noKernel, 'what it is told can be disturbed', async (t) => {
  const fault = 'RTM_GETLINK dump: interrupt once';
  const { stdout, stderr } = await nlspace(
    'run',
    '--to',
    'kernel',
    '--fault',
    fault,
    '--',
    'ip',
    '-br',
    'link',
  );
  t.regex(stdout, /^lo /);
  t.regex(stderr, /Dump was interrupted/);
});

peerTest(test, noKernel, 'with --no-admin it may look but not change', async (t) => {
  const run = ['run', '--to', 'kernel', '--no-admin', '--'];
  const changed = await nlspace(...run, 'ip', 'link', 'set', 'lo', 'up');
  t.is(changed.stderr, 'RTNETLINK answers: Operation not permitted\n');
  t.is(changed.status, 2);
  t.regex((await nlspace(...run, 'ip', '-br', 'link')).stdout, /^lo +DOWN/);
});

conditionalTest(test, notRoot, 'a namespace can be named that the program is not in', async (t) => {
  const name = `nlspace-to-kernel-${process.pid}`;
  await execute(['ip', 'netns', 'add', name]);
  try {
    const run = (...program: string[]) =>
      execute([process.execPath, NLSPACE, 'run', '--to', `kernel:${name}`, '--', ...program]);
    t.is((await run('ip', 'link', 'add', 'there0', 'type', 'veth', 'peer', 'name', 'there1')).stderr, '');
    t.regex((await execute(['ip', '-n', name, '-br', 'link'])).stdout, /there0@there1/);
    // By ioctl it is about the same namespace.
    const interfaces =
      'import socket; print([name for _, name in socket.if_nameindex()], socket.if_nametoindex("there0"))';
    t.regex((await run('/usr/bin/python3', '-c', interfaces)).stdout, /^\['lo', 'there1', 'there0'\] \d+\n$/);
  } finally {
    await execute(['ip', 'netns', 'del', name]);
  }
});

test('a namespace that is not there is said to be missing, before the program runs', async (t) => {
  const to = 'kernel:/proc/self/ns/nothing';
  const { stdout, stderr, status } = await execute([
    process.execPath,
    NLSPACE,
    'run',
    '--to',
    to,
    '--',
    'echo',
    'ran',
  ]);
  t.is(stderr, 'nlspace: ENOENT: cannot enter /proc/self/ns/nothing\n');
  t.is(stdout, '');
  t.is(status, 125);
});

test('the kernel is not asked what it serves', async (t) => {
  for (const words of [['describe'], ['family', 'list']]) {
    const { stderr, status } = await execute([process.execPath, NLSPACE, ...words, '--to', 'kernel']);
    t.regex(stderr, /^nlspace: the kernel is no daemon/);
    t.is(status, 2);
  }
});
