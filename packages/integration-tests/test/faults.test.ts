import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { peerTest } from '@nlspace/transport-contract';
import { start } from '@nlspace/transport-seccomp';
import test from 'ava';
import { createNetlink, type FaultCount, type FaultOptions, faults } from 'nlspace';
import { providePrograms } from '../src/index.js';
import { eventually } from '../src/scenarios/waiting.js';
import { CONNECTED } from '../src/scenarios/worlds-begin.js';

const programs = await providePrograms(['BIRD']);
test.after.always(() => programs.remove());

interface Outcome {
  readonly output: string;
  readonly status: number | undefined;
  readonly counts: readonly FaultCount[];
}

/** Runs commands on a domain of their own on which things go wrong; both streams are one. */
async function runWith(rules: FaultOptions['rules'], commands: readonly string[]): Promise<Outcome> {
  const cwd = await mkdtemp(join(tmpdir(), 'nlspace-faults-'));
  try {
    const netlink = faults(createNetlink(), { rules });
    const script = `exec 2>&1\n${commands.join('\n')}`;
    const program = await start(netlink, ['timeout', '100', 'sh', '-c', script], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const output = program.stdout === null ? '' : await text(program.stdout);
    const { exitCode } = await program.exited;
    return { output, status: exitCode, counts: netlink.counts() };
  } finally {
    await rm(cwd, { recursive: true });
  }
}

test('ip route show says that its dump was interrupted, once', async (t) => {
  const { output, status } = await runWith(
    ['RTM_GETROUTE dump by ip: interrupt once'],
    ['ip route add blackhole 192.0.2.0/24', 'ip route show', 'echo "status $?"', 'ip route show'],
  );
  t.is(status, 0);
  t.is(
    output,
    'blackhole 192.0.2.0/24 \nDump was interrupted and may be inconsistent.\nstatus 0\nblackhole 192.0.2.0/24 \n',
  );
});

test('ip prints the text of a failure, and the errno where there is none', async (t) => {
  const { output } = await runWith(
    [
      'RTM_NEWLINK with name=d0: fail EBUSY "come back later" at information.kind',
      'RTM_DELLINK: fail EPERM once',
      'RTM_GETLINK dump: fail ENOMEM in done',
    ],
    ['ip link add d0 type dummy', 'ip link add d1 type dummy', 'ip link del d1', 'ip link del d1', 'ip link'],
  );
  t.is(
    output,
    'Error: come back later.\nRTNETLINK answers: Operation not permitted\nRTNETLINK answers: Cannot allocate memory\nDump terminated\n',
  );
});

test('ip monitor survives an overrun: it says so and goes on behind the gap', async (t) => {
  const add = (net: number) => `ip route add blackhole 10.0.${net}.0/24`;
  const { output } = await runWith(
    ['RTM_NEWROUTE notification with destination=10.0.2.0: overrun'],
    [
      'ip monitor route > log 2>&1 &',
      // It has joined its groups when it tells of something.
      eventually('ip route replace blackhole 10.0.0.0/24; ip route del blackhole 10.0.0.0/24; [ -s log ]'),
      add(1),
      add(2),
      add(3),
      eventually('grep -q 10.0.3.0 log'),
      'grep -v 10.0.0.0 log',
      'kill $!',
    ],
  );
  t.is(
    output,
    'blackhole 10.0.1.0/24 \nnetlink receive error No buffer space available (105)\nblackhole 10.0.3.0/24 \n',
  );
});

test('ip monitor shows a lost, a doubled and a late notification as they come', async (t) => {
  const { output } = await runWith(
    [
      'RTM_NEWROUTE notification with destination=10.0.1.0: drop',
      'RTM_NEWROUTE notification with destination=10.0.2.0: duplicate',
      'RTM_NEWROUTE notification with destination=10.0.3.0: reorder',
    ],
    [
      'ip monitor route > log 2>&1 &',
      eventually('ip route replace blackhole 10.0.0.0/24; ip route del blackhole 10.0.0.0/24; [ -s log ]'),
      ...[1, 2, 3, 4].map((net) => `ip route add blackhole 10.0.${net}.0/24`),
      eventually('grep -q 10.0.3.0 log && grep -q 10.0.4.0 log'),
      'grep -v 10.0.0.0 log',
      'kill $!',
    ],
  );
  const nets = [...output.matchAll(/10\.0\.(\d)\.0/g)].map(([, net]) => Number(net));
  t.deepEqual(nets, [2, 2, 4, 3]);
});

test('a stalled request takes its time, and other programs do not wait for it', async (t) => {
  const { output } = await runWith(
    ['RTM_NEWROUTE do with destination=10.0.1.0: stall 300ms'],
    [
      '(ip route add blackhole 10.0.1.0/24; echo stalled) &',
      'ip route add blackhole 10.0.2.0/24; echo not stalled',
      'wait',
      'ip route',
    ],
  );
  t.is(output, 'not stalled\nstalled\nblackhole 10.0.1.0/24 \nblackhole 10.0.2.0/24 \n');
});

test('a program whose socket is closed hears of it, and the next one does not', async (t) => {
  const { output, status } = await runWith(
    ['RTM_GETLINK dump: close once'],
    ['ip link', 'ip -o link | wc -l'],
  );
  t.is(status, 0);
  t.is(output, 'netlink receive error Connection reset by peer (104)\nDump terminated\n1\n');
});

const CONFIGURATION = `router id 10.0.0.1;
protocol device { scan time 1; }
protocol static { ipv4; route 198.51.100.0/24 via 10.0.0.2; }
protocol kernel k4 { ipv4 { import all; export all; }; learn; scan time 2; }`;

const ask = (command: string) => `"\${BIRD}c" -s control ${command}`;
const SEEN = `${ask('show route protocol k4')} | grep -o '^172[0-9./]*' | sort`;
const THERE = "ip route show proto boot | grep -o '172[0-9./]*' | sort";

peerTest(
  test,
  process.env['BIRD'] === undefined ? 'BIRD cannot be had here' : undefined,
  'BIRD under repeated overruns ends with the right table',
  async (t) => {
    const { output, counts } = await runWith(
      [
        '* notification by bird: overrun 40% seed 5',
        'RTM_GETROUTE dump by bird: fail ENOBUFS every 3rd 3 times',
        'RTM_GETLINK dump by bird: interrupt every 2nd',
      ],
      [
        ...CONNECTED,
        'ip link set lo up',
        `cat > bird.conf <<'END'\n${CONFIGURATION}\nEND`,
        '$BIRD -c bird.conf -s control -P pid',
        eventually(`${ask('show protocols k4')} | grep -q up`),
        eventually('ip route show 198.51.100.0/24 | grep -q bird'),
        'for i in $(seq 1 60); do echo "route add 172.16.$i.0/24 via 10.0.0.9"; done | ip -batch -',
        'for i in $(seq 1 2 60); do echo "route del 172.16.$i.0/24"; done | ip -batch -',
        'for i in $(seq 4 4 60); do echo "route change 172.16.$i.0/24 via 10.0.0.8"; done | ip -batch -',
        // Takes away what BIRD has put there, too: it has to notice.
        'ip route del 198.51.100.0/24',
        'ip route add 172.17.0.0/16 via 10.0.0.9',
        eventually(`[ "$(${SEEN})" = "$(${THERE})" ] && ip route show 198.51.100.0/24 | grep -q bird`),
        `${SEEN} | wc -l`,
        `${ask('show route 172.16.4.0/24')} | grep -o 'via 10.0.0.[0-9]'`,
        ask('down'),
        eventually('[ ! -e pid ]'),
      ],
    );
    t.regex(output, /^31\nvia 10\.0\.0\.8$/m, output);
    const [overruns] = counts;
    t.true((overruns?.happened ?? 0) >= 20, `${overruns?.happened} overruns`);
  },
);
