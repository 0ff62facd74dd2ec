import {
  ClientSocket,
  decodeMessage,
  MESSAGE_HEADER_SIZE,
  NetlinkDomain,
  NetlinkProtocol,
  NO_CAUSE,
  seededRandom,
} from '@nlspace/core';
import test from 'ava';
import {
  type Link,
  LinkFlag,
  ManualClock,
  NeighbourFlag,
  NeighbourState,
  Network,
  type NetworkOptions,
  neighbour,
  neighbourTable,
  RouteMessageType,
  routeFamily,
} from '../../src/index.js';

const IPV4 = 2;
const CREATE = 0x400;
const REPLACE = 0x100;
const NEIGHBOUR_GROUP = 3;
const MAC = Uint8Array.of(2, 0, 0, 0, 0, 9);
const ENOBUFS = 105;

async function begin(options: NetworkOptions = {}) {
  const clock = new ManualClock();
  const network = new Network({ clock, random: seededRandom(7), ...options });
  // Before the first address every other one is a broadcast address.
  network.links.changeFlags(network.links.byName('lo') as Link, LinkFlag.Up, LinkFlag.Up, NO_CAUSE);
  const link = network.links.create('veth', { name: 'v0' }, undefined, NO_CAUSE);
  const domain = new NetlinkDomain({ families: [routeFamily(network)] });
  const types = [
    RouteMessageType.NewNeighbour,
    RouteMessageType.DeleteNeighbour,
    RouteMessageType.GetNeighbour,
  ];
  const catalog = new Map(types.map((type) => [type, neighbour])) as never;
  const client = await ClientSocket.open(domain, { protocol: NetlinkProtocol.Route, catalog });
  /** What the group has been told, as text. */
  const heard: string[] = [];
  network.events.subscribe((event) => {
    if (!event.type.startsWith('neighbour')) return;
    const {
      type,
      neighbour: entry,
      holders,
    } = event as never as {
      type: string;
      neighbour: { state: number; probes: number };
      holders: number;
    };
    heard.push(`${type.slice(10)} ${NeighbourState[entry.state] ?? entry.state} ${entry.probes} ${holders}`);
  });
  const add = (
    last: number,
    state: number,
    more: { flags?: number; extended?: number } = {},
    bits = CREATE,
  ) =>
    client.do(
      RouteMessageType.NewNeighbour,
      neighbour,
      {
        header: { addressFamily: IPV4, interfaceIndex: link.index, state, flags: more.flags ?? 0 },
        attributes: {
          destination: Uint8Array.of(10, 0, last >> 8, last & 0xff),
          ...(more.extended === undefined ? { linkLayerAddress: MAC } : { flagsExtended: more.extended }),
        },
      },
      { flags: bits },
    );
  const change = (parameters: Record<string, number | bigint>, table: Record<string, number> = {}) =>
    client.do(RouteMessageType.SetNeighbourTable, neighbourTable, {
      header: { addressFamily: IPV4 },
      attributes: { name: 'arp_cache', parameters: { interfaceIndex: link.index, ...parameters }, ...table },
    });
  return { clock, network, link, domain, client, heard, add, change };
}

test('what is reachable becomes stale after its reachable time, and is told', async (t) => {
  const { clock, network, link, heard, add } = await begin();
  await add(2, NeighbourState.Reachable);
  const { reachableTimeMs } = network.neighbours.ipv4.parametersOf(link) ?? { reachableTimeMs: 0 };
  t.true(reachableTimeMs >= 15_000 && reachableTimeMs < 45_000);
  clock.advance(reachableTimeMs);
  t.deepEqual(heard, ['changed Reachable 0 1']);
  clock.advance(10);
  t.deepEqual(heard.slice(1), ['changed Stale 0 1']);
  clock.advance(3_600_000);
  t.is(network.neighbours.ipv4.size, 1, 'a small table is not collected');
});

