import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { readCapture, readMessages } from 'nlspace';
import { peerTest, providePrograms } from '../src/index.js';

const execute = promisify(execFile);
const programs = await providePrograms(['TSHARK']);
const directory = await mkdtemp(join(tmpdir(), 'nlspace-capture-'));
test.after.always(async () => {
  await programs.remove();
  await rm(directory, { recursive: true, force: true });
});
const missing = process.env['TSHARK'] === undefined ? 'there is no tshark' : undefined;
const NLSPACE = fileURLToPath(new URL('../../../nlspace/dist/src/cli.js', import.meta.url));

const SCRIPT = `
ip link add one type dummy
ip link set one up
mkfifo heard; ip monitor route > heard & exec 3< heard
ip address add 192.0.2.1/24 dev one
ip route add 198.51.100.0/24 via 192.0.2.254 metric 7
ip route add 10.0.0.0/8 via 172.16.0.1
ip -6 route add unreachable 2001:db8::/32
ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev one
ip rule add from 192.0.2.7 table 99
ip -d link; ip address; ip route show table all; ip neigh; ip rule
genl ctrl list
until read -t 0.1 -r heard <&3; do ip route replace blackhole 203.0.113.0/24; done
kill $!
`;

/** What a script of \`ip\` looks like in a capture of it. */
async function captured(name: string): Promise<string> {
  const file = join(directory, name);
  await execute(
    process.execPath,
    [NLSPACE, 'run', '--capture', file, '--', 'bash', '-c', `cd ${directory}; rm -f heard; ${SCRIPT}`],
    {
      maxBuffer: 1 << 24,
    },
  );
  return file;
}

async function tshark(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.env['TSHARK'] ?? '', ['-n', ...args], { maxBuffer: 1 << 26 });
  return stdout;
}

peerTest(
  test,
  missing,
  'tshark names messages, attributes and sockets of a capture, and finds nothing malformed',
  async (t) => {
    const file = await captured('ip.pcapng');
    const details = await tshark('-r', file, '-V');
    t.notRegex(details, /malformed|dissector bug|exception occurred/i);
    for (const text of [
      'Message type: Add network route (24)',
      'Message type: Get network interface info (18)',
      'Message type: Error (0x0002)',
      'Attribute: Device name: one',
      'Attribute: Gateway of the route',
      'Attribute: Route destination address',
      'CTRL_ATTR_MCAST_GROUPS',
    ])
      t.true(details.includes(text), text);
    t.regex(details, /Interface name: ip\[\d+\]#\d+\n/);
    t.regex(details, /Interface description: NETLINK_GENERIC, process \d+\n/);
    const journal = await tshark('-r', file, '-Y', 'systemd_journal');
    t.regex(journal, /ip\[\d+\]#\d+ sets NETLINK_EXT_ACK to 1/);
    t.regex(journal, /ip\[\d+\]#\d+ joins ipv4Route/);
    const comments = await tshark('-r', file, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment');
    t.regex(comments, /^group 7 ipv4Route$/m);
    const directions = await tshark(
      '-r',
      file,
      '-Y',
      'netlink',
      '-T',
      'fields',
      '-e',
      'frame.packet_flags_direction',
    );
    t.deepEqual([...new Set(directions.trim().split('\n').map(Number))].sort(), [1, 2]);
  },
);

peerTest(
  test,
  missing,
  'tshark and we read the same messages out of a capture, and of one that it has made pcap',
  async (t) => {
    const file = await captured('same.pcapng');
    // Errors echo the header of a request: of each datagram the first number counts.
    const columns = ['-T', 'fields', '-e', 'netlink.hdr_seq', '-E', 'occurrence=f'];
    const theirs = (await tshark('-r', file, '-Y', 'netlink', ...columns)).trim().split('\n').map(Number);
    const plain = join(directory, 'same.pcap');
    await tshark('-r', file, '-Y', 'netlink', '-F', 'pcap', '-w', plain);
    t.deepEqual(await sequencesIn(file), theirs);
    t.deepEqual(await sequencesIn(plain), theirs);
  },
);

test('a capture of a run that was killed can be read', async (t) => {
  const file = join(directory, 'killed.pcapng');
  const script = 'while :; do ip link show lo > /dev/null; done';
  const child = spawn(process.execPath, [NLSPACE, 'run', '--capture', file, '--', 'sh', '-c', script], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const bytes = () => readFile(file).catch(() => Buffer.alloc(0));
  while ((await bytes()).length < 50_000) await setTimeout(10);
  child.kill('SIGKILL');
  await ended;
  const events = [...readCapture(await bytes())];
  t.deepEqual(
    events.filter(({ kind }) => kind === 'problem'),
    [],
  );
  t.true(events.length > 100);
});

test('a daemon captures what programs of all its peers say', async (t) => {
  const file = join(directory, 'daemon.pcapng');
  const address = `unix:${join(directory, 'daemon.sock')}`;
  const daemon = spawn(process.execPath, [NLSPACE, 'serve', '--listen', address, '--capture', file]);
  const ended = once(daemon, 'exit');
  await once(daemon.stdout, 'data');
  for (const kind of ['dummy', 'bridge']) {
    const program = ['ip', 'link', 'add', 'name', `the-${kind}`, 'type', kind];
    await execute(process.execPath, [NLSPACE, 'run', '--to', address, '--', ...program]);
  }
  daemon.kill();
  await ended;
  const { stdout } = await execute(process.execPath, [NLSPACE, 'trace', '--read', file]);
  for (const kind of ['dummy', 'bridge'])
    t.regex(
      stdout,
      new RegExp(`ip\\[\\d+\\] → RTM_NEWLINK .* name "the-${kind}", information \\{kind "${kind}"`),
    );
});

async function sequencesIn(file: string): Promise<number[]> {
  const sequences: number[] = [];
  for (const event of readCapture(await readFile(file))) {
    if (event.kind === 'problem') throw new Error(event.text);
    if (event.kind === 'call') continue;
    const [first] = readMessages(event.bytes);
    sequences.push(first?.header.sequence ?? 0);
  }
  return sequences;
}
