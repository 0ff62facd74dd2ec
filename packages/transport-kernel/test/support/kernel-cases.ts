import {
  ControlMessageType,
  type Credentials,
  Errno,
  MessageFlag,
  type Netlink,
  NetlinkProtocol,
  type NetlinkSocket,
  type ReceiveOptions,
  readMessages,
  SocketOption,
} from '@nlspace/core';
import { arrival, errnoOf, next, nextErrno, nextMessages } from '@nlspace/transport-contract';
import type { ExecutionContext } from 'ava';
import { datagramOf, fetch, list, RouteType, refuse, route, routeIndex, touch } from './requests.js';
import type { TestNamespace } from './test-namespace.js';

export interface KernelWorld {
  readonly netlink: Netlink;
  readonly namespace: TestNamespace;
  open(credentials?: Credentials): Promise<NetlinkSocket>;
}

export type KernelCase = (t: ExecutionContext, world: KernelWorld) => Promise<void>;

const NOBODY = { uid: 65_534, gid: 65_534, pid: 4711, netAdmin: false };
const AUTOMATIC = { portId: 0, groups: 0 };
/** NETLINK_USERSOCK: sockets of programs among each other. */
const USERSOCK = 2;
/** RTNLGRP_IPV4_ROUTE, and one that has no bit: RTNLGRP_STATS. */
const ROUTES = 7;
const ROUTES_BIT = 1 << (ROUTES - 1);
const FAR = 36;
const BEYOND = 200;
/** Of a route's message in a dump: header 16, rtmsg 12, table 8, destination 8. */
const LARGEST_ITEM = 64;

const SWITCHES = [
  SocketOption.PacketInfo,
  SocketOption.BroadcastError,
  SocketOption.NoOverrunError,
  SocketOption.CapAck,
  SocketOption.ExtendedAck,
  SocketOption.StrictChecking,
];

