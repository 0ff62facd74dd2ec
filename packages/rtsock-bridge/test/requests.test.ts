import test from 'ava';
import {
  AddressSlot,
  BsdErrno,
  BsdFamily,
  decodeMessage,
  encodeMessage,
  MetricBit,
  RtsockFlag,
  type RtsockRouteMessage,
  RtsockType,
  routeRequest,
  type SocketAddress,
} from '../src/index.js';
import { ask, openWorld, received } from './support/world.js';

const { Add, Delete, Change, Get } = RtsockType;
const NET = '10.8.0.0/16';
const IPV6_NET = '2001:db8:1::/48';

test('an added route is answered with what it has become, and everybody gets the answer', async (t) => {
  const world = await openWorld();
  const me = world.open();
  const other = world.open();
  const request = {
    type: Add,
    destination: NET,
    gateway: '10.0.0.3',
    flags: RtsockFlag.Static,
    sequence: 42,
  };
  t.is(ask(me, request as never), 'None');
  const answer =
    'RTM_ADD: pid 77, seq 42, errno 0, if# 2, flags:<UP,GATEWAY,DONE,STATIC>, mtu 1500, weight 1, nhidx 4, ' +
    'sockaddrs:<DST,GATEWAY,NETMASK> 10.8.0.0 10.0.0.3 255.255.0.0';
  t.deepEqual(received(me), [answer]);
  t.deepEqual(received(other), [answer]);
  // CREATE|EXCL, and nobody's: the sequence and the sender are known on the routing socket only.
  t.deepEqual(world.announced(), ['new flags 1536 seq 0 port 0']);
});

/** Requests one after the other: what is asked, its errno, and what is left behind of the answer's head. */
interface Step {
  readonly type: RtsockType.Add | RtsockType.Delete | RtsockType.Change | RtsockType.Get;
  readonly destination: string;
  readonly gateway?: string;
  readonly interfaceIndex?: number;
  readonly flags?: number;
  readonly mtu?: number;
  readonly weight?: number;
  readonly wantsInterface?: boolean;
  readonly errno?: keyof typeof BsdErrno;
  /** What the answer says behind the flags. */
  readonly answer?: string;
  readonly flagNames?: string;
  /** Flags of netlink's messages; none by default for refusals and questions. */
  readonly netlink?: readonly string[];
}

const CREATED = ['new flags 1536 seq 0 port 0'];
const REPLACED = ['new flags 256 seq 0 port 0'];
const DELETED = ['delete flags 0 seq 0 port 0'];

