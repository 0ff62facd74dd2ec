import test from 'ava';
import {
  DumpKind,
  type DumpQuery,
  decodeMessage,
  groupContainer,
  groupMember,
  groupRecord,
  messageText,
  nexthopAddresses,
  nexthopRecord,
  RtsockFlag,
  routeHeader,
} from '../src/index.js';
import { openWorld, type World } from './support/world.js';

const HARDWARE = /\b[a-z]\d:[0-9a-f]+(\.[0-9a-f]+){5}\b/g;

function dumped({ bridge }: World, query: DumpQuery): string[] {
  const isLong = query.kind === DumpKind.LongInterfaces;
  return bridge
    .dump(query)
    .map((bytes) => messageText(decodeMessage(bytes, { isLong })).replace(HARDWARE, 'HARDWARE'));
}

test('NET_RT_DUMP gives a message for each path, in the order of addresses, with where it leaves', async (t) => {
  const world = await openWorld();
  world.add({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.3' }, { via: '10.0.0.4', weight: 5 }] });
  world.add({ destination: '10.8.0.0/24', type: 6 });
  const head = 'RTM_GET: pid 0, seq 0, errno 0';
  t.deepEqual(dumped(world, { kind: DumpKind.Routes, family: 2 }), [
    `${head}, if# 2, flags:<UP,PINNED>, mtu 1500, weight 1, nhidx 1, sockaddrs:<DST,GATEWAY,NETMASK,IFP,IFA> 10.0.0.0 link#2 255.255.255.0 HARDWARE 10.0.0.1`,
    `${head}, if# 1, flags:<UP,HOST,STATIC,PINNED>, mtu 65536, weight 1, nhidx 2, sockaddrs:<DST,GATEWAY,IFP,IFA> 10.0.0.1 link#2 lo 10.0.0.1`,
    `${head}, if# 1, flags:<UP,BLACKHOLE>, mtu 65536, weight 1, nhidx 7, sockaddrs:<DST,GATEWAY,NETMASK,IFP,IFA> 10.8.0.0 127.0.0.1 255.255.255.0 lo 127.0.0.1`,
    `${head}, if# 2, flags:<UP,GATEWAY>, mtu 1500, weight 1, nhidx 4, sockaddrs:<DST,GATEWAY,NETMASK,IFP,IFA> 10.8.0.0 10.0.0.3 255.255.0.0 HARDWARE 10.0.0.1`,
    `${head}, if# 2, flags:<UP,GATEWAY>, mtu 1500, weight 5, nhidx 5, sockaddrs:<DST,GATEWAY,NETMASK,IFP,IFA> 10.8.0.0 10.0.0.4 255.255.0.0 HARDWARE 10.0.0.1`,
    `${head}, if# 1, flags:<UP,HOST,PINNED>, mtu 65536, weight 1, nhidx 3, sockaddrs:<DST,GATEWAY,IFP,IFA> 127.0.0.1 link#1 lo 127.0.0.1`,
  ]);
  t.deepEqual(
    dumped(world, { kind: DumpKind.Routes, family: 28 }).map((text) => / (\S+) link/.exec(text)?.[1]),
    ['::1', '2001:db8::', '2001:db8::1', 'fe80::%2', 'fe80::a000:87ff:fefb:f747%2'],
  );
  t.is(dumped(world, { kind: DumpKind.Routes }).length, 11);
});

test('NET_RT_FLAGS gives those with one of some flags', async (t) => {
  const world = await openWorld();
  world.add({ destination: '10.8.0.0/16', ways: [{ via: '10.0.0.3' }] });
  const gateways = dumped(world, { kind: DumpKind.RoutesByFlags, argument: RtsockFlag.Gateway });
  t.is(gateways.length, 1);
  t.true((gateways[0] as string).includes('10.8.0.0 10.0.0.3'));
});

test('a FIB is dumped by its number', async (t) => {
  const world = await openWorld();
  world.add({ destination: '10.8.0.0/16', type: 6, table: 7 });
  t.is(dumped(world, { kind: DumpKind.Routes, fib: 7 }).length, 1);
  t.is(dumped(world, { kind: DumpKind.Routes, fib: 8 }).length, 0);
});

test('NET_RT_IFLIST gives each interface, and behind it its addresses', async (t) => {
  const world = await openWorld();
  const all = [
    'RTM_IFINFO: if# 1, link: up, flags:<UP,LOOPBACK,RUNNING>, mtu 65536, sockaddrs:<IFP> lo',
    'RTM_NEWADDR: if# 1, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.0.0.0 lo 127.0.0.1 127.0.0.1',
    'RTM_NEWADDR: if# 1, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff lo ::1',
    'RTM_IFINFO: if# 2, link: up, flags:<UP,BROADCAST,RUNNING,NOARP,SIMPLEX>, mtu 1500, sockaddrs:<IFP> HARDWARE',
    'RTM_NEWADDR: if# 2, metric 0, flags:<UP>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.0 HARDWARE 10.0.0.1 10.0.0.255',
    'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8::1',
    'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE fe80::a000:87ff:fefb:f747%2',
  ];
  const sorted = (texts: string[]) => [...texts].sort();
  t.deepEqual(sorted(dumped(world, { kind: DumpKind.Interfaces })), sorted(all));
  t.deepEqual(sorted(dumped(world, { kind: DumpKind.LongInterfaces })), sorted(all));
  t.is(dumped(world, { kind: DumpKind.Interfaces, family: 2, argument: 2 }).length, 2);
  t.is(dumped(world, { kind: DumpKind.Interfaces, argument: 9 }).length, 0);
});

test('NET_RT_IFMALIST gives what interfaces listen to', async (t) => {
  const world = await openWorld();
  t.deepEqual(dumped(world, { kind: DumpKind.MulticastAddresses, family: 2, argument: 2 }), [
    'RTM_NEWMADDR: if# 2, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
  ]);
});

test('NET_RT_NHOP and NET_RT_NHGRP give ways by number, and which of them are together', async (t) => {
  const world = await openWorld();
  const ways = [{ via: '10.0.0.3' }, { via: '10.0.0.4', weight: 2 }];
  world.add({ destination: '10.8.0.0/16', ways });
  world.add({ destination: '10.9.0.0/16', ways });
  const nexthops = world.bridge.dump({ kind: DumpKind.Nexthops, family: 2 }).map((bytes) => {
    const record = nexthopRecord.read(bytes, routeHeader.size);
    const places = nexthopAddresses.read(bytes, routeHeader.size + nexthopRecord.size);
    return { ...record, length: routeHeader.read(bytes).length, total: bytes.length, places };
  });
  t.deepEqual(
    nexthops.map(({ index, references, flags, type, mtu }) => [index, Number(references), flags, type, mtu]),
    [
      [1, 1, 0, 1, 1500],
      [2, 1, 0x400, 1, 65535],
      [3, 1, 0x400, 1, 65535],
      [4, 2, 0x200, 2, 1500],
      [5, 2, 0x200, 2, 1500],
    ],
  );
  for (const { length, total, places } of nexthops) {
    t.is(length, total);
    t.deepEqual(places, { length: 8 + 16 + 16, gatewayOffset: 8, sourceOffset: 24 });
  }
  const [bytes, ...others] = world.bridge.dump({ kind: DumpKind.NexthopGroups, family: 2 });
  t.deepEqual(others, []);
  const group = bytes as Uint8Array;
  t.deepEqual(groupRecord.read(group, routeHeader.size), { index: 6, references: 2 });
  let offset = routeHeader.size + groupRecord.size;
  const read = () => {
    const { type, count, length } = groupContainer.read(group, offset);
    const first = offset + groupContainer.size;
    const members = Array.from({ length: count }, (_, i) =>
      groupMember.read(group, first + i * groupMember.size),
    );
    offset += length;
    return { type, members: members.map(({ index, weight }) => [index, weight]) };
  };
  t.deepEqual(read(), {
    type: 1,
    members: [
      [4, 1],
      [5, 2],
    ],
  });
  t.deepEqual(read(), {
    type: 2,
    members: [
      [4, 0],
      [5, 0],
      [5, 0],
    ],
  });
  t.is(offset, group.length);
});

const REFUSED: readonly (readonly [DumpQuery, string])[] = [
  [{ kind: 99 }, 'EINVAL'],
  [{ kind: DumpKind.Routes, family: 255 }, 'EINVAL'],
  [{ kind: DumpKind.Routes, family: -1 }, 'EINVAL'],
  [{ kind: DumpKind.Routes, fib: 65_536 }, 'EINVAL'],
  [{ kind: DumpKind.Routes, fib: -1 }, 'EINVAL'],
  [{ kind: DumpKind.Routes, family: 7 }, 'EAFNOSUPPORT'],
  [{ kind: DumpKind.Nexthops }, 'EAFNOSUPPORT'],
  [{ kind: DumpKind.NexthopGroups, family: 18 }, 'EAFNOSUPPORT'],
  [{ kind: DumpKind.RoutesByFlags }, 'EINVAL'],
];

for (const [query, errno] of REFUSED) {
  test(`refused: a dump of ${JSON.stringify(query)}`, async (t) => {
    const { bridge } = await openWorld();
    t.throws(() => bridge.dump(query), { message: errno });
  });
}