/** What a real kernel keeps of the contract: the same statements, said with what it serves. */
export const KERNEL_CASES: Readonly<Record<string, KernelCase>> = {
  async 'a socket has no port ID before it is bound, and its own one after'(t, { open }) {
    const [one, other] = [await open(), await open()];
    t.deepEqual(one.address, AUTOMATIC);
    await one.bind(AUTOMATIC);
    await other.bind(AUTOMATIC);
    t.is(one.address.portId, process.pid);
    t.true(other.address.portId >= 0x8000_0000);
  },
  async 'the first send binds'(t, { open }) {
    const socket = await open();
    await socket.send(datagramOf(touch()));
    t.is(socket.address.portId, process.pid);
  },
  async 'bind takes a free port ID, refuses a taken one and refuses another one'(t, { open }) {
    const [one, other] = [await open(), await open()];
    await one.bind({ portId: 0xffff_fff0, groups: 0 });
    t.is(one.address.portId, 0xffff_fff0);
    await t.throwsAsync(other.bind({ portId: 0xffff_fff0, groups: 0 }), errno(Errno.EADDRINUSE));
    await other.bind({ portId: 0xffff_fff1, groups: 0 });
    t.is(other.address.portId, 0xffff_fff1);
    await t.throwsAsync(one.bind({ portId: 8, groups: 0 }), errno(Errno.EINVAL));
  },
  async 'close frees the port ID, is idempotent and refuses what comes after'(t, { open }) {
    const [one, other] = [await open(), await open()];
    await one.bind({ portId: 7, groups: 0 });
    one.close();
    one.close();
    await other.bind({ portId: 7, groups: 0 });
    t.is(other.address.portId, 7);
    await t.throwsAsync(one.bind({ portId: 8, groups: 0 }), errno(Errno.EBADF));
    t.throws(() => one.send(datagramOf(touch())), errno(Errno.EBADF));
    await t.throwsAsync(one.getOption(SocketOption.CapAck), errno(Errno.EBADF));
    t.is(one.receive(), undefined);
    t.false(one.readable);
  },
  async 'a connected socket sends to its peer, which sees where it comes from'(t, { netlink }) {
    const [one, other] = [
      await netlink.open({ protocol: USERSOCK }),
      await netlink.open({ protocol: USERSOCK }),
    ];
    await other.bind(AUTOMATIC);
    await one.connect({ portId: other.address.portId, groups: 0 });
    t.deepEqual(one.peer, { portId: other.address.portId, groups: 0 });
    await one.send(Uint8Array.of(1, 2, 3));
    const { bytes, source, group } = await next(other);
    t.deepEqual([...bytes], [1, 2, 3]);
    t.deepEqual(source, { portId: one.address.portId, groups: 0 });
    t.is(group, 0);
  },
  async 'a destination overrides the peer'(t, { open, namespace }) {
    const [one, other] = [await open(), await open()];
    await other.bind(AUTOMATIC);
    await one.connect({ portId: other.address.portId, groups: 0 });
    // The kernel hears it, but a connected socket takes from its peer only.
    t.throws(() => one.send(datagramOf(touch()), { portId: 99, groups: 0 }), errno(Errno.ECONNREFUSED));
    await one.send(datagramOf(route(1)), AUTOMATIC);
    t.is(one.receive(), undefined);
    t.regex(await namespace.ip('route show'), /blackhole 10\.0\.0\.1/);
    await other.send(Uint8Array.of(9), { portId: one.address.portId, groups: 0 });
    t.deepEqual([...(await next(one)).bytes], [9]);
  },
  async 'a send to a port ID that nobody has is refused with ECONNREFUSED'(t, { open }) {
    const socket = await open();
    t.throws(() => socket.send(Uint8Array.of(1), { portId: 99, groups: 0 }), errno(Errno.ECONNREFUSED));
  },
  async 'without netAdmin, other sockets cannot be reached and guarded requests are refused'(t, { open }) {
    const socket = await open(NOBODY);
    await t.throwsAsync(socket.connect({ portId: 99, groups: 0 }), errno(Errno.EPERM));
    t.throws(() => socket.send(Uint8Array.of(1), { portId: 99, groups: 0 }), errno(Errno.EPERM));
    await socket.send(datagramOf(touch()));
    t.is(await nextErrno(socket), Errno.EPERM);
    await socket.send(datagramOf({ ...fetch(), flags: 0 }));
    t.is((await nextMessages(socket))[0]?.header.type, RouteType.NewLink);
  },
  async 'a protocol that nobody serves is refused with EPROTONOSUPPORT'(t, { netlink }) {
    await t.throwsAsync(netlink.open({ protocol: 30 }), errno(Errno.EPROTONOSUPPORT));
    await t.throwsAsync(netlink.open({ protocol: -1 }), errno(Errno.EPROTONOSUPPORT));
  },
  async 'an aborted open rejects with the reason'(t, { netlink }) {
    const signal = AbortSignal.abort(new Error('enough'));
    await t.throwsAsync(netlink.open({ protocol: NetlinkProtocol.Route, signal }), { message: 'enough' });
  },

  async 'the first datagram of a dump fits 3776 bytes, the others the largest capacity so far'(t, { open }) {
    const [socket, other] = [await open(), await open()];
    await addRoutes(other, 1_000);
    await socket.send(datagramOf(list()));
    const { sizes, indexes } = await readDump(socket, { capacity: 8_192 });
    t.deepEqual(indexes, upTo(1_000));
    t.true(isFull(sizes[0], 3_776), `${sizes}`);
    // What the kernel had made before it was offered more is small, too.
    t.true(
      sizes.every((size) => size <= 8_192),
      `${sizes}`,
    );
    t.true(isFull(sizes.at(-2), 8_192) || isFull(sizes.at(-3), 8_192), `${sizes}`);
  },
  async 'dump datagrams are at most 32448 bytes, and at least as large as a small reader has to take'(
    t,
    { open },
  ) {
    const [greedy, small] = [await open(), await open()];
    await addRoutes(greedy, 3_000);
    await greedy.send(datagramOf(list()));
    const large = await readDump(greedy, { capacity: 1_000_000 });
    t.true(
      large.sizes.some((size) => isFull(size, 32_448)),
      `${large.sizes}`,
    );
    t.true(
      large.sizes.every((size) => size <= 32_448),
      `${large.sizes}`,
    );
    t.deepEqual(large.indexes, upTo(3_000));
    await small.send(datagramOf(list()));
    const { sizes, indexes } = await readDump(small, { capacity: 16 });
    t.true(
      sizes.every((size) => size <= 3_776),
      `${sizes}`,
    );
    t.deepEqual(indexes, upTo(3_000));
  },
  async 'a dump without messages is only done'(t, { open }) {
    const socket = await open();
    await socket.send(datagramOf(list()));
    t.deepEqual(await readDump(socket), { sizes: [20], indexes: [], errnos: [] });
  },
  async 'receive never gives nothing in mid-dump'(t, { open }) {
    const socket = await open();
    await addRoutes(socket, 2_000);
    for (const options of [{}, { capacity: 4_096 }]) {
      await socket.send(datagramOf(list()));
      for (let done = false; !done; ) {
        const datagram = socket.receive(options);
        t.not(datagram, undefined);
        done = datagram === undefined || [...readMessages(datagram.bytes)].some(isDone);
      }
    }
  },
  async 'a dump waits for a slow reader, and other sockets do not'(t, { open }) {
    const [slow, other] = [await open(), await open()];
    await addRoutes(other, 20_000);
    await slow.send(datagramOf(list()));
    await other.send(datagramOf(list()));
    t.deepEqual((await readDump(other)).indexes, upTo(20_000));
    t.deepEqual((await readDump(slow)).indexes, upTo(20_000));
  },
  async 'a second dump during the first is refused with EBUSY, and served after it'(t, { open }) {
    const socket = await open();
    await addRoutes(socket, 20_000);
    await socket.send(datagramOf(list(1)));
    await socket.send(datagramOf(list(2)));
    const first = await readDump(socket);
    t.deepEqual(first.indexes, upTo(20_000));
    t.deepEqual(first.errnos, [[2, Errno.EBUSY]]);
    await socket.send(datagramOf(list(3)));
    t.is((await readDump(socket)).indexes.length, 20_000);
  },
  async 'a socket that is closed in mid-dump frees its port ID'(t, { open }) {
    const [socket, other] = [await open(), await open()];
    await socket.bind({ portId: 5, groups: 0 });
    await addRoutes(socket, 20_000);
    await socket.send(datagramOf(list()));
    await next(socket);
    socket.close();
    await other.bind({ portId: 5, groups: 0 });
    await other.send(datagramOf(list()));
    t.is((await readDump(other)).indexes.length, 20_000);
  },

  async 'a reader that does not read loses notifications, is told once, and goes on behind the gap'(
    t,
    { open },
  ) {
    const [reader, source] = [await open(), await open()];
    await reader.bind({ portId: 0, groups: ROUTES_BIT });
    await addRoutes(source, 5_000);
    await t.throwsAsync(next(reader), errno(Errno.ENOBUFS));
    const kept = drain(reader);
    t.true(kept.length > 0 && kept.length < 5_000);
    t.deepEqual(kept, upTo(kept.length));
    await addRoutes(source, 3, 6_000);
    t.deepEqual(drain(reader), [6_000, 6_001, 6_002]);
  },
  async 'NO_ENOBUFS loses notifications without a word'(t, { open }) {
    const [reader, source] = [await open(), await open()];
    await reader.setOption(SocketOption.NoOverrunError, 1);
    await reader.bind({ portId: 0, groups: ROUTES_BIT });
    await addRoutes(source, 5_000);
    const kept = drain(reader);
    t.true(kept.length > 0 && kept.length < 5_000);
  },
  async 'a reader that does not read does not stop the other sockets'(t, { open }) {
    const [idle, reader, source] = [await open(), await open(), await open()];
    await idle.bind({ portId: 0, groups: ROUTES_BIT });
    await reader.bind({ portId: 0, groups: 0 });
    for (let round = 0; round < 40; round++) {
      await reader.joinGroup(ROUTES);
      await addRoutes(source, 50, round * 50);
      t.deepEqual(
        drain(reader),
        upTo(50).map((index) => round * 50 + index),
      );
      await reader.leaveGroup(ROUTES);
    }
    await t.throwsAsync(next(idle), errno(Errno.ENOBUFS));
  },

  async 'memberships are listed, beyond group 32 too'(t, { open }) {
    const socket = await open();
    await socket.joinGroup(ROUTES);
    await socket.joinGroup(FAR);
    t.deepEqual([...(await socket.memberships())], [ROUTES_BIT, 1 << (FAR - 33)]);
    t.is(socket.address.groups, ROUTES_BIT);
    await socket.leaveGroup(ROUTES);
    t.deepEqual([...(await socket.memberships())], [0, 1 << (FAR - 33)]);
    t.is(socket.address.groups, 0);
  },
  async 'a group that does not exist is refused with EINVAL'(t, { open }) {
    const socket = await open();
    for (const group of [0, BEYOND, -1]) await t.throwsAsync(socket.joinGroup(group), errno(Errno.EINVAL));
  },
  async 'bind replaces the groups that have a bit'(t, { open }) {
    const socket = await open();
    await socket.bind({ portId: 0, groups: ROUTES_BIT });
    t.is(socket.address.groups, ROUTES_BIT);
    await socket.bind({ portId: socket.address.portId, groups: 1 });
    t.is(socket.address.groups, 1);
    t.deepEqual([...(await socket.memberships())], [1, 0]);
  },
  async 'a notification says its group, and its source where the group has a bit'(t, { netlink, open }) {
    const [near, source] = [await open(), await open()];
    await near.bind({ portId: 0, groups: ROUTES_BIT });
    await addRoutes(source, 1);
    const fromNear = await next(near);
    t.deepEqual(fromNear.source, { portId: 0, groups: ROUTES_BIT });
    t.is(fromNear.group, ROUTES);
    // Group 37 tells of the multicast addresses of links.
    const far = await netlink.open({ protocol: NetlinkProtocol.Route });
    await far.bind(AUTOMATIC);
    await far.joinGroup(37);
    const up = new Uint8Array(16);
    new DataView(up.buffer).setInt32(4, 1, true);
    new DataView(up.buffer).setUint32(8, 1, true);
    new DataView(up.buffer).setUint32(12, 1, true);
    await source.send(datagramOf({ type: RouteType.SetLink, payload: up }));
    const fromFar = await next(far);
    t.deepEqual(fromFar.source, { portId: 0, groups: 0 });
    t.is(fromFar.group, 37);
  },
  async 'the originator gets its notifications before its acknowledgement'(t, { open }) {
    const socket = await open();
    await socket.bind({ portId: 0, groups: ROUTES_BIT });
    const echo = route(3, RouteType.NewRoute, 9);
    await socket.send(datagramOf({ ...echo, flags: (echo.flags ?? 0) | MessageFlag.Echo }));
    const [message] = await nextMessages(socket);
    t.is(message?.header.type, RouteType.NewRoute);
    t.is(message?.header.sequence, 9);
    t.is(message?.header.portId, socket.address.portId);
    t.is(await nextErrno(socket), 0);
  },
  async 'a socket multicasts to the others in a group'(t, { netlink }) {
    const [member, other] = [
      await netlink.open({ protocol: USERSOCK }),
      await netlink.open({ protocol: USERSOCK }),
    ];
    await member.bind({ portId: 0, groups: 4 });
    await other.bind({ portId: 0, groups: 4 });
    t.throws(() => other.send(datagramOf(touch()), { portId: 0, groups: 4 }), errno(Errno.ECONNREFUSED));
    const { group, source } = await next(member);
    t.is(group, 3);
    t.deepEqual(source, { portId: other.address.portId, groups: 4 });
    t.is(other.receive(), undefined);
  },

  async 'switches are off until they are set'(t, { open }) {
    const socket = await open();
    for (const option of SWITCHES) {
      t.is(await socket.getOption(option), 0, option);
      await socket.setOption(option, 7);
      t.is(await socket.getOption(option), 1, option);
      await socket.setOption(option, 0);
      t.is(await socket.getOption(option), 0, option);
    }
  },
  async 'buffer sizes are doubled and capped, and forced ones are not capped'(t, { open }) {
    const socket = await open();
    await socket.setOption(SocketOption.ReceiveBufferSize, 50_000);
    t.is(await socket.getOption(SocketOption.ReceiveBufferSize), 100_000);
    await socket.setOption(SocketOption.ReceiveBufferSize, -1);
    const largest = await socket.getOption(SocketOption.ReceiveBufferSize);
    // Root of a user namespace of its own may not.
    const forced = socket.setOption(SocketOption.ForceReceiveBufferSize, largest);
    if (process.getuid?.() === 0) await forced;
    else await t.throwsAsync(forced, errno(Errno.EPERM));
    t.is(
      await socket.getOption(SocketOption.ReceiveBufferSize),
      process.getuid?.() === 0 ? 2 * largest : largest,
    );
    await socket.setOption(SocketOption.SendBufferSize, 1);
    t.is(await socket.getOption(SocketOption.SendBufferSize), 4608);
  },
  async 'what can only be set is refused with ENOPROTOOPT when it is asked for'(t, { open }) {
    const socket = await open();
    await t.throwsAsync(socket.getOption(SocketOption.ForceSendBufferSize), errno(Errno.ENOPROTOOPT));
  },
  async 'forcing a buffer size without netAdmin is refused with EPERM'(t, { open }) {
    const socket = await open(NOBODY);
    await t.throwsAsync(socket.setOption(SocketOption.ForceReceiveBufferSize, 9), errno(Errno.EPERM));
  },
  async 'an extended ACK names the attribute at fault, once it is asked for'(t, { open }) {
    const socket = await open();
    // RTA_PRIORITY of one byte
    const refused = datagramOf(route(1, RouteType.NewRoute, 5, Uint8Array.of(5, 0, 6, 0, 1, 0, 0, 0)));
    await socket.send(refused);
    const [bare] = await nextMessages(socket);
    t.is(bare?.header.length, 36 + refused.length - 16);
    await socket.setOption(SocketOption.ExtendedAck, 1);
    await socket.setOption(SocketOption.CapAck, 1);
    await socket.send(refused);
    const [capped] = await nextMessages(socket);
    t.is(capped?.header.flags, 0x300);
    t.is(capped?.header.sequence, 5);
    t.true(
      new TextDecoder().decode(capped?.payload.subarray(20)).includes('Attribute failed policy validation\0'),
    );
  },

  async 'when a send is done its replies can be received at once, one datagram each, in order'(t, { open }) {
    const socket = await open();
    await socket.send(datagramOf(fetch(1), refuse(2), touch(3), touch(4, 0)));
    t.true(socket.readable);
    const seen = [];
    for (let datagram = socket.receive(); datagram !== undefined; datagram = socket.receive()) {
      t.deepEqual(datagram.source, AUTOMATIC);
      const [message] = readMessages(datagram.bytes);
      seen.push([message?.header.sequence, message?.header.type]);
    }
    t.deepEqual(seen, [
      [1, RouteType.NewLink],
      [1, ControlMessageType.Error],
      [2, ControlMessageType.Error],
      [3, ControlMessageType.Error],
    ]);
    t.false(socket.readable);
  },
  async 'an empty datagram is refused with ENODATA, one larger than the send buffer with EMSGSIZE'(
    t,
    { open },
  ) {
    const socket = await open();
    t.throws(() => socket.send(new Uint8Array(0)), errno(Errno.ENODATA));
    await socket.setOption(SocketOption.SendBufferSize, 1);
    t.throws(() => socket.send(new Uint8Array(4608)), errno(Errno.EMSGSIZE));
  },
  async 'bytes that are no message are ignored'(t, { open }) {
    const socket = await open();
    await socket.send(Uint8Array.of(1, 2, 3));
    await socket.send(new Uint8Array(64));
    await socket.send(datagramOf(touch(6)));
    t.is((await nextMessages(socket))[0]?.header.sequence, 6);
  },
  async 'the sender may reuse its bytes when the send is done'(t, { open }) {
    const socket = await open();
    const bytes = datagramOf(fetch(8));
    await socket.send(bytes);
    bytes.fill(0xff);
    t.is((await nextMessages(socket))[0]?.header.sequence, 8);
    t.is(await nextErrno(socket), 0);
  },
  async 'peek leaves the datagram'(t, { open }) {
    const socket = await open();
    t.is(socket.receive({ peek: true }), undefined);
    await socket.send(datagramOf(touch(1), touch(2)));
    const peeked = await next(socket, { peek: true, capacity: 0 });
    t.deepEqual(await next(socket, { peek: true }), peeked);
    t.deepEqual(await next(socket), peeked);
    t.is((await nextMessages(socket))[0]?.header.sequence, 2);
  },
  async 'onReadable is called when something arrives'(t, { open, namespace }) {
    const socket = await open();
    await socket.bind({ portId: 0, groups: ROUTES_BIT });
    t.false(socket.readable);
    const arrived = arrival(socket);
    await namespace.ip('route add blackhole 10.9.9.9');
    await arrived;
    t.true(socket.readable);
  },
  async 'a hundred sockets get what is theirs'(t, { open }) {
    const sockets = await Promise.all(upTo(100).map(() => open()));
    for (const [sequence, socket] of sockets.entries())
      await socket.send(datagramOf(fetch(sequence), touch(sequence)));
    for (const [sequence, socket] of sockets.entries()) {
      for (const type of [RouteType.NewLink, ControlMessageType.Error, ControlMessageType.Error]) {
        const [message] = await nextMessages(socket);
        t.is(message?.header.sequence, sequence);
        t.is(message?.header.type, type);
        t.is(message?.header.portId, socket.address.portId);
      }
      t.is(socket.receive(), undefined);
    }
    t.is(new Set(sockets.map(({ address }) => address.portId)).size, 100);
  },
};

