import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missingKernel } from '@nlspace/testkit';
import test, { type ExecutionContext } from 'ava';
import { conditionalTest, peerTest } from '../src/index.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const LIMIT_MS = 60_000;

/** What `ip -d` says of everything. */
const SHOW =
  'for what in link addr "route show table all" "-6 route show table all" nexthop neigh rule "-6 rule"; do echo "== $what"; ip -d $what; done';

/** Everything that a state has, in kinds of links that any kernel makes. */
const EXAMPLE = `
ip link set lo up
ip link add left type veth peer name right
ip link set left up
ip link set right up mtu 1400 alias other-end
ip link property add dev left altname a-name-longer-than-fifteen-bytes
ip link add bridge type bridge forward_delay 500
ip link set right master bridge
ip link set right type bridge_slave cost 7
ip link set bridge up
ip addr add 192.0.2.1/24 dev left
ip addr add 192.0.2.2/24 dev left label left:2
ip addr add 198.51.100.1 peer 198.51.100.2 dev left
ip addr add 2001:db8::1/64 dev left
ip nexthop add id 7 via 192.0.2.254 dev left
ip nexthop add id 8 via 192.0.2.253 dev left
ip nexthop add id 20 group 7,3/8
ip route add 10.0.0.0/8 nhid 20
ip route add 10.1.0.0/16 via 192.0.2.254 metric 5 proto bird mtu 1300
ip route add 10.2.0.0/16 nexthop via 192.0.2.254 weight 3 nexthop via 192.0.2.253
ip route add blackhole 10.3.0.0/16 table 1000
ip -6 route add 2001:db8:1::/48 via 2001:db8::7 pref high
ip neigh add 192.0.2.7 dev left lladdr 02:00:00:00:00:07
ip rule add pref 100 from 192.0.2.0/24 table 1000
ip -6 rule add pref 50 iif left lookup main
ip rule del pref 32767
`;

/** Until nobody else turns out to have the IPv6 addresses. */
const SETTLED = 'while ip -6 addr show tentative | grep -q tentative; do sleep 0.1; done';

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function execute(file: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(file, args, { timeout: LIMIT_MS }, (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

const nlspace = (...args: string[]): Promise<Ended> => execute(process.execPath, [NLSPACE, ...args]);

/** The timers of bridges go on; what a network does in the same instant it may list in another order. */
function masked(text: string): string[] {
  return text
    .replaceAll(/(\w+_timer) +[\d.]+/g, '$1 T')
    .split('== ')
    .flatMap((part) => part.split(/\n(?=\S)/).sort());
}

async function inFolder(t: ExecutionContext, body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nlspace-twins-'));
  t.timeout(3 * LIMIT_MS);
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const NO_IP = (await execute('ip', ['-V'])).status === 0 ? undefined : 'there is no ip(8)';
const NEEDS_ROOT = process.getuid?.() === 0 ? await missingKernel() : 'names of namespaces are for root';

conditionalTest(test, NO_IP, 'a network that begins as a saved one is shown by ip as that is', async (t) => {
  await inFolder(t, async (folder) => {
    const [before, after, state] = ['before', 'after', 'state'].map((name) => join(folder, name));
    const nested = `unix:${join(folder, 'daemon')}`;
    const script = `${EXAMPLE}\n${SETTLED}\n(${SHOW}) > ${before}`;
    const daemon = execFile(process.execPath, [NLSPACE, 'serve', '--listen', nested]);
    try {
      await new Promise((resolve) => daemon.stdout?.once('data', resolve));
      const made = await nlspace('run', '--to', nested, '--', 'sh', '-ec', script);
      t.deepEqual([made.status, made.stderr], [0, '']);
      t.deepEqual(await nlspace('save', state ?? '', '--from', nested), {
        status: 0,
        stdout: '',
        stderr: '',
      });
    } finally {
      daemon.kill();
    }
    const twin = await nlspace('run', '--from', state ?? '', '--', 'sh', '-ec', `(${SHOW}) > ${after}`);
    t.deepEqual([twin.status, twin.stderr], [0, '']);
    const texts = await Promise.all([before, after].map((path) => readFile(path ?? '', 'utf8')));
    t.true((texts[0] ?? '').split('\n').length > 80);
    t.deepEqual(masked(texts[1] ?? ''), masked(texts[0] ?? ''));
  });
});

peerTest(test, NEEDS_ROOT, 'the twin of a namespace of the kernel is shown by ip as that is', async (t) => {
  const name = `nlspace-twin-${process.pid}`;
  await inFolder(t, async (folder) => {
    t.is((await execute('ip', ['netns', 'add', name])).status, 0);
    try {
      const inNamespace = (script: string) => execute('ip', ['netns', 'exec', name, 'sh', '-ec', script]);
      const made = await inNamespace(`${EXAMPLE}\n${SETTLED}`);
      t.deepEqual([made.status, made.stderr], [0, '']);
      const original = await inNamespace(SHOW);
      const twin = await nlspace('run', '--from', `kernel:${name}`, '--', 'sh', '-ec', SHOW);
      t.deepEqual([twin.status, twin.stderr], [0, '']);
      t.deepEqual(masked(twin.stdout), masked(original.stdout));

      const state = join(folder, 'state');
      t.is((await nlspace('save', state, '--from', `kernel:${name}`)).status, 0);
      t.deepEqual(await nlspace('diff', state, `kernel:${name}`), { status: 0, stdout: '', stderr: '' });
      await inNamespace('ip link set left mtu 1300; ip route del 10.3.0.0/16 table 1000');
      const different = await nlspace('diff', state, `kernel:${name}`);
      t.deepEqual(different, {
        status: 1,
        stdout:
          '~ link left: mtu 1500 → 1300\n- route 10.3.0.0/16 table 1000: type blackhole, protocol boot\n',
        stderr: '',
      });
      const json = await nlspace('diff', '--json', state, `kernel:${name}`);
      t.deepEqual(JSON.parse(json.stdout)[0], {
        of: 'links',
        name: 'left',
        change: 'changed',
        fields: { mtu: [1500, 1300] },
      });

      // The other way: a namespace that is empty becomes what the file says.
      await inNamespace(
        'ip link del left; ip link del bridge; ip -4 route flush table 1000; ip -6 rule del pref 50; ip rule del pref 100; ip nexthop flush',
      );
      const back = await nlspace('restore', state, '--to', `kernel:${name}`);
      t.deepEqual([back.status, back.stderr], [0, '']);
      t.deepEqual(await nlspace('diff', state, `kernel:${name}`), { status: 0, stdout: '', stderr: '' });
    } finally {
      await execute('ip', ['netns', 'del', name]);
    }
  });
});

test('trouble is status 2 of diff, and what is wrong is said', async (t) => {
  await inFolder(t, async (folder) => {
    const file = join(folder, 'no-state');
    await writeFile(file, 'nothing');
    t.deepEqual(await nlspace('diff', file, file), {
      status: 2,
      stdout: '',
      stderr: `nlspace: ${file} is no state, and no capture: it is neither pcapng nor pcap, and rtmon has not written it\n`,
    });
    t.like(await nlspace('diff', file), {
      status: 2,
      stderr: 'nlspace: diff takes two sources\nTry `nlspace --help`.\n',
    });
    t.like(await nlspace('run', '--from', file, '--to', 'unix:', '--', 'true'), { status: 2 });
    t.like(await nlspace('restore', file, '--to', `unix:${folder}/nobody`), { status: 125 });
  });
});