const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  'a second gateway makes a path beside the first, and each is deleted by its gateway': [
    { type: Add, destination: NET, gateway: '10.0.0.3', netlink: CREATED },
    { type: Add, destination: NET, gateway: '10.0.0.3', errno: 'EEXIST' },
    { type: Add, destination: NET, gateway: '10.0.0.4', weight: 3, netlink: REPLACED, answer: 'weight 3' },
    { type: Delete, destination: NET, errno: 'ESRCH' },
    { type: Delete, destination: NET, gateway: '10.0.0.9', errno: 'ESRCH' },
    { type: Delete, destination: NET, gateway: '10.0.0.3', netlink: REPLACED, answer: '10.8.0.0 10.0.0.3' },
    { type: Delete, destination: NET, gateway: '10.0.0.4', netlink: DELETED, answer: '10.8.0.0 10.0.0.4' },
    { type: Delete, destination: NET, errno: 'ESRCH' },
  ],
  'IPv6 has paths likewise, also through gateways that mean something on one link only': [
    { type: Add, destination: IPV6_NET, gateway: '2001:db8::2', netlink: CREATED },
    { type: Add, destination: IPV6_NET, gateway: 'fe80::5%2', netlink: REPLACED, answer: 'fe80::5%2' },
    { type: Delete, destination: IPV6_NET, gateway: 'fe80::5', errno: 'ESRCH' },
    { type: Delete, destination: IPV6_NET, gateway: 'fe80::5%2', netlink: REPLACED, answer: 'fe80::5%2' },
    { type: Delete, destination: IPV6_NET, netlink: DELETED },
  ],
  'a changed route has another gateway, mtu and origin': [
    { type: Change, destination: NET, gateway: '10.0.0.3', errno: 'ESRCH' },
    { type: Add, destination: NET, gateway: '10.0.0.3', netlink: CREATED },
    {
      type: Change,
      destination: NET,
      gateway: '10.0.0.9',
      mtu: 1400,
      flags: RtsockFlag.Protocol1,
      netlink: REPLACED,
      flagNames: 'UP,GATEWAY,DONE,PROTO1,FIXEDMTU',
      answer: 'mtu 1400, weight 1, nhidx 5, sockaddrs:<DST,GATEWAY,NETMASK> 10.8.0.0 10.0.0.9',
    },
    { type: Change, destination: NET, interfaceIndex: 2, netlink: REPLACED, answer: 'link#2' },
    { type: Delete, destination: NET, netlink: DELETED },
  ],
  'of several paths the one with the gateway is changed': [
    { type: Add, destination: NET, gateway: '10.0.0.3', netlink: CREATED },
    { type: Add, destination: NET, gateway: '10.0.0.4', netlink: REPLACED },
    { type: Change, destination: NET, gateway: '10.0.0.4', weight: 7, netlink: REPLACED, answer: 'weight 7' },
    { type: Change, destination: NET, gateway: '10.0.0.5', weight: 7, errno: 'ESRCH' },
    { type: Change, destination: NET, gateway: '10.0.0.4', mtu: 1400, errno: 'EOPNOTSUPP' },
  ],
  'a question without netmask finds the longest prefix, one with it that prefix only': [
    { type: Get, destination: '10.8.1.1', errno: 'ESRCH' },
    { type: Add, destination: 'default', gateway: '10.0.0.254', netlink: CREATED },
    { type: Add, destination: NET, gateway: '10.0.0.3', netlink: CREATED },
    { type: Get, destination: '10.8.1.1', answer: '10.8.0.0 10.0.0.3 255.255.0.0' },
    { type: Get, destination: '192.0.2.1', answer: '0.0.0.0 10.0.0.254 0.0.0.0' },
    { type: Get, destination: NET, answer: '10.8.0.0 10.0.0.3 255.255.0.0' },
    { type: Get, destination: '10.8.0.0/17', errno: 'ESRCH' },
    { type: Get, destination: '2001:db8::7', answer: '2001:db8:: link#2 ffff:ffff:ffff:ffff::' },
  ],
  'a question that asks for it hears of the interface and its address': [
    {
      type: Get,
      destination: '10.0.0.77',
      wantsInterface: true,
      answer: '<DST,GATEWAY,NETMASK,IFP,IFA> 10.0.0.0 link#2 255.255.255.0 d0:',
    },
    {
      type: Get,
      destination: '10.0.0.1',
      wantsInterface: true,
      flagNames: 'UP,HOST,DONE,STATIC,PINNED',
      answer: '<DST,GATEWAY,IFP,IFA> 10.0.0.1 link#2 lo 10.0.0.1',
    },
  ],
  'routes of addresses are pinned': [
    { type: Delete, destination: '10.0.0.0/24', errno: 'EADDRINUSE' },
    { type: Add, destination: '10.0.0.0/24', gateway: '10.0.0.3', errno: 'EEXIST' },
    { type: Delete, destination: '10.0.0.1', errno: 'EADDRINUSE' },
    { type: Delete, destination: '10.0.0.1', flags: RtsockFlag.Pinned, errno: 'EOPNOTSUPP' },
    { type: Delete, destination: '10.0.0.0/24', flags: RtsockFlag.Pinned, netlink: DELETED },
  ],
  'a gateway must be reachable, and a link be there': [
    { type: Add, destination: NET, gateway: '192.0.2.1', errno: 'ENETUNREACH' },
    { type: Add, destination: NET, interfaceIndex: 99, errno: 'ENETUNREACH' },
    { type: Add, destination: NET, errno: 'EINVAL' },
    { type: Add, destination: IPV6_NET, gateway: '10.0.0.3', errno: 'EINVAL' },
    { type: Add, destination: NET, gateway: '2001:db8::2', netlink: CREATED, answer: '2001:db8::2' },
  ],
  'a gateway that is the host itself stands for its link': [
    {
      type: Add,
      destination: NET,
      gateway: '10.0.0.1',
      netlink: CREATED,
      flagNames: 'UP,DONE',
      answer: 'link#2',
    },
  ],
  'what refuses goes to the loopback link': [
    {
      type: Add,
      destination: NET,
      flags: RtsockFlag.Blackhole,
      netlink: CREATED,
      flagNames: 'UP,DONE,BLACKHOLE',
      answer: '10.8.0.0 127.0.0.1',
    },
    {
      type: Add,
      destination: '10.9.0.0/16',
      flags: RtsockFlag.Reject,
      netlink: CREATED,
      flagNames: 'UP,REJECT,DONE',
    },
    {
      type: Add,
      destination: '10.7.0.0/16',
      flags: RtsockFlag.Reject | RtsockFlag.Blackhole,
      errno: 'EINVAL',
    },
    { type: Delete, destination: NET, netlink: DELETED },
  ],
  'what the network has no place for is refused, not forgotten': [
    { type: Add, destination: NET, gateway: '10.0.0.3', flags: RtsockFlag.Protocol2, errno: 'EOPNOTSUPP' },
    { type: Add, destination: NET, gateway: '10.0.0.3', weight: 5, errno: 'EOPNOTSUPP' },
    { type: Add, destination: NET, gateway: '10.0.0.3', netlink: CREATED },
    { type: Add, destination: NET, gateway: '10.0.0.4', weight: 257, errno: 'EOPNOTSUPP' },
    { type: Add, destination: NET, gateway: '10.0.0.4', flags: RtsockFlag.Static, errno: 'EOPNOTSUPP' },
  ],
};

