import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { conditionalTest } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const METER = fileURLToPath(new URL('../../../../examples/meter/dist/src/meter-family.js', import.meta.url));
const NOBODY = 65534;

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

const children = new Set<ChildProcess>();
// A module that a daemon loads has to find `nlspace`.
const folder = mkdtempSync(fileURLToPath(new URL('../daemon-', import.meta.url)));
const sockets = mkdtempSync(join(tmpdir(), 'nlspace-test-'));
test.after.always(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const place of [folder, sockets]) rmSync(place, { recursive: true, force: true });
});

function start(argv: readonly string[], options: { uid?: number; env?: NodeJS.ProcessEnv } = {}) {
  const { uid, env = process.env } = options;
  const child = spawn(process.execPath, [NLSPACE, ...argv], {
    cwd: '/',
    env,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  children.add(child);
  child.on('exit', () => children.delete(child));
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const ended = once(child, 'close').then(([status]) => ({ stdout, stderr, status }) as Ended);
  return {
    child,
    ended,
    /** Until standard output matches. */
    said: async (pattern: RegExp) => {
      while (!pattern.test(stdout)) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
  };
}

let count = 0;

async function startDaemon(...options: string[]) {
  const path = join(sockets, `${count++}.sock`);
  const to = `unix:${path}`;
  const daemon = start(['serve', '--listen', to, ...options]);
  await daemon.said(/\n/);
  const nlspace = (...argv: string[]) => start(argv).ended;
  return {
    ...daemon,
    path,
    to,
    run: (...argv: string[]) => nlspace('run', '--to', to, '--', ...argv),
    family: (...argv: string[]) => nlspace('family', ...argv, '--to', to),
    nlspace,
  };
}

test('what one program does another finds, and sees it being done', async (t) => {
  const daemon = await startDaemon();
  const monitor = start(['run', '--to', daemon.to, '--', 'sh', '-c', 'exec ip monitor link address 2>&1']);
  // It has joined its groups when the daemon says so.
  for (;;) {
    const { stdout } = await daemon.nlspace('describe', '--to', daemon.to, '--json');
    const { protocols } = JSON.parse(stdout) as { protocols: { sockets: { groups: number[] }[] }[] };
    if (protocols.some(({ sockets }) => sockets.some(({ groups }) => groups.length > 0))) break;
  }
  t.deepEqual(await daemon.run('ip', 'link', 'add', 'uplink', 'type', 'dummy'), {
    stdout: '',
    stderr: '',
    status: 0,
  });
  await daemon.run('sh', '-c', 'ip address add 192.0.2.1/24 dev uplink; ip link set uplink up');
  await monitor.said(/uplink: <BROADCAST,NOARP,UP/);
  await monitor.said(/inet 192\.0\.2\.1\/24 scope global uplink/);
  const { stdout } = await daemon.run('ip', '-br', '-4', 'address', 'show', 'dev', 'uplink');
  t.regex(stdout, /^uplink +UNKNOWN +192\.0\.2\.1\/24/);
  t.is((await daemon.run('ip', 'route', 'add', '203.0.113.0/24', 'via', '10.0.0.1')).status, 2);
  daemon.child.kill('SIGTERM');
  t.is((await daemon.ended).status, 0);
  const { stderr } = await monitor.ended;
  t.regex(stderr, /^nlspace: the daemon at unix:.* is gone: the serving side was stopped\n$/m);
});

test('requests about interfaces by ioctl are answered from the daemon, and nothing else is', async (t) => {
  const daemon = await startDaemon();
  const script =
    'import socket; print(socket.if_nametoindex("uplink"))\n' +
    'try: print(socket.if_nametoindex("eth0"))\nexcept OSError: print("no eth0")\n';
  await daemon.run('ip', 'link', 'add', 'uplink', 'index', '77', 'type', 'dummy');
  t.is((await daemon.run('python3', '-c', script)).stdout, '77\nno eth0\n');
  daemon.child.kill();
  await daemon.ended;
});

test('a daemon makes things go wrong for whom a rule means, and refuses what is denied', async (t) => {
  const daemon = await startDaemon(
    ...['--fault', 'RTM_GETLINK dump by ip: fail EAGAIN "not now" in done once'],
    ...['--fault', 'RTM_DELROUTE: drop'],
    ...['--authorize', 'deny RTM_DELLINK link keep'],
  );
  t.deepEqual(await daemon.run('ip', 'link'), {
    stdout: '',
    stderr: 'Error: not now.\nDump terminated\n',
    // That is what ip(8) makes of it.
    status: 0,
  });
  const script = 'ip link add keep type dummy; ip link add go type dummy; ip link del go; ip link del keep';
  t.is((await daemon.run('sh', '-c', `${script} 2>&1`)).stdout, 'Error: RTM_DELLINK is denied.\n');
  t.regex((await daemon.run('ip', '-br', 'link')).stdout, /^lo .*\nkeep .*\n$/);
  daemon.child.kill('SIGTERM');
  const { stderr, status } = await daemon.ended;
  t.deepEqual([stderr, status], ['nlspace: the fault "RTM_DELROUTE: drop" has matched nothing\n', 0]);
});

test('other network namespaces are not served from afar, and that is said', async (t) => {
  const daemon = await startDaemon();
  const { stderr, status } = await daemon.run('unshare', '-rn', 'ip', 'link');
  t.deepEqual([stderr, status], ['Cannot open netlink socket: Operation not supported\n', 1]);
  daemon.child.kill();
  await daemon.ended;
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} stops the daemon, and nothing is left of it`, async (t) => {
    const daemon = await startDaemon('--json');
    daemon.child.kill(signal);
    const { stdout, stderr, status } = await daemon.ended;
    t.deepEqual(JSON.parse(stdout), { address: daemon.to, pid: daemon.child.pid });
    t.deepEqual([stderr, status], ['', 0]);
    t.false(existsSync(daemon.path));
  });
}

const POLLING = `
import select, socket, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.bind((0, 4))
print('waiting', flush=True)
select.select([s], [], [])
for call in (lambda: s.recv(100), lambda: s.send(bytes(16)), lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)):
    try:
        call()
        print('nothing')
    except OSError as error:
        print(error.errno)
`;

test('when the daemon is killed, programs that wait hear of it at once, and the next daemon takes its place', async (t) => {
  const daemon = await startDaemon();
  const polling = start(['run', '--to', daemon.to, '--', 'python3', '-c', POLLING]);
  const reading = start([
    'run',
    '--to',
    daemon.to,
    '--',
    'sh',
    '-c',
    'ip monitor route & sleep 0; echo waiting; wait $!',
  ]);
  await Promise.all([polling.said(/waiting/), reading.said(/waiting/)]);
  daemon.child.kill('SIGKILL');
  await daemon.ended;
  t.is((await polling.ended).stdout, 'waiting\n104\n104\n104\n');
  const { stderr, status } = await reading.ended;
  t.not(status, 0);
  t.regex(stderr, /Connection reset by peer|Cannot open netlink socket/);
  t.regex((await daemon.run('true')).stderr, /^nlspace: connect ECONNREFUSED/);
  const next = start(['serve', '--listen', daemon.to]);
  await next.said(/listening/);
  t.is((await daemon.run('ip', '-br', 'link')).status, 0);
  next.child.kill();
  await next.ended;
});

test('families are loaded, listed and unloaded in a running daemon', async (t) => {
  const daemon = await startDaemon();
  const loaded = await daemon.family('load', METER, '--json');
  const [meter, ...others] = JSON.parse(loaded.stdout) as { number: number; groups: { changes: number } }[];
  t.like(meter, { name: 'meter', protocol: 16, version: 1, file: METER });
  t.deepEqual(others, []);
  const { number = 0, groups: { changes } = { changes: 0 } } = meter ?? {};
  t.true(
    (await daemon.family('list')).stdout.includes(
      `meter protocol 16 id ${number} version 1 groups changes=${changes} from ${METER}\n`,
    ),
  );
  const genl = await daemon.run('genl', 'ctrl', 'list');
  t.true(
    genl.stdout.includes(
      `Name: meter\n\tID: 0x${number.toString(16)}  Version: 0x1  header size: 0  max attribs: 4`,
    ),
  );
  const again = await daemon.family('load', METER);
  t.deepEqual([again.status, again.stdout], [125, '']);
  t.regex(again.stderr, /EINVAL: .*: MeterFamily: there is a generic family meter; dispose that first\n$/);
  t.deepEqual(await daemon.family('unload', 'meter'), { stdout: '', stderr: '', status: 0 });
  t.notRegex((await daemon.run('genl', 'ctrl', 'list')).stdout, /meter/);
  t.regex((await daemon.family('unload', 'meter')).stderr, /ENOENT: there is no family meter\n$/);
  t.regex((await daemon.family('unload', 'nlspace')).stderr, /EBUSY/);
  t.regex((await daemon.family('load', '/nonexistent')).stderr, /ENOENT: .*no such file\n$/);
  daemon.child.kill();
  await daemon.ended;
});

test('a file that was changed is loaded anew', async (t) => {
  const daemon = await startDaemon();
  const file = join(folder, 'changing.mjs');
  const write = (version: number) =>
    writeFileSync(
      file,
      `import { defineAttributes, defineMessage, doOperation, attr, genericFamily } from 'nlspace';
       const attributes = defineAttributes('changing', { a: attr.u32(1) });
       export const family = genericFamily({ name: 'changing', version: ${version}, attributes,
         operations: () => ({ get: doOperation(1, defineMessage({ attributes }), {}, () => undefined) }) });`,
    );
  for (const version of [1, 2]) {
    write(version);
    const { stdout, stderr } = await daemon.family('load', file);
    t.regex(stdout, new RegExp(`^changing protocol 16 id \\d+ version ${version} `), stderr);
    await daemon.family('unload', 'changing');
  }
  daemon.child.kill();
  await daemon.ended;
});

test('a whole protocol can be unloaded and loaded again, with its network', async (t) => {
  const daemon = await startDaemon();
  await daemon.run('ip', 'link', 'add', 'uplink', 'type', 'dummy');
  t.is((await daemon.family('unload', 'route')).status, 0);
  t.regex((await daemon.run('ip', 'link')).stderr, /Protocol not supported/);
  t.is((await daemon.family('load', 'route')).status, 0);
  t.regex((await daemon.run('ip', '-br', 'link')).stdout, /^uplink /m);
  daemon.child.kill();
  await daemon.ended;
});

test('one daemon at a path: the second says so', async (t) => {
  const daemon = await startDaemon();
  const second = await daemon.nlspace('serve', '--listen', daemon.to);
  t.deepEqual([second.status, second.stdout], [125, '']);
  t.is(second.stderr, `nlspace: somebody listens at ${daemon.path} already\n`);
  daemon.child.kill();
  await daemon.ended;
});

test('without a path it is the one in the runtime folder', async (t) => {
  const runtime = join(sockets, 'runtime');
  mkdirSync(runtime);
  const env = { ...process.env, XDG_RUNTIME_DIR: runtime };
  const daemon = start(['serve'], { env });
  await daemon.said(new RegExp(`^listening at unix:${runtime}/nlspace.sock\n`));
  t.regex((await start(['run', '--to', 'unix:', '--', 'ip', '-br', 'link'], { env }).ended).stdout, /^lo /);
  t.regex((await start(['family', 'list'], { env }).ended).stdout, /^nlctrl /m);
  daemon.child.kill();
  await daemon.ended;
});

conditionalTest(
  test,
  process.geteuid?.() === 0 ? undefined : 'only root can be somebody else',
  'users whom the mode lets in may look, but not change or load anything',
  async (t) => {
    const daemon = await startDaemon('--mode', '666');
    // mkdtemp lets nobody else in.
    chmodSync(sockets, 0o755);
    const as = (...argv: string[]) => start(argv, { uid: NOBODY }).ended;
    t.regex((await as('run', '--to', daemon.to, '--', 'ip', '-br', 'link')).stdout, /^lo /);
    const { stderr } = await as('run', '--to', daemon.to, '--', 'ip', 'link', 'set', 'lo', 'up');
    t.is(stderr, 'RTNETLINK answers: Operation not permitted\n');
    t.regex((await as('family', 'load', METER, '--to', daemon.to)).stderr, /EPERM/);
    t.regex((await as('family', 'list', '--to', daemon.to)).stdout, /^nlctrl /m);
    daemon.child.kill();
    await daemon.ended;
  },
);
