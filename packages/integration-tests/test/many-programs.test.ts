import { readdirSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { NetlinkDomain } from '@nlspace/core';
import { run, start } from '@nlspace/transport-seccomp';
import test from 'ava';
import { freshDomain, peerTest, providePrograms } from '../src/index.js';

const programs = await providePrograms(['RAW_NETLINK']);
test.after.always(() => programs.remove());
const rawNetlink = process.env['RAW_NETLINK'];
const noCompiler = rawNetlink === undefined ? 'there is no C compiler that links statically' : undefined;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function output(netlink: NetlinkDomain, argv: readonly string[]): Promise<string> {
  const program = await start(netlink, argv, { stdio: ['ignore', 'pipe', 'inherit'], untilAllExit: true });
  const [text] = await Promise.all([readAll(program.stdout as Readable), program.allExited]);
  return text;
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;

/** Node closes pipes of a child that has gone in a later turn of its loop. */
async function descriptorsOnceClosed(expected: number): Promise<number> {
  for (let turn = 0; turn < 100 && descriptors() > expected; turn++) await setImmediate();
  return descriptors();
}

test.serial('two hundred programs at once make two hundred pairs of links', async (t) => {
  const script =
    'for n in $(seq 200); do ip link add a$n type veth peer name b$n || echo failed & done; wait; ip -o link | wc -l';
  t.is((await output(freshDomain(), ['sh', '-c', script])).trim(), '401');
});

test.serial('two hundred programs at once add routes and read them', async (t) => {
  const script = [
    'ip link set lo up',
    'for n in $(seq 200); do (ip route add 192.0.2.$n/32 dev lo && ip route show 192.0.2.$n/32 > /dev/null || echo failed) & done; wait',
    'ip -o route | wc -l',
  ].join('\n');
  t.is((await output(freshDomain(), ['sh', '-c', script])).trim(), '200');
});

peerTest(test, noCompiler, 'a thousand sockets opened and closed leave no descriptor behind', async (t) => {
  const netlink = freshDomain();
  await output(netlink, [rawNetlink as string, 'links']);
  const before = descriptors();
  t.is(await output(netlink, [rawNetlink as string, 'churn', '1000']), 'done\n');
  t.is(await descriptorsOnceClosed(before), before);
});

peerTest(test, noCompiler, 'four hundred sockets open at once all work and all go', async (t) => {
  const netlink = freshDomain();
  await output(netlink, [rawNetlink as string, 'links']);
  const before = descriptors();
  t.is(await output(netlink, [rawNetlink as string, 'many', '400']), 'done\n');
  t.is(await descriptorsOnceClosed(before), before);
});

peerTest(test, noCompiler, 'thousands of sockets opened and closed leave no memory behind', async (t) => {
  const netlink = freshDomain();
  const churn = () =>
    run(netlink, [rawNetlink as string, 'churn', '1000'], { stdio: 'ignore', untilAllExit: true });
  const heapAfter = async (times: number): Promise<number> => {
    for (; times > 0; times--) await churn();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const warm = await heapAfter(2);
  const later = await heapAfter(4);
  t.true(later - warm < 1_000_000, `4000 sockets left ${later - warm} bytes behind`);
});

test.serial('programs that are killed while they read leave nothing behind', async (t) => {
  const netlink = freshDomain();
  await run(netlink, ['ip', 'link'], { stdio: 'ignore', untilAllExit: true });
  const before = descriptors();
  const script =
    'for n in 1 2 3 4 5 6 7 8 9 10; do ip monitor all > /dev/null & pids="$pids $!"; done; ip link set lo up; kill -9 $pids; wait; ip -br link > /dev/null';
  const { exitCode } = await run(netlink, ['sh', '-c', script], { stdio: 'ignore', untilAllExit: true });
  t.is(exitCode, 0);
  t.is(await descriptorsOnceClosed(before), before);
});