for (const [title, steps] of Object.entries(SCRIPTS)) {
  test(title, async (t) => {
    const world = await openWorld();
    const socket = world.open();
    let sequence = 0;
    for (const { errno = 'None', answer = '', flagNames, netlink = [], ...request } of steps) {
      sequence++;
      t.is(ask(socket, { ...request, sequence }), errno, JSON.stringify(request));
      const [text = '', ...more] = received(socket);
      t.deepEqual(more, []);
      t.true(text.includes(`pid 77, seq ${sequence}, errno ${BsdErrno[errno]}, `), text);
      t.is(text.includes(',DONE') || text.includes('<DONE'), errno === 'None', text);
      t.true(text.includes(answer), text);
      if (flagNames !== undefined) t.true(text.includes(`flags:<${flagNames}>`), text);
      t.deepEqual(world.announced(), netlink, text);
    }
    t.deepEqual(world.defects, []);
  });
}

/** A request to add, from which a case takes or to which it adds something. */
function addition(change: Partial<RtsockRouteMessage['header']> = {}, addresses = {}): Uint8Array {
  const bytes = routeRequest({ type: Add, destination: NET, gateway: '10.0.0.3' });
  const message = decodeMessage(bytes) as RtsockRouteMessage;
  return encodeMessage({
    ...message,
    header: { ...message.header, ...change },
    addresses: { ...message.addresses, ...addresses },
  } as RtsockRouteMessage);
}

function raw(hex: string): SocketAddress {
  return { family: 'raw', bytes: Uint8Array.from(Buffer.from(hex, 'hex')) };
}

const { Destination, Gateway, Netmask } = AddressSlot;

