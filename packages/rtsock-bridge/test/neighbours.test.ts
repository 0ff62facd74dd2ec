import { NO_CAUSE } from '@nlspace/core';
import {
  LinkFlag,
  type ManualClock,
  type NeighbourEvent,
  NeighbourFlag,
  NeighbourState,
  packBytes,
} from '@nlspace/family-route';
import test from 'ava';
import {
  AddressSlot,
  BsdErrno,
  BsdFamily,
  DumpKind,
  decodeMessage,
  encodeMessage,
  messageText,
  RtsockFlag,
  type RtsockRouteMessage,
  RtsockType,
  routeRequest,
  type SocketAddress,
} from '../src/index.js';
import { bytesOf, openWorld, received, type World } from './support/world.js';

const OWN = /\b[0-9a-f]{1,2}(\.[0-9a-f]{1,2}){5}$/;
const HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 1);
const OTHER_HARDWARE = Uint8Array.of(2, 0, 0, 0, 0, 2);
const ASKED = { portId: 9, sequence: 8, echo: false };

interface Wish {
  readonly type?: RtsockType;
  readonly hardware?: Uint8Array;
  readonly interfaceIndex?: number;
  readonly flags?: number;
  readonly expire?: bigint;
  readonly gateway?: SocketAddress;
}

/** What arp(8) and ndp(8) write. */
function request(address: string, wish: Wish = {}): Uint8Array {
  const { type = RtsockType.Add, hardware = HARDWARE, interfaceIndex = 2, flags = 0, expire = 0n } = wish;
  const route = routeRequest({ type: RtsockType.Add, destination: address, sequence: 5 });
  const plain = decodeMessage(route) as RtsockRouteMessage;
  const link: SocketAddress = {
    family: BsdFamily.Link,
    interfaceIndex,
    type: 6,
    name: '',
    address: hardware,
    length: 54,
  };
  return encodeMessage(
    {
      ...plain,
      type: type as RtsockType.Add,
      header: {
        ...plain.header,
        flags: RtsockFlag.Host | RtsockFlag.Static | RtsockFlag.LinkLayer | flags,
        metrics: { ...plain.header.metrics, expire },
      },
      addresses: { ...plain.addresses, [AddressSlot.Gateway]: wish.gateway ?? link },
    },
    { isAligned: true },
  );
}

function dumped({ bridge }: World, family: number): string[] {
  return bridge
    .dump({ kind: DumpKind.RoutesByFlags, family, argument: RtsockFlag.LinkLayer })
    .map((bytes) => messageText(decodeMessage(bytes)).replace(OWN, 'OWN'));
}

/** A dummy does not resolve addresses unless it is told to. */
async function openResolvingWorld(): Promise<World> {
  const world = await openWorld();
  world.network.links.change(world.d0, { flags: 0, flagsMask: LinkFlag.NoArp }, NO_CAUSE);
  return world;
}

/** RTM_NEWNEIGH of somebody. */
function put(world: World, address: string, state: NeighbourState, hardware = HARDWARE, flags = 0): void {
  const { neighbours } = world.network;
  const bytes = bytesOf(address);
  const table = bytes.length === 4 ? neighbours.ipv4 : neighbours.ipv6;
  const change = { address: packBytes(bytes), linkLayerAddress: packBytes(hardware), state, flags };
  table.put(world.d0, { ...change, protocol: 0, create: true, exclusive: false, replace: true }, ASKED);
}