/** What it does not, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'replies are never lost: requests wait for a reader that does not read, and sends do not':
    'the kernel drops replies that do not fit and says ENOBUFS',
  'close leaves the groups': 'the kernel does not say who listens',
  'a handler that waits keeps only its own socket waiting':
    'requests of NETLINK_ROUTE are handled while they are sent',
  'a send is not done before its last handler is':
    'requests of NETLINK_ROUTE are handled while they are sent',
  'a send is refused with EAGAIN while unhandled ones fill the send buffer':
    'requests of NETLINK_ROUTE are handled while they are sent',
  'closing a socket ends what waits on it': 'nothing waits',
  'a client socket requests, lists and subscribes':
    'it does so among the integration tests, with the schemas of NETLINK_ROUTE',
};

function errno(value: Errno) {
  return { name: 'NetlinkError', message: new RegExp(`^${Errno[value]}`) };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function isFull(size: number | undefined, capacity: number): boolean {
  return size !== undefined && size <= capacity && size > capacity - LARGEST_ITEM;
}

function isDone({ header }: { header: { type: number } }): boolean {
  return header.type === ControlMessageType.Done;
}

const ROUTES_AT_ONCE = 50;

async function addRoutes(socket: NetlinkSocket, count: number, first = 0): Promise<void> {
  for (let done = 0; done < count; done += ROUTES_AT_ONCE) {
    const some = upTo(Math.min(ROUTES_AT_ONCE, count - done)).map((index) => route(first + done + index));
    await socket.send(datagramOf(...some));
    for (const _ of some) {
      const code = await nextErrno(socket);
      if (code !== 0) throw new Error(`a route was refused with ${code}`);
    }
  }
}

/** The indexes of the routes that wait for a reader. */
function drain(reader: NetlinkSocket): number[] {
  const indexes: number[] = [];
  for (let datagram = reader.receive(); datagram !== undefined; datagram = reader.receive())
    for (const { payload } of readMessages(datagram.bytes)) indexes.push(routeIndex(payload));
  return indexes;
}

interface Listing {
  readonly sizes: number[];
  readonly indexes: number[];
  readonly errnos: Array<[sequence: number, errno: number]>;
}

async function readDump(socket: NetlinkSocket, options?: ReceiveOptions): Promise<Listing> {
  const listing: Listing = { sizes: [], indexes: [], errnos: [] };
  for (;;) {
    const { bytes } = await next(socket, options);
    const messages = [...readMessages(bytes)];
    for (const message of messages) {
      if (message.header.type === RouteType.NewRoute) listing.indexes.push(routeIndex(message.payload));
      else if (message.header.type === ControlMessageType.Error)
        listing.errnos.push([message.header.sequence, errnoOf(message)]);
    }
    if (messages[0]?.header.type !== ControlMessageType.Error) listing.sizes.push(bytes.length);
    if (messages.some(isDone)) return listing;
  }
}