const REFUSALS: Readonly<Record<string, readonly [Uint8Array, BsdErrno]>> = {
  'no bytes': [new Uint8Array(0), BsdErrno.EINVAL],
  'too few bytes for a header': [addition().subarray(0, 151), BsdErrno.EINVAL],
  'fewer bytes than it says': [addition().subarray(0, 160), BsdErrno.EINVAL],
  'another version': [addition().map((byte, i) => (i === 2 ? 4 : byte)), BsdErrno.EPROTONOSUPPORT],
  'no destination': [addition({}, { [Destination]: undefined }), BsdErrno.EINVAL],
  'a destination of another family': [
    addition({}, { [Destination]: raw('1012020000000000') }),
    BsdErrno.EINVAL,
  ],
  'a destination of an unknown family': [
    addition({}, { [Destination]: raw('0463aabb') }),
    BsdErrno.EAFNOSUPPORT,
  ],
  'an IPv6 destination that ends early': [
    addition({}, { [Destination]: raw('141c00000000000020010db800000000deadbeef') }),
    BsdErrno.EINVAL,
  ],
  'a netmask that ends before its address': [addition({}, { [Netmask]: raw('030200') }), BsdErrno.EINVAL],
  'a netmask with holes': [
    addition({}, { [Netmask]: raw('10020000ff00ff000000000000000000') }),
    BsdErrno.EOPNOTSUPP,
  ],
  'an IPv6 gateway that ends early': [addition({}, { [Gateway]: raw('081c000000000000') }), BsdErrno.EINVAL],
  'a gateway of an unknown family': [addition({}, { [Gateway]: raw('0463aabb') }), BsdErrno.EINVAL],
  'a gateway that is a link without a number': [
    addition({}, { [Gateway]: raw('0812000006000000') }),
    BsdErrno.ENETUNREACH,
  ],
  'a neighbour without a link': [addition({ flags: RtsockFlag.LinkLayer }), BsdErrno.EINVAL],
  'a time to live': [
    addition({
      inits: BigInt(MetricBit.Expire),
      metrics: { ...(decodeMessage(addition()) as RtsockRouteMessage).header.metrics, expire: 9n },
    }),
    BsdErrno.EOPNOTSUPP,
  ],
  'a type that is no request': [
    addition().map((byte, i) => (i === 3 ? RtsockType.NewAddress : byte)),
    BsdErrno.EOPNOTSUPP,
  ],
  RTM_LOCK: [addition().map((byte, i) => (i === 3 ? RtsockType.Lock : byte)), BsdErrno.EOPNOTSUPP],
};

for (const [title, [bytes, errno]] of Object.entries(REFUSALS)) {
  test(`refused: ${title}`, async (t) => {
    const world = await openWorld();
    const socket = world.open();
    // AF_LINK as a destination is a family that has no routes.
    const expected = title === 'a destination of another family' ? BsdErrno.EAFNOSUPPORT : errno;
    t.is(BsdErrno[socket.send(bytes)], BsdErrno[expected]);
    const answer = socket.receive();
    const isUnderstood = bytes.length >= 152 && bytes[2] === 5 && bytes[0] === bytes.length;
    if (isUnderstood) {
      const view = new DataView((answer as Uint8Array).buffer);
      t.is(view.getInt32(24, true), expected);
      t.is(view.getInt32(16, true), 77);
    } else t.is(answer, undefined);
    t.deepEqual(world.announced(), []);
    t.deepEqual(world.defects, []);
  });
}

test('netmasks of old programs are as long as what they say', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  t.is(socket.send(addition({}, { [Netmask]: raw('06020000ffff') })), BsdErrno.None);
  t.true((received(socket)[0] as string).endsWith('10.8.0.0 10.0.0.3 255.255.0.0'));
});

test('an interface is found by the name in RTA_IFP', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  const named = {
    family: BsdFamily.Link,
    interfaceIndex: 0,
    type: 0,
    name: 'd0',
    address: new Uint8Array(0),
    length: 54,
  };
  const byName = { [AddressSlot.Interface]: named, [Gateway]: raw(`1012020000000000${'00'.repeat(8)}`) };
  t.is(socket.send(addition({ flags: 0 }, byName)), BsdErrno.None);
  t.true((received(socket)[0] as string).includes('<DST,GATEWAY,NETMASK,IFP,IFA> 10.8.0.0 link#2'));
});

test('a host route has no netmask, whatever the request says', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  const all = { [Netmask]: raw('10020000ffffffff0000000000000000') };
  t.is(socket.send(addition({ flags: RtsockFlag.Gateway }, all)), BsdErrno.None);
  const [text = ''] = received(socket);
  t.true(text.includes('flags:<UP,GATEWAY,HOST,DONE>'), text);
  t.true(text.endsWith('sockaddrs:<DST,GATEWAY> 10.8.0.0 10.0.0.3'), text);
});

