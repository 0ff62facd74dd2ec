import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { NetlinkDomain } from '@nlspace/core';
import { peerTest } from '@nlspace/transport-contract';
import test, { type ExecutionContext } from 'ava';
import { type RunningProgram, start } from '../src/index.js';
import { buildProbes, probe } from './probe.js';
import { createTestDomain } from './test-family.js';

const RUN_PROBE = fileURLToPath(new URL('./run-probe.js', import.meta.url));

const SERVE_IN_WORKER = `
  const { workerData: { probe, directory }, parentPort } = require('node:worker_threads');
  (async () => {
    const { createTestDomain } = await import(directory + 'test-family.js');
    const { start } = await import(directory + '../src/index.js');
    const { stdout } = await start(createTestDomain(), [probe, 'blocked'], { stdio: ['ignore', 'pipe', 'ignore'] });
    stdout.setEncoding('utf8').on('data', (said) => parentPort.postMessage(said));
  })();
`;

const probes = await buildProbes();
test.after.always(() => probes.remove());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const openSockets = (domain: NetlinkDomain): number =>
  domain.describe().protocols.reduce((sum, { sockets }) => sum + sockets.length, 0);

/** Node closes pipes of a child that has gone in a later turn of its loop. */
async function descriptorsOnceClosed(expected: number): Promise<number> {
  const count = () => readdirSync('/proc/self/fd').length;
  for (let turn = 0; turn < 100 && count() > expected; turn++) await setImmediate();
  return count();
}

/** `forever` as the leader of a process group of its own. */
function startForever(domain: NetlinkDomain): Promise<RunningProgram> {
  return start(domain, ['setsid', probes.dynamic, 'forever'], { stdio: 'ignore', untilAllExit: true });
}

/** Resolves when the program has closed `count` sockets, then `turns` turns of the event loop later. */
async function socketsClosed(domain: NetlinkDomain, count: number, turns: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const closed = () => {
      if (--count > 0) return;
      domain.events.off('socket-closed', closed);
      resolve();
    };
    domain.events.on('socket-closed', closed);
  });
  for (; turns > 0; turns--) await setImmediate();
}

/** Numbers that look random and are the same in each run. */
function* scattered(): Generator<number, never> {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 16;
  }
}

async function killOften(t: ExecutionContext, domain: NetlinkDomain, times: number) {
  const random = scattered();
  for (; times > 0; times--) {
    const program = await startForever(domain);
    await socketsClosed(domain, 1 + (random.next().value % 9), random.next().value % 4);
    process.kill(-program.pid, 'SIGKILL');
    t.deepEqual(await program.exited, { exitCode: undefined, signal: 'SIGKILL' });
    await program.allExited;
    t.is(program.openSockets, 0);
    t.is(openSockets(domain), 0);
  }
}

peerTest(test, probes.missing, 'a program tree killed at any moment leaves nothing behind', async (t) => {
  const domain = createTestDomain();
  await killOften(t, domain, 10);
  const before = await descriptorsOnceClosed(0);
  collectGarbage();
  const { heapUsed } = process.memoryUsage();
  await killOften(t, domain, 60);
  t.is(await descriptorsOnceClosed(before), before);
  collectGarbage();
  const grown = process.memoryUsage().heapUsed - heapUsed;
  t.true(grown < 1_000_000, `60 killed programs left ${grown} bytes behind`);
});

for (const name of ['churn', 'crowd'])
  peerTest(test, probes.missing, `what ${name} opens leaves nothing behind`, async (t) => {
    const domain = createTestDomain();
    t.is(await probe(domain, [probes.dynamic, name]), '');
    const before = await descriptorsOnceClosed(0);
    t.is(await probe(domain, [probes.dynamic, name]), '');
    t.is(await descriptorsOnceClosed(before), before);
    t.is(openSockets(domain), 0);
  });

peerTest(
  test,
  probes.missing,
  'a launcher that is killed takes the program with it, and this is told',
  async (t) => {
    const domain = createTestDomain();
    const program = await startForever(domain);
    await socketsClosed(domain, 3, 0);
    const status = readFileSync(`/proc/${program.pid}/status`, 'utf8');
    process.kill(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), 'SIGKILL');
    await t.throwsAsync(program.exited, { name: 'LaunchError', message: 'the launcher has died' });
    await program.allExited;
    t.is(openSockets(domain), 0);
    program.kill();
  },
);

peerTest(
  test,
  probes.missing,
  'a read that waits when the serving process is killed fails with ENOSYS',
  async (t) => {
    // The program itself is killed; its descendants are told.
    const script = `(${probes.dynamic} blocked; echo "ended $?") & wait`;
    const serving = spawn(process.execPath, [RUN_PROBE, 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    serving.stdout.once('data', () => serving.kill('SIGKILL'));
    const [output] = await Promise.all([text(serving.stdout), once(serving, 'exit')]);
    t.is(output, 'ready\nended 0\n');
  },
);

peerTest(test, probes.missing, 'a worker thread may end while it serves a program', async (t) => {
  const worker = new Worker(SERVE_IN_WORKER, {
    eval: true,
    workerData: { probe: probes.dynamic, directory: new URL('.', import.meta.url).href },
  });
  const [said] = await once(worker, 'message');
  t.is(said, 'ready\n');
  t.is(await worker.terminate(), 1);
});
