import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_CAUSE } from '@nlspace/core';
import { LinkFlag, Network } from '@nlspace/family-route';
import test, { type ExecutionContext } from 'ava';
import {
  BsdErrno,
  BsdFamily,
  ControlOption,
  ControlType,
  DumpKind,
  decodeControl,
  decodeMessage,
  encodeControl,
  messageText,
  RtsockBridge,
  RtsockClient,
  type RtsockRouteMessage,
  RtsockType,
  routeRequest,
  type ServeRtsockOptions,
  serveRtsock,
} from '../../src/rtsock/index.js';
import { PacketLoop } from '../../src/rtsock/packet-loop.js';

const folder = mkdtempSync(join(tmpdir(), 'nlspace-rtsock-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

async function serve(t: ExecutionContext, options: ServeRtsockOptions = {}) {
  const network = new Network();
  const [lo] = network.links.all();
  network.links.change(lo as never, { flags: LinkFlag.Up, flagsMask: LinkFlag.Up }, NO_CAUSE);
  const bridge = new RtsockBridge(network);
  const path = join(folder, `${count++}.sock`);
  const listener = await serveRtsock(bridge, `unix:${path}`, { log: () => {}, ...options });
  t.teardown(() => listener.close());
  const connect = () => {
    const client = RtsockClient.connect(listener.address);
    t.teardown(() => client.close());
    return client;
  };
  return { network, bridge, listener, path, connect };
}

const ADD = { type: RtsockType.Add, destination: '10.8.0.0/16', interfaceIndex: 1 } as const;

async function next(client: RtsockClient): Promise<string> {
  const bytes = await client.receive();
  return bytes === undefined ? 'the end' : messageText(decodeMessage(bytes));
}

test('a packet is a message: the sender gets its answer with its own process ID, others the same', async (t) => {
  const { connect } = await serve(t);
  const [me, other] = [connect(), connect()];
  // Who has been answered is there.
  await other.setOption(ControlOption.Loopback, 1);
  me.send(routeRequest({ ...ADD, sequence: 7 }));
  const told = `RTM_ADD: pid ${process.pid}, seq 7, errno 0, if# 1, flags:<UP,DONE>, mtu 65536, weight 1, nhidx 2, sockaddrs:<DST,GATEWAY,NETMASK> 10.8.0.0 link#1 255.255.0.0`;
  t.is(await next(me), told);
  t.is(await next(other), told);
});

test('the file is for its owner, unless another mode is said', async (t) => {
  const closed = await serve(t);
  const open = await serve(t, { mode: 0o666 });
  t.is(statSync(closed.path).mode & 0o777, 0o600);
  t.is(statSync(open.path).mode & 0o777, 0o666);
});

test('options are said with messages of their own', async (t) => {
  const { connect, network } = await serve(t);
  const client = connect();
  await client.setOption(ControlOption.Protocol, BsdFamily.Inet6);
  await client.setOption(ControlOption.Fib, 7);
  await client.setOption(ControlOption.ReceiveBuffer, 100_000);
  // IPv4 is not heard any more, not even the answer.
  client.send(routeRequest({ ...ADD, sequence: 1 }));
  await client.setOption(ControlOption.Protocol, 0);
  client.send(routeRequest({ ...ADD, sequence: 2 }));
  t.regex(await next(client), /seq 2, errno 17/);
  t.not(network.routes.ipv4Fib.table(7), undefined);
  for (const [option, value] of [
    [ControlOption.Fib, -1],
    [ControlOption.Fib, 65_536],
    [ControlOption.ReceiveBuffer, 0],
  ] as const)
    await t.throwsAsync(client.setOption(option, value), { message: 'EINVAL' });
  await t.throwsAsync(client.setOption(99 as ControlOption, 1), { message: 'EOPNOTSUPP' });
});

test('a sysctl is a message, and its records are packets', async (t) => {
  const { connect } = await serve(t);
  const client = connect();
  const kinds: string[] = [];
  for await (const bytes of client.dump({ kind: DumpKind.Interfaces })) kinds.push(decodeMessage(bytes).kind);
  t.deepEqual(kinds, ['interface', 'address', 'address']);
  await t.throwsAsync(
    async () => {
      for await (const _ of client.dump({ kind: DumpKind.Nexthops })) t.fail();
    },
    { message: 'EAFNOSUPPORT' },
  );
});

test('what is no request is answered with a header and the errno that write(2) would give', async (t) => {
  const { connect } = await serve(t);
  const client = connect();
  const whole = routeRequest(ADD);
  const cases: readonly (readonly [Uint8Array, BsdErrno])[] = [
    [Uint8Array.of(1), BsdErrno.EINVAL],
    [whole.subarray(0, 100), BsdErrno.EINVAL],
    [whole.subarray(0, whole.length - 1), BsdErrno.EINVAL],
    [whole.map((byte, i) => (i === 2 ? 4 : byte)), BsdErrno.EPROTONOSUPPORT],
    [new Uint8Array(60_000).fill(5), BsdErrno.EINVAL],
  ];
  for (const [packet, errno] of cases) {
    client.send(packet);
    const bytes = (await client.receive()) as Uint8Array;
    t.is(bytes.length, 152);
    const view = new DataView(bytes.buffer);
    t.is(view.getInt32(24, true), errno);
    t.is(view.getInt32(16, true), process.pid);
  }
  client.send(encodeControl(ControlType.Lost, [1]));
  t.is(decodeControl((await client.receive()) as Uint8Array)?.errno, BsdErrno.EOPNOTSUPP);
});

test('who does not read loses messages, and is told so where they are missing', async (t) => {
  const { connect, network, bridge } = await serve(t);
  const loop = new PacketLoop();
  t.teardown(() => loop.end());
  const reader = connect();
  await reader.setOption(ControlOption.Loopback, 1);
  const source = bridge.open({ usesLoopback: false });
  // Nothing is read meanwhile: the program at the other end is this one.
  const COUNT = 3_000;
  for (let i = 0; i < COUNT; i++)
    source.send(routeRequest({ ...ADD, destination: `10.${i >> 8}.${i & 255}.0/24` }));
  let read = 0;
  let lost = 0;
  while (read + lost < COUNT) {
    const bytes = (await reader.receive()) as Uint8Array;
    const control = decodeControl(bytes);
    if (control === undefined) read++;
    else {
      t.is(control.type, ControlType.Lost);
      t.is(control.errno, BsdErrno.ENOBUFS);
      lost = control.word0;
    }
  }
  t.true(read > 0 && lost > 0);
  source.send(routeRequest({ ...ADD, destination: '192.0.2.0/24' }));
  t.regex(await next(reader), /192\.0\.2\.0/);
  t.is(network.routes.ipv4Fib.size > COUNT, true);
});

test('peers come and go, too many are turned away, and all hear of the end', async (t) => {
  const { connect, listener, path } = await serve(t, { maximumPeers: 2 });
  const [first, second] = [connect(), connect()];
  await second.setOption(ControlOption.Loopback, 1);
  t.is(listener.peerCount, 2);
  t.is(await next(connect()), 'the end');
  first.close();
  // The other end has noticed when it answers what came later.
  await second.setOption(ControlOption.Loopback, 1);
  const third = connect();
  await third.setOption(ControlOption.Loopback, 1);
  t.is(listener.peerCount, 2);
  await listener.close();
  await listener.close();
  t.is(await next(second), 'the end');
  t.throws(() => RtsockClient.connect(`unix:${path}`), { code: 'ENOENT' });
});

test('a path is served once, and what a dead process has left is replaced', async (t) => {
  const { bridge, listener, path } = await serve(t);
  await t.throwsAsync(serveRtsock(bridge, `unix:${path}`), { code: 'EADDRINUSE' });
  await listener.close();
  const again = await serveRtsock(bridge, `unix:${path}`);
  await again.close();
});

test('random packets do no harm', async (t) => {
  const { connect } = await serve(t);
  const client = connect();
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed >>> 16;
  };
  const types = [1, 2, 3, 4, 0xf0, 0xf1, 0xf2, 0x99];
  for (let i = 0; i < 2_000; i++) {
    const length = 1 + (random() % (i % 3 === 0 ? 24 : 300));
    const packet = Uint8Array.from({ length }, () => random() & 255);
    if (length >= 4) {
      packet.set([length & 255, length >> 8, 5, types[random() % types.length] as number]);
      if (length === 24) packet.fill(0, 9, 24);
    }
    client.send(packet);
  }
  // Whatever has become of those options: it still answers.
  for (const [option, value] of [
    [ControlOption.Loopback, 1],
    [ControlOption.Protocol, 0],
    [ControlOption.Fib, 0],
    [ControlOption.ReceiveBuffer, 1 << 20],
  ] as const)
    client.send(encodeControl(ControlType.Option, [option, value]));
  client.send(routeRequest({ type: RtsockType.Get, destination: '127.0.0.1', sequence: 4_711 }));
  for (;;) {
    const message = decodeMessage((await client.receive()) as Uint8Array) as RtsockRouteMessage;
    if (message.kind === 'route' && message.header.sequence === 4_711) break;
  }
  t.pass();
});
