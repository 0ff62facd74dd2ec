import { NO_CAUSE } from '@nlspace/core';
import { AddressGenerationMode, LinkFlag } from '@nlspace/family-route';
import test from 'ava';
import { bytesOf, describeRoute, openWorld, received, type World } from './support/world.js';

const UP = { flags: LinkFlag.Up, flagsMask: LinkFlag.Up };
const DOWN = { flags: 0, flagsMask: LinkFlag.Up };

const ROUTE = (type: string, rest: string) => `RTM_${type}: pid 0, seq 0, errno 0, if# 2, flags:<${rest}`;

interface Case {
  readonly title: string;
  readonly prepare?: (world: World) => void;
  readonly act: (world: World) => void;
  readonly told: readonly string[];
}

const NET = '10.8.0.0/16';
const via = (...last: number[]) => ({
  destination: NET,
  ways: last.map((byte) => ({ via: `10.0.0.${byte}` })),
});
const path = (last: number) => `sockaddrs:<DST,GATEWAY,NETMASK> 10.8.0.0 10.0.0.${last} 255.255.0.0`;

/** The numbers of the ways decide about the order: the lowest that is free when one comes, and groups have one, too. */
const CASES: readonly Case[] = [
  {
    title: 'a new route',
    act: (world) => world.add(via(3)),
    told: [ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(3)}`)],
  },
  {
    title: 'one path in the place of another is a change',
    prepare: (world) => world.add(via(3)),
    act: (world) => world.replace(via(4)),
    told: [ROUTE('CHANGE', `UP,GATEWAY,DONE>, ${path(4)}`)],
  },
  {
    title: 'paths that join are told by themselves: [1] → [1, 2]',
    prepare: (world) => world.add(via(3)),
    act: (world) => world.replace(via(3, 4)),
    told: [ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(4)}`)],
  },
  {
    title: 'so are those that leave, and the route is still up: [1, 2] → [1]',
    prepare: (world) => world.add(via(3, 4)),
    act: (world) => world.replace(via(3)),
    told: [ROUTE('DELETE', `UP,GATEWAY,DONE>, ${path(4)}`)],
  },
  {
    title: '[1, 2] → [3, 4] is two that go and two that come',
    prepare: (world) => world.add(via(3, 4)),
    act: (world) => world.replace(via(5, 6)),
    told: [
      ROUTE('DELETE', `UP,GATEWAY,DONE>, ${path(3)}`),
      ROUTE('DELETE', `UP,GATEWAY,DONE>, ${path(4)}`),
      ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(5)}`),
      ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(6)}`),
    ],
  },
  {
    title: 'another weight is a path that goes and comes again',
    prepare: (world) => world.add(via(3, 4)),
    act: (world) =>
      world.replace({ destination: NET, ways: [{ via: '10.0.0.3' }, { via: '10.0.0.4', weight: 2 }] }),
    told: [ROUTE('DELETE', `UP,GATEWAY,DONE>, ${path(4)}`), ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(4)}`)],
  },
  {
    title: 'the same paths again are nothing new',
    prepare: (world) => world.add(via(3, 4)),
    act: (world) => world.replace(via(4, 3)),
    told: [],
  },
  {
    title: 'a route that goes takes its paths along and is not up',
    prepare: (world) => world.add(via(3, 4)),
    act: (world) => world.remove({ destination: NET }),
    told: [ROUTE('DELETE', `GATEWAY,DONE>, ${path(3)}`), ROUTE('DELETE', `GATEWAY,DONE>, ${path(4)}`)],
  },
  {
    title: 'a route by source is none that FreeBSD has',
    act: ({ network }) => {
      const route = describeRoute({ destination: '2001:db8:1::/48', ways: [{ via: '2001:db8::2' }] });
      route.source.set([0x20010db8, 0x90000, 0, 0]);
      route.sourceLength = 48;
      network.routes.add(route, 0x600, NO_CAUSE);
    },
    told: [],
  },
  {
    title: 'a link that comes',
    act: ({ network }) => {
      const link = network.links.create('dummy', { name: 'd1' }, undefined, NO_CAUSE);
      network.links.change(link, { addressGenerationMode: AddressGenerationMode.None }, NO_CAUSE);
    },
    told: [
      'RTM_IFANNOUNCE: if# 3, name d1, what: arrival',
      'RTM_NEWMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 33.33.0.0.0.1 HARDWARE ff01::1%3',
      'RTM_NEWMADDR: if# 3, sockaddrs:<GATEWAY,IFP,IFA> 33.33.0.0.0.1 HARDWARE ff02::1%3',
    ],
  },
  {
    title: 'another mtu',
    act: ({ network, d0 }) => network.links.change(d0, { mtu: 1400 }, NO_CAUSE),
    told: ['RTM_IFINFO: if# 2, link: up, flags:<UP,BROADCAST,RUNNING,NOARP,SIMPLEX>, mtu 1400'],
  },
  {
    title: 'another name is one that goes and one that comes',
    act: ({ network, d0 }) => network.links.change(d0, { name: 'e0' }, NO_CAUSE),
    told: [
      'RTM_IFANNOUNCE: if# 2, name d0, what: departure',
      'RTM_IFANNOUNCE: if# 2, name e0, what: arrival',
    ],
  },
  {
    title: 'what FreeBSD has not got in an interface is nothing new',
    act: ({ network, d0 }) => network.links.change(d0, { alias: 'uplink', group: 7 }, NO_CAUSE),
    told: [],
  },
  {
    title: 'an address comes before the route of its prefix',
    act: ({ network, d0 }) => {
      network.addresses.ipv4.put(d0, { local: bytesOf('192.0.2.1'), prefixLength: 25 }, NO_CAUSE);
      network.addresses.ipv6.put(
        d0,
        { local: bytesOf('2001:db8:7::1'), prefixLength: 64, flags: 2 },
        NO_CAUSE,
      );
    },
    told: [
      'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.128 HARDWARE 192.0.2.1 192.0.2.127',
      ROUTE('ADD', 'UP,DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 192.0.2.0 link#2 255.255.255.128'),
      'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8:7::1',
      ROUTE(
        'ADD',
        'UP,DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 2001:db8:7:: link#2 ffff:ffff:ffff:ffff::',
      ),
    ],
  },
  {
    title: 'an address goes before the route of its prefix',
    act: ({ network, d0 }) =>
      network.addresses.ipv4.delete(d0, { local: bytesOf('10.0.0.1'), prefixLength: 24 }, NO_CAUSE),
    told: [
      'RTM_DELADDR: if# 2, metric 0, flags:<UP>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.0 HARDWARE 10.0.0.1 10.0.0.255',
      ROUTE('DELETE', 'DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 10.0.0.0 link#2 255.255.255.0'),
    ],
  },
  {
    title: 'an address without others in its prefix is a host route through the loopback link',
    act: ({ network, d0 }) =>
      network.addresses.ipv4.put(d0, { local: bytesOf('192.0.2.1'), prefixLength: 32 }, NO_CAUSE),
    told: [
      'RTM_NEWADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA,BRD> 255.255.255.255 HARDWARE 192.0.2.1 192.0.2.1',
      'RTM_ADD: pid 0, seq 0, errno 0, if# 1, flags:<UP,HOST,DONE,PINNED>, sockaddrs:<DST,GATEWAY> 192.0.2.1 link#2',
    ],
  },
  {
    title: 'a link that goes down: what goes with it is told first, and routes of others without a word',
    prepare: (world) => world.add(via(3)),
    act: ({ network, d0 }) => network.links.change(d0, DOWN, NO_CAUSE),
    told: [
      'RTM_DELMADDR: if# 2, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
      'RTM_DELADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE 2001:db8::1',
      ROUTE(
        'DELETE',
        'DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 2001:db8:: link#2 ffff:ffff:ffff:ffff::',
      ),
      'RTM_DELADDR: if# 2, metric 0, flags:<>, sockaddrs:<NETMASK,IFP,IFA> ffff:ffff:ffff:ffff:: HARDWARE fe80::a000:87ff:fefb:f747%2',
      ROUTE('DELETE', 'DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> fe80::%2 link#2 ffff:ffff:ffff:ffff::'),
      ROUTE('DELETE', 'DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 10.0.0.0 link#2 255.255.255.0'),
      'RTM_IFINFO: if# 2, link: up, flags:<BROADCAST,NOARP,SIMPLEX>, mtu 1500',
    ],
  },
  {
    title: 'a link that comes up brings its prefixes',
    prepare: ({ network, d0 }) => network.links.change(d0, DOWN, NO_CAUSE),
    act: ({ network, d0 }) => network.links.change(d0, UP, NO_CAUSE),
    told: [
      'RTM_IFINFO: if# 2, link: up, flags:<UP,BROADCAST,RUNNING,NOARP,SIMPLEX>, mtu 1500',
      'RTM_NEWMADDR: if# 2, sockaddrs:<GATEWAY,IFP,IFA> 1.0.5e.0.0.1 HARDWARE 224.0.0.1',
      ROUTE('ADD', 'UP,DONE,PINNED>, sockaddrs:<DST,GATEWAY,NETMASK> 10.0.0.0 link#2 255.255.255.0'),
    ],
  },
];

for (const { title, prepare, act, told } of CASES) {
  test(`told: ${title}`, async (t) => {
    const world = await openWorld();
    prepare?.(world);
    await Promise.resolve();
    const socket = world.open();
    act(world);
    // What waits for more to come is told when nothing comes.
    await Promise.resolve();
    const hardware = /\b[a-z]\d:[0-9a-f]+(\.[0-9a-f]+){5}\b/g;
    t.deepEqual(
      received(socket).map((text) => text.replace(hardware, 'HARDWARE')),
      told,
    );
    t.deepEqual(world.defects, []);
  });
}

test('routes through nexthop objects are told when those change without a word about the routes', async (t) => {
  const world = await openWorld();
  const { network } = world;
  const nexthop = (id: number, gateway: string) =>
    network.nexthops.put(
      {
        id,
        protocol: 0,
        single: {
          addressFamily: 2,
          flags: 0,
          isBlackhole: false,
          isFdb: false,
          interfaceIndex: world.d0.index,
          gateway: Uint32Array.of(new DataView(bytesOf(gateway).buffer).getUint32(0), 0, 0, 0),
        },
      } as never,
      0x600,
      NO_CAUSE,
    );
  nexthop(1, '10.0.0.3');
  nexthop(2, '10.0.0.4');
  const members = [1, 2].map((id) => ({ id, weight: 1 }));
  network.nexthops.put({ id: 10, protocol: 0, group: { members, isFdb: false } } as never, 0x600, NO_CAUSE);
  const socket = world.open();
  world.add({ destination: NET, nexthopId: 10 });
  t.deepEqual(
    received(socket),
    [3, 4].map((last) => ROUTE('ADD', `UP,GATEWAY,DONE>, ${path(last)}`)),
  );
  network.nexthops.remove(2, 0, NO_CAUSE);
  await Promise.resolve();
  t.deepEqual(received(socket), [ROUTE('DELETE', `UP,GATEWAY,DONE>, ${path(4)}`)]);
});
