import { NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type InterfaceAddress, type Link, ManualClock, Network } from '../../src/index.js';

const UP = 1;
const NO_ARP = 0x80;
const DEPRECATED = 0x20;
const SECONDARY = 0x1;
const NO_DETECTION = 0x2;
const NO_GENERATION = 1;
const PROMOTE_SECONDARIES = 20;

const dotted = (address: Uint8Array): string => address.join('.');
const ipv4 = (last: number): Uint8Array => Uint8Array.of(10, 0, 0, last);
const ipv6 = (last: number): Uint8Array =>
  Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), last);

/** A pair that is up and has no addresses, and what is told from then on, in words. */
function begin() {
  const clock = new ManualClock();
  const network = new Network({ clock });
  const one = network.links.create('veth', { name: 'v0' }, {}, NO_CAUSE);
  const other = network.links.byIndex(one.linkedIndex as number) as Link;
  for (const link of [one, other]) {
    network.links.change(link, { addressGenerationMode: NO_GENERATION }, NO_CAUSE);
    network.links.change(link, { flags: UP, flagsMask: UP }, NO_CAUSE);
  }
  const told: string[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'address-changed' || event.type === 'address-removed')
      told.push(`${event.type} ${wordsOf(event.address)}`);
    else told.push(event.type);
  });
  return { clock, network, link: one, told };
}

function wordsOf({ local, flags }: InterfaceAddress): string {
  const words = [dotted(local.subarray(-4))];
  if ((flags & DEPRECATED) !== 0) words.push('deprecated');
  if ((flags & SECONDARY) !== 0) words.push('secondary');
  return words.join(' ');
}

const lifetime = { preferredSeconds: 10, validSeconds: 30 };

test('an IPv4 address is deprecated after its preferred time, once, and goes with its routes after its valid time', (t) => {
  const { clock, network, link, told } = begin();
  network.addresses.ipv4.put(link, { local: ipv4(1), prefixLength: 24, lifetime }, NO_CAUSE);
  told.length = 0;
  clock.advance(9_999);
  t.deepEqual(told, []);
  clock.advance(1);
  t.deepEqual(told, ['address-changed 10.0.0.1 deprecated']);
  clock.advance(19_999);
  t.is(told.length, 1);
  clock.advance(1);
  t.deepEqual(told.slice(1), [
    'address-removed 10.0.0.1 deprecated',
    ...['prefix', 'broadcast', 'local'].map(() => 'route-removed'),
  ]);
  t.deepEqual(network.addresses.ipv4.of(link), []);
});

test('an IPv6 address that expires leaves its solicited-node address, its local route and its prefix route', (t) => {
  const { clock, network, link, told } = begin();
  network.addresses.ipv6.put(
    link,
    { local: ipv6(1), prefixLength: 64, flags: NO_DETECTION, lifetime },
    NO_CAUSE,
  );
  told.length = 0;
  clock.advance(10_000);
  t.deepEqual(told, ['address-changed 0.0.0.1 deprecated']);
  clock.advance(20_000);
  t.true(told.includes('address-removed 0.0.0.1 deprecated'));
  t.is(told.filter((one) => one === 'multicast-left').length, 1);
  t.is(told.filter((one) => one === 'route-removed').length, 2);
  t.deepEqual(network.addresses.ipv6.of(link), []);
});

test('a change begins the lifetime anew and takes the deprecation back', (t) => {
  const { clock, network, link, told } = begin();
  const request = { local: ipv4(1), prefixLength: 24, lifetime };
  network.addresses.ipv4.put(link, request, NO_CAUSE);
  clock.advance(15_000);
  told.length = 0;
  network.addresses.ipv4.put(link, { ...request, replace: true }, NO_CAUSE);
  t.deepEqual(told, ['address-changed 10.0.0.1']);
  clock.advance(29_999);
  t.is(network.addresses.ipv4.of(link).length, 1);
  clock.advance(1);
  t.is(network.addresses.ipv4.of(link).length, 0);
});

test('a lifetime longer than a timer of the platform holds is kept to the second', (t) => {
  const { clock, network, link } = begin();
  const days = { preferredSeconds: 50 * 86_400, validSeconds: 60 * 86_400 };
  network.addresses.ipv4.put(link, { local: ipv4(1), prefixLength: 24, lifetime: days }, NO_CAUSE);
  clock.advance(60 * 86_400_000 - 1);
  t.is(network.addresses.ipv4.of(link).length, 1);
  clock.advance(1);
  t.is(network.addresses.ipv4.of(link).length, 0);
});

test('a primary that expires takes its secondaries along', (t) => {
  const { clock, network, link, told } = begin();
  network.addresses.ipv4.put(link, { local: ipv4(1), prefixLength: 24, lifetime }, NO_CAUSE);
  network.addresses.ipv4.put(link, { local: ipv4(2), prefixLength: 24 }, NO_CAUSE);
  told.length = 0;
  clock.advance(30_000);
  t.deepEqual(
    told.filter((one) => one.startsWith('address-removed')),
    ['address-removed 10.0.0.2 secondary', 'address-removed 10.0.0.1 deprecated'],
  );
});

test('where secondaries are promoted, one takes the place of a primary that expires', (t) => {
  const { clock, network, link, told } = begin();
  network.links.change(link, { ipv4Settings: new Map([[PROMOTE_SECONDARIES, 1]]) }, NO_CAUSE);
  network.addresses.ipv4.put(link, { local: ipv4(1), prefixLength: 24, lifetime }, NO_CAUSE);
  network.addresses.ipv4.put(link, { local: ipv4(2), prefixLength: 24 }, NO_CAUSE);
  network.addresses.ipv4.put(link, { local: ipv4(3), prefixLength: 24 }, NO_CAUSE);
  told.length = 0;
  clock.advance(30_000);
  t.deepEqual(
    told.filter((one) => one.startsWith('address')),
    [
      'address-changed 10.0.0.1 deprecated',
      'address-removed 10.0.0.1 deprecated',
      'address-changed 10.0.0.2',
    ],
  );
  t.deepEqual(network.addresses.ipv4.of(link).map(wordsOf), ['10.0.0.2', '10.0.0.3 secondary']);
});

test('an address that goes during its detection is never announced as usable', (t) => {
  const { clock, network, link, told } = begin();
  const short = { preferredSeconds: 1, validSeconds: 1 };
  network.addresses.ipv6.put(link, { local: ipv6(1), prefixLength: 64, lifetime: short }, NO_CAUSE);
  told.length = 0;
  clock.advance(10_000);
  t.deepEqual(
    told.filter((one) => one.startsWith('address')),
    ['address-removed 0.0.0.1'],
  );
});

test('arp off makes every IPv6 address be announced again, within a second and once', (t) => {
  const { clock, network, link, told } = begin();
  for (const last of [1, 2])
    network.addresses.ipv6.put(link, { local: ipv6(last), prefixLength: 64, flags: NO_DETECTION }, NO_CAUSE);
  network.links.change(link, { flags: NO_ARP, flagsMask: NO_ARP }, NO_CAUSE);
  told.length = 0;
  clock.advance(1_000);
  t.deepEqual([...told].sort(), ['address-changed 0.0.0.1', 'address-changed 0.0.0.2']);
  clock.advance(60_000);
  t.is(told.length, 2);
});
