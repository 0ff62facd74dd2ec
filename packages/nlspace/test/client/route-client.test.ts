import { Errno, NetlinkError } from '@nlspace/core';
import { RouteClient } from '@nlspace/family-route/client';
import test, { type ExecutionContext } from 'ava';
import { createNetlink } from '../../src/index.js';

const USER = { uid: 1000, gid: 1000, pid: 2000, netAdmin: false };

function open(): Promise<RouteClient> {
  return RouteClient.open(createNetlink());
}

/** A dummy that is up and has 192.0.2.1/24. */
async function openWithUplink(): Promise<RouteClient> {
  const client = await open();
  await client.links.add({ name: 'uplink', kind: 'dummy', up: true });
  await client.addresses.add({ address: '192.0.2.1/24', link: 'uplink' });
  return client;
}

async function collect<T>(list: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of list) all.push(one);
  return all;
}

async function refusalOf(t: ExecutionContext, refused: Promise<unknown>): Promise<NetlinkError> {
  return (await t.throwsAsync(refused, { instanceOf: NetlinkError })) as NetlinkError;
}

test('links are added, listed, found by name and by index, changed and removed', async (t) => {
  await using client = await open();
  await client.links.add({
    name: 'uplink',
    kind: 'dummy',
    mtu: 1400,
    address: '02:00:00:00:00:05',
    up: true,
  });
  const listed = await collect(client.links.list({ kind: 'dummy' }));
  t.is(listed.length, 1);
  const [uplink] = listed;
  if (uplink === undefined) return;
  const { interfaceIndex, name, kind, mtu, address, isUp, operationalState } = uplink;
  t.deepEqual(
    { name, kind, mtu, address, isUp, operationalState },
    {
      name: 'uplink',
      kind: 'dummy',
      mtu: 1400,
      address: '02:00:00:00:00:05',
      isUp: true,
      operationalState: 'unknown',
    },
  );
  await client.links.change('uplink', { name: 'wan', up: false, mtu: 1300, alias: 'to the world' });
  const found = await client.links.get(interfaceIndex);
  t.like(found, { name: 'wan', isUp: false, mtu: 1300, alias: 'to the world' });
  t.is(await client.links.get('uplink'), undefined);
  await client.links.remove('wan');
  t.deepEqual(
    (await client.links.all()).map((link) => link.name),
    ['lo'],
  );
});

test('a link is a port of another one until it is told otherwise', async (t) => {
  await using client = await open();
  await client.links.add({ name: 'br0', kind: 'bridge' });
  await client.links.add({ name: 'port', kind: 'dummy', master: 'br0' });
  await client.links.add({ name: 'other', kind: 'dummy' });
  t.deepEqual(
    (await client.links.all({ master: 'br0' })).map(({ name, portKind }) => [name, portKind]),
    [['port', 'bridge']],
  );
  await client.links.change('port', { master: null });
  t.deepEqual(await client.links.all({ master: 'br0' }), []);
});

test('addresses are text, and limited by link', async (t) => {
  await using client = await openWithUplink();
  await client.links.change('lo', { up: true });
  await client.addresses.add({ address: '10.0.0.1', peer: '10.0.0.2', link: 'uplink' });
  await client.addresses.add({ address: '2001:db8::1/64', link: 'uplink', validSeconds: 3600 });
  const seen = await client.addresses.all({ link: 'uplink' });
  t.deepEqual(
    seen.map(({ address, peer, link, scope }) => [address, peer, link, scope]),
    [
      ['192.0.2.1/24', undefined, 'uplink', 'global'],
      ['10.0.0.1/32', '10.0.0.2', 'uplink', 'global'],
      ['2001:db8::1/64', undefined, 'uplink', 'global'],
      [seen[3]?.address, undefined, 'uplink', 'link'],
    ],
  );
  t.is((await client.addresses.get('2001:db8::1'))?.validSeconds, 3600);
  t.like(await client.addresses.get('127.0.0.1'), { scope: 'host', link: 'lo', isPermanent: true });
  await client.addresses.remove({ address: '192.0.2.1/24', link: 'uplink' });
  t.is(await client.addresses.get('192.0.2.1'), undefined);
});

