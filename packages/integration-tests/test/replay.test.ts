import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const directory = await mkdtemp(join(tmpdir(), 'nlspace-replay-'));
test.after.always(() => rm(directory, { recursive: true, force: true }));
const NLSPACE = fileURLToPath(new URL('../../../nlspace/dist/src/cli.js', import.meta.url));

interface Ended {
  readonly output: string;
  readonly status: number;
}

/** What a command prints on both its outputs. */
function nlspaceRun(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [NLSPACE, 'run', ...args], { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ output: stdout + stderr, status: error === null ? 0 : Number(error.code) });
    });
  });
}

/** Programs that make changes, are refused, dump, and listen meanwhile. */
const SCRIPT = `
exec 2>&1
cd ${directory}
rm -f heard go; mkfifo heard go
ip link add one type dummy
ip link set one up
ip monitor route > heard & monitor=$!
exec 3< heard
read -r listens < go
ip address add 192.0.2.1/24 dev one
ip route add 198.51.100.0/24 via 192.0.2.254 metric 7
ip route add 10.0.0.0/8 via 172.16.0.1
ip -6 route add unreachable 2001:db8::/32
ip -d link
ip address
ip route show table all
genl ctrl list
for line in 1 2 3 4 5; do read -r text <&3; echo "heard $text"; done
kill $monitor
`;

/** Lets the script go on when `ip monitor` is a member of its groups, which a capture says. */
async function played(...options: string[]): Promise<Ended> {
  const capture = join(directory, 'seen.pcapng');
  await rm(capture, { force: true });
  const ended = nlspaceRun('--capture', capture, ...options, '--', 'bash', '-c', SCRIPT);
  const listens = async () => (await readFile(capture, 'latin1').catch(() => '')).includes('joins ipv4Route');
  while (!(await listens())) await setTimeout(10);
  await writeFile(join(directory, 'go'), 'go\n');
  return ended;
}

test.serial('a program prints on a recording what it printed when it was recorded', async (t) => {
  const file = join(directory, 'recorded.pcapng');
  const recorded = await played('--record', file);
  t.is(recorded.status, 0, recorded.output);
  t.regex(recorded.output, /heard 198\.51\.100\.0\/24 via 192\.0\.2\.254 dev one metric 7/);
  for (let time = 0; time < 3; time++) t.deepEqual(await played('--replay', file), recorded);
});

/** What each of five processes prints stays together; which one is first does not matter. */
const AT_ONCE = `
cd ${directory}
for i in 1 2 3 4 5; do
  { ip link add d$i type dummy; ip -br link show d$i; ip address add 192.0.2.$i/24 dev d$i; } > out$i 2>&1 &
done
wait
cat out?
ip -br address | sort
`;

test.serial('processes that run at once may take turns otherwise', async (t) => {
  const file = join(directory, 'at-once.pcapng');
  const recorded = await nlspaceRun('--record', file, '--', 'sh', '-c', AT_ONCE);
  t.is(recorded.output.split('\n').filter((line) => line.startsWith('d')).length, 10, recorded.output);
  for (let time = 0; time < 3; time++)
    t.deepEqual(await nlspaceRun('--replay', file, '--', 'sh', '-c', AT_ONCE), recorded);
});

test.serial('a program that asks for something else is told what is different', async (t) => {
  const file = join(directory, 'route.pcapng');
  await nlspaceRun('--record', file, '--', 'ip', 'route', 'add', 'blackhole', '192.0.2.0/24', 'metric', '7');
  const { output, status } = await nlspaceRun(
    '--replay',
    file,
    '--',
    'ip',
    'route',
    'add',
    'blackhole',
    '198.51.100.0/24',
  );
  const text =
    'RTM_NEWROUTE was not recorded like this; the nearest has destination 192.0.2.0 instead of 198.51.100.0, priority 7, which is not here';
  t.true(output.includes(`Error: ${text}.\n`), output);
  t.regex(output, new RegExp(`^nlspace: \\d+ ${text}$`, 'm'));
  t.is(status, 2);
});

test.serial('a file that is no recording is refused in words', async (t) => {
  const file = join(directory, 'none');
  await writeFile(file, 'not a capture');
  t.deepEqual(await nlspaceRun('--replay', file, '--', 'true'), {
    output: `nlspace: ${file} is neither pcapng nor pcap, and rtmon has not written it\n`,
    status: 125,
  });
});
