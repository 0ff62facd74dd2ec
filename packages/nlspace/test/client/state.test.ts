import { MessageFlag } from '@nlspace/core';
import {
  compareStates,
  decodeState,
  encodeState,
  type NetworkState,
  RouteClient,
  StateError,
  stateOf,
} from '@nlspace/family-route/client';
import test from 'ava';
import fc from 'fast-check';
import { createNetlink } from '../../src/index.js';
import { differenceText } from '../../src/twin/difference-text.js';

async function openExample(): Promise<RouteClient> {
  const client = await RouteClient.open(createNetlink());
  await client.links.change('lo', { up: true });
  await client.links.add({ name: 'left', kind: 'veth', up: true });
  await client.links.change('veth0', { up: true, alias: 'the other end' });
  await client.links.add({ name: 'bridge', kind: 'bridge', up: true });
  await client.links.add({ name: 'port', kind: 'dummy', up: true, master: 'bridge', mtu: 1400 });
  await client.links.addNames('port', ['a-name-that-is-longer-than-fifteen-bytes']);
  await client.addresses.add({ address: '192.0.2.1/24', link: 'left' });
  await client.addresses.add({ address: '192.0.2.2/24', link: 'left', label: 'left:2' });
  await client.nexthops.add({ id: 7, gateway: '192.0.2.254', link: 'left' });
  await client.nexthops.add({ id: 9, members: [{ id: 7, weight: 3 }] });
  await client.routes.add({ destination: '10.0.0.0/8', nexthopId: 9 });
  await client.routes.add({
    destination: '10.1.0.0/16',
    gateway: '192.0.2.254',
    protocol: 'bird',
    priority: 5,
  });
  await client.routes.add({ destination: '10.2.0.0/16', type: 'blackhole', table: 1000 });
  await client.routes.add({ destination: '2001:db8::/32', link: 'left', priority: 77 });
  await client.neighbours.add({ address: '192.0.2.7', link: 'left', linkLayerAddress: '02:00:00:00:00:07' });
  await client.rules.add({ priority: 100, source: '192.0.2.0/24', table: 1000 });
  await client.rules.remove({ priority: 32_767 });
  return client;
}

async function restored(state: NetworkState): Promise<{ client: RouteClient; lost: string[] }> {
  const client = await RouteClient.open(createNetlink());
  const lost: string[] = [];
  await client.restore(state, { report: (line) => lost.push(line) });
  return { client, lost };
}

test('a network that was restored from a file is as it was, and loses nothing', async (t) => {
  await using client = await openExample();
  const state = decodeState(encodeState(await client.save()));
  const { client: copy, lost } = await restored(state);
  const now = await copy.save();
  t.deepEqual(lost, []);
  // IPv6 addresses were still being looked at when they were saved, and there are no routes to them yet.
  const differences = compareStates(await client.save(), now).map(differenceText);
  t.deepEqual(differences, []);
  t.deepEqual(
    now.links.map(({ interfaceIndex, name }) => [interfaceIndex, name]),
    state.links.map(({ interfaceIndex, name }) => [interfaceIndex, name]),
  );
  t.deepEqual(
    now.addresses
      .filter(({ addressFamily }) => addressFamily === 'inet')
      .map(({ address, isSecondary }) => [address, isSecondary]),
    [
      ['127.0.0.1/8', false],
      ['192.0.2.1/24', false],
      ['192.0.2.2/24', true],
    ],
  );
  copy.close();
});

test('differences are told object by object, links by their names', async (t) => {
  await using client = await openExample();
  const before = await client.save();
  await client.links.change('port', { mtu: 1300 });
  await client.routes.remove({ destination: '10.1.0.0/16' });
  await client.routes.replace({ destination: '10.2.0.0/16', type: 'prohibit', table: 1000 });
  await client.nexthops.replace({ id: 7, gateway: '192.0.2.253', link: 'left' });
  await client.rules.add({ priority: 101, mark: 5, table: 1000 });
  const lines = compareStates(before, await client.save()).map(differenceText);
  t.deepEqual(lines, [
    '~ link bridge: mtu 1400 → 1300',
    '~ link port: mtu 1400 → 1300',
    '~ nexthop 7: gateway 192.0.2.254 → 192.0.2.253',
    '~ route 10.2.0.0/16 table 1000: type blackhole → prohibit',
    '~ route 10.0.0.0/8 table 254: gateway 192.0.2.254 → 192.0.2.253',
    '- route 10.1.0.0/16 table 254 metric 5: type unicast, gateway 192.0.2.254, link left, protocol bird',
    '+ rule 101 inet: mark 5, action table, table 1000',
  ]);
  t.deepEqual(compareStates(before, before), []);
});

