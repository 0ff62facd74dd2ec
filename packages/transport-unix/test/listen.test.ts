import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { connect as openStream } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Credentials, connectFrames, Errno, NetlinkDomain } from '@nlspace/core';
import {
  CONTRACT_PROTOCOL,
  ContractFamily,
  ContractType,
  conditionalTest,
  NEAR_GROUP,
  nextErrno,
  requests,
} from '@nlspace/transport-contract';
import test from 'ava';
import { connect, type ListenOptions, listen, StreamChannel } from '../src/index.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder(test);
const NOBODY = 65534;
const OWNER = process.geteuid?.() ?? 0;
const supportFile = (name: string) => fileURLToPath(new URL(`./support/${name}.js`, import.meta.url));

let count = 0;
const freshPath = () => `${folder}/${count++}`;

function serve(path: string, options: ListenOptions = {}) {
  return listen(new NetlinkDomain({ families: [ContractFamily] }), `unix:${path}`, options);
}

/** A serving process of its own, which has begun to listen. */
async function startDaemon(path: string) {
  const daemon = spawn(process.execPath, [supportFile('serving-process'), `unix:${path}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(daemon.stdout, 'data');
  return {
    kill: async () => {
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
    },
  };
}

async function guardedErrno(path: string, credentials?: Credentials): Promise<number> {
  const netlink = await connect(`unix:${path}`);
  const socket = await netlink.open({
    protocol: CONTRACT_PROTOCOL,
    ...(credentials === undefined ? {} : { credentials }),
  });
  await socket.send(requests({ type: ContractType.Guarded }));
  const errno = await nextErrno(socket);
  netlink.close();
  return errno;
}

test('the file is for its owner only, unless it is said otherwise, and nothing else is left beside it', async (t) => {
  const place = freshPath();
  mkdirSync(place);
  const own = await serve(`${place}/own`);
  const shared = await serve(`${place}/shared`, { mode: 0o666 });
  t.is(statSync(`${place}/own`).mode & 0o777, 0o600);
  t.is(statSync(`${place}/shared`).mode & 0o777, 0o666);
  t.deepEqual(readdirSync(place), ['own', 'shared']);
  await Promise.all([own.close(), shared.close()]);
  t.deepEqual(readdirSync(place), []);
});

test('the kernel says who the peer is', async (t) => {
  const path = freshPath();
  const seen: object[] = [];
  const listener = await serve(path, {
    credentials: (peer) => {
      seen.push(peer);
      return { ...peer, netAdmin: true };
    },
  });
  await guardedErrno(path, { uid: 4711, gid: 4711, pid: 4711, netAdmin: true });
  t.deepEqual(seen, [{ uid: OWNER, gid: process.getegid?.(), pid: process.pid }]);
  await listener.close();
});

test('the owner is admin, and can do without', async (t) => {
  const path = freshPath();
  const listener = await serve(path);
  t.is(await guardedErrno(path), 0);
  t.is(await guardedErrno(path, { uid: OWNER, gid: 0, pid: 1, netAdmin: false }), Errno.EPERM);
  await listener.close();
});

conditionalTest(
  test,
  OWNER === 0 ? undefined : 'only root can be somebody else',
  'other users are not admin, whatever they claim, and need a mode that lets them in',
  async (t) => {
    const path = freshPath();
    chmodSync(folder, 0o755);
    const listener = await serve(path);
    const ask = async () => {
      const asking = spawn(process.execPath, [supportFile('asking-process'), `unix:${path}`], {
        uid: NOBODY,
        gid: NOBODY,
        cwd: '/',
      });
      let [stdout, stderr] = ['', ''];
      asking.stdout.on('data', (part) => (stdout += part));
      asking.stderr.on('data', (part) => (stderr += part));
      await once(asking, 'close');
      return { stdout, stderr };
    };
    t.regex((await ask()).stderr, /EACCES/);
    chmodSync(path, 0o666);
    t.is((await ask()).stdout, String(Errno.EPERM));
    await listener.close();
  },
);

test('where somebody listens, nobody else can, and the first one is not disturbed', async (t) => {
  const path = freshPath();
  const first = await serve(path);
  await t.throwsAsync(serve(path), { code: 'EADDRINUSE', message: /somebody listens/ });
  t.is(await guardedErrno(path), 0);
  await first.close();
});

test('of many that start at once, one listens', async (t) => {
  const path = freshPath();
  const started = await Promise.allSettled(Array.from({ length: 10 }, () => serve(path)));
  const listeners = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  t.is(listeners.length, 1);
  t.is(await guardedErrno(path), 0);
  await listeners[0]?.close();
  t.false(existsSync(path));
});

test('of many that replace the file of a dead one at once, one listens, and is found there', async (t) => {
  const place = freshPath();
  mkdirSync(place);
  const path = `${place}/s`;
  const daemon = await startDaemon(path);
  await daemon.kill();
  const outcomes = await Promise.allSettled(Array.from({ length: 16 }, () => serve(path)));
  const listeners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  t.is(listeners.length, 1);
  for (const { code } of refusals) t.is(code, 'EADDRINUSE');
  t.is(await guardedErrno(path), 0);
  t.deepEqual(readdirSync(place), ['s']);
  await listeners[0]?.close();
});

test('a file that is no socket is left alone', async (t) => {
  const path = freshPath();
  writeFileSync(path, 'precious');
  await t.throwsAsync(serve(path), { code: 'EEXIST', message: /no socket/ });
  t.true(statSync(path).isFile());
});

test('what a killed process has left is replaced, and its peers hear of its end at once', async (t) => {
  const path = freshPath();
  const daemon = await startDaemon(path);
  const netlink = await connect(`unix:${path}`);
  const [waiting, reading] = await Promise.all([
    netlink.open({ protocol: CONTRACT_PROTOCOL }),
    netlink.open({ protocol: CONTRACT_PROTOCOL }),
  ]);
  const refused = t.throwsAsync(Promise.resolve(waiting.send(requests({ type: ContractType.Wait }))), {
    message: /^ECONNRESET/,
  });
  const told = new Promise<void>((resolve) => {
    reading.onReadable = resolve;
  });
  await daemon.kill();
  await refused;
  await told;
  t.throws(() => reading.receive(), { message: /^ECONNRESET/ });
  await t.throwsAsync(netlink.open({ protocol: CONTRACT_PROTOCOL }), { message: /^ECONNRESET/ });
  t.true(existsSync(path));
  await t.throwsAsync(connect(`unix:${path}`), { code: 'ECONNREFUSED' });
  const listener = await serve(path);
  t.is(await guardedErrno(path), 0);
  await listener.close();
});

test('a listener that stops tells its peers, and leaves the file of another alone', async (t) => {
  const path = freshPath();
  const lines: string[] = [];
  const listener = await serve(path, { log: (line) => lines.push(line) });
  const netlink = await connect(`unix:${path}`);
  const socket = await netlink.open({ protocol: CONTRACT_PROTOCOL });
  renameSync(path, `${path}-moved`);
  const other = await serve(path);
  await Promise.all([listener.close(), listener.close()]);
  t.is(await netlink.closed, 'the serving side was stopped');
  t.throws(() => socket.receive(), { message: /ECONNRESET: .*the serving side was stopped/ });
  t.is(await guardedErrno(path), 0);
  t.deepEqual(lines, []);
  await other.close();
});

const HOSTILE: ReadonlyArray<readonly [what: string, bytes: number[], reason: RegExp]> = [
  ['a length beyond all bounds', [255, 255, 255, 255, 1], /4294967295 bytes is too long/],
  ['an empty frame', [0, 0, 0, 0], /unknown opcode/],
  ['an unknown opcode', [1, 0, 0, 0, 200], /unknown opcode 200/],
  ['fields that are cut off', [3, 0, 0, 0, 1, 0, 0], /3 bytes where/],
  [
    'a frame for the other side',
    [9, 0, 0, 0, 32, 1, 0, 0, 0, 0, 0, 0, 0],
    /result is not for the serving side/,
  ],
  ['a socket that is not open', [5, 0, 0, 0, 11, 9, 0, 0, 0], /socket 9 is not open/],
];

test('hostile bytes cut off who sends them, with a reason, and nobody else', async (t) => {
  const path = freshPath();
  let tell: (line: string) => void = t.fail;
  const listener = await serve(path, { log: (line) => tell(line) });
  const bystander = await connect(`unix:${path}`);
  const socket = await bystander.open({ protocol: CONTRACT_PROTOCOL });
  for (const [what, bytes, reason] of HOSTILE) {
    const logged = new Promise<string>((resolve) => {
      tell = resolve;
    });
    const stream = openStream({ path });
    stream.resume();
    stream.write(Uint8Array.from(bytes));
    await once(stream, 'close');
    t.regex(await logged, reason, what);
  }
  await socket.send(requests({ type: ContractType.Touch }));
  t.is(await nextErrno(socket), 0);
  bystander.close();
  await listener.close();
});

test('a peer that goes in the middle of a frame is no event', async (t) => {
  const path = freshPath();
  const lines: string[] = [];
  const listener = await serve(path, { log: (line) => lines.push(line) });
  const stream = openStream({ path });
  await once(stream, 'connect');
  await new Promise<void>((resolve) => stream.write(Uint8Array.of(9, 0, 0, 0, 1), () => resolve()));
  stream.destroy();
  t.is(await guardedErrno(path), 0);
  await listener.close();
  t.deepEqual(lines, []);
});

/** The frame that opens socket 1 with boundless credit, behind its length. */
function openFrame(): Buffer {
  const frame = Buffer.alloc(36);
  frame.writeUInt32LE(32, 0);
  frame.writeUInt8(1, 4);
  frame.writeUInt32LE(1, 5);
  frame.writeUInt32LE(1, 9);
  frame.writeUInt8(1, 13);
  frame.writeInt32LE(CONTRACT_PROTOCOL, 14);
  frame.writeUInt32LE(0xffff_ffff, 18);
  return frame;
}

/** Asks for the memberships of socket 1. */
const QUESTION = Uint8Array.of(9, 0, 0, 0, 6, 1, 0, 0, 0, 2, 0, 0, 0);

test('a peer that asks and never reads is cut off before its answers fill the memory', async (t) => {
  const path = freshPath();
  let tell: (line: string) => void = t.fail;
  const logged = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const listener = await serve(path, { maximumBufferedBytes: 65_536, log: (line) => tell(line) });
  const stream = openStream({ path });
  stream.on('error', () => {});
  stream.write(openFrame());
  await once(stream, 'data');
  stream.pause();
  const questions = Buffer.concat(Array.from({ length: 1_000 }, () => QUESTION));
  const ask = (error?: Error | null) => {
    if (!error && !stream.destroyed) stream.write(questions, ask);
  };
  ask();
  t.regex(await logged, /the peer sends but does not read/);
  stream.destroy();
  await listener.close();
});

test('the sockets of a peer that is gone are closed', async (t) => {
  const path = freshPath();
  const domain = new NetlinkDomain({ families: [ContractFamily] });
  const listener = await listen(domain, `unix:${path}`);
  const stream = openStream({ path });
  const netlink = connectFrames(new StreamChannel(stream));
  const socket = await netlink.open({ protocol: CONTRACT_PROTOCOL });
  await socket.joinGroup(NEAR_GROUP);
  t.true(domain.hasOpenSockets);
  const closed = new Promise((resolve) => domain.events.once('socket-closed', resolve));
  stream.destroy();
  await closed;
  t.false(domain.hasOpenSockets);
  await listener.close();
});

test('peers beyond the limit are told so', async (t) => {
  const path = freshPath();
  const listener = await serve(path, { maximumPeers: 1, log: () => {} });
  const one = await connect(`unix:${path}`);
  await one.open({ protocol: CONTRACT_PROTOCOL });
  const other = await connect(`unix:${path}`);
  t.is(await other.closed, 'too many peers are connected');
  t.is(listener.peerCount, 1);
  one.close();
  await listener.close();
});
