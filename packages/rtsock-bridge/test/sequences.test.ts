import { decodeMessage, MessageFlag, NetlinkError, NetlinkProtocol, readMessages } from '@nlspace/core';
import { RouteMessageType, route } from '@nlspace/family-route';
import test from 'ava';
import fc from 'fast-check';
import {
  AddressSlot,
  addressText,
  DumpKind,
  decodeMessage as decodeRtsock,
  type RouteRequestOptions,
  RtsockFlag,
  type RtsockRouteMessage,
  RtsockType,
  routeRequest,
} from '../src/index.js';
import { openWorld, ROOT, type TestRoute, type World } from './support/world.js';

const PREFIXES = [
  '10.8.0.0/16',
  '10.8.1.0/24',
  '10.9.0.9/32',
  '0.0.0.0/0',
  '2001:db8:1::/48',
  '2001:db8:2::9/128',
];
const GATEWAYS = {
  ipv4: ['10.0.0.3', '10.0.0.4', '10.0.0.5'],
  ipv6: ['2001:db8::3', '2001:db8::4', 'fe80::5%2'],
};

type Operation =
  | {
      readonly side: 'netlink';
      readonly verb: 'add' | 'replace' | 'append' | 'remove';
      readonly route: TestRoute;
    }
  | { readonly side: 'rtsock'; readonly request: RouteRequestOptions };

const gatewaysOf = (prefix: string): readonly string[] =>
  prefix.includes(':') ? GATEWAYS.ipv6 : GATEWAYS.ipv4;

