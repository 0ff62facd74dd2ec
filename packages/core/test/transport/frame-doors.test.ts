import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import {
  attr,
  connectFrames,
  Do,
  defineAttributes,
  defineMessage,
  Errno,
  type FrameChannel,
  NetlinkDomain,
  NetlinkError,
  NetlinkFamily,
  type ServeFramesOptions,
  serveFrames,
} from '../../src/index.js';
import { decodeFrame, encodeFrame, type Frame } from '../../src/transport/frames.js';

const ROOT = { uid: 0, gid: 0, pid: 0, netAdmin: true };
const thing = defineMessage({ attributes: defineAttributes('thing', { name: attr.string(1) }) });

@NetlinkFamily({
  protocol: 5,
  name: 'things',
  groups: { changes: 1 },
  handlers: [],
  isDump: () => false,
  replyType: (type) => type,
})
class Things {
  @Do(16, thing)
  touch(): void {}

  @Do(17, thing)
  async never(): Promise<void> {
    await new Promise(() => undefined);
  }

  @Do(18, thing, { privilege: 'admin' })
  guarded(): void {}
}

/** An end that the test plays itself: frames from the other side are kept, those to it are delivered at once. */
class PlayedEnd implements FrameChannel {
  onFrame: ((frame: Uint8Array) => void) | undefined;
  onDrain: (() => void) | undefined;
  onClose: ((reason: string | undefined) => void) | undefined;
  bufferedBytes = 0;
  isOpen = true;
  reason: string | undefined;
  readonly sent: Frame[] = [];

  send(frame: Uint8Array): void {
    this.sent.push(decodeFrame(frame.slice()));
  }

  close(reason?: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.reason = reason;
    this.onClose?.(reason);
  }

  play(...frames: Frame[]): void {
    for (const frame of frames) this.onFrame?.(encodeFrame(frame));
  }

  take(name: Frame['frame']): Frame[] {
    return this.sent.filter(({ frame }) => frame === name);
  }
}

function serve(options: Partial<ServeFramesOptions> = {}) {
  const domain = new NetlinkDomain({ families: [Things] });
  const end = new PlayedEnd();
  const service = serveFrames(domain, end, { credentials: ROOT, ...options });
  const openSockets = () => domain.describe().protocols[0]?.sockets.length;
  return { end, service, openSockets };
}

function open(socket: number, more: object = {}): Frame {
  return {
    frame: 'open',
    socket,
    request: socket,
    version: 1,
    protocol: 5,
    bytes: 100_000,
    claimed: 0,
    uid: 0,
    gid: 0,
    pid: 0,
    netAdmin: 0,
    ...more,
  };
}

function request(type: number): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set([16, 0, 0, 0, type, 0, 5, 0]);
  return bytes;
}

function send(socket: number, bytes: Uint8Array, request = 100): Frame {
  return { frame: 'send', socket, request, addressed: 0, portId: 0, groups: 0, bytes };
}

