import type { ObjectName, RouteClient } from '@nlspace/family-route/client';
import fc from 'fast-check';

/**
 * One change of a network, as a call of a client: `links`, `add` and what is given to it. Many are refused, for what they are
 * about is not there: that is no failure.
 */
export type RandomChange = readonly [of: ObjectName, verb: string, ...given: unknown[]];

export async function make(client: RouteClient, [of, verb, ...given]: RandomChange): Promise<void> {
  const verbs = client[of] as unknown as Record<string, (...given: readonly unknown[]) => Promise<void>>;
  await verbs[verb]?.(...given);
}

function call(of: ObjectName, verb: string, ...given: unknown[]): RandomChange {
  return [of, verb, ...given];
}

const LINKS = ['one', 'two', 'three', 'four'];
const link = fc.constantFrom(...LINKS);
const small = fc.integer({ min: 1, max: 3 });

const DESTINATIONS = [
  '10.0.0.0/8',
  '10.1.0.0/16',
  '198.51.100.0/24',
  'default',
  '2001:db8:1::/48',
  '2001:db8:2::/48',
];
const GATEWAYS = ['192.0.2.1', '192.0.2.2', '192.0.3.1', '2001:db8::7', 'fe80::7'];
const ADDRESSES = ['192.0.2.9/24', '192.0.3.9/24', '192.0.2.10/24', '2001:db8::9/64', '10.9.9.9/32'];

/** What a network begins with. */
export const WORLD: readonly RandomChange[] = [
  ['links', 'add', { name: 'one', kind: 'dummy', up: true }],
  ['links', 'add', { name: 'two', kind: 'veth', up: true }],
  ['links', 'change', 'veth0', { up: true }],
  ['addresses', 'add', { address: '192.0.2.9/24', link: 'one' }],
  ['addresses', 'add', { address: '192.0.3.9/24', link: 'two' }],
  ['addresses', 'add', { address: '2001:db8::9/64', link: 'one' }],
  ['nexthops', 'add', { id: 1, gateway: '192.0.2.1', link: 'one' }],
  ['nexthops', 'add', { id: 4, members: [{ id: 1 }] }],
];

const destination = fc.constantFrom(...DESTINATIONS);
const gateway = fc.constantFrom(...GATEWAYS);
const address = fc.constantFrom(...ADDRESSES);

const linkChanges = fc.oneof(
  fc
    .tuple(link, fc.constantFrom('dummy', 'bridge', 'veth'), fc.boolean())
    .map(([name, kind, up]) => call('links', 'add', { name, kind, up })),
  fc
    .tuple(link, fc.constantFrom(true, true, false))
    .map(([name, up]) => call('links', 'change', name, { up })),
  fc.tuple(link, fc.option(link)).map(([name, master]) => call('links', 'change', name, { master })),
  fc.tuple(link, link).map(([from, name]) => call('links', 'change', from, { name })),
  fc
    .tuple(link, fc.integer({ min: 1200, max: 1400 }))
    .map(([name, mtu]) => call('links', 'change', name, { mtu })),
);

const addressChanges = fc
  .tuple(address, link, fc.constantFrom('add', 'replace', 'remove'))
  .map(([address, link, verb]) => call('addresses', verb, { address, link }));

const way: fc.Arbitrary<object> = fc.oneof(
  gateway.map((gateway) => ({ gateway })),
  link.map((link) => ({ link })),
  fc.tuple(gateway, link).map(([gateway, link]) => ({ gateway, link })),
  fc.constantFrom(1, 4).map((nexthopId) => ({ nexthopId })),
  fc.tuple(gateway, gateway).map(([a, b]) => ({ nexthops: [{ gateway: a, weight: 2 }, { gateway: b }] })),
  fc.constant({ type: 'blackhole' }),
);

const routeChanges = fc
  .tuple(
    destination,
    way,
    fc.constantFrom('add', 'append', 'replace', 'replace', 'change', 'remove'),
    fc.record(
      { priority: small, table: fc.constantFrom('main', 100), typeOfService: fc.constantFrom(0, 4) },
      { requiredKeys: [] },
    ),
  )
  .map(([destination, way, verb, rest]) => call('routes', verb, { destination, ...way, ...rest }));

const nexthopChanges = fc.oneof(
  fc
    .tuple(small, gateway, link, fc.constantFrom('add', 'replace'))
    .map(([id, gateway, link, verb]) => call('nexthops', verb, { id, gateway, link })),
  fc
    .tuple(small, fc.uniqueArray(small, { minLength: 1 }), fc.constantFrom('add', 'replace'))
    .map(([id, ids, verb]) => call('nexthops', verb, { id: id + 3, members: ids.map((id) => ({ id })) })),
  fc.integer({ min: 1, max: 6 }).map((id) => call('nexthops', 'remove', id)),
);

const neighbourChanges = fc
  .tuple(
    fc.constantFrom('192.0.2.1', '192.0.2.77', 'fe80::7'),
    link,
    fc.constantFrom('add', 'replace', 'change', 'remove'),
    fc.constantFrom('permanent', 'stale', 'noarp'),
    small,
  )
  .map(([address, link, verb, state, last]) =>
    verb === 'remove'
      ? call('neighbours', verb, { address, link })
      : call('neighbours', verb, { address, link, state, linkLayerAddress: `02:00:00:00:00:0${last}` }),
  );

const ruleChanges = fc
  .tuple(
    fc.integer({ min: 100, max: 102 }),
    fc.constantFrom('add', 'remove'),
    fc.record(
      {
        source: fc.constantFrom('192.0.2.0/24', '2001:db8::/32'),
        inputLink: link,
        table: fc.constantFrom(100, 1000),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([priority, verb, rest]) => call('rules', verb, { priority, ...rest }));

export const randomChange: fc.Arbitrary<RandomChange> = fc.oneof(
  { arbitrary: link.map((name) => call('links', 'remove', name)), weight: 1 },
  { arbitrary: linkChanges, weight: 4 },
  { arbitrary: addressChanges, weight: 3 },
  { arbitrary: routeChanges, weight: 5 },
  { arbitrary: nexthopChanges, weight: 2 },
  { arbitrary: neighbourChanges, weight: 2 },
  { arbitrary: ruleChanges, weight: 2 },
);