test('what cannot be made is told, and something takes its place', async (t) => {
  await using client = await openExample();
  const state = await client.save();
  const strange = state.links.map((link) => {
    if (link.name === 'port') return { ...link, kind: 'marvel' };
    if (link.name !== 'bridge') return link;
    const { kind: _, kindData: __, ...physical } = link;
    return physical;
  });
  const { client: copy, lost } = await restored({ ...state, links: strange });
  t.deepEqual(lost, [
    'bridge is no virtual link: a dummy takes its place',
    'port cannot be a marvel here (links.add: EOPNOTSUPP: Unknown device type): a dummy takes its place',
    'port is a port of nothing: links.change: EOPNOTSUPP',
  ]);
  t.is((await copy.links.get('bridge'))?.kind, 'dummy');
  copy.close();
});

test('the messages of a capture are taken one after the other', async (t) => {
  await using client = await openExample();
  const { messages } = await client.save();
  const told = messages.map(({ messageType, payload }) => ({ type: messageType, flags: 0, payload }));
  const neighbour = told.find(({ type }) => type === 28);
  const raw = [
    ...told,
    // A request is no news; a removal is.
    { type: 17, flags: MessageFlag.Request, payload: told[0]?.payload ?? new Uint8Array() },
    { type: 29, flags: 0, payload: neighbour?.payload ?? new Uint8Array() },
  ].map(({ type, flags, payload }) => ({
    header: { length: 0, type, flags, sequence: 0, portId: 0 },
    payload,
  }));
  const state = stateOf(raw);
  t.is(state.neighbours.length, 0);
  t.is(state.links.length, 5);
});

test('a file that is no state, of another version, or cut off is refused with the place', async (t) => {
  await using client = await openExample();
  const file = encodeState(await client.save());
  const refused = (bytes: Uint8Array, message: string) =>
    t.throws(() => decodeState(bytes), { instanceOf: StateError, message });
  refused(new Uint8Array(), 'this is no state that nlspace has saved');
  refused(Uint8Array.of(1, 2, 3), 'this is no state that nlspace has saved');
  refused(file.subarray(0, 40), 'the message at byte 36 does not fit the file');
  refused(file.subarray(0, file.length - 20), 'the state has no end: the file was cut off');
  const newer = file.slice();
  newer[32] = 2;
  refused(newer, 'the state is of version 2; this nlspace reads version 1');
  const strange = file.slice();
  strange[40] = 44;
  refused(strange, 'message type 44 is in no state');
});

test('hostile files are refused or read, and what they ask for is refused or done', async (t) => {
  await using client = await openExample();
  const file = encodeState(await client.save());
  const outcomes = { refused: 0, read: 0 };
  const place = fc.nat(file.length - 1);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 20 }),
      async (changes) => {
        const hostile = file.slice();
        for (const [at, byte] of changes) hostile[at] = byte;
        let state: NetworkState;
        try {
          state = decodeState(hostile);
        } catch (error) {
          if (!(error instanceof StateError)) throw error;
          outcomes.refused++;
          return;
        }
        outcomes.read++;
        compareStates(state, state);
        encodeState(state);
        // Restoring waits for addresses that are being looked at, which is not what this is about.
        if (outcomes.read % 20 !== 0) return;
        const { client } = await restored(state);
        client.close();
      },
    ),
    { numRuns: 500, includeErrorInReport: true },
  );
  t.true(outcomes.refused > 10 && outcomes.read > 10);
});