for (const [address, family, event] of [
  ['10.0.0.9', BsdFamily.Inet, []],
  [
    '2001:db8::9',
    BsdFamily.Inet6,
    [
      'RTM_ADD: pid 0, seq 0, errno 0, if# 0, flags:<UP,HOST,DONE,LLINFO>, sockaddrs:<DST,GATEWAY> 2001:db8::9 2.0.0.0.0.1',
    ],
  ],
] as const) {
  test(`a neighbour is added and deleted as arp and ndp do: ${address}`, async (t) => {
    const world = await openResolvingWorld();
    const events: NeighbourEvent[] = [];
    world.network.events.subscribe((event) => {
      if (event.type.startsWith('neighbour')) events.push(event as NeighbourEvent);
    });
    const socket = world.open();
    const listener = world.open({ pid: 78 });
    t.is(socket.send(request(address)), BsdErrno.None);
    const answer = `RTM_ADD: pid 77, seq 5, errno 0, if# 0, flags:<HOST,DONE,LLINFO,STATIC>, sockaddrs:<DST,GATEWAY> ${address} 2.0.0.0.0.1`;
    t.deepEqual(received(socket), [...event, answer]);
    t.deepEqual(received(listener), [...event, answer]);
    t.deepEqual(
      events.map(({ type, neighbour, cause }) => [type, neighbour.state, cause.portId]),
      [['neighbour-changed', NeighbourState.Permanent, 0]],
    );
    t.is(dumped(world, family).filter((text) => text.includes(`> ${address} `)).length, 1);

    t.is(socket.send(request(address, { type: RtsockType.Delete })), BsdErrno.None);
    t.deepEqual(received(listener), [
      `RTM_DELETE: pid 77, seq 5, errno 0, if# 0, flags:<HOST,DONE,LLINFO,STATIC>, sockaddrs:<DST,GATEWAY> ${address} 2.0.0.0.0.1`,
    ]);
    t.is(events.at(-1)?.type, 'neighbour-removed');
    t.is(dumped(world, family).filter((text) => text.includes(`> ${address} `)).length, 0);
    t.is(socket.send(request(address, { type: RtsockType.Delete })), BsdErrno.ENOENT);
    t.deepEqual(world.defects, []);
  });
}

test('NET_RT_FLAGS gives the neighbours of a family, the own addresses of a link first', async (t) => {
  const world = await openResolvingWorld();
  (world.network.clock as ManualClock).advance(1000);
  put(world, '10.0.0.7', NeighbourState.Permanent);
  put(world, '10.0.0.8', NeighbourState.Stale);
  put(world, '10.0.0.9', NeighbourState.Failed);
  put(world, '2001:db8::7', NeighbourState.Stale, HARDWARE, NeighbourFlag.Router);
  const head = 'RTM_GET: pid 0, seq 0, errno 0, if# 2';
  t.deepEqual(dumped(world, BsdFamily.Inet), [
    `${head}, flags:<UP,HOST,LLINFO,STATIC,PINNED>, sockaddrs:<DST,GATEWAY> 10.0.0.1 OWN`,
    `${head}, flags:<UP,HOST,LLINFO,STATIC>, sockaddrs:<DST,GATEWAY> 10.0.0.7 OWN`,
    `${head}, flags:<UP,HOST,LLINFO>, expire 1061, sockaddrs:<DST,GATEWAY> 10.0.0.8 OWN`,
  ]);
  const [own, linkLocal, stale, ...others] = world.bridge
    .dump({ kind: DumpKind.RoutesByFlags, family: BsdFamily.Inet6 })
    .map((bytes) => (decodeMessage(bytes) as RtsockRouteMessage).header);
  t.deepEqual(others, []);
  t.deepEqual([own?.metrics.weight, linkLocal?.metrics.weight], [1n, 1n]);
  t.is(stale?.metrics.weight, 2n);
  t.true(((stale?.flags ?? 0) & RtsockFlag.Gateway) !== 0);
  // struct rt_msghdr, then sockaddr_in or sockaddr_in6 with its padding, then sockaddr_dl with that of the whole: 152 + 16 + 56,
  // 152 + 32 + 56.
  const sizes = [BsdFamily.Inet, BsdFamily.Inet6].map((family) =>
    world.bridge.dump({ kind: DumpKind.RoutesByFlags, family }).map(({ length }) => length),
  );
  t.deepEqual(sizes, [
    [224, 224, 224],
    [240, 240, 240],
  ]);
  t.deepEqual(dumped(world, BsdFamily.Link), []);
});

