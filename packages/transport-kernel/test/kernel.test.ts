import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readMessages, SocketOption } from '@nlspace/core';
import { conditionalTest, next } from '@nlspace/transport-contract';
import test, { type ExecutionContext } from 'ava';
import { kernel } from '../src/index.js';
import { datagramOf, fetch, RouteType, route, routeIndex, touch } from './support/requests.js';
import { noNamespaces, notRoot, TestNamespace } from './support/test-namespace.js';

const NOBODY = { uid: 65_534, gid: 65_534, pid: 4711, netAdmin: false };
const PROGRAM = fileURLToPath(new URL('./support/opening-program.js', import.meta.url));
const COUNTING = fileURLToPath(new URL('./support/counting-program.js', import.meta.url));

function inNamespace(
  title: string,
  body: (t: ExecutionContext, namespace: TestNamespace) => Promise<void>,
): void {
  // One after the other: some count what the process has open.
  conditionalTest(test, noNamespaces, title, async (t) => {
    const namespace = await TestNamespace.open();
    try {
      await body(t, namespace);
    } finally {
      await namespace.close();
    }
  });
}

/** What a socket in another place must not change: namespaces, IDs, capabilities, and who may look. */
function standing(): string {
  const namespaces = ['net', 'user', 'pid', 'mnt'].map((kind) =>
    readlinkSync(`/proc/thread-self/ns/${kind}`),
  );
  const status = readFileSync('/proc/thread-self/status', 'latin1');
  const kept = /^(?:Uid|Gid|Groups|Cap\w+|SigBlk|NoNewPrivs):.*$/gm;
  return [...namespaces, ...(status.match(kept) ?? [])].join('\n');
}

inNamespace('this process stays where it is and what it is', async (t, namespace) => {
  const before = standing();
  const netlink = kernel({ namespace: namespace.path });
  const socket = await netlink.open({ protocol: 0 });
  const powerless = await netlink.open({ protocol: 0, credentials: NOBODY });
  await powerless.send(datagramOf(touch()));
  t.throws(() => powerless.send(Uint8Array.of(1), { portId: 99, groups: 0 }), { message: /^EPERM/ });
  t.is(standing(), before);
  // A core could be dumped, and whoever may look at us still may.
  t.notThrows(() => readFileSync(`/proc/${process.pid}/environ`));
  socket.close();
  powerless.close();
});

inNamespace(
  'what is closed gives its descriptor back, also when a thread ends without closing',
  async (t, namespace) => {
    const { stdout } = await promisify(execFile)(process.execPath, [COUNTING, namespace.path], {
      timeout: 20_000,
    });
    const [before, refusal, closed, left] = stdout.split('\n');
    t.is(refusal, 'EINVAL: cannot enter /proc/self/ns/user');
    const count = before?.split(' ')[1];
    t.is(closed, `closed ${count}`);
    t.is(left, `left ${count}`);
  },
);

inNamespace('open sockets keep the event loop running, unless they are not to', async (t, namespace) => {
  for (const how of ['close', 'unreferenced']) {
    const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, namespace.path, how], {
      timeout: 20_000,
    });
    t.is(stdout, 'opened\n');
  }
  const waiting = promisify(execFile)(process.execPath, [PROGRAM, namespace.path, 'wait'], {
    timeout: 20_000,
  });
  waiting.child.stdout?.once('data', () => void namespace.ip('route add blackhole 10.0.0.9'));
  t.is((await waiting).stdout, 'opened\nheard\n');
});

inNamespace('a thousand notifications come in order, with their group', async (t, namespace) => {
  const netlink = kernel({ namespace: namespace.path });
  const [reader, source] = [await netlink.open({ protocol: 0 }), await netlink.open({ protocol: 0 })];
  await reader.setOption(SocketOption.ReceiveBufferSize, 4_000_000);
  await reader.bind({ portId: 0, groups: 1 << 6 });
  const arrivals: number[] = [];
  reader.onReadable = () => {
    for (let datagram = reader.receive(); datagram !== undefined; datagram = reader.receive()) {
      t.is(datagram.group, 7);
      for (const { payload } of readMessages(datagram.bytes)) arrivals.push(routeIndex(payload));
    }
  };
  for (let index = 0; index < 1_000; index++) {
    await source.send(datagramOf(route(index)));
    // What a send has caused has been told when it returns.
    t.is(arrivals.length, index + 1);
    source.receive();
  }
  t.deepEqual(
    arrivals,
    Array.from({ length: 1_000 }, (_, index) => index),
  );
  reader.close();
  source.close();
});

