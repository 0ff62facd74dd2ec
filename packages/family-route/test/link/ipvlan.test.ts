// Linux 6.18 as it is compared with here has no ipvlan links. The facts are those of linux/if_link.h and drivers/net/ipvlan.
import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type Link, LinkFlag, type LinkParameters, Network } from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';

const UP = LinkFlag.Up;
const NO_ARP = LinkFlag.NoArp;

function onDummy(): { network: Network; lower: Link; add: Add } {
  const network = new Network();
  const { links } = network;
  const lower = links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  const add: Add = (data = {}, more = {}) =>
    links.create('ipvlan', { link: lower.index, ...more }, data, NO_CAUSE);
  return { network, lower, add };
}
type Add = (data?: object, more?: LinkParameters) => Link;

function errnoOf(action: () => unknown): number {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return error.errno;
    throw error;
  }
  return 0;
}

const setUp = (...links: Link[]) => {
  for (const link of links) link.home.change(link, { flags: UP, flagsMask: UP }, NO_CAUSE);
};

const dataOf = (link: Link) => {
  const { data } = describeLink(link).attributes.information as { data: Uint8Array };
  return Buffer.from(data).toString('hex');
};

test('what is no ipvlan is refused', (t) => {
  const { network, add } = onDummy();
  const { links } = network;
  t.is(
    errnoOf(() => add({ mode: 3 })),
    Errno.EINVAL,
  );
  t.is(
    errnoOf(() => add({ flags: 3 })),
    Errno.EINVAL,
  );
  t.is(
    errnoOf(() => add({ flags: 4 })),
    Errno.EINVAL,
  );
  t.is(
    errnoOf(() => links.create('ipvlan', {}, {}, NO_CAUSE)),
    Errno.EINVAL,
  );
  t.is(
    errnoOf(() => add({}, { link: 99 })),
    Errno.ENODEV,
  );
  t.is(
    errnoOf(() => add({}, { link: 1 })),
    Errno.EINVAL,
  );
  t.is(
    errnoOf(() => add({}, { mtu: 67 })),
    Errno.EINVAL,
  );
  t.deepEqual(
    links.all().map(({ name }) => name),
    ['lo', 'd0'],
  );
});

test('mode and flags are those of all links on the same link, and the last request decides', (t) => {
  const { network, add } = onDummy();
  const first = add();
  t.is(dataOf(first), '06000100010000000600020000000000'); // IFLA_IPVLAN_MODE l3, IFLA_IPVLAN_FLAGS none
  const second = add({ mode: 0, flags: 1 }, { link: first.index });
  t.is(dataOf(first), '06000100000000000600020001000000');
  network.links.change(second, { data: { mode: 2, flags: 2 } }, NO_CAUSE);
  t.is(dataOf(first), '06000100020000000600020002000000');
  add();
  t.is(dataOf(first), '06000100010000000600020002000000');
});

test('in the third layer nobody asks for MAC addresses', (t) => {
  const { network, add } = onDummy();
  const [l3, l2] = [add(), add()];
  t.false(l3.has(NO_ARP));
  setUp(l3);
  t.true(l3.has(NO_ARP));
  network.links.change(l2, { data: { mode: 0 } }, NO_CAUSE);
  t.deepEqual([l3.has(NO_ARP), l2.has(NO_ARP)], [false, false]);
  network.links.change(l2, { data: { mode: 2 } }, NO_CAUSE);
  t.deepEqual([l3.has(NO_ARP), l2.has(NO_ARP)], [true, true]);
});

test('all have the MAC address of the link below, and link-local addresses with numbers of their own', (t) => {
  const { network, lower, add } = onDummy();
  const [a, b, c] = [add(), add(), add({}, { address: Uint8Array.of(2, 0, 0, 0, 0, 9) })] as const;
  t.deepEqual(
    [a, b, c].map(({ address }) => address),
    [lower.address, lower.address, lower.address],
  );
  setUp(lower, a, b);
  network.links.remove([b], NO_CAUSE);
  // Numbers go on, they are not used again at once.
  const d = add();
  setUp(d);
  const middle = (link: Link) => [...(network.addresses.ipv6.of(link)[0]?.local.subarray(11, 13) ?? [])];
  t.deepEqual(
    [middle(a), middle(d)],
    [
      [0, 1],
      [0, 4],
    ],
  );
  t.is(
    errnoOf(() => network.links.change(a, { address: Uint8Array.of(2, 0, 0, 0, 0, 9) }, NO_CAUSE)),
    Errno.EOPNOTSUPP,
  );
  network.links.change(lower, { address: Uint8Array.of(2, 0, 0, 0, 0, 7) }, NO_CAUSE);
  t.deepEqual([...a.address], [2, 0, 0, 0, 0, 7]);
});

test('no two links on the same link have an IP address in common', (t) => {
  const { network, lower, add } = onDummy();
  const [a, b] = [add(), add()] as const;
  const { ipv4, ipv6 } = network.addresses;
  const put4 = (link: Link, prefixLength: number) =>
    ipv4.put(link, { local: Uint8Array.of(192, 0, 2, 1), prefixLength }, NO_CAUSE);
  put4(a, 24);
  t.is(
    errnoOf(() => put4(b, 24)),
    Errno.EADDRINUSE,
  );
  t.is(
    errnoOf(() => put4(a, 16)),
    Errno.EADDRINUSE,
  );
  put4(lower, 24);
  const local = Uint8Array.from([0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1]);
  ipv6.put(a, { local, prefixLength: 64 }, NO_CAUSE);
  t.is(
    errnoOf(() => ipv6.put(b, { local, prefixLength: 64 }, NO_CAUSE)),
    Errno.EADDRINUSE,
  );
  t.deepEqual([ipv4.of(b).length, ipv6.of(b).length], [0, 0]);
});

test('carrier follows the link below, the MTU even where it is larger, and nothing outlives it', (t) => {
  const network = new Network();
  const { links } = network;
  const lower = links.create('veth', { name: 'v0' }, {}, NO_CAUSE);
  const far = links.byName('veth0') as Link;
  const link = links.create('ipvlan', { link: lower.index, name: 'i0' }, {}, NO_CAUSE);
  setUp(link, lower);
  t.false(link.hasCarrier);
  setUp(far);
  t.true(link.hasCarrier);
  links.changeMtu(link, 9000, NO_CAUSE);
  links.changeMtu(lower, 2000, NO_CAUSE);
  t.is(link.mtu, 2000);
  links.remove([far], NO_CAUSE);
  t.deepEqual(
    links.all().map(({ name }) => name),
    ['lo'],
  );
});

test('ipvlans, macvlans and bridges leave nothing for each other', (t) => {
  const { network, lower, add } = onDummy();
  const { links } = network;
  const bridge = links.create('bridge', { name: 'br0' }, {}, NO_CAUSE);
  const link = add();
  t.is(
    errnoOf(() => links.create('macvlan', { link: lower.index }, {}, NO_CAUSE)),
    Errno.EBUSY,
  );
  t.is(
    errnoOf(() => links.change(lower, { master: bridge.index }, NO_CAUSE)),
    Errno.EBUSY,
  );
  t.is(
    errnoOf(() => links.change(link, { master: bridge.index }, NO_CAUSE)),
    Errno.EINVAL,
  );
  links.remove([link], NO_CAUSE);
  links.change(lower, { master: bridge.index }, NO_CAUSE);
  t.is(
    errnoOf(() => add()),
    Errno.EBUSY,
  );
});