test('who may not change routes may ask', async (t) => {
  const world = await openWorld();
  const socket = world.open({ isPrivileged: false });
  for (const type of [Add, Delete, Change] as const)
    t.is(ask(socket, { type, destination: NET, gateway: '10.0.0.3' }), 'EPERM');
  t.is(ask(socket, { type: Get, destination: '10.0.0.9' }), 'None');
  t.is(received(socket).filter((text) => text.includes('errno 1,')).length, 3);
  t.deepEqual(world.announced(), []);
});

test('a socket that does not want its own answers gets none; others do', async (t) => {
  const world = await openWorld();
  const me = world.open({ usesLoopback: false });
  const other = world.open();
  t.is(ask(me, { type: Get, destination: '10.0.0.9' }), 'None');
  t.deepEqual(received(me), []);
  t.is(received(other).length, 1);
});

test('a socket of one address family hears of no other, nor of interfaces', async (t) => {
  const world = await openWorld();
  const ipv4 = world.open({ protocol: BsdFamily.Inet });
  const ipv6 = world.open({ protocol: BsdFamily.Inet6 });
  world.add({ destination: NET, ways: [{ via: '10.0.0.3' }] });
  world.add({ destination: IPV6_NET, ways: [{ via: '2001:db8::2' }] });
  world.network.links.change(world.d0, { mtu: 1400 }, { portId: 0, sequence: 0, echo: false });
  t.deepEqual(
    received(ipv4).map((text) => text.split(' ')[0]),
    ['RTM_ADD:'],
  );
  t.deepEqual(
    received(ipv6).map((text) => text.split(' ')[0]),
    ['RTM_ADD:'],
  );
});

test('a table is a FIB: its sockets ask in it, and hear of it alone', async (t) => {
  const world = await openWorld();
  const main = world.open();
  const seven = world.open({ fib: 7 });
  t.is(ask(seven, { type: Add, destination: NET, gateway: '10.0.0.3' }), 'None');
  world.add({ destination: '10.9.0.0/16', type: 6, table: 7 });
  world.add({ destination: '10.10.0.0/16', type: 6, table: 254 });
  t.deepEqual(
    received(seven).map((text) => text.match(/> (\S+)/)?.[1]),
    ['10.8.0.0', '10.9.0.0'],
  );
  t.deepEqual(
    received(main).map((text) => text.match(/> (\S+)/)?.[1]),
    ['10.10.0.0'],
  );
  t.is(world.network.routes.ipv4Fib.table(7)?.walkRoutes() === undefined, false);
  t.is(ask(main, { type: Get, destination: '10.8.1.1' }), 'ESRCH');
  // What is called so in the network is no FIB of its own.
  for (const fib of [254, 255])
    t.is(ask(world.open({ fib }), { type: Add, destination: NET, gateway: '10.0.0.3' }), 'EINVAL');
});

test('a full buffer loses messages, counts them, and says so once where that is wanted', async (t) => {
  const world = await openWorld();
  const silent = world.open({ receiveBufferBytes: 300 });
  const telling = world.open({ receiveBufferBytes: 300, reportsLoss: true });
  for (const i of [1, 2, 3]) world.add({ destination: `10.${i}.0.0/16`, ways: [{ via: '10.0.0.3' }] });
  t.is(silent.lostMessages, 2);
  t.is(received(silent).length, 1);
  t.throws(() => telling.receive(), { message: 'ENOBUFS' });
  t.is(received(telling).length, 1);
  world.add({ destination: '10.4.0.0/16', ways: [{ via: '10.0.0.3' }] });
  t.is(received(telling).length, 1);
});

test('a closed socket can do nothing any more', async (t) => {
  const world = await openWorld();
  const socket = world.open();
  ask(socket, { type: Get, destination: '10.0.0.9' });
  socket.close();
  socket.close();
  t.is(ask(socket, { type: Get, destination: '10.0.0.9' }), 'ENOTCONN');
  t.not(socket.receive(), undefined);
  t.throws(() => socket.receive(), { message: 'ENOTCONN' });
});
