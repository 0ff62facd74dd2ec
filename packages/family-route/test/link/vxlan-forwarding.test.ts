import { NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type Link, ManualClock, Network } from '../../src/index.js';
import { VxlanKind } from '../../src/link/kinds/vxlan.js';
import {
  byUser,
  EXTERNALLY_LEARNED,
  NOARP,
  PERMANENT,
  REACHABLE,
  SELF,
} from '../../src/link/kinds/vxlan-forwarding.js';

const SECOND = 1000;

function world(ageing: number) {
  const clock = new ManualClock();
  const network = new Network({ clock });
  const link = network.links.create('vxlan', { flags: 1, flagsMask: 1 }, { id: 5, ageing }, NO_CAUSE);
  const gone: [number, number][] = [];
  network.events.subscribe((event) => {
    if (event.type === 'vxlan-entry-removed') gone.push([event.entry.address[5] as number, clock.now()]);
  });
  const begin = clock.now();
  return { clock, network, link, gone: () => gone.map(([last, at]) => [last, at - begin]) };
}

function add(link: Link, last: number, state: number, flags = SELF): void {
  const { behaviour } = link;
  if (!(behaviour instanceof VxlanKind)) throw new Error('no VXLAN');
  behaviour.databaseOf(link).forwarding.put({
    address: Uint8Array.of(2, 0, 0, 0, 0, last),
    sourceVni: 5,
    state,
    flags: byUser(flags),
    destination: { address: Uint8Array.of(10, 0, 0, 1), port: 4789, vni: 5, interfaceIndex: 0 },
    create: true,
    exclusive: true,
    replace: false,
    append: false,
  });
}

test('entries age from their last use, but for those that are there for good', (t) => {
  const { clock, link, gone } = world(25);
  add(link, 1, REACHABLE);
  clock.advance(3 * SECOND);
  add(link, 2, REACHABLE);
  add(link, 3, PERMANENT);
  add(link, 4, REACHABLE | NOARP);
  add(link, 5, REACHABLE, SELF | EXTERNALLY_LEARNED);
  clock.advance(21 * SECOND);
  t.deepEqual(gone(), []);
  clock.advance(60 * SECOND);
  t.deepEqual(gone(), [
    [1, 25 * SECOND],
    [2, 28 * SECOND],
  ]);
});

test('with an age of less than ten seconds entries go when they are looked at; 0 is the usual age', (t) => {
  const short = world(2);
  add(short.link, 1, REACHABLE);
  short.clock.advance(30 * SECOND);
  t.deepEqual(short.gone(), [[1, 10 * SECOND]]);
  const usual = world(0);
  add(usual.link, 1, REACHABLE);
  usual.clock.advance(299 * SECOND);
  t.deepEqual(usual.gone(), []);
  usual.clock.advance(11 * SECOND);
  t.is(usual.gone().length, 1);
});

test('a flush takes the destinations that it means, and entries that have no other', (t) => {
  const { network, link } = world(0);
  const { behaviour } = link;
  if (!(behaviour instanceof VxlanKind)) throw new Error('no VXLAN');
  const { forwarding } = behaviour.databaseOf(link);
  const ways = (last: number) =>
    forwarding
      .all()
      .find(({ address }) => address[5] === last)
      ?.destinations.map(({ port }) => port);
  for (const port of [1, 2])
    forwarding.put({
      address: Uint8Array.of(3, 0, 0, 0, 0, 9),
      sourceVni: 5,
      state: PERMANENT,
      flags: SELF,
      destination: { address: Uint8Array.of(10, 0, 0, 1), port, vni: 5, interfaceIndex: 0 },
      create: true,
      exclusive: false,
      replace: false,
      append: true,
    });
  add(link, 1, PERMANENT);
  const all = { state: 0, stateMask: 0, flags: 0, flagsMask: 0 };
  const told: (number | undefined)[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'vxlan-entry-removed') told.push(event.destination?.port);
  });
  forwarding.flush({ ...all, sourceVni: 6 });
  forwarding.flush({ ...all, nexthopId: 7 });
  forwarding.flush({ ...all, destination: { port: 3 } });
  t.deepEqual(told, []);
  forwarding.flush({ ...all, destination: { port: 1 } });
  t.deepEqual([ways(9), ways(1), told], [[2], [4789], [1]]);
  forwarding.flush({ ...all, sourceVni: 5, destination: { address: Uint8Array.of(10, 0, 0, 1) } });
  t.deepEqual([forwarding.all().length, told.length], [0, 3]);
});

test('a link that is down keeps what is there for good, and nothing ages', (t) => {
  const { clock, network, link, gone } = world(25);
  add(link, 1, REACHABLE);
  add(link, 2, PERMANENT);
  network.links.change(link, { flags: 0, flagsMask: 1 }, NO_CAUSE);
  t.deepEqual(gone(), [[1, 0]]);
  add(link, 3, REACHABLE);
  clock.advance(100 * SECOND);
  t.is(gone().length, 1);
  network.links.remove([link], NO_CAUSE);
  t.deepEqual(
    gone().map(([last]) => last),
    [1, 3, 2],
  );
  clock.advance(100 * SECOND);
  t.is(gone().length, 3);
});
