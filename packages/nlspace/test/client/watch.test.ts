import { type Change, type ObjectName, RouteClient } from '@nlspace/family-route/client';
import test from 'ava';
import { createNetlink } from '../../src/index.js';

async function openWithUplink(): Promise<{ client: RouteClient; other: RouteClient }> {
  const netlink = createNetlink();
  const other = await RouteClient.open(netlink);
  await other.links.add({ name: 'uplink', kind: 'dummy', up: true });
  await other.addresses.add({ address: '192.0.2.1/24', link: 'uplink' });
  return { client: await RouteClient.open(netlink), other };
}

/** `added 10.0.0.0/8 (notification)` */
function textOf(change: Change<ObjectName>): string {
  if (change.type === 'snapshot') return `snapshot of ${change.objects.length} ${change.of}`;
  const { object } = change;
  const name = 'destination' in object ? object.destination : 'name' in object ? object.name : '?';
  return `${change.type} ${name} (${change.cause})`;
}

async function take(watch: AsyncIterator<Change<ObjectName>>, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { value } = await watch.next();
    if (value !== undefined) texts.push(textOf(value));
  }
  return texts;
}

test('a watch gives what is there, then every change in order, and keeps a mirror', async (t) => {
  const { client, other } = await openWithUplink();
  await using watch = client.routes.watch({ table: 'main', addressFamily: 'inet' });
  t.deepEqual(await take(watch, 1), ['snapshot of 1 routes']);
  t.deepEqual(
    watch.objects().map(({ destination, link }) => [destination, link]),
    [['192.0.2.0/24', 'uplink']],
  );
  await other.routes.add({ destination: '10.0.0.0/8', gateway: '192.0.2.254' });
  await other.routes.replace({ destination: '10.0.0.0/8', gateway: '192.0.2.253' });
  await other.routes.add({ destination: '10.1.0.0/16', link: 'uplink', table: 100 });
  await other.routes.add({ destination: '10.2.0.0/16', link: 'uplink' });
  await other.routes.remove({ destination: '10.0.0.0/8' });
  const first = await watch.next();
  t.like(first.value, { type: 'added', object: { destination: '10.0.0.0/8', gateway: '192.0.2.254' } });
  const second = await watch.next();
  t.like(second.value, {
    type: 'changed',
    object: { gateway: '192.0.2.253' },
    previous: { gateway: '192.0.2.254' },
  });
  t.deepEqual(await take(watch, 2), [
    'added 10.2.0.0/16 (notification)',
    'removed 10.0.0.0/8 (notification)',
  ]);
  t.deepEqual(
    watch.objects().map(({ destination }) => destination),
    ['192.0.2.0/24', '10.2.0.0/16'],
  );
});

test('routes that go without a word, because their link goes down, are told', async (t) => {
  const { client, other } = await openWithUplink();
  await other.routes.add({ destination: '10.0.0.0/8', gateway: '192.0.2.254' });
  await using watch = client.routes.watch({ table: 'main', addressFamily: 'inet' });
  await take(watch, 1);
  await other.links.change('uplink', { up: false });
  t.deepEqual(await take(watch, 2), [
    'removed 10.0.0.0/8 (consequence)',
    'removed 192.0.2.0/24 (consequence)',
  ]);
  t.deepEqual(watch.objects(), []);
});

test('several kinds are followed in one order', async (t) => {
  const { client, other } = await openWithUplink();
  await using watch = client.watch({ links: { kind: 'dummy' }, routes: { table: 100 } });
  t.deepEqual(await take(watch, 2), ['snapshot of 1 links', 'snapshot of 0 routes']);
  await other.links.add({ name: 'second', kind: 'dummy' });
  await other.links.change('second', { up: true });
  await other.routes.add({ destination: '10.0.0.0/8', link: 'second', table: 100 });
  await other.links.add({ name: 'bridge', kind: 'bridge' });
  await other.links.remove('second');
  t.deepEqual(await take(watch, 6), [
    'added second (notification)',
    'changed second (notification)',
    'added 10.0.0.0/8 (notification)',
    'changed second (notification)',
    'removed second (notification)',
    'removed 10.0.0.0/8 (consequence)',
  ]);
  t.throws(() => watch.objects(), {
    instanceOf: RangeError,
    message: 'say one of links, routes, which are watched',
  });
  t.deepEqual(watch.objects('routes'), []);
});

test('an aborted watch rejects with the reason, a disposed one and one of a closed client end', async (t) => {
  const { client } = await openWithUplink();
  const controller = new AbortController();
  const aborted = client.links.watch({}, { signal: controller.signal });
  await aborted.next();
  const waiting = aborted.next();
  controller.abort(new Error('enough'));
  await t.throwsAsync(waiting, { message: 'enough' });

  const disposed = client.links.watch();
  await disposed.next();
  const pending = disposed.next();
  await disposed[Symbol.asyncDispose]();
  t.true((await pending).done);

  const closed = client.links.watch();
  await closed.next();
  const last = closed.next();
  client.close();
  t.true((await last).done);
});
