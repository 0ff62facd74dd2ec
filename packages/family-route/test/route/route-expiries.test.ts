import { ClientSocket, NetlinkDomain, NetlinkProtocol, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { ManualClock, Network, RouteMessageType, route, routeFamily } from '../../src/index.js';

const IPV6 = 10;
const CREATE = 0x400;
const ROUTE_GROUP = 11;

/** 2001:db8:a::/48 by a link of its own, for so many seconds. */
const limited = (expires: number) => ({
  header: { addressFamily: IPV6, destinationLength: 48, table: 254, protocol: 4, type: 1 },
  attributes: { destination: Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0xa), outputInterface: 2, expires },
});

async function begin() {
  const clock = new ManualClock();
  const network = new Network({ clock });
  network.links.create('dummy', { flags: 1, flagsMask: 1 }, undefined, NO_CAUSE);
  const domain = new NetlinkDomain({ families: [routeFamily(network)] });
  const catalog = new Map([
    [RouteMessageType.NewRoute, route],
    [RouteMessageType.DeleteRoute, route],
  ]);
  const client = await ClientSocket.open(domain, {
    protocol: NetlinkProtocol.Route,
    catalog: catalog as never,
  });
  return { clock, network, client };
}

async function remainingHundredths(client: ClientSocket): Promise<number[]> {
  const found: number[] = [];
  for await (const { header, attributes } of client.dump(RouteMessageType.GetRoute, route, {
    header: { addressFamily: IPV6, table: 254 },
    attributes: {},
  })) {
    const { cacheInfo } = attributes;
    if (cacheInfo !== undefined && header?.destinationLength === 48)
      found.push(new DataView(cacheInfo.buffer, cacheInfo.byteOffset).getUint32(8, true));
  }
  return found;
}

test('a route that expires tells how long it still has, and goes', async (t) => {
  const { clock, client } = await begin();
  await client.do(RouteMessageType.NewRoute, route, limited(60), { flags: CREATE });
  t.deepEqual(await remainingHundredths(client), [6000]);
  clock.advance(45_000);
  t.deepEqual(await remainingHundredths(client), [1500]);
  clock.advance(15_000);
  t.deepEqual(await remainingHundredths(client), []);
});

test('the end of a route is announced, without an originator', async (t) => {
  const { clock, client } = await begin();
  await client.do(RouteMessageType.NewRoute, route, limited(5), { flags: CREATE });
  const notifications = await client.subscribe([ROUTE_GROUP]);
  clock.advance(5_000);
  const { value } = await notifications.next();
  t.is(value?.messageType, RouteMessageType.DeleteRoute);
  t.deepEqual([value?.portId, value?.sequence], [0, 0]);
});

test('a route that is replaced by one for ever does not expire', async (t) => {
  const { clock, client } = await begin();
  await client.do(RouteMessageType.NewRoute, route, limited(5), { flags: CREATE });
  const { expires: _, ...forever } = limited(0).attributes;
  await client.do(
    RouteMessageType.NewRoute,
    route,
    { header: limited(0).header, attributes: forever },
    { flags: CREATE | 0x100 },
  );
  clock.advance(60_000);
  t.deepEqual(await remainingHundredths(client), [0]);
});

test('a route that refuses does not expire', async (t) => {
  const { clock, client } = await begin();
  const { header, attributes } = limited(5);
  const { outputInterface: _, ...anywhere } = attributes;
  await client.do(
    RouteMessageType.NewRoute,
    route,
    { header: { ...header, type: 7 }, attributes: anywhere },
    { flags: CREATE },
  );
  t.deepEqual(await remainingHundredths(client), [0]);
  clock.advance(60_000);
  t.deepEqual(await remainingHundredths(client), [0]);
});