test('a probe that nobody answers fails after three questions, a second apart', async (t) => {
  const { clock, heard, add } = await begin();
  await add(2, NeighbourState.Delay);
  clock.advance(0);
  t.deepEqual(heard, ['changed Delay 0 1', 'changed Probe 1 1']);
  clock.advance(2999);
  t.is(heard.length, 2);
  clock.advance(1);
  t.deepEqual(heard.slice(2), ['changed Failed 3 1']);
});

test('parameters of the link act on its entries', async (t) => {
  const { clock, heard, add, change } = await begin();
  await change({ unicastProbes: 5, retransmitTimeMs: 200n });
  await add(2, NeighbourState.Probe);
  clock.advance(999);
  t.deepEqual(heard, ['changed Probe 0 1'].slice(0, heard.length));
  clock.advance(1);
  t.is(heard.at(-1), 'changed Failed 5 1');
});

test('an entry in use is asked for, with the help of programs when the link says so', async (t) => {
  const { clock, heard, add, change } = await begin();
  await change({ applicationProbes: 2 });
  await add(2, NeighbourState.None, { flags: NeighbourFlag.Use });
  t.deepEqual(heard, ['solicited Incomplete 3 1']);
  clock.advance(1000);
  clock.advance(10_000);
  t.deepEqual(heard, ['solicited Incomplete 3 1', 'solicited Incomplete 4 1', 'changed Failed 8 1']);
});

test('a managed entry is asked for again and again', async (t) => {
  const { clock, heard, add } = await begin();
  await add(2, NeighbourState.None, { extended: NeighbourFlag.Managed >> 8 });
  clock.advance(3000);
  t.deepEqual(heard, ['changed Failed 6 1']);
  clock.advance(5000 + 3000);
  t.deepEqual(heard, ['changed Failed 6 1', 'changed Failed 6 1']);
});

test('a validated entry that cannot be confirmed is stale, not failed', async (t) => {
  const { clock, network, heard, add, client, link } = await begin();
  await add(2, NeighbourState.Stale);
  await client.do(
    RouteMessageType.NewNeighbour,
    neighbour,
    {
      header: { addressFamily: IPV4, interfaceIndex: link.index, state: NeighbourState.Probe },
      attributes: {
        destination: Uint8Array.of(10, 0, 0, 2),
        linkLayerAddress: MAC,
        flagsExtended: NeighbourFlag.ExternallyValidated >> 8,
      },
    },
    { flags: REPLACE },
  );
  clock.advance(60_000);
  t.is(heard.at(-1), 'changed Stale 3 1');
  network.neighbours.ipv4.evict(link);
  t.is(network.neighbours.ipv4.size, 1);
});

test('a large table lets go of what has not been used for its stale time', async (t) => {
  const { clock, network, heard, add } = await begin();
  for (let n = 1; n <= 200; n++) await add(n, n <= 10 ? NeighbourState.Permanent : NeighbourState.Stale);
  clock.advance(59_000);
  t.is(network.neighbours.ipv4.size, 200);
  clock.advance(20_000);
  t.is(network.neighbours.ipv4.size, 10);
  t.is(heard.filter((text) => text === 'removed Stale 0 0').length, 190);
});

test('a full table refuses what could be collected, until something is old enough to go', async (t) => {
  const { clock, network, add } = await begin();
  for (let n = 1; n <= 1024; n++) await add(n, NeighbourState.Stale);
  const refused = await t.throwsAsync(add(1025, NeighbourState.Stale));
  t.is((refused as unknown as { errno: number }).errno, ENOBUFS);
  await add(1026, NeighbourState.Permanent);
  t.is(network.neighbours.ipv4.size, 1025);
  clock.advance(5001);
  await add(1025, NeighbourState.Stale);
  t.is(network.neighbours.ipv4.size, 512 + 2);
});