test('routes are added as ip adds them, replaced, looked up and removed', async (t) => {
  await using client = await openWithUplink();
  await client.routes.add({ destination: '10.0.0.0/8', gateway: '192.0.2.254', metrics: { mtu: 1200 } });
  await client.routes.add({ destination: 'default', link: 'uplink', priority: 50 });
  await client.routes.add({ destination: '198.51.100.0/24', type: 'blackhole', table: 1000 });
  const shown = (await client.routes.all({ table: 'main', addressFamily: 'inet' })).map((route) => ({
    ...route,
    flags: 0,
  }));
  t.deepEqual(
    shown.map(({ destination, gateway, link, protocol, scope, type }) =>
      [destination, gateway, link, protocol, scope, type].join(' '),
    ),
    [
      '0.0.0.0/0  uplink boot link unicast',
      '10.0.0.0/8 192.0.2.254 uplink boot global unicast',
      '192.0.2.0/24  uplink kernel link unicast',
    ],
  );
  t.deepEqual(shown[1]?.metrics, { mtu: 1200 });
  t.like(await client.lookup('10.1.2.3'), {
    destination: '10.1.2.3/32',
    gateway: '192.0.2.254',
    link: 'uplink',
    preferredSource: '192.0.2.1',
  });
  t.is((await client.lookup('10.1.2.3', { matched: true })).destination, '10.0.0.0/8');
  await client.routes.replace({ destination: '10.0.0.0/8', gateway: '192.0.2.253' });
  t.is((await client.routes.get('10.0.0.0/8'))?.gateway, '192.0.2.253');
  await client.routes.remove({ destination: '10.0.0.0/8' });
  t.is(await client.routes.get('10.0.0.0/8'), undefined);
  t.deepEqual(
    (await client.routes.all({ table: 1000 })).map(({ type }) => type),
    ['blackhole'],
  );
  t.deepEqual(await client.routes.all({ table: 4711 }), []);
});

test('a route may have several ways, with gateways of the other family', async (t) => {
  await using client = await openWithUplink();
  await client.links.add({ name: 'second', kind: 'dummy', up: true });
  await client.addresses.add({ address: '203.0.113.1/24', link: 'second' });
  await client.routes.add({
    destination: '10.0.0.0/8',
    nexthops: [
      { gateway: '192.0.2.254', weight: 3 },
      { gateway: 'fe80::1', link: 'second' },
    ],
  });
  const { nexthops, interfaceIndex, ...others } = (await client.routes.get('10.0.0.0/8')) ?? t.fail();
  t.deepEqual(
    nexthops?.map(({ gateway, link, weight }) => ({ gateway, link, weight })),
    [
      { gateway: '192.0.2.254', link: 'uplink', weight: 3 },
      { gateway: 'fe80::1', link: 'second', weight: 1 },
    ],
  );
  t.is(interfaceIndex, undefined);
  // What a list gives can be added again.
  await client.routes.remove({ destination: '10.0.0.0/8' });
  await client.routes.add({ ...others, ...(nexthops === undefined ? {} : { nexthops }) });
  t.deepEqual((await client.routes.get('10.0.0.0/8'))?.nexthops, nexthops);
});

test('what lists give can be added to another network', async (t) => {
  await using client = await openWithUplink();
  await client.nexthops.add({ id: 7, gateway: '192.0.2.254', link: 'uplink' });
  await client.nexthops.add({ id: 8, gateway: '192.0.2.253', link: 'uplink' });
  await client.nexthops.add({ id: 9, members: [{ id: 7, weight: 2 }, { id: 8 }] });
  await client.routes.add({ destination: '10.0.0.0/8', nexthopId: 9 });
  await client.routes.add({ destination: '2001:db8:1::/48', link: 'uplink', priority: 20 });
  await client.neighbours.add({
    address: '192.0.2.7',
    link: 'uplink',
    linkLayerAddress: '02:00:00:00:00:07',
  });
  await client.rules.add({ priority: 100, source: '192.0.2.0/24', table: 1000 });
  await client.rules.add({ priority: 200, addressFamily: 'inet6', mark: 5, action: 'blackhole' });

  await using copy = await openWithUplink();
  for await (const nexthop of client.nexthops.list()) await copy.nexthops.add(nexthop);
  for await (const route of client.routes.list({ protocol: 'boot' })) await copy.routes.add(route);
  for await (const neighbour of client.neighbours.list()) await copy.neighbours.add(neighbour);
  for await (const rule of client.rules.list())
    if (rule.priority === 100 || rule.priority === 200) await copy.rules.add(rule);

  for (const kind of ['nexthops', 'rules'] as const)
    t.deepEqual(await copy[kind].all(), (await client[kind].all()) as never);
  const known = ({ address, link, linkLayerAddress, state }: Record<string, unknown>) => ({
    address,
    link,
    linkLayerAddress,
    state,
  });
  t.deepEqual(
    (await copy.neighbours.all()).map((one) => known(one as never)),
    [{ address: '192.0.2.7', link: 'uplink', linkLayerAddress: '02:00:00:00:00:07', state: 'permanent' }],
  );
  const stable = async (one: RouteClient) =>
    (await one.routes.all({ protocol: 'boot' })).map(({ cacheInfo: _, ...route }) => route);
  t.deepEqual(await stable(copy), await stable(client));
  t.is((await stable(copy)).length, 2);
});

