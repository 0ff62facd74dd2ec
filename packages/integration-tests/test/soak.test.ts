import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { connect, type RemoteNetlink, start } from 'nlspace';
import type { DaemonMeasure } from './support/measured-daemon.js';

const NLSPACE = fileURLToPath(new URL('../../../nlspace/bin/nlspace.js', import.meta.url));
const DAEMON = fileURLToPath(new URL('./support/measured-daemon.js', import.meta.url));

/** Half an hour of a host where each of a hundred programs says something every ten seconds; more by NLSPACE_SOAK. */
const PROGRAMS = 100;
const REQUESTS_OF_A_PROGRAM = 180 * Number(process.env['NLSPACE_SOAK'] ?? 1);
const AT_ONCE = 10;
/** What the engine's own tables may grow by while a process warms up. */
const SLACK_BYTES = 3_000_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const folder = mkdtempSync(join(tmpdir(), 'nlspace-soak-'));
const children = new Set<ChildProcess>();
test.after.always(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function kept<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** What one program of the host does: a link of its own, changes on it, a monitor that is killed, dumps. */
function scriptOf(program: number): string {
  const batch = join(folder, `batch-${program}`);
  const name = `d${program}`;
  const lines = Array.from({ length: REQUESTS_OF_A_PROGRAM / 6 }, (_, i) => {
    const [high, low] = [i >> 8, i & 0xff];
    return [
      `route add 10.${program}.${low}.${high}/32 dev ${name} metric ${program + 1}`,
      `neigh add 10.${program}.${low}.${high} lladdr 02:00:00:00:${low.toString(16)}:01 dev ${name}`,
      `route add 2001:db8:${program}:${i}::/64 dev ${name}`,
      `neigh del 10.${program}.${low}.${high} dev ${name}`,
      `route del 10.${program}.${low}.${high}/32 dev ${name} metric ${program + 1}`,
      `route del 2001:db8:${program}:${i}::/64 dev ${name}`,
    ];
  });
  writeFileSync(batch, `${lines.flat().join('\n')}\n`);
  return [
    `ip link add ${name} type dummy && ip link set ${name} up && ip address add 10.${program}.0.1/16 dev ${name}`,
    // It says that a daemon does not know the caller's processes, and goes on.
    'ip monitor link address route neigh > /dev/null 2>&1 & monitor=$!',
    `ip -batch ${batch}`,
    // Others change what they list.
    '(ip route show table all; ip -6 route; ip -d -j link; ip neigh) 2>&1 > /dev/null | grep -v interrupted',
    'kill -9 $monitor',
    `ip link del ${name}`,
  ].join('\n');
}

/** @returns what the program has complained about. */
async function run(netlink: RemoteNetlink, script: string): Promise<string> {
  const options = { stdio: ['ignore', 'ignore', 'pipe'], untilAllExit: true } as const;
  const program = await start(netlink, ['sh', '-c', script], options);
  const [complaints] = await Promise.all([readAll(program.stderr as Readable), program.allExited]);
  return complaints;
}

async function runAll(netlink: RemoteNetlink, first: number, count: number): Promise<string[]> {
  const complaints: string[] = [];
  for (let begun = 0; begun < count; begun += AT_ONCE) {
    const programs = Array.from({ length: Math.min(AT_ONCE, count - begun) }, (_, i) => first + begun + i);
    const said = await Promise.all(programs.map((program) => run(netlink, scriptOf(program))));
    complaints.push(...said.filter((text) => text !== ''));
  }
  return complaints;
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Node closes the pipes of a child that has gone in a later turn of its loop. */
async function settledDescriptors(expected: number): Promise<number> {
  for (let turn = 0; turn < 200 && descriptors() > expected; turn++) await setImmediate();
  return descriptors();
}

test.serial('half an hour of a hundred programs leaves no memory, descriptor or socket behind', async (t) => {
  t.timeout(240_000);
  const address = `unix:${join(folder, 'soak.sock')}`;
  const daemon = kept(fork(DAEMON, [address], { serialization: 'json' }));
  await once(daemon, 'message');
  const measureDaemon = async (): Promise<DaemonMeasure> => {
    daemon.send('measure');
    const [measure] = await once(daemon, 'message');
    return measure as DaemonMeasure;
  };
  const netlink = await connect(address);
  t.deepEqual(await runAll(netlink, 0, 2 * AT_ONCE), []);
  const daemonBefore = await measureDaemon();
  collectGarbage();
  const before = { heapBytes: process.memoryUsage().heapUsed, descriptors: descriptors() };

  t.deepEqual(await runAll(netlink, 2 * AT_ONCE, PROGRAMS), []);

  const daemonAfter = await measureDaemon();
  t.true(daemonAfter.requests - daemonBefore.requests > PROGRAMS * REQUESTS_OF_A_PROGRAM);
  t.is(daemonAfter.sockets, 0);
  t.is(daemonAfter.descriptors, daemonBefore.descriptors);
  const daemonGrowth = daemonAfter.heapBytes - daemonBefore.heapBytes;
  t.true(daemonGrowth < SLACK_BYTES, `the daemon has grown by ${daemonGrowth} bytes`);
  t.is(await settledDescriptors(before.descriptors), before.descriptors);
  collectGarbage();
  const growth = process.memoryUsage().heapUsed - before.heapBytes;
  t.true(growth < SLACK_BYTES, `the supervisor has grown by ${growth} bytes`);
  netlink.close();
  daemon.disconnect();
  await once(daemon, 'exit');
  t.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('soak')),
    [],
  );
});