const arbitraryOperation = fc.constantFrom(...PREFIXES).chain((destination): fc.Arbitrary<Operation> => {
  const gateway = fc.constantFrom(...gatewaysOf(destination));
  const ways = fc
    .uniqueArray(fc.record({ via: gateway, weight: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 3,
      selector: ({ via }) => via,
    })
    .map((all) =>
      all.map(({ via, weight }) => {
        const [address = '', scope] = via.split('%');
        return {
          via: address,
          weight: all.length === 1 ? 1 : weight,
          interfaceIndex: scope === undefined ? 0 : 2,
        };
      }),
    );
  const netlink = fc.record({
    side: fc.constant('netlink' as const),
    verb: fc.constantFrom('add' as const, 'replace' as const, 'append' as const, 'remove' as const),
    route: fc.oneof(
      { weight: 4, arbitrary: ways.map((ways): TestRoute => ({ destination, ways })) },
      { weight: 1, arbitrary: fc.constant<TestRoute>({ destination, type: 6 }) },
      { weight: 1, arbitrary: fc.constant<TestRoute>({ destination, ways: [{ interfaceIndex: 2 }] }) },
    ),
  });
  const request = (type: RouteRequestOptions['type'], needsGateway: boolean) =>
    fc.record(
      {
        type: fc.constant(type),
        destination: fc.constant(destination),
        gateway,
        weight: fc.integer({ min: 1, max: 3 }),
      },
      { requiredKeys: needsGateway ? ['type', 'destination', 'gateway'] : ['type', 'destination'] },
    );
  const rtsock = fc.record({
    side: fc.constant('rtsock' as const),
    request: fc.oneof(
      request(RtsockType.Add, true),
      request(RtsockType.Delete, false).map(({ weight: _, ...rest }) => rest),
      request(RtsockType.Change, false),
    ) as fc.Arbitrary<RouteRequestOptions>,
  });
  return fc.oneof(netlink, rtsock) as fc.Arbitrary<Operation>;
});

/** What is routed, by prefix: the ways, each with its weight. */
type View = Map<string, string[]>;

/** What netlink says when it is asked (RTM_GETROUTE), read by this test alone. */
async function netlinkView({ domain }: World): Promise<View> {
  const view: View = new Map();
  const socket = await domain.open({ protocol: NetlinkProtocol.Route, credentials: ROOT });
  const request = new Uint8Array(28);
  new DataView(request.buffer).setUint32(0, 28, true);
  new DataView(request.buffer).setUint16(4, RouteMessageType.GetRoute, true);
  new DataView(request.buffer).setUint16(6, MessageFlag.Request | MessageFlag.Dump, true);
  await socket.send(request);
  for (let next = socket.receive(); next !== undefined; next = socket.receive()) {
    for (const { header, payload } of readMessages(next.bytes)) {
      if (header.type !== RouteMessageType.NewRoute) continue;
      const message = decodeMessage(route, payload);
      const { table, addressFamily, destinationLength, type } = message.header;
      const { destination, gateway, outputInterface, multipath } = message.attributes;
      if (table !== 254) continue;
      const width = addressFamily === 2 ? 4 : 16;
      const bytes = new Uint8Array(width);
      bytes.set(destination ?? []);
      const key = `${ipText(bytes)}/${destinationLength}`;
      const single = { gateway, interfaceIndex: outputInterface ?? 0, hops: 0 };
      const legs = multipath === undefined ? [single] : readLegs(multipath);
      const ways = legs.map((leg) => wayText(leg, type));
      view.set(key, [...(view.get(key) ?? []), ...ways].sort());
    }
  }
  socket.close();
  return view;
}

interface Leg {
  readonly gateway: Uint8Array | undefined;
  readonly interfaceIndex: number;
  readonly hops: number;
}

/** `struct rtnexthop`s with their RTA_GATEWAY. */
function readLegs(bytes: Uint8Array): Leg[] {
  const legs: Leg[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
    const length = view.getUint16(0, true);
    const gateway = length > 12 ? bytes.slice(offset + 12, offset + length) : undefined;
    legs.push({ gateway, interfaceIndex: view.getInt32(4, true), hops: view.getUint8(3) });
    offset += (length + 3) & -4;
  }
  return legs;
}

function wayText({ gateway, interfaceIndex, hops }: Leg, type: number): string {
  if (type === 6) return 'blackhole';
  const text = gateway === undefined ? `link#${interfaceIndex}` : ipText(gateway, interfaceIndex);
  return `${text} * ${hops + 1}`;
}

function ipText(address: Uint8Array, interfaceIndex = 0): string {
  const isLinkLocal = address.length === 16 && address[0] === 0xfe;
  return addressText(
    address.length === 4
      ? { family: 2, address }
      : { family: 28, address, scopeId: isLinkLocal ? interfaceIndex : 0 },
  );
}

/** What the sysctl says, without the host's own addresses. */
function rtsockView({ bridge }: World): View {
  const view: View = new Map();
  for (const bytes of bridge.dump({ kind: DumpKind.Routes })) {
    const message = decodeRtsock(bytes) as RtsockRouteMessage;
    if ((message.header.flags & RtsockFlag.Host) !== 0 && (message.header.flags & RtsockFlag.Pinned) !== 0)
      continue;
    const { key, way } = pathOf(message, Number(message.header.metrics.weight));
    view.set(key, [...(view.get(key) ?? []), way].sort());
  }
  return view;
}

function pathOf({ header, addresses }: RtsockRouteMessage, weight: number): { key: string; way: string } {
  const destination = addresses[AddressSlot.Destination];
  const mask = addresses[AddressSlot.Netmask];
  const gateway = addresses[AddressSlot.Gateway];
  if (
    destination === undefined ||
    gateway === undefined ||
    destination.family === 'raw' ||
    mask?.family === 'raw'
  )
    throw new Error('a route says where to');
  const length =
    mask === undefined
      ? destination.address.length * 8
      : [...mask.address].reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  const isBlackhole = (header.flags & RtsockFlag.Blackhole) !== 0;
  const way = isBlackhole ? 'blackhole' : `${addressText(gateway)} * ${weight}`;
  return { key: `${addressText(destination).replace(/%.*/, '')}/${length}`, way };
}

function perform(world: World, socket: ReturnType<World['open']>, operation: Operation): boolean {
  if (operation.side === 'rtsock') return socket.send(routeRequest(operation.request)) === 0;
  const { verb, route } = operation;
  try {
    if (verb === 'remove')
      world.remove({ ...route, ...(route.type === undefined ? {} : { type: route.type }) });
    else if (verb === 'replace') world.replace(route);
    else if (verb === 'append') world.add(route, MessageFlag.Create | MessageFlag.Append);
    else world.add(route);
    return true;
  } catch (error) {
    if (!(error instanceof NetlinkError)) throw error;
    return false;
  }
}

/** Messages have no weights. */
function waysOnly(view: View): View {
  return new Map([...view].map(([key, ways]) => [key, ways.map((way) => way.split(' ')[0] ?? '').sort()]));
}

/** What a listener makes of a message. */
function follow(view: View, message: RtsockRouteMessage): void {
  if (message.header.errno !== 0) return;
  const { key, way: weighted } = pathOf(message, 0);
  const way = weighted.split(' ')[0] ?? '';
  const ways = view.get(key) ?? [];
  if (message.type === RtsockType.Add) view.set(key, [...ways, way].sort());
  else if (message.type === RtsockType.Change) view.set(key, ways.length === 1 ? [way] : ways);
  else {
    const rest = [...ways];
    const at = rest.indexOf(way);
    if (at < 0) throw new Error(`${key} ${way} goes, but was not there`);
    rest.splice(at, 1);
    if (rest.length === 0) view.delete(key);
    else view.set(key, rest);
  }
}

/** How many messages a routing socket should get for what became of a prefix. */
function expectedCount(before: readonly string[], after: readonly string[]): number {
  if (before.length === 1 && after.length === 1) return 1;
  const rest = [...after];
  let gone = 0;
  for (const way of before) {
    // The weight of the one that is left is none.
    const at =
      after.length === 1
        ? rest.findIndex((other) => other.split(' ')[0] === way.split(' ')[0])
        : rest.indexOf(way);
    if (at < 0) gone++;
    else rest.splice(at, 1);
  }
  return gone + rest.length;
}

function sum(before: View, after: View): number {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].reduce((all, key) => {
    const [old, now] = [before.get(key) ?? [], after.get(key) ?? []];
    return old.join() === now.join() ? all : all + expectedCount(old, now);
  }, 0);
}

