// Linux 6.18 as it is compared with here has no tunnels. The facts are those of linux/if_tunnel.h, the kernel's sources and ip(8).
import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type Link, type LinkParameters, Network } from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';
import { LinkFlag, LinkType } from '../../src/link/link-flags.js';

const HERE = Uint8Array.of(10, 0, 0, 1);
const THERE = Uint8Array.of(10, 0, 0, 2);
const ELSEWHERE = Uint8Array.of(10, 0, 0, 3);
const HERE6 = Uint8Array.of(0xfd, ...new Uint8Array(14), 1);
const THERE6 = Uint8Array.of(0xfd, ...new Uint8Array(14), 2);
const ANY = new Uint8Array(4);
const KEYED = 0x2000;
const ENDS = { local: HERE, remote: THERE };
const ENDS6 = { local: HERE6, remote: THERE6 };
const DOWN_FLAGS = LinkFlag.PointToPoint | LinkFlag.NoArp;

type Add = (kind: string, data: object, parameters?: LinkParameters) => Link;

/** With an Ethernet of an MTU of 1400 between HERE and THERE. */
function world(): { network: Network; add: Add; change: (link: Link, data: object) => void } {
  const network = new Network();
  const { links } = network;
  const card = links.create('dummy', { mtu: 1400, flags: 1, flagsMask: 1 }, {}, NO_CAUSE);
  network.addresses.ipv4.put(card, { local: HERE, prefixLength: 24 }, NO_CAUSE);
  return {
    network,
    add: (kind, data, parameters = {}) => links.create(kind, parameters, data, NO_CAUSE),
    change: (link, data) => links.change(link, { data }, NO_CAUSE),
  };
}

function refusalOf(action: () => unknown): [number, string | undefined] {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return [error.errno, error.text];
    throw error;
  }
  return [0, undefined];
}

const described = (link: Link): Record<string, unknown> => link.behaviour.describe?.(link);

test('a tunnel has the addresses of its ends, and is point-to-point with a remote one', (t) => {
  const { add } = world();
  const rows: readonly [kind: string, type: LinkType, data: object][] = [
    ['ipip', LinkType.Tunnel, ENDS],
    ['gre', LinkType.Ipv4Gre, ENDS],
    ['sit', LinkType.Sit, ENDS],
    ['vti', LinkType.Tunnel, ENDS],
    ['ip6tnl', LinkType.Tunnel6, ENDS6],
    ['ip6gre', LinkType.Ipv6Gre, ENDS6],
  ];
  for (const [kind, type, data] of rows) {
    const link = add(kind, data);
    t.is(link.traits.type, type, kind);
    t.deepEqual([link.address, link.broadcast], Object.values(data) as Uint8Array[], kind);
    t.is(link.flags, DOWN_FLAGS, kind);
    t.is(link.linkedIndex, 0, kind);
    t.is(add(kind, {}).flags, LinkFlag.NoArp, kind);
  }
});

test('the MTU is what fits into packets of the link that the route takes', (t) => {
  const { add } = world();
  const rows: readonly [kind: string, data: object, mtu: number][] = [
    ['ipip', ENDS, 1380],
    ['ipip', { local: HERE, remote: Uint8Array.of(192, 0, 2, 1) }, 1480],
    ['ipip', { local: HERE, remote: Uint8Array.of(192, 0, 2, 2), link: 2 }, 1380],
    ['gre', ENDS, 1376],
    ['gre', { ...ENDS, outputFlags: 0xb000, inputFlags: KEYED }, 1364],
    ['gretap', { ...ENDS, outputFlags: KEYED, inputFlags: KEYED }, 1358],
    ['sit', ENDS, 1380],
    ['vti', {}, 1480],
    ['ip6tnl', ENDS6, 1452],
    ['ip6tnl', { ...ENDS6, link: 2 }, 1352],
    ['ip6tnl', { ...ENDS6, link: 1, flags: 1 }, 65_496],
    ['ip6gre', ENDS6, 1448],
    ['ip6gre', { ...ENDS6, link: 2, flags: 1, outputFlags: KEYED }, 1452],
  ];
  for (const [kind, data, mtu] of rows) {
    t.is(add(kind, data).mtu, mtu, `${kind} ${JSON.stringify(data)}`);
  }
});

test('no two tunnels of a kind have the same ends, link and key', (t) => {
  const { add, network } = world();
  const first = add('gre', { ...ENDS, inputFlags: KEYED, inputKey: Uint8Array.of(0, 0, 0, 7) });
  add('ipip', ENDS);
  add('vti', { ...ENDS, inputKey: Uint8Array.of(0, 0, 0, 1) });
  add('ip6tnl', ENDS6);
  add('ip6gre', ENDS6);
  add('sit', ENDS);
  const taken: readonly [string, object][] = [
    ['gre', { ...ENDS, inputFlags: KEYED, inputKey: Uint8Array.of(0, 0, 0, 7) }],
    ['ipip', { ...ENDS, ttl: 7 }],
    ['vti', { ...ENDS, inputKey: Uint8Array.of(0, 0, 0, 2) }],
    ['ip6tnl', { ...ENDS6, protocol: 4 }],
    ['ip6gre', ENDS6],
    ['sit', { ...ENDS, protocol: 4 }],
  ];
  for (const [kind, data] of taken)
    t.deepEqual(
      refusalOf(() => add(kind, data)),
      [Errno.EEXIST, undefined],
      kind,
    );
  for (const data of [ENDS, { ...ENDS, link: 1 }, { ...ENDS, inputFlags: KEYED, inputKey: ANY }])
    t.notThrows(() => add('gre', data));
  add('ipip', { external: true });
  t.deepEqual(
    refusalOf(() => add('ipip', { external: true })),
    [Errno.EEXIST, undefined],
  );
  network.links.remove([first], NO_CAUSE);
  t.notThrows(() => add('gre', { ...ENDS, inputFlags: KEYED, inputKey: Uint8Array.of(0, 0, 0, 7) }));
});

