import { Errno, MessageFlag, NetlinkError } from '@nlspace/core';
import test from 'ava';
import type { RouteReason } from '../../src/index.js';
import { NETWORKS, ProfileWorld, type SystemName } from './profile-world.js';

const { Create, Append, Replace } = MessageFlag;
const INET = 2;
const INET6 = 10;

type Told = Readonly<Record<SystemName, readonly string[]>>;

/** One test for each system: what subscribers are told of what `act` does, in order. */
function inEach(title: string, act: (world: ProfileWorld) => Promise<void>, told: Told): void {
  for (const name of Object.keys(NETWORKS) as SystemName[])
    test(`${name}: ${title}`, async (t) => {
      const world = await ProfileWorld.open(name);
      await act(world);
      t.deepEqual(world.told(), told[name]);
    });
}

inEach(
  'an address comes and goes, with routes of its own',
  async (world) => {
    await world.addAddress('10.0.0.1/24', 2);
    await world.deleteAddress('10.0.0.1/24', 2);
  },
  {
    linux: [
      'NewAddress 10.0.0.1, flags 0, asked for',
      'NewRoute 10.0.0.1/32, flags 600',
      'NewRoute 10.0.0.0/24, flags 600',
      'NewRoute 10.0.0.255/32, flags 600',
      'DeleteAddress 10.0.0.1, flags 0, asked for',
      'DeleteRoute 10.0.0.0/24, flags 0',
      'DeleteRoute 10.0.0.255/32, flags 0',
      'DeleteRoute 10.0.0.1/32, flags 0',
    ],
    freebsd: ['NewAddress 10.0.0.1, flags 0', 'DeleteAddress 10.0.0.1, flags 0'],
  },
);

inEach('a link is renamed', (world) => world.changeLink(2, {}, 'other'), {
  linux: [
    'NewLink other, flags 0',
    'NewAddress 192.0.2.1, flags 0',
    'DeleteNetworkConfiguration of 12 bytes, flags 0',
    'NewNetworkConfiguration of 60 bytes, flags 0',
    'DeleteNetworkConfiguration of 12 bytes, flags 0',
    'NewNetworkConfiguration of 44 bytes, flags 0',
  ],
  freebsd: ['DeleteLink d0, flags 0', 'NewLink other, flags 0', 'NewAddress 192.0.2.1, flags 0'],
});

inEach(
  'routes come, change and go by request',
  async (world) => {
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.9' });
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.8' }, Replace);
    await world.deleteRoute('10.0.0.0/8');
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::9' });
    await world.deleteRoute('2001:db8:a::/48');
  },
  {
    linux: [
      'NewRoute 10.0.0.0/8 via 192.0.2.9, flags 600, asked for',
      'NewRoute 10.0.0.0/8 via 192.0.2.8, flags 100, asked for',
      'DeleteRoute 10.0.0.0/8 via 192.0.2.8, flags 0, asked for',
      'NewRoute 2001:db8:a::/48 via 2001:db8::9, flags 600, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0, asked for',
    ],
    freebsd: [
      'NewRoute 10.0.0.0/8 via 192.0.2.9, flags 600, asked for',
      'NewRoute 10.0.0.0/8 via 192.0.2.8, flags 100, asked for',
      'DeleteRoute 10.0.0.0/8 via 192.0.2.8, flags 0, asked for',
      'NewRoute 2001:db8:a::/48 via 2001:db8::9, flags 600, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0, asked for',
    ],
  },
);

inEach(
  'a link goes down under routes',
  async (world) => {
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.9' });
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::9' });
    world.told();
    await world.setDown(2);
  },
  {
    linux: [
      'NewLink d0, flags 0',
      'DeleteMulticast of 36 bytes, flags 0',
      'DeleteRoute 2001:db8::/64, flags 0',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0',
      'DeleteRoute fe80::/64, flags 0',
      'DeleteRoute 2001:db8::1/128, flags 0',
      'DeleteRoute fe80::…/128, flags 0',
      'DeleteRoute ff00::/8, flags 0',
      'DeleteAddress 2001:db8::1, flags 0',
      'DeleteAddress fe80::…, flags 0',
    ],
    freebsd: ['NewLink d0, flags 0', 'DeleteAddress 2001:db8::1, flags 0', 'DeleteAddress fe80::…, flags 0'],
  },
);

