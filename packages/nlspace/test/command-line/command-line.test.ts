import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { COMMAND_USAGE } from '../../src/command-line/usage.js';

const NLSPACE = fileURLToPath(new URL('../../../bin/nlspace.js', import.meta.url));

interface Ended {
  readonly status: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function nlspace(...argv: string[]): Promise<Ended> {
  return execute(process.execPath, NLSPACE, ...argv);
}

function execute(file: string, ...argv: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, argv, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

test('help goes to standard output, of the whole and of each command', async (t) => {
  t.regex((await nlspace('--help')).stdout, /^nlspace: the kernel side of netlink/);
  for (const command of Object.keys(COMMAND_USAGE)) {
    const { stdout, stderr } = await nlspace(command, '--help');
    t.deepEqual([stdout, stderr], [COMMAND_USAGE[command as keyof typeof COMMAND_USAGE], '']);
  }
});

test('the version is that of the package', async (t) => {
  const manifest = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  t.is((await nlspace('--version')).stdout, `${(JSON.parse(manifest) as { version: string }).version}\n`);
});

test('a wrong option ends with 2 and says so on standard error', async (t) => {
  const { status, stdout, stderr } = await nlspace('run', '--frobnicate', 'true');
  t.deepEqual([status, stdout], [2, '']);
  t.is(stderr, "nlspace: Unknown option '--frobnicate'\nTry `nlspace --help`.\n");
});

test('what family and --to cannot do is said', async (t) => {
  for (const [argv, status, message] of [
    [['family'], 2, /family takes list, load, unload/],
    [['family', 'load'], 2, /family load takes a file/],
    [['family', 'list', 'meter'], 2, /family list takes no more/],
    [['run', '--to', 'carrier-pigeon:', 'ip'], 125, /carrier-pigeon: is not unix:PATH/],
    [['run', '--to', 'unix:/nonexistent', 'ip'], 125, /ENOENT/],
  ] as const) {
    const ended = await nlspace(...argv);
    t.deepEqual([ended.status, ended.stdout], [status, ''], ended.stderr);
    t.regex(ended.stderr, message);
  }
});

test('a trace file that cannot be written is named, and the program does not run', async (t) => {
  const { status, stdout, stderr } = await nlspace(
    'run',
    '--trace-file',
    '/nonexistent/trace',
    'echo',
    'ran',
  );
  t.deepEqual([status, stdout], [125, '']);
  t.regex(stderr, /^nlspace: .*\/nonexistent\/trace/);
});

test('a trace file has what the program asked for and was told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nlspace-trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'trace');
  const script =
    'exec 2>/dev/null; ip route add blackhole 192.0.2.0/24 || busybox ip route add blackhole 192.0.2.0/24';
  const { stderr } = await nlspace('run', '--trace-file', file, '--', 'sh', '-c', script);
  t.is(stderr, '');
  t.regex(
    await readFile(file, 'utf8'),
    /→ RTM_NEWROUTE seq \d+ REQUEST\|ACK\|EXCL\|CREATE rtmsg\{.*table main.*type blackhole\} destination 192\.0\.2\.0/,
  );
});

test('describe prints what a fresh domain serves', async (t) => {
  const { status, stdout } = await nlspace('describe');
  t.is(status, 0);
  t.regex(stdout, /^profile linux\nprotocol 0 route\n {2}operations\n/);
  t.regex(stdout, /\n {5}26 dump route +RouteHandler\.dump\n/);
  t.regex(stdout, /\n {6}7 ipv4Route\n/);
  t.regex(stdout, /\n {2}open sockets: none\n {2}closed sockets: none\n$/);
});

test('describe --json is JSON', async (t) => {
  const { protocols, closed } = JSON.parse((await nlspace('describe', '--json')).stdout);
  t.is(protocols[0].name, 'route');
  t.deepEqual(closed, []);
});

test('describe lists what is different in another profile', async (t) => {
  const { status, stdout } = await nlspace('describe', '--profile', 'freebsd');
  t.is(status, 0);
  t.regex(stdout, /^profile freebsd\n {2}sockets\.options: /);
  t.regex(stdout, /\n {2}network\.announcedRoutes: ipv4 request, ipv6 request\n/);
  t.regex(stdout, /\n {2}network\.linkRename: removal and arrival\n/);
  t.notRegex(stdout, /RuleHandler/);
});

test('a program runs in another profile', async (t) => {
  const script = 'ip rule; echo $?; ip -br link | wc -l';
  const { stdout } = await nlspace('run', '--profile', 'freebsd', '--', 'sh', '-c', `exec 2>&1; ${script}`);
  t.is(stdout, 'RTNETLINK answers: Operation not supported\nDump terminated\n255\n1\n');
});

test('a profile that there is not is named with those that there are', async (t) => {
  const { status, stderr } = await nlspace('run', '--profile', 'plan9', 'true');
  t.is(status, 2);
  t.is(stderr, 'nlspace: there is no profile plan9; there are linux, freebsd\nTry `nlspace --help`.\n');
});

test('describe runs a program, ends with its status and counts its sockets', async (t) => {
  const { status, stdout } = await nlspace(
    'describe',
    '--',
    'sh',
    '-c',
    'ip link >/dev/null || busybox ip link >/dev/null; exit 3',
  );
  t.is(status, 3);
  t.regex(
    stdout,
    /closed sockets\n {4}port \d+ process \d+: [1-9]\d* requests, [1-9]\d* received, 0 dropped, 0 overruns\n/,
  );
});

test('the tour shows commands, an error and what a subscriber saw', async (t) => {
  const { status, stdout } = await nlspace('tour');
  t.is(status, 0);
  t.regex(stdout, /\$ (busybox )?ip route\n/);
  t.regex(stdout, /Nexthop has invalid gateway|Network (is )?unreachable/);
  t.regex(stdout, /new: 203\.0\.113\.0\/24 in table main\n/);
});

for (const command of ['describe', 'describe --json', 'tour', '--help']) {
  test(`a pipe that closes early ends nlspace ${command} without a word`, async (t) => {
    const script = `'${process.execPath}' '${NLSPACE}' ${command} | true`;
    const { stderr } = await execute('/bin/sh', '-c', script);
    t.is(stderr, '');
  });
}

test('a program goes on when nobody reads its trace any more', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nlspace-trace-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const program = `for i in 1 2 3; do ip link || busybox ip link; done 2>/dev/null; echo done >${folder}/end`;
  const traced = `'${process.execPath}' '${NLSPACE}' run --verbose -- sh -c '${program}'`;
  await execute('/bin/sh', '-c', `{ ${traced} 2>&1 >/dev/null; echo $? >${folder}/status; } | true`);
  t.is(await readFile(join(folder, 'status'), 'utf8'), '0\n');
  t.is(await readFile(join(folder, 'end'), 'utf8'), 'done\n');
});