test('whoever changes routes, both sides see the same, and each change is announced once on each side', async (t) => {
  let performed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryOperation, { minLength: 1, maxLength: 14 }), async (operations) => {
      const world = await openWorld();
      const sender = world.open({ pid: 5 });
      const listener = world.open();
      let before = await netlinkView(world);
      const followed = waysOnly(before);
      t.deepEqual(rtsockView(world), before);
      for (const operation of operations) {
        const isDone = perform(world, sender, operation);
        await Promise.resolve();
        const after = await netlinkView(world);
        t.deepEqual(rtsockView(world), after);
        const messages: RtsockRouteMessage[] = [];
        for (let next = listener.receive(); next !== undefined; next = listener.receive())
          messages.push(decodeRtsock(next) as RtsockRouteMessage);
        const announced = world.announced();
        const isChanged = sum(before, after) > 0;
        if (operation.side === 'rtsock') {
          // The answer, and nothing beside it; netlink hears once, from nobody.
          t.is(messages.length, 1);
          t.is(messages[0]?.header.pid, 5);
          t.is(messages[0]?.header.errno === 0, isDone);
          t.true(announced.length <= 1);
          t.is(announced.length === 1, isDone && (isChanged || announced.length === 1));
          for (const text of announced) t.true(text.endsWith('seq 0 port 0'), text);
        } else {
          t.true(announced.every((text) => text.endsWith('seq 8 port 9')));
          if (isDone && isChanged) t.is(messages.length, sum(before, after), JSON.stringify(operation));
          // What fails half-way is undone leg by leg, as in the kernel, and both sides hear of that.
          for (const { header } of messages)
            t.deepEqual([header.pid, header.sequence, header.errno], [0, 0, 0]);
        }
        for (const message of messages) follow(followed, message);
        t.deepEqual(
          Object.fromEntries(followed),
          Object.fromEntries(waysOnly(after)),
          JSON.stringify(operation),
        );
        if (isDone) performed++;
        before = after;
      }
      // What was seen change by change is what somebody sees who comes now.
      const seen = rtsockView(world);
      world.bridge.dispose();
      world.plugIn();
      t.deepEqual(rtsockView(world), seen);
      t.deepEqual(world.defects, []);
    }),
    { numRuns: 150 },
  );
  t.true(performed > 200);
});