test('a neighbour that is asked for has no hardware address yet', async (t) => {
  const world = await openResolvingWorld();
  put(world, '10.0.0.9', NeighbourState.None, HARDWARE, NeighbourFlag.Use);
  const [, text = ''] = dumped(world, BsdFamily.Inet);
  t.regex(text, /sockaddrs:<DST,GATEWAY> 10\.0\.0\.9 link#2$/);
});

test('of IPv6 neighbours it is told that they are known, and that they are given up; not that they are deleted', async (t) => {
  const world = await openResolvingWorld();
  const socket = world.open();
  const heard = () => received(socket).filter((text) => text.includes('LLINFO'));
  const told = (type: string, flags: string, hardware: string) =>
    `RTM_${type}: pid 0, seq 0, errno 0, if# 0, flags:<${flags}HOST,DONE,LLINFO>, sockaddrs:<DST,GATEWAY> 2001:db8::9 ${hardware}`;
  const ADDED = told('ADD', 'UP,', '2.0.0.0.0.1');
  const GONE = told('DELETE', '', '0.0.0.0.0.0');

  put(world, '2001:db8::9', NeighbourState.Stale);
  t.deepEqual(heard(), [ADDED]);
  put(world, '2001:db8::9', NeighbourState.Reachable);
  t.deepEqual(heard(), []);
  put(world, '2001:db8::9', NeighbourState.Stale, OTHER_HARDWARE);
  t.deepEqual(heard(), [GONE, told('ADD', 'UP,', '2.0.0.0.0.2')]);
  world.network.neighbours.ipv6.delete(world.d0, packBytes(bytesOf('2001:db8::9')), ASKED);
  t.deepEqual(heard(), []);

  put(world, '2001:db8::9', NeighbourState.Probe);
  t.deepEqual(heard(), [ADDED]);
  (world.network.clock as ManualClock).advance(60_000);
  t.deepEqual(heard(), [GONE]);

  put(world, '2001:db8::9', NeighbourState.Permanent);
  t.deepEqual(heard(), [ADDED]);
  world.network.links.change(world.d0, { flags: 0, flagsMask: LinkFlag.Up }, NO_CAUSE);
  await Promise.resolve();
  t.deepEqual(heard(), []);
});

const REFUSALS: Readonly<Record<string, readonly [string, Wish, BsdErrno]>> = {
  'an address of the host': ['10.0.0.1', {}, BsdErrno.EPERM],
  'to delete an address of the host': ['2001:db8::1', { type: RtsockType.Delete }, BsdErrno.EPERM],
  'a link that is not there': ['10.0.0.9', { interfaceIndex: 99 }, BsdErrno.EINVAL],
  'to ask for one': ['10.0.0.9', { type: RtsockType.Get }, BsdErrno.EINVAL],
  'to change one': ['10.0.0.9', { type: RtsockType.Change }, BsdErrno.EINVAL],
  'one that expires': ['10.0.0.9', { expire: 9n }, BsdErrno.EOPNOTSUPP],
  'one that is answered for': ['10.0.0.9', { flags: RtsockFlag.Protocol2 }, BsdErrno.EOPNOTSUPP],
  'an address in place of a link': [
    '10.0.0.9',
    { gateway: { family: BsdFamily.Inet, address: bytesOf('10.0.0.3') } },
    BsdErrno.EINVAL,
  ],
};

for (const [title, [address, wish, errno]] of Object.entries(REFUSALS)) {
  test(`refused: ${title}`, async (t) => {
    const world = await openResolvingWorld();
    const socket = world.open();
    const before = [BsdFamily.Inet, BsdFamily.Inet6].map((family) => dumped(world, family));
    t.is(BsdErrno[socket.send(request(address, wish))], BsdErrno[errno]);
    const [answer = '', ...others] = received(socket);
    t.regex(answer, new RegExp(`errno ${errno},`));
    t.deepEqual(others, []);
    t.deepEqual(
      [BsdFamily.Inet, BsdFamily.Inet6].map((family) => dumped(world, family)),
      before,
    );
    t.deepEqual(world.defects, []);
  });
}

test('where a link has no IPv6, it has no IPv6 neighbours', async (t) => {
  const world = await openResolvingWorld();
  world.network.links.change(world.d0, { mtu: 1000 }, NO_CAUSE);
  t.is(world.open().send(request('2001:db8::9')), BsdErrno.ESRCH);
});