/** Lets promises that are settled run on. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await null;
}

test('a reply goes before the result of its send', async (t) => {
  const { end } = serve();
  end.play(open(1));
  await settle();
  end.play(send(1, request(16)));
  t.deepEqual(
    end.sent.map(({ frame }) => frame),
    ['result', 'datagram', 'address', 'result'],
  );
});

test('without credit the result does not wait for the reader', async (t) => {
  const { end } = serve();
  end.play(open(1, { bytes: 1 }));
  await settle();
  end.play(send(1, request(16)), send(1, request(16)));
  t.is(end.take('datagram').length, 1);
  t.is(end.take('result').length, 3);
  end.play({ frame: 'credit', socket: 1, bytes: 832, capacity: 32_768 });
  t.is(end.take('datagram').length, 2);
});

test('while the channel is crowded datagrams wait in their socket', async (t) => {
  const { end } = serve();
  end.play(open(1));
  await settle();
  end.bufferedBytes = 2 * 1024 * 1024;
  end.play(send(1, request(16)));
  t.is(end.take('datagram').length, 0);
  end.bufferedBytes = 0;
  end.onDrain?.();
  t.is(end.take('datagram').length, 1);
});

const violation = test.macro({
  title: (_, what) => `a peer that ${what} is cut off with the reason`,
  exec: async (
    t: ExecutionContext,
    _what: string,
    frames: Array<Frame | Uint8Array>,
    reason: RegExp,
    options: Partial<ServeFramesOptions> = {},
  ) => {
    const { end, service, openSockets } = serve(options);
    end.play(open(1));
    await settle();
    for (const frame of frames) end.onFrame?.(frame instanceof Uint8Array ? frame : encodeFrame(frame));
    t.false(end.isOpen);
    t.regex(end.reason ?? '', reason);
    const [goodbye] = end.take('goodbye');
    t.like(goodbye, { text: end.reason });
    t.is(await service.closed, end.reason);
    t.is(openSockets(), 0);
    t.is(service.socketCount, 0);
  },
});

test(violation, 'sends what is no frame', [Uint8Array.of(200)], /unknown opcode 200/);
test(violation, 'sends an empty frame', [new Uint8Array(0)], /unknown opcode/);
test(violation, 'cuts a frame short', [Uint8Array.of(2, 1)], /2 bytes where 17 are needed/);
test(violation, 'sends more than a frame', [Uint8Array.of(11, 1, 0, 0, 0, 9)], /1 bytes behind the fields/);
test(violation, 'sends too large a frame', [new Uint8Array(16 * 1024 * 1024 + 1).fill(9)], /too many/);
test(violation, 'uses a socket that is not open', [send(7, request(16))], /socket 7 is not open/);
test(violation, 'uses a socket before it is open', [open(8), send(8, request(16))], /socket 8 is not open/);
test(violation, 'opens a socket twice', [open(1)], /socket 1 is open already/);
test(violation, 'speaks another version', [open(2, { version: 9 })], /version 9 of the frame protocol/);
test(
  violation,
  'plays the serving side',
  [{ frame: 'overrun', socket: 1 }],
  /overrun is not for the serving side/,
);
test(
  violation,
  'starts too many calls',
  [send(1, request(17)), send(1, request(17)), send(1, request(17))],
  /too many calls/,
  {
    maximumCalls: 2,
  },
);

test('a peer that sends but does not read is cut off', async (t) => {
  const { end, openSockets } = serve({ maximumBufferedBytes: 1000 });
  end.play(open(1));
  await settle();
  end.bufferedBytes = 1001;
  end.play(send(1, request(16)));
  t.regex(end.reason ?? '', /does not read/);
  t.is(openSockets(), 0);
});

test('more sockets than allowed are refused with EMFILE, and a closed one makes room', async (t) => {
  const { end, service } = serve({ maximumSockets: 2 });
  end.play(open(1), open(2), open(3));
  await settle();
  const [refusal] = end.take('refusal');
  t.like(refusal, { request: 3, errno: Errno.EMFILE });
  t.is(service.socketCount, 2);
  end.play({ frame: 'close', socket: 1 }, open(3));
  await settle();
  t.is(end.take('refusal').length, 1);
});

test('an option that is not known is refused with ENOPROTOOPT', async (t) => {
  const { end } = serve();
  end.play(open(1));
  await settle();
  end.play({ frame: 'getOption', socket: 1, request: 9, option: 200 });
  await settle();
  t.like(end.take('refusal')[0], { request: 9, errno: Errno.ENOPROTOOPT });
});

/** The errno that a guarded request gets. */
async function guardedErrno(credentials: ServeFramesOptions['credentials'], claim: object): Promise<number> {
  const { end } = serve({ credentials });
  end.play(open(1, claim));
  await settle();
  end.play(send(1, request(18)));
  const [reply] = end.take('datagram');
  if (reply?.frame !== 'datagram') throw new Error('no reply');
  return Math.abs(new DataView(reply.bytes.buffer, reply.bytes.byteOffset).getInt32(16, true));
}

