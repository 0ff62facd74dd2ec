import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { conditionalTest, peerTest } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const NOBODY = 65534;

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Conditions {
  readonly stdin?: string;
  readonly uid?: number;
  /** Search path of programs. */
  readonly path?: string;
  /** Sent as soon as the program has printed something. */
  readonly kill?: NodeJS.Signals;
}

function nlspaceRun(
  argv: readonly string[],
  { stdin = '', uid, path = process.env['PATH'], kill }: Conditions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: path };
    const child = spawn(process.execPath, [NLSPACE, 'run', '--', ...argv], {
      cwd: '/',
      env,
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      if (stdout === '' && kill !== undefined) child.kill(kill);
      stdout += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ stdout, stderr, status, signal }));
    child.stdin.end(stdin);
  });
}

test("the exit status is the program's own", async (t) => {
  t.is((await nlspaceRun(['sh', '-c', 'exit 7'])).status, 7);
  t.is((await nlspaceRun(['true'])).status, 0);
});

test('ip shows lo and nothing of the host', async (t) => {
  const { stdout, status } = await nlspaceRun(['ip', '-br', 'link']);
  t.regex(stdout, /^lo +DOWN +00:00:00:00:00:00 <LOOPBACK> \n$/);
  t.is(status, 0);
});

test('standard input reaches the program', async (t) => {
  const { stdout } = await nlspaceRun(['ip', '-batch', '-'], {
    stdin: 'link set lo up\nroute add blackhole 192.0.2.0/24\nroute show\n',
  });
  t.is(stdout, 'blackhole 192.0.2.0/24 \n');
});

test('error text of ip goes to standard error', async (t) => {
  const { stdout, stderr, status } = await nlspaceRun(['ip', 'route', 'del', '192.0.2.0/24']);
  t.deepEqual([stdout, stderr, status], ['', 'RTNETLINK answers: No such process\n', 2]);
});

test('a program that does not exist is said to be missing, status 127', async (t) => {
  // A folder that may not be searched would make it 126, as with env(1).
  const { stderr, status } = await nlspaceRun(['no-such-program-anywhere'], { path: '/usr/bin:/bin' });
  t.is(status, 127);
  t.regex(stderr, /no-such-program-anywhere/);
});

test('a program killed by a signal ends nlspace the same way', async (t) => {
  const { status, signal } = await nlspaceRun(['sh', '-c', 'kill -TERM $$']);
  t.true(signal === 'SIGTERM' || status === 143, `status ${status}, signal ${signal}`);
});

test('SIGTERM to nlspace reaches a program that waits for netlink', async (t) => {
  const { status, signal } = await nlspaceRun(['sh', '-c', 'echo ready; exec ip monitor all'], {
    kill: 'SIGTERM',
  });
  t.true(signal === 'SIGTERM' || status === 143, `status ${status}, signal ${signal}`);
});

test('programs under one run share one network, the next run begins anew', async (t) => {
  const shared = await nlspaceRun([
    'sh',
    '-c',
    'ip link add v0 type veth peer name v1; sh -c "ip -o link" | wc -l',
  ]);
  t.is(shared.stdout.trim(), '3');
  t.is((await nlspaceRun(['ip', '-o', 'link'])).stdout.split('\n').length, 2);
});

const notRoot = process.getuid?.() === 0 ? undefined : 'only root can become another user';

conditionalTest(test, notRoot, 'an ordinary user makes links, addresses and routes', async (t) => {
  const script =
    'id -u && ip link add v0 type veth peer name v1 && ip link set v0 up && ip addr add 10.0.0.1/24 dev v0 && ip route add 192.0.2.0/24 via 10.0.0.2 && ip route';
  const { stdout, stderr, status } = await nlspaceRun(['sh', '-c', script], { uid: NOBODY });
  t.is(stderr, '');
  t.is(
    stdout,
    `${NOBODY}\n10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 linkdown \n192.0.2.0/24 via 10.0.0.2 dev v0 linkdown \n`,
  );
  t.is(status, 0);
});

const noBusybox = existsSync('/bin/busybox') ? undefined : 'there is no busybox';

peerTest(test, noBusybox, 'a static busybox, as an ordinary user where root can become one', async (t) => {
  const uid = process.getuid?.() === 0 ? { uid: NOBODY } : {};
  const { stdout, status } = await nlspaceRun(
    ['busybox', 'sh', '-c', 'busybox ip link set lo up && busybox ip -4 addr show lo'],
    uid,
  );
  t.regex(stdout, /inet 127\.0\.0\.1\/8 scope host lo/);
  t.is(status, 0);
});
