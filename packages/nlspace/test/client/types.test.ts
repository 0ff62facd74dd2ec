import type { ListedLink, ListedRoute, RouteClient } from '@nlspace/family-route/client';
import test from 'ava';

/** Never called: that it compiles is the test, and that what is marked does not. */
export async function usesTheClient(client: RouteClient, route: ListedRoute): Promise<void> {
  for await (const link of client.links.list({ kind: 'dummy', up: true })) link satisfies ListedLink;
  const mtu: number | undefined = (await client.links.get('lo'))?.mtu;
  const congestion: string | undefined = route.metrics?.congestionControl;
  await client.routes.add({ destination: '10.0.0.0/8', gateway: '192.0.2.1', metrics: { mtu: mtu ?? 1400 } });
  await client.routes.add(route);
  await client.addresses.add(await only(client.addresses.all()));
  await client.neighbours.add(await only(client.neighbours.all()));
  await client.nexthops.add(await only(client.nexthops.all()));
  await client.rules.add(await only(client.rules.all()));
  for await (const change of client.watch({ links: {}, routes: {} })) {
    if (change.of === 'links' && change.type === 'changed') change.previous.name satisfies string;
    if (change.of === 'routes' && change.type === 'snapshot') change.objects satisfies readonly ListedRoute[];
    // @ts-expect-error only links and routes are watched
    if (change.of === 'rules') return;
    // @ts-expect-error a snapshot is not one object
    change.object;
  }
  congestion satisfies string | undefined;

  // @ts-expect-error a route needs a destination
  await client.routes.add({ gateway: '192.0.2.1' });
  // @ts-expect-error there is no such type of route
  await client.routes.add({ destination: '10.0.0.0/8', type: 'blackhol' });
  // @ts-expect-error metrics are numbers
  await client.routes.add({ destination: '10.0.0.0/8', metrics: { mtu: '1400' } });
  // @ts-expect-error addresses are text
  await client.routes.add({ destination: Uint8Array.of(10, 0, 0, 0) });
  // @ts-expect-error a link needs a kind
  await client.links.add({ name: 'uplink' });
  // @ts-expect-error an MTU is a number
  await client.links.change('uplink', { mtu: '1400' });
  // @ts-expect-error rules cannot be changed
  await client.rules.change({ priority: 5 });
  // @ts-expect-error tables are numbers, or have one of three names
  client.routes.list({ table: 'mine' });
  // @ts-expect-error neighbours have no table
  client.neighbours.list({ table: 'main' });
  // @ts-expect-error what was listed is read only
  route.gateway = '192.0.2.1';
}

async function only<T>(list: Promise<T[]>): Promise<T> {
  const [first] = await list;
  if (first === undefined) throw new RangeError('the list is empty');
  return first;
}

test('the client is typed by the schemas: what is wrong does not compile', (t) => {
  t.is(typeof usesTheClient, 'function');
});