test('a peer can give up netAdmin but not claim it', async (t) => {
  const nobody = { uid: 1000, gid: 1000, pid: 1, netAdmin: false };
  t.is(await guardedErrno(nobody, {}), Errno.EPERM);
  t.is(await guardedErrno(nobody, { claimed: 1, netAdmin: 1 }), Errno.EPERM);
  t.is(await guardedErrno(ROOT, { claimed: 1, netAdmin: 0 }), Errno.EPERM);
  t.is(await guardedErrno(ROOT, {}), 0);
  t.is(await guardedErrno('claimed', { claimed: 1, netAdmin: 0 }), Errno.EPERM);
  t.is(await guardedErrno('claimed', { claimed: 1, netAdmin: 1 }), 0);
});

test('a peer says for which process a socket is, and nothing else of who it is', async (t) => {
  const domain = new NetlinkDomain({ families: [Things] });
  const opened: object[] = [];
  domain.events.on('socket-opened', ({ credentials }) => opened.push(credentials));
  const end = new PlayedEnd();
  serveFrames(domain, end, { credentials: { uid: 7, gid: 8, pid: 9, netAdmin: true } });
  end.play(open(1), open(2, { claimed: 1, uid: 0, gid: 0, pid: 4711, netAdmin: 1 }));
  await settle();
  t.deepEqual(opened, [
    { uid: 7, gid: 8, pid: 9, netAdmin: true },
    { uid: 7, gid: 8, pid: 4711, netAdmin: true },
  ]);
});

test('a channel that closes closes its sockets, also those being opened', async (t) => {
  const { end, service, openSockets } = serve();
  end.play(open(1));
  await settle();
  end.play(open(2));
  end.close('gone');
  await settle();
  t.is(openSockets(), 0);
  t.is(await service.closed, 'gone');
});

test('random frames never break the serving side: they are obeyed, refused, or the channel is closed', async (t) => {
  const small = fc.integer({ min: 0, max: 3 });
  const opcode = fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 10, 11, 32, 64, 99);
  const plausible = fc
    .tuple(opcode, small, fc.uint8Array({ minLength: 4, maxLength: 60 }))
    .map(([first, socket, rest]) => Uint8Array.of(first, socket, 0, 0, 0, ...rest));
  const good = fc.oneof(
    small.map((socket) => encodeFrame(open(socket))),
    fc
      .tuple(small, fc.constantFrom(16, 17, 18, 19))
      .map(([socket, type]) => encodeFrame(send(socket, request(type)))),
    fc
      .tuple(small, fc.uint8Array({ maxLength: 64 }))
      .map(([socket, bytes]) => encodeFrame(send(socket, bytes))),
    small.map((socket) =>
      encodeFrame({ frame: 'credit', socket, bytes: 0xffff_ffff, capacity: 0xffff_ffff }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 5, arbitrary: good }, { weight: 1, arbitrary: plausible })),
      async (frames) => {
        const { end, openSockets, service } = serve();
        end.play(open(0), open(1), open(2), open(3));
        await settle();
        for (const frame of frames) end.onFrame?.(frame);
        await settle();
        if (end.isOpen) {
          t.is(openSockets(), service.socketCount);
          end.close();
        } else {
          t.not(end.reason, undefined);
        }
        t.is(openSockets(), 0);
      },
    ),
    { numRuns: 1_000 },
  );
});

/** The opening side, with the test as the serving side. */
async function connected() {
  const end = new PlayedEnd();
  const netlink = connectFrames(end, { windowBytes: 2_000 });
  const opening = netlink.open({ protocol: 5 });
  end.play({ frame: 'result', request: 1, value: 0, words: new Uint32Array(0) });
  return { end, netlink, socket: await opening };
}

function datagram(...bytes: number[]): Frame {
  return { frame: 'datagram', socket: 1, portId: 0, groups: 0, group: 0, bytes: Uint8Array.from(bytes) };
}