test('thresholds are those of the machine: only its first network changes them', async (t) => {
  const elsewhere = await begin();
  await t.throwsAsync(elsewhere.change({}, { lowThreshold: 5 }), { message: /.*/ });
  const { clock, network, add, change } = await begin({ isInitial: true });
  await change({}, { lowThreshold: 2, highThreshold: 3, limit: 4 });
  for (let n = 1; n <= 4; n++) await add(n, NeighbourState.Stale);
  await t.throwsAsync(add(5, NeighbourState.Stale));
  clock.advance(75_000);
  t.is(network.neighbours.ipv4.size, 0);
});

test('a notification names the port that asked, without its sequence number; time names nobody', async (t) => {
  const { clock, client, add } = await begin();
  const notifications = await client.subscribe([NEIGHBOUR_GROUP]);
  await add(2, NeighbourState.Probe);
  const first = (await notifications.next()).value;
  t.deepEqual([first?.messageType, first?.sequence], [RouteMessageType.NewNeighbour, 0]);
  t.not(first?.portId, 0);
  clock.advance(3000);
  const second = (await notifications.next()).value;
  t.deepEqual([second?.messageType, second?.portId, second?.sequence], [RouteMessageType.NewNeighbour, 0, 0]);
});

test('the message that is written is the one that the schema reads', async (t) => {
  const { client, link } = await begin();
  const attributes = {
    destination: Uint8Array.of(10, 0, 0, 2),
    linkLayerAddress: MAC,
    protocol: 12,
    flagsExtended: NeighbourFlag.ExternallyValidated >> 8,
  };
  const header = {
    addressFamily: IPV4,
    interfaceIndex: link.index,
    state: NeighbourState.Reachable,
    flags: NeighbourFlag.Router | NeighbourFlag.ExternallyLearned,
  };
  await client.do(RouteMessageType.NewNeighbour, neighbour, { header, attributes }, { flags: CREATE });
  const found = [];
  for await (const one of client.dump(RouteMessageType.GetNeighbour, neighbour, {
    header: {},
    attributes: {},
  }))
    found.push(one);
  t.is(found.length, 1);
  const [only] = found;
  t.like(only?.header, { ...header, type: 1 });
  t.like(only?.attributes, {
    ...attributes,
    probes: 0,
    cacheInfo: { confirmed: 0, used: 0, updated: 0, references: 1 },
  });
});

test('a dump goes on over changes: nothing twice, nothing that stays left out', async (t) => {
  const { network, add, domain, link } = await begin();
  for (let n = 1; n <= 600; n++) await add(n, NeighbourState.Permanent);
  const socket = await domain.open({ protocol: NetlinkProtocol.Route });
  const request = new Uint8Array(28);
  const view = new DataView(request.buffer);
  view.setUint32(0, 28, true);
  view.setUint16(4, RouteMessageType.GetNeighbour, true);
  view.setUint16(6, 0x301, true);
  await socket.send(request);
  const seen: number[] = [];
  for (let isDone = false, part = 0; !isDone; part++) {
    const bytes = socket.receive({ capacity: 4096 })?.bytes ?? new Uint8Array(0);
    t.true(bytes.length > 0);
    const datagram = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const length = datagram.getUint32(at, true);
      if (datagram.getUint16(at + 4, true) === 3) isDone = true;
      else {
        const { attributes } = decodeMessage(
          neighbour,
          bytes.subarray(at + MESSAGE_HEADER_SIZE, at + length),
        );
        const [, , high = 0, low = 0] = attributes.destination ?? [];
        seen.push((high << 8) | low);
      }
      at += (length + 3) & ~3;
    }
    if (part === 1) {
      network.neighbours.ipv4.delete(link, '\x0a\0\0\x01', NO_CAUSE);
      network.neighbours.ipv4.delete(link, `\x0a\0\x02${String.fromCharCode(88)}`, NO_CAUSE);
    }
  }
  t.is(new Set(seen).size, seen.length);
  t.is(seen.length, 599);
});