inNamespace('an error that comes while a datagram is looked at is told before it', async (t, namespace) => {
  const netlink = kernel({ namespace: namespace.path });
  const [reader, source] = [await netlink.open({ protocol: 0 }), await netlink.open({ protocol: 0 })];
  await reader.bind({ portId: 0, groups: 1 << 6 });
  await source.send(datagramOf(route(0)));
  const head = reader.receive({ peek: true, capacity: 0 });
  t.not(head, undefined);
  for (let index = 1; index < 2_000; index++)
    await source.send(datagramOf({ ...route(index), flags: 0x600 }));
  t.throws(() => reader.receive({ capacity: 100 }), { message: /^ENOBUFS/ });
  t.is(reader.receive({ capacity: 100 }), head);
  const [message] = readMessages(reader.receive({ capacity: 100 })?.bytes ?? new Uint8Array());
  t.is(message && routeIndex(message.payload), 1);
  reader.close();
  source.close();
});

conditionalTest(test, notRoot, 'notifications from other namespaces say their number', async (t) => {
  const namespace = await TestNamespace.open();
  const other = await TestNamespace.open();
  try {
    await namespace.ip(`link add v0 type veth peer name v1 netns ${other.processId}`);
    const socket = await kernel({ namespace: namespace.path }).open({ protocol: 0 });
    await socket.setOption(SocketOption.ListenAllNamespaces, 1);
    await socket.bind({ portId: 0, groups: 1 });
    await other.ip('link set v1 address 02:00:00:00:00:09');
    const { namespaceNumber } = await next(socket);
    t.is(namespaceNumber, 0);
    await namespace.ip('link set v0 address 02:00:00:00:00:08');
    t.is((await next(socket)).namespaceNumber, undefined);
    socket.close();
  } finally {
    await other.close();
    await namespace.close();
  }
});

inNamespace('other protocols are open, too', async (t, namespace) => {
  const netlink = kernel({ namespace: namespace.path });
  // CTRL_CMD_GETFAMILY of nlctrl itself
  const request = { type: 16, payload: Uint8Array.of(3, 1, 0, 0, 6, 0, 1, 0, 16, 0, 0, 0) };
  const generic = await netlink.open({ protocol: 16 });
  await generic.send(datagramOf(request));
  t.true(new TextDecoder('latin1').decode((await next(generic)).bytes).includes('nlctrl\0'));
  generic.close();
});

test('a namespace that is not there is refused by its name', async (t) => {
  await t.throwsAsync(kernel({ namespace: 'nowhere' }).open({ protocol: 0 }), {
    message: 'ENOENT: cannot enter /run/netns/nowhere',
  });
});

conditionalTest(test, notRoot, 'a namespace is found by the name that ip-netns(8) gave it', async (t) => {
  const name = `nlspace-kernel-${process.pid}`;
  await promisify(execFile)('ip', ['netns', 'add', name]);
  try {
    await promisify(execFile)('ip', ['-n', name, 'link', 'add', 'named', 'type', 'veth']);
    const socket = await kernel({ namespace: name }).open({ protocol: 0 });
    await socket.send(datagramOf({ type: RouteType.GetLink, payload: new Uint8Array(16), flags: 0x300 }));
    let listed = '';
    for (let datagram = socket.receive(); datagram !== undefined; datagram = socket.receive())
      listed += new TextDecoder('latin1').decode(datagram.bytes);
    t.true(listed.includes('named\0'));
    socket.close();
  } finally {
    await promisify(execFile)('ip', ['netns', 'del', name]);
  }
});

test('this process has its own port ID, and who is served that of the program', async (t) => {
  const netlink = kernel();
  const NETLINK_USERSOCK = 2;
  const credentials = { uid: 0, gid: 0, pid: 3_999_999, netAdmin: true };
  const sockets = await Promise.all(
    [1, 2].map(() => netlink.open({ protocol: NETLINK_USERSOCK, credentials })),
  );
  for (const socket of sockets) await socket.bind({ portId: 0, groups: 0 });
  t.is(sockets[0]?.address.portId, 3_999_999);
  t.true((sockets[1]?.address.portId ?? 0) >= 0x8000_0000);
  for (const socket of sockets) socket.close();
});

test('reading a link needs no rights', async (t) => {
  const socket = await kernel().open({ protocol: 0, credentials: NOBODY });
  await socket.send(datagramOf(fetch()));
  const [message] = readMessages((await next(socket)).bytes);
  t.is(message?.header.type, RouteType.NewLink);
  socket.close();
});