test('what is no tunnel is refused, and no link stays', (t) => {
  const { add, network } = world();
  const encap = 'tunnels in UDP (encap) are not supported';
  const rows: readonly [string, object, Errno, string?][] = [
    ['ipip', { protocol: 41 }, Errno.EINVAL],
    ['sit', { protocol: 1 }, Errno.EINVAL],
    ['ip6tnl', { protocol: 137 }, Errno.EINVAL],
    ['gre', { inputFlags: 0x4000 }, Errno.EINVAL],
    ['ip6gre', { outputFlags: 0x0001 }, Errno.EINVAL],
    ['gre', { ignoresFragmentation: 1 }, Errno.EINVAL],
    ['gre', { remote: Uint8Array.of(239, 1, 1, 1) }, Errno.EINVAL],
    ['gretap', { remote: ANY }, Errno.EINVAL],
    ['sit', { rapidPrefixLength: 33, rapidPrefix: HERE6 }, Errno.EINVAL],
    ['sit', { rapidPrefixLength: 16, rapidPrefix: HERE6 }, Errno.EINVAL],
    ['ipip', { encapsulationType: 1 }, Errno.EOPNOTSUPP, encap],
    ['gre', { encapsulationType: 2 }, Errno.EOPNOTSUPP, encap],
    ['sit', { encapsulationType: 1 }, Errno.EOPNOTSUPP, encap],
    ['ip6tnl', { encapsulationType: 1 }, Errno.EOPNOTSUPP, encap],
    ['ip6gre', { encapsulationType: 1 }, Errno.EOPNOTSUPP, encap],
  ];
  for (const [kind, data, errno, text] of rows)
    t.deepEqual(
      refusalOf(() => add(kind, data)),
      [errno, text],
      `${kind} ${JSON.stringify(data)}`,
    );
  t.is(network.links.all().length, 2);
});

test('a change says everything anew, but for the mark and what a tunnel carries', (t) => {
  const { add, change } = world();
  const ipip = add('ipip', { ...ENDS, ttl: 5, tos: 3, mark: 9, protocol: 0 });
  t.like(described(ipip), { ttl: 5, tos: 3, mark: 9, protocol: 0, pathMtuDiscovery: 1 });
  change(ipip, { local: HERE, remote: ELSEWHERE, pathMtuDiscovery: 0 });
  t.like(described(ipip), { remote: ELSEWHERE, ttl: 0, tos: 0, mark: 9, protocol: 0, pathMtuDiscovery: 0 });
  t.deepEqual(ipip.broadcast, ELSEWHERE);
  const other = add('ipip', ENDS);
  t.deepEqual(
    refusalOf(() => change(other, { local: HERE, remote: ELSEWHERE })),
    [Errno.EEXIST, undefined],
  );
  for (const data of [{ local: HERE }, { ...ENDS, external: true }])
    t.deepEqual(
      refusalOf(() => change(other, data)),
      [Errno.EINVAL, undefined],
    );

  const gre = add('gre', ENDS);
  change(gre, { ...ENDS, outputFlags: 0x8000, inputFlags: 0x8000 });
  t.is(gre.mtu, 1372);
  t.like(described(gre), { outputFlags: 0x8000, inputFlags: 0x8000 });

  const sit = add('sit', ENDS);
  t.like(described(sit), { ttl: 64, protocol: 41, rapidPrefixLength: 16 });
  change(sit, { ...ENDS, protocol: 4, ttl: 3 });
  t.like(described(sit), { ttl: 3, protocol: 41 });

  const tunnel6 = add('ip6tnl', { ...ENDS6, mark: 4 });
  change(tunnel6, { local: HERE6, hopLimit: 3 });
  t.is(tunnel6.flags, LinkFlag.NoArp);
  t.like(described(tunnel6), { hopLimit: 3, mark: 0, flags: 0x40000 });
});

test('addresses of tunnels are not to be chosen, and MTUs are those of IP', (t) => {
  const { add, network } = world();
  const rows: readonly [kind: string, data: object, largest: number][] = [
    ['ipip', ENDS, 0xfff0 - 20],
    ['gre', ENDS, 0xfff0 - 24],
    ['gretap', ENDS, 0xfff0 - 38],
    ['ip6tnl', ENDS6, 65_407],
    ['ip6gre', ENDS6, 65_407],
  ];
  for (const [kind, data, largest] of rows) {
    const link = add(kind, data);
    const set = (changes: object) => () => network.links.change(link, changes, NO_CAUSE);
    t.is(refusalOf(set({ mtu: 67 }))[0], Errno.EINVAL, kind);
    t.is(refusalOf(set({ mtu: largest + 1 }))[0], Errno.EINVAL, kind);
    t.notThrows(set({ mtu: largest }), kind);
    const address = new Uint8Array(link.address.length).fill(2);
    t.is(refusalOf(set({ address }))[0], kind === 'gretap' ? 0 : Errno.EOPNOTSUPP, kind);
  }
});

test('a tunnel that is moved says where its packets are, and goes with that', (t) => {
  const { add, network } = world();
  const link = add('ipip', ENDS);
  const elsewhere = network.namespaces.get('elsewhere');
  elsewhere.links.take(link, {}, NO_CAUSE);
  const { link: index, linkNamespaceId } = describeLink(link).attributes;
  t.deepEqual([index, linkNamespaceId], [0, 0]);
  network.dismantle();
  t.deepEqual(
    elsewhere.links.all().map(({ name }) => name),
    ['lo'],
  );
});