/** `nlspace` as a process of its own, with everything it says. */
function command(...argv: string[]) {
  const child = kept(spawn(process.execPath, [NLSPACE, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] }));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  child.stderr.resume();
  const count = () => said.split('\n').length - 1;
  return {
    child,
    ended: once(child, 'close'),
    count,
    firstLine: () => said.split('\n')[0],
    /** Until so many lines have come. */
    lines: async (wanted: number) => {
      while (count() < wanted) await once(child.stdout, 'data');
    },
  };
}

/** Says its process ID, and a line for each pair of requests as long as they are answered. */
const TALKING =
  'echo $$; while ip route add 192.0.2.$0/32 dev lo && ip route del 192.0.2.$0/32; do echo; done 2>/dev/null';
const TALKERS = 4;
/** Who dies, in turn: a program, the `nlspace run` that serves it, the daemon. */
const VICTIMS = ['program', 'daemon', 'supervisor', 'daemon', 'program', 'supervisor'] as const;

test.serial('whoever is killed, at whatever moment, nobody hangs and no socket file is left', async (t) => {
  t.timeout(240_000);
  const address = `unix:${join(folder, 'killed.sock')}`;
  for (const [round, victim] of VICTIMS.entries()) {
    const daemon = command('serve', '--listen', address);
    await daemon.lines(1);
    await command('run', '--to', address, '--', 'ip', 'link', 'set', 'lo', 'up').ended;
    const talkers = Array.from({ length: TALKERS }, (_, i) =>
      command('run', '--to', address, '--', 'sh', '-c', TALKING, String(i)),
    );
    // The moment is another one in each round: when one of them has got so far, the others are anywhere.
    await Promise.all(talkers.map(({ lines }) => lines(2)));
    await Promise.race(talkers.map(({ lines }) => lines(3 + round)));
    const [unlucky, ...others] = talkers as [(typeof talkers)[0], ...typeof talkers];
    if (victim === 'program') process.kill(Number(unlucky.firstLine()), 'SIGKILL');
    else if (victim === 'supervisor') unlucky.child.kill('SIGKILL');
    else daemon.child.kill('SIGKILL');

    // A pipe is closed when the last of those is gone who had it: nobody of a talker's processes hangs.
    await unlucky.ended;
    if (victim !== 'daemon') {
      // The others have not been disturbed.
      await Promise.all(others.map(({ lines, count }) => lines(count() + 2)));
      daemon.child.kill('SIGTERM');
    }
    await Promise.all([daemon.ended, ...others.map(({ ended }) => ended)]);
  }
  t.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('killed')),
    [],
  );
});