inEach(
  'a link is deleted under routes',
  async (world) => {
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.9' });
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::9' });
    world.told();
    await world.deleteLink(2);
  },
  {
    linux: [
      'NewLink d0, flags 0',
      'DeleteMulticast of 36 bytes, flags 0',
      'DeleteRoute 2001:db8::/64, flags 0',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0',
      'DeleteRoute fe80::/64, flags 0',
      'DeleteRoute 2001:db8::1/128, flags 0',
      'DeleteRoute fe80::…/128, flags 0',
      'DeleteRoute ff00::/8, flags 0',
      'DeleteAddress 2001:db8::1, flags 0',
      'DeleteAddress fe80::…, flags 0',
      'DeleteAddress 192.0.2.1, flags 0',
      'DeleteRoute 192.0.2.1/32, flags 0',
      'DeleteNetworkConfiguration of 12 bytes, flags 0',
      'DeleteMulticast of 48 bytes, flags 0',
      'DeleteNetworkConfiguration of 12 bytes, flags 0',
      'DeleteLink d0, flags 0',
    ],
    freebsd: [
      'NewLink d0, flags 0',
      'DeleteAddress 2001:db8::1, flags 0',
      'DeleteAddress fe80::…, flags 0',
      'DeleteAddress 192.0.2.1, flags 0',
      'DeleteLink d0, flags 0',
    ],
  },
);

inEach(
  'the address that routes go by is deleted',
  async (world) => {
    await world.addAddress('203.0.113.1/32', 1);
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.9' });
    await world.addRoute('11.0.0.0/8', { via: '192.0.2.9', preferredSource: '203.0.113.1' });
    world.told();
    await world.deleteAddress('203.0.113.1/32', 1);
    await world.deleteAddress('192.0.2.1/24', 2);
  },
  {
    linux: [
      'DeleteAddress 203.0.113.1, flags 0, asked for',
      'DeleteRoute 203.0.113.1/32, flags 0',
      'DeleteRoute 11.0.0.0/8 via 192.0.2.9, flags 0',
      'DeleteAddress 192.0.2.1, flags 0, asked for',
      'DeleteRoute 192.0.2.0/24, flags 0',
      'DeleteRoute 192.0.2.255/32, flags 0',
      'DeleteRoute 192.0.2.1/32, flags 0',
    ],
    freebsd: ['DeleteAddress 203.0.113.1, flags 0', 'DeleteAddress 192.0.2.1, flags 0'],
  },
);

inEach(
  'the time of a route is over',
  async (world) => {
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::9', expires: 30 });
    world.told();
    world.clock.advance(60_000);
  },
  {
    linux: ['DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0'],
    freebsd: [],
  },
);

inEach(
  'legs join and leave an IPv6 route',
  async (world) => {
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::9' });
    await world.addRoute('2001:db8:a::/48', { via: '2001:db8::8' }, Create | Append);
    await world.addRoute(
      '2001:db8:a::/48',
      {
        legs: [
          { via: '2001:db8::7', on: 2 },
          { via: '2001:db8::6', on: 2 },
        ],
      },
      Create | Append,
    );
    await world.deleteRoute('2001:db8:a::/48', { via: '2001:db8::9' });
    await world.deleteRoute('2001:db8:a::/48', { via: '2001:db8::7' });
    await world.deleteRoute('2001:db8:a::/48', { via: '2001:db8::6' });
    await world.deleteRoute('2001:db8:a::/48', { via: '2001:db8::8' });
  },
  {
    linux: [
      'NewRoute 2001:db8:a::/48 via 2001:db8::9, flags 600, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::8 and 2001:db8::9, flags c00, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::9 and 2001:db8::8 and 2001:db8::7 and 2001:db8::6, flags c00, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9, flags 0, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::7, flags 0, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::6, flags 0, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::8, flags 0, asked for',
    ],
    freebsd: [
      'NewRoute 2001:db8:a::/48 via 2001:db8::9, flags 600, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::9 and 2001:db8::8, flags 100, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::9 and 2001:db8::8 and 2001:db8::7 and 2001:db8::6, flags 100, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::8 and 2001:db8::7 and 2001:db8::6, flags 100, asked for',
      'NewRoute 2001:db8:a::/48 with 2001:db8::8 and 2001:db8::6, flags 100, asked for',
      'NewRoute 2001:db8:a::/48 via 2001:db8::8, flags 100, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::8, flags 0, asked for',
    ],
  },
);