test('when the channel closes, calls are rejected, and receive gives what is there and then throws', async (t) => {
  const { end, netlink, socket } = await connected();
  const sent = socket.send(request(16));
  const bound = socket.bind({ portId: 1, groups: 0 });
  end.play(datagram(1));
  let told = 0;
  socket.onReadable = () => told++;
  end.play({ frame: 'goodbye', text: 'too many calls' });
  end.close();
  const reset = { instanceOf: NetlinkError, message: 'ECONNRESET: the channel was closed: too many calls' };
  await t.throwsAsync(async () => sent, reset);
  await t.throwsAsync(bound, reset);
  t.is(told, 1);
  t.deepEqual(socket.receive()?.bytes, Uint8Array.of(1));
  t.true(socket.readable);
  t.throws(() => socket.receive(), reset);
  t.throws(() => socket.send(request(16)), reset);
  await t.throwsAsync(socket.joinGroup(1), reset);
  await t.throwsAsync(netlink.open({ protocol: 5 }), reset);
  t.is(await netlink.closed, 'too many calls');
});

test('a serving side that sends beyond the credit is cut off', async (t) => {
  const { end, socket } = await connected();
  end.play(datagram(1), datagram(2), datagram(3));
  t.true(end.isOpen);
  end.play(datagram(4));
  t.regex(end.reason ?? '', /socket 1 was sent more than its credit/);
  for (const byte of [1, 2, 3]) t.deepEqual(socket.receive()?.bytes, Uint8Array.of(byte));
});

test('the credit is given back when half of the window has been read, and a larger capacity told at once', async (t) => {
  const { end, socket } = await connected();
  end.play(datagram(1), datagram(2), datagram(3));
  socket.receive({ capacity: 100 });
  t.deepEqual(end.take('credit'), [{ frame: 'credit', socket: 1, bytes: 832, capacity: 100 }]);
  socket.receive({ capacity: 50 });
  t.is(end.take('credit').length, 1);
  socket.receive({ capacity: 50 });
  t.deepEqual(end.take('credit')[1], { frame: 'credit', socket: 1, bytes: 1664, capacity: 100 });
});

test('an overrun is reported once, before the datagrams that arrived earlier', async (t) => {
  const { end, socket } = await connected();
  end.play(datagram(1), { frame: 'overrun', socket: 1 });
  t.throws(() => socket.receive(), { message: /ENOBUFS/ });
  t.deepEqual(socket.receive()?.bytes, Uint8Array.of(1));
  t.is(socket.receive(), undefined);
});

test('what arrives for a socket that was closed is dropped', async (t) => {
  const { end, socket } = await connected();
  socket.close();
  end.play(datagram(1), { frame: 'overrun', socket: 1 });
  t.true(end.isOpen);
  t.is(socket.receive(), undefined);
});

test('an open that is aborted while it waits closes the socket that comes of it', async (t) => {
  const end = new PlayedEnd();
  const netlink = connectFrames(end);
  const abort = new AbortController();
  const opening = netlink.open({ protocol: 5, signal: abort.signal });
  await settle();
  abort.abort(new Error('enough'));
  await t.throwsAsync(opening, { message: 'enough' });
  end.play({ frame: 'result', request: 1, value: 0, words: new Uint32Array(0) });
  await settle();
  t.deepEqual(end.take('close'), [{ frame: 'close', socket: 1 }]);
});

test('random frames never break the opening side', async (t) => {
  const first = fc.constantFrom(32, 33, 34, 35, 35, 36, 37, 64, 1, 99);
  const frame = fc.tuple(
    first,
    fc.integer({ min: 0, max: 2 }),
    fc.uint8Array({ minLength: 3, maxLength: 40 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame), async (frames) => {
      const { end, netlink, socket } = await connected();
      for (const [opcode, id, rest] of frames) end.onFrame?.(Uint8Array.of(opcode, id, 0, 0, 0, ...rest));
      if (end.isOpen) netlink.close();
      t.false(end.isOpen);
      t.true(socket.readable);
      await netlink.closed;
    }),
    { numRuns: 1_000 },
  );
});
