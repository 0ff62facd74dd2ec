import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { conditionalTest } from '../src/index.js';

const directory = await mkdtemp(join(tmpdir(), 'nlspace-trace-'));
test.after.always(() => rm(directory, { recursive: true, force: true }));
const NLSPACE = fileURLToPath(new URL('../../../nlspace/dist/src/cli.js', import.meta.url));
const FIXTURES = fileURLToPath(new URL('../../../middleware/test/capture/fixtures/', import.meta.url));
const notRoot = process.getuid?.() === 0 ? undefined : 'only root makes a network namespace here';

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

function execute(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: 60_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      resolve({ stdout, stderr, status: error === null ? 0 : Number(error.code) });
    });
  });
}

const nlspace = (...args: string[]) => execute(process.execPath, [NLSPACE, ...args]);
/** In an empty network namespace of the real kernel. */
const apart = (...args: string[]) => execute('unshare', ['-n', process.execPath, NLSPACE, ...args]);

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

conditionalTest(
  test,
  notRoot,
  'on the real kernel, a refused route says what was wrong and how long it took',
  async (t) => {
    const { stderr, status } = await apart(
      'trace',
      '--',
      'ip',
      'route',
      'add',
      '10.0.0.0/8',
      'via',
      '172.16.0.1',
    );
    const [request = '', refusal = '', ...rest] = linesOf(stderr);
    t.regex(
      request,
      /^ {4}0\.000000 ip\[\d+\] → RTM_NEWROUTE seq \d+ REQUEST\|ACK\|EXCL\|CREATE rtmsg\{.*\} destination 10\.0\.0\.0, gateway 172\.16\.0\.1$/,
    );
    t.regex(
      refusal,
      /^ +\d+\.\d{6} ip\[\d+\] ← ERROR seq \d+ ENETUNREACH "Nexthop has invalid gateway" \(RTM_NEWROUTE, \d+\.\d{3} ms\)$/,
    );
    t.deepEqual(rest, ['Error: Nexthop has invalid gateway.']);
    t.is(status, 2);
  },
);

conditionalTest(
  test,
  notRoot,
  'families of the kernel have their names, also those that are not in nlspace',
  async (t) => {
    const file = join(directory, 'families');
    await apart('trace', '--no-times', '-o', file, '--', 'ip', 'tcp_metrics', 'show');
    const lines = linesOf(await readFile(file, 'utf8')).map((line) =>
      line.replace(/^\S+ /, '').replace(/seq \d+/, 'seq …'),
    );
    t.true(lines.includes('→ nlctrl.GetFamily seq … REQUEST familyName "tcp_metrics"'), lines.join('\n'));
    t.true(
      lines.some((line) =>
        line.startsWith('→ tcp_metrics.1 seq … REQUEST|DUMP genlmsghdr{command 1, version 1}'),
      ),
      lines.join('\n'),
    );
  },
);

conditionalTest(test, notRoot, 'what is recorded on the real kernel is replayed without it', async (t) => {
  const file = join(directory, 'kernel.pcapng');
  const script =
    'exec 2>&1; ip -d link; ip address; ip route show table all; ip rule; ip route add 10.0.0.0/8 via 172.16.0.1';
  const recorded = await apart('run', '--to', 'kernel', '--record', file, '--', 'sh', '-c', script);
  t.regex(recorded.stdout, /Nexthop has invalid gateway/);
  t.deepEqual(await nlspace('run', '--replay', file, '--', 'sh', '-c', script), recorded);
});

test('a capture reads as what was traced when it was made', async (t) => {
  const [live, file] = [join(directory, 'live'), join(directory, 'live.pcapng')];
  const script =
    'ip link add one type vlan id 9999; ip address; ip route get 192.0.2.1; genl ctrl get name ethtool';
  const settings = ['--no-times', '--sockets'];
  await nlspace(
    'trace',
    ...settings,
    '--to',
    'domain',
    '-o',
    live,
    '--capture',
    file,
    '--',
    'sh',
    '-c',
    script,
  );
  const read = await nlspace('trace', ...settings, '--read', file);
  const told = linesOf(await readFile(live, 'utf8')).filter((line) => !/ (gets|asks for) /.test(line));
  t.deepEqual(linesOf(read.stdout), told);
  t.true(told.length > 20);
  t.is(read.stderr, '');
  t.is(read.status, 0);
});

test('each line of --json is an object', async (t) => {
  const { stdout } = await nlspace('trace', '--json', '--read', join(FIXTURES, 'nlmon.pcap'));
  const lines = linesOf(stdout).map((line) => JSON.parse(line) as Record<string, unknown>);
  const refused = lines.find(({ errno }) => errno === 'ENETUNREACH');
  t.like(refused, {
    direction: 'received',
    message: 'ERROR',
    text: 'Nexthop has invalid gateway',
    request: 'RTM_NEWROUTE',
  });
  const address = lines.find(({ message }) => message === 'RTM_NEWADDR');
  t.like(address, { direction: 'sent', attributes: { local: '192.0.2.1', address: '192.0.2.1' } });
});

test('what rtmon has written reads line by line', async (t) => {
  const { stdout } = await nlspace('trace', '--no-times', '--read', join(FIXTURES, 'rtmon.log'));
  t.regex(
    stdout,
    /^port 0 ← RTM_NEWLINK seq \d+ MULTI ifinfomsg\{type loopback, interfaceIndex 1, flags Loopback\} name "lo"/,
  );
  t.regex(stdout, /^port 0 ← RTM_NEWADDR .*local 192\.0\.2\.1/m);
});

test('a capture that was cut is read as far as it goes, and that is said', async (t) => {
  const file = join(directory, 'cut.pcap');
  await writeFile(file, (await readFile(join(FIXTURES, 'nlmon.pcap'))).subarray(0, 200));
  const { stdout, stderr, status } = await nlspace('trace', '--read', file);
  t.is(linesOf(stdout).length, 1);
  t.is(
    stderr,
    `nlspace: ${file}: the file ends in the middle of the packet at byte 96: 104 bytes are left\n`,
  );
  t.is(status, 1);
});

test('trace takes a program or a file', async (t) => {
  t.regex((await nlspace('trace')).stderr, /^nlspace: trace takes a program, or --read FILE\n/);
  t.is((await nlspace('trace', '--read', 'a', '--', 'ip')).status, 2);
});