test('single objects are found, and undefined where there is none', async (t) => {
  await using client = await openWithUplink();
  await client.nexthops.add({ id: 7, gateway: '192.0.2.254', link: 'uplink' });
  t.like(await client.nexthops.get(7), { id: 7, gateway: '192.0.2.254', link: 'uplink', protocol: 'boot' });
  t.is(await client.nexthops.get(8), undefined);
  t.is(await client.neighbours.get({ address: '192.0.2.9', link: 'uplink' }), undefined);
  t.like(await client.rules.get(32766), { table: 254, action: 'table' });
  t.is(await client.rules.get(5), undefined);
});

test('a refusal says what was asked for, why, and which attribute is at fault', async (t) => {
  await using client = await openWithUplink();
  const unreachable = await refusalOf(
    t,
    client.routes.add({ destination: '10.0.0.0/8', gateway: '203.0.113.9' }),
  );
  t.is(unreachable.errno, Errno.ENETUNREACH);
  t.is(unreachable.message, 'routes.add: ENETUNREACH: Nexthop has invalid gateway');
  t.like(unreachable.details, { operation: 'routes.add' });

  const wrong = await refusalOf(t, client.links.change('uplink', { gsoMaximumSize: 5 }));
  t.deepEqual([wrong.errno, wrong.details.attribute], [Errno.ERANGE, 'gsoMaximumSize']);

  const unknown = await refusalOf(t, client.links.add({ name: 'x', kind: 'nothing' }));
  t.deepEqual(
    [unknown.errno, unknown.message],
    [Errno.EOPNOTSUPP, 'links.add: EOPNOTSUPP: Unknown device type'],
  );

  const again = await refusalOf(t, client.links.add({ name: 'uplink', kind: 'dummy' }));
  t.is(again.errno, Errno.EEXIST);

  const nobody = await refusalOf(t, client.routes.add({ destination: '10.0.0.0/8', link: 'nowhere' }));
  t.deepEqual([nobody.errno, nobody.text], [Errno.ENODEV, 'there is no link nowhere']);

  const nowhere = await refusalOf(t, client.lookup('10.0.0.1'));
  t.deepEqual([nowhere.errno, nowhere.details.operation], [Errno.ENETUNREACH, 'routes.lookup']);
});

test('who may not change anything is refused, and may list', async (t) => {
  const netlink = createNetlink();
  await using client = await RouteClient.open(netlink, { credentials: USER });
  const { errno } = await refusalOf(t, client.links.add({ kind: 'dummy' }));
  t.is(errno, Errno.EPERM);
  t.is((await client.links.all()).length, 1);
});

test('texts that are no addresses, prefixes, names or numbers are refused before anything is sent', async (t) => {
  await using client = await openWithUplink();
  await t.throwsAsync(client.routes.add({ destination: '10.0.0/8', link: 'uplink' }), {
    instanceOf: RangeError,
    message: '"10.0.0/8" is no IP address with a prefix length, such as 192.0.2.0/24',
  });
  await t.throwsAsync(client.routes.add({ destination: '10.0.0.0/33', link: 'uplink' }), {
    instanceOf: RangeError,
  });
  await t.throwsAsync(client.routes.add({ destination: '10.0.0.0/8', gateway: 'fe80::1%uplink' }), {
    message: '"fe80::1%uplink" is no IP address',
  });
  await t.throwsAsync(client.routes.add({ destination: '10.0.0.0/8', type: 'blackhol' as never }), {
    message: /^there is no route type "blackhol"; there are unspec, unicast, /,
  });
  await t.throwsAsync(client.links.add({ kind: 'dummy', address: '02-00' }), {
    message: /"02-00" is no link-layer/,
  });
});

test('lists go on while others are open', async (t) => {
  await using client = await openWithUplink();
  const pairs: string[] = [];
  for await (const { name } of client.links.list())
    for await (const { destination } of client.routes.list({ link: name, table: 'main' }))
      pairs.push(`${name} ${destination}`);
  t.deepEqual(
    pairs.filter((pair) => !pair.includes(':')),
    ['uplink 192.0.2.0/24'],
  );
});

test('everything that waits can be aborted', async (t) => {
  const controller = new AbortController();
  const { signal } = controller;
  await using client = await openWithUplink();
  controller.abort(new Error('enough'));
  const enough = { message: 'enough' };
  await t.throwsAsync(client.links.all({}, { signal }), enough);
  await t.throwsAsync(client.links.add({ kind: 'dummy' }, { signal }), enough);
  await t.throwsAsync(client.lookup('192.0.2.9', { signal }), enough);
  await t.throwsAsync(client.addresses.get('192.0.2.1', { signal }), enough);
  await t.throwsAsync(client.neighbours.remove({ address: '192.0.2.9', link: 'uplink' }, { signal }), enough);
});

test('the signal of a client ends it', async (t) => {
  const controller = new AbortController();
  const client = await RouteClient.open(createNetlink(), { signal: controller.signal });
  const list = client.links.list();
  await list.next();
  controller.abort();
  t.is((await refusalOf(t, client.links.all())).errno, Errno.EBADF);
});
