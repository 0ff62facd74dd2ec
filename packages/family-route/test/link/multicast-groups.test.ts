import { NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type Link, ManualClock, Network } from '../../src/index.js';
import { BridgeKind } from '../../src/link/kinds/bridge/bridge-kind.js';
import { GroupProtocol } from '../../src/link/kinds/bridge/multicast-groups.js';

const MEMBERSHIP_MS = 260_000;
const UP = { flags: 1, flagsMask: 1 };
const GROUP = {
  protocol: GroupProtocol.Ipv4,
  group: Uint8Array.of(239, 1, 1, 1),
  source: new Uint8Array(4),
  vlan: 0,
};

function world() {
  const clock = new ManualClock();
  const network = new Network({ clock });
  const { links } = network;
  const link = links.create('bridge', UP, {}, NO_CAUSE);
  const far = links.create('veth', { name: 'v1', ...UP }, {}, NO_CAUSE);
  const near = far.linked as Link;
  links.change(near, { master: link.index, ...UP }, NO_CAUSE);
  const { behaviour } = link;
  if (!(behaviour instanceof BridgeKind)) throw new Error('no bridge');
  const bridge = behaviour.bridgeOf(link);
  const port = bridge.portOf(near);
  const told: string[] = [];
  network.events.subscribe((event) => {
    if (event.type !== 'multicast-group-changed' && event.type !== 'multicast-group-removed') return;
    told.push(`${event.type} ${event.member?.port.link.name ?? 'host'}`);
  });
  return { clock, bridge, port, told };
}

test('what a port and the host have joined for a while, they leave by themselves', (t) => {
  const { clock, bridge, port, told } = world();
  bridge.multicast.add({ ...GROUP, port, isPermanent: false, routeProtocol: 4, replace: false });
  clock.advance(1000);
  bridge.multicast.add({ ...GROUP, port: undefined, isPermanent: false, routeProtocol: 4, replace: false });
  t.is(port?.groups, 1);
  clock.advance(MEMBERSHIP_MS - 1001);
  t.is(told.length, 2);
  clock.advance(1);
  t.is(told[2], 'multicast-group-removed veth0');
  t.is(port?.groups, 0);
  t.is(bridge.multicast.all().length, 1);
  clock.advance(1000);
  t.is(told[3], 'multicast-group-removed host');
  t.deepEqual(bridge.multicast.all(), []);
});

test('what is permanent stays, and a replacement begins anew', (t) => {
  const { clock, bridge, port, told } = world();
  const add = (isPermanent: boolean) =>
    bridge.multicast.add({ ...GROUP, port, isPermanent, routeProtocol: 4, replace: true });
  add(true);
  clock.advance(10 * MEMBERSHIP_MS);
  t.is(bridge.multicast.all().length, 1);
  add(false);
  clock.advance(MEMBERSHIP_MS - 1000);
  add(false);
  clock.advance(MEMBERSHIP_MS - 1);
  t.is(told.length, 3);
  clock.advance(1);
  t.is(told.length, 4);
  t.deepEqual(bridge.multicast.all(), []);
});

test('nothing of a bridge that is gone happens any more', (t) => {
  const { clock, bridge, port, told } = world();
  bridge.multicast.add({ ...GROUP, port: undefined, isPermanent: false, routeProtocol: 4, replace: false });
  bridge.multicast.add({ ...GROUP, vlan: 5, port, isPermanent: true, routeProtocol: 4, replace: false });
  bridge.links.remove([bridge.link], NO_CAUSE);
  t.deepEqual(told.slice(2), ['multicast-group-removed veth0']);
  clock.advance(10 * MEMBERSHIP_MS);
  t.is(told.length, 3);
});
