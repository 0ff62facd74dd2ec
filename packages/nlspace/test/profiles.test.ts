import { readFile } from 'node:fs/promises';
import { ClientSocket, Errno, NetlinkError, NetlinkProtocol, SocketOption } from '@nlspace/core';
import test from 'ava';
import {
  createNetlink,
  FREEBSD_NETWORK,
  LINUX_NETWORK,
  Network,
  PROFILES,
  ROUTE_CATALOG,
  RouteMessageType,
  route,
} from '../src/index.js';

const PAGE = new URL('../../../../docs/profiles.md', import.meta.url);

test('every flag of the profiles has a row in docs/profiles.md, and every row a flag', async (t) => {
  const rows = (await readFile(PAGE, 'utf8')).matchAll(/^\| `(\w+\.\w+)`/gm);
  const flags = Object.entries(PROFILES.linux).flatMap(([part, values]) =>
    Object.keys(values)
      .filter((flag) => flag !== 'name')
      .map((flag) => `${part}.${flag}`),
  );
  t.deepEqual([...rows].map(([, flag]) => flag).sort(), flags.sort());
});

test('both profiles have all flags, and differ in each', (t) => {
  for (const part of ['sockets', 'network', 'families'] as const) {
    t.deepEqual(Object.keys(PROFILES.freebsd[part]), Object.keys(PROFILES.linux[part]));
    for (const [flag, value] of Object.entries(PROFILES.linux[part]))
      t.notDeepEqual((PROFILES.freebsd[part] as unknown as Record<string, unknown>)[flag], value, flag);
  }
});

test('a profile is of sockets and network alike', async (t) => {
  const netlink = createNetlink({ profile: 'freebsd' });
  t.is(netlink.describe().profile, 'freebsd');
  const socket = await netlink.open({ protocol: NetlinkProtocol.Route });
  await t.throwsAsync(socket.setOption(SocketOption.PacketInfo, 1), { message: /ENOPROTOOPT/ });
  const client = await ClientSocket.open(netlink, {
    protocol: NetlinkProtocol.Route,
    catalog: ROUTE_CATALOG,
  });
  const error = await t.throwsAsync(client.do(RouteMessageType.GetRule, route, { attributes: {} }), {
    instanceOf: NetlinkError,
  });
  t.is(error?.errno, Errno.EOPNOTSUPP);
});

test('what a profile does not serve is not described', (t) => {
  const handlers = (profile: 'linux' | 'freebsd') =>
    createNetlink({ profile })
      .describe()
      .protocols[0]?.operations.map(({ handler }) => handler.split('.')[0]);
  t.true(handlers('linux')?.includes('RuleHandler'));
  t.deepEqual(
    [...new Set(handlers('freebsd'))],
    ['LinkHandler', 'AddressHandler', 'RouteHandler', 'NexthopHandler', 'NeighbourHandler'],
  );
});

test('a network keeps the profile that it was made for', (t) => {
  const network = new Network({ profile: FREEBSD_NETWORK });
  t.notThrows(() => createNetlink({ network, profile: 'freebsd' }));
  t.throws(() => createNetlink({ network }), {
    message: 'the network was made for the profile freebsd, not linux; give it to new Network({ profile })',
  });
  t.is(new Network().profile, LINUX_NETWORK);
});