inEach('a neighbour comes', (world) => world.addNeighbour('192.0.2.7', 2), {
  linux: ['NewNeighbour 192.0.2.7, flags 0, asked for'],
  freebsd: ['NewNeighbour 192.0.2.7, flags 0'],
});

inEach(
  'a nexthop object goes that routes name',
  async (world) => {
    await world.addNexthop(7, '192.0.2.9', 2);
    await world.addNexthop(8, '2001:db8::9', 2);
    await world.addRoute('10.0.0.0/8', { nexthopId: 7 });
    await world.addRoute('2001:db8:a::/48', { nexthopId: 8 });
    world.told();
    await world.deleteNexthop(7);
    await world.deleteNexthop(8);
  },
  {
    linux: [
      'DeleteNexthop 7, flags 5, asked for',
      'DeleteNexthop 8, flags 5, asked for',
      'DeleteRoute 2001:db8:a::/48 via 2001:db8::9 nhid 8, flags 0',
    ],
    freebsd: ['DeleteNexthop 7, flags 5, asked for', 'DeleteNexthop 8, flags 5, asked for'],
  },
);

for (const [name, left] of [
  ['linux', [[], []]],
  ['freebsd', [['10.0.0.0/8 via 192.0.2.9'], ['2001:db8:a::/48 via 2001:db8::9']]],
] as const) {
  test(`${name}: what a nexthop object leaves of its routes`, async (t) => {
    const world = await ProfileWorld.open(name);
    await world.addNexthop(7, '192.0.2.9', 2);
    await world.addNexthop(8, '2001:db8::9', 2);
    await world.addRoute('10.0.0.0/8', { nexthopId: 7 });
    await world.addRoute('2001:db8:a::/48', { nexthopId: 8 });
    await world.deleteNexthop(7);
    await world.deleteNexthop(8);
    t.deepEqual([await world.routes(INET), await world.routes(INET6)], left);
    // They are routes like any other now.
    await world.setDown(2);
    t.deepEqual([await world.routes(INET), await world.routes(INET6)], [[], []]);
  });
}

test('linux: a nexthop object is replaced', async (t) => {
  const world = await ProfileWorld.open('linux');
  await world.addNexthop(7, '192.0.2.9', 2);
  await world.addNexthop(7, '192.0.2.8', 2, Create | Replace);
  t.is(world.told().length, 2);
});

test('freebsd: a nexthop object that is there is there, even for a replacement', async (t) => {
  const world = await ProfileWorld.open('freebsd');
  await world.addNexthop(7, '192.0.2.9', 2);
  const error = await t.throwsAsync(world.addNexthop(7, '192.0.2.8', 2, Create | Replace), {
    instanceOf: NetlinkError,
  });
  t.is(error?.errno, Errno.EEXIST);
  t.deepEqual(world.told(), ['NewNexthop 7, flags 605, asked for']);
});

/** Linux, but for being silent about IPv4. */
const TALKATIVE: ReadonlySet<RouteReason> = new Set(['request', 'link', 'addresses', 'nexthop']);

test('a profile of one’s own tells of IPv4 routes that go with link, last address or nexthop object', async (t) => {
  const { ipv6 } = NETWORKS.linux.announcedRoutes;
  const told = async (act: (world: ProfileWorld) => Promise<void>): Promise<string[]> => {
    const world = await ProfileWorld.open('linux', { announcedRoutes: { ipv4: TALKATIVE, ipv6 } });
    await world.addNexthop(7, '192.0.2.8', 2);
    await world.addRoute('10.0.0.0/8', { via: '192.0.2.9' });
    await world.addRoute('11.0.0.0/8', { nexthopId: 7 });
    world.told();
    await act(world);
    return world.told().filter((line) => /Route 1[01]\./.test(line));
  };
  const direct = 'DeleteRoute 10.0.0.0/8 via 192.0.2.9, flags 0';
  const byNexthop = 'DeleteRoute 11.0.0.0/8 via 192.0.2.8 nhid 7, flags 0';
  // The link takes its nexthop objects first, with their routes.
  t.deepEqual(await told((world) => world.setDown(2)), [byNexthop, direct]);
  t.deepEqual(await told((world) => world.deleteLink(2)), [byNexthop, direct]);
  t.deepEqual(await told((world) => world.deleteAddress('192.0.2.1/24', 2)), [direct]);
  t.deepEqual(await told((world) => world.deleteNexthop(7)), [byNexthop]);
});
