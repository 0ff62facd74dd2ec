// Linux 6.18 as it is compared with here has no VRFs. The facts are those of linux/if_link.h, drivers/net/vrf and net/l3mdev.
import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import {
  AddressFamily,
  LINUX_NETWORK,
  type Link,
  LinkFlag,
  type LinkParameters,
  Network,
} from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';
import { flowTo } from '../../src/route/flow.js';
import { readAddress } from '../../src/route/ip-words.js';

const UP = LinkFlag.Up;

function networkWith(...tables: number[]): { network: Network; vrfs: Link[] } {
  const network = new Network();
  const vrfs = tables.map((table, n) =>
    network.links.create('vrf', { name: `vrf${n}`, flags: UP, flagsMask: UP }, { table }, NO_CAUSE),
  );
  return { network, vrfs };
}

function addLink(network: Network, name: string, more: LinkParameters = {}): Link {
  return network.links.create('dummy', { name, flags: UP, flagsMask: UP, ...more }, {}, NO_CAUSE);
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

const join = (link: Link, master: Link | undefined) =>
  link.home.change(link, { master: master?.index ?? 0 }, NO_CAUSE);

function addIpv4(network: Network, link: Link, ...local: [number, number, number, number]): void {
  network.addresses.ipv4.put(link, { local: Uint8Array.from(local), prefixLength: 24 }, NO_CAUSE);
}

function words(...bytes: number[]): Uint32Array {
  const result = new Uint32Array(4);
  readAddress(Uint8Array.from(bytes), 0, bytes.length, result);
  return result;
}

/** The tables of the routes through a link, in the order of their destinations. */
function tablesOf({ routes }: Network, addressFamily: AddressFamily.Inet | AddressFamily.Inet6, link: Link) {
  const fib = routes.fib(addressFamily);
  return [...new Set(fib.links.routesOf(link.index).map((route) => fib.tableOf(route).id))].sort();
}

test('a VRF needs a table, for ever', (t) => {
  const { network, vrfs } = networkWith(10);
  const add = (data: object, more: LinkParameters = {}) => network.links.create('vrf', more, data, NO_CAUSE);
  const { change } = network.links;
  const refused: readonly [() => unknown, Errno, string | undefined][] = [
    [() => add({}), Errno.EINVAL, 'VRF table id is missing'],
    [() => add({ table: 0 }), Errno.EINVAL, 'Invalid VRF table id'],
    [() => add({ table: 5 }, { address: new Uint8Array(4) }), Errno.EINVAL, 'Invalid hardware address'],
    [
      () => add({ table: 5 }, { address: new Uint8Array(6) }),
      Errno.EADDRNOTAVAIL,
      'Invalid hardware address',
    ],
    [() => add({ table: 5 }, { mtu: 1279 }), Errno.EINVAL, 'mtu less than device minimum'],
    [
      () => change.call(network.links, vrfs[0] as Link, { data: { table: 5 } }, NO_CAUSE),
      Errno.EOPNOTSUPP,
      undefined,
    ],
  ];
  for (const [action, errno, text] of refused) t.deepEqual(refusalOf(action), [errno, text]);
  t.is(network.links.all().filter(({ kind }) => kind === 'vrf').length, 1);
});

test('only the first VRF of a network brings rules, one for each family, and they come before it', (t) => {
  const network = new Network();
  const seen: string[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'rule-changed')
      seen.push(
        `${event.rule.is.addressFamily} ${event.rule.priority} ${event.rule.is.asksLink} ${event.cause.portId}`,
      );
    if (event.type === 'link-changed') seen.push(event.link.name);
  });
  const [first] = [1, 2].map((table) =>
    network.links.create('vrf', { name: `vrf${table}` }, { table }, NO_CAUSE),
  );
  network.links.remove([first as Link], NO_CAUSE);
  network.links.create('vrf', { name: 'vrf3' }, { table: 3 }, NO_CAUSE);
  t.deepEqual(seen, [
    '2 1000 true 0',
    '10 1000 true 0',
    '128 1000 true 0',
    '129 1000 true 0',
    'vrf1',
    'vrf2',
    'vrf3',
  ]);
  t.deepEqual(
    network.rules.ipv4.rules.map(({ priority }) => priority),
    [0, 1000, 32766, 32767],
  );
});

test('a rule that somebody else has made is not made again', (t) => {
  const { network } = networkWith();
  network.rules.ipv4.addVrfRule();
  networkWith();
  network.links.create('vrf', {}, { table: 5 }, NO_CAUSE);
  t.is(network.rules.ipv4.rules.filter(({ priority }) => priority === 1000).length, 1);
  t.is(network.rules.ipv6.rules.filter(({ priority }) => priority === 1000).length, 1);
});

test('VRF and port are described by the table', (t) => {
  const { network, vrfs } = networkWith(10);
  const port = addLink(network, 'd0');
  join(port, vrfs[0]);
  const { data } = describeLink(vrfs[0] as Link).attributes.information as { data: Uint8Array };
  t.is(Buffer.from(data).toString('hex'), '080001000a000000'); // IFLA_VRF_TABLE
  const { slaveKind, slaveData } = describeLink(port).attributes.information as {
    slaveKind: string;
    slaveData: Uint8Array;
  };
  t.is(slaveKind, 'vrf');
  t.is(Buffer.from(slaveData).toString('hex'), '080001000a000000'); // IFLA_VRF_PORT_TABLE
});

test('what cannot be a port of a VRF is refused', (t) => {
  const { network, vrfs } = networkWith(10, 11);
  const [red, blue] = vrfs as [Link, Link];
  t.deepEqual(
    refusalOf(() => join(blue, red)),
    [Errno.EINVAL, 'Can not enslave an L3 master device to a VRF'],
  );
  const lo = network.links.byName('lo') as Link;
  t.deepEqual(
    refusalOf(() => join(lo, red)),
    [Errno.EOPNOTSUPP, 'Can not enslave loopback device to a VRF'],
  );
});

test('routes of the addresses of a port move with it from table to table', (t) => {
  const { network, vrfs } = networkWith(10, 11);
  const port = addLink(network, 'd0');
  addIpv4(network, port, 192, 0, 2, 1);
  const tables = () => [
    tablesOf(network, AddressFamily.Inet, port),
    tablesOf(network, AddressFamily.Inet6, port),
  ];
  t.deepEqual(tables(), [
    [254, 255],
    [254, 255],
  ]);
  join(port, vrfs[0]);
  t.deepEqual(tables(), [[10], [10]]);
  join(port, vrfs[1]);
  t.deepEqual(tables(), [[11], [11]]);
  network.links.remove([vrfs[1] as Link], NO_CAUSE);
  t.is(port.master, undefined);
  t.deepEqual(tables(), [
    [254, 255],
    [254, 255],
  ]);
});

test('a port of a VRF is announced, leaves its routes, goes down, goes up, and has them again', (t) => {
  const { network, vrfs } = networkWith(10);
  const port = addLink(network, 'd0');
  const seen: string[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'link-changed')
      seen.push(
        `link ${event.link.isUp ? 'up' : 'down'} in ${event.link.master?.name} ${event.changedFlags}`,
      );
    if (event.type === 'route-changed' || event.type === 'route-removed') {
      const [family, length] = event.copyMessage().subarray(16);
      if (!LINUX_NETWORK.announcedRoutes[family === 2 ? 'ipv4' : 'ipv6'].has(event.reason)) return;
      seen.push(`${event.type} ${family === 2 ? 'IPv4' : 'IPv6'} /${length} in ${event.copyMessage()[20]}`);
    }
    if (event.type === 'address-removed') seen.push('address removed');
  });
  addIpv4(network, port, 192, 0, 2, 1);
  seen.length = 0;
  join(port, vrfs[0]);
  t.deepEqual(seen, [
    'link up in vrf0 0',
    'route-removed IPv6 /64 in 254',
    'route-removed IPv6 /128 in 255',
    'route-removed IPv6 /8 in 255',
    'address removed',
    'link down in vrf0 1',
    'link up in vrf0 1',
    'route-changed IPv4 /32 in 10',
    'route-changed IPv4 /24 in 10',
    'route-changed IPv4 /32 in 10',
    'route-changed IPv6 /8 in 10',
    'route-changed IPv6 /64 in 10',
    'route-changed IPv6 /128 in 10',
  ]);
});

test('a port that is down keeps IPv4 addresses without any route until it is up, and loses IPv6 addresses', (t) => {
  const { network, vrfs } = networkWith(10);
  const port = addLink(network, 'd0', { flags: 0, flagsMask: UP });
  addIpv4(network, port, 192, 0, 2, 1);
  const local = Uint8Array.from([0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1]);
  network.addresses.ipv6.put(port, { local, prefixLength: 64, flags: 2 }, NO_CAUSE);
  t.deepEqual(tablesOf(network, AddressFamily.Inet, port), [255]);
  join(port, vrfs[0]);
  t.deepEqual(tablesOf(network, AddressFamily.Inet, port), []);
  t.is(network.addresses.ipv4.of(port).length, 1);
  t.deepEqual(network.addresses.ipv6.of(port), []);
  t.deepEqual(tablesOf(network, AddressFamily.Inet6, port), []);
  network.links.change(port, { flags: UP, flagsMask: UP }, NO_CAUSE);
  t.deepEqual(tablesOf(network, AddressFamily.Inet, port), [10]);
});

test('a VRF has no link-local address and no multicast route, but may have ::1', (t) => {
  const { network, vrfs } = networkWith(10);
  const [red] = vrfs as [Link];
  t.deepEqual(network.addresses.ipv6.of(red), []);
  t.deepEqual(tablesOf(network, AddressFamily.Inet6, red), []);
  const local = Uint8Array.from([...new Array<number>(15).fill(0), 1]);
  network.addresses.ipv6.put(red, { local, prefixLength: 128 }, NO_CAUSE);
  t.deepEqual(tablesOf(network, AddressFamily.Inet6, red), [10]);
  const port = addLink(network, 'd0');
  t.is(
    refusalOf(() => network.addresses.ipv6.put(port, { local, prefixLength: 128 }, NO_CAUSE))[0],
    Errno.EADDRNOTAVAIL,
  );
});

test('the same address in two VRFs: each is found from its own links only', (t) => {
  const { network, vrfs } = networkWith(10, 11);
  const ports = vrfs.map((vrf, n) => {
    const port = addLink(network, `d${n}`);
    join(port, vrf);
    addIpv4(network, port, 192, 0, 2, 1);
    return port;
  });
  const { ipv4Lookup } = network.routes;
  const find = (details: object) => {
    const found = ipv4Lookup.lookup(Object.assign(flowTo(words(192, 0, 2, 9)), details));
    return found === undefined ? undefined : [found.table.id, found.interfaceIndex];
  };
  const [red, blue] = vrfs as [Link, Link];
  const [a, b] = ports as [Link, Link];
  t.is(find({}), undefined);
  t.deepEqual(find({ outputInterface: red.index, interfaceIndex: red.index }), [10, a.index]);
  t.deepEqual(find({ outputInterface: blue.index, interfaceIndex: blue.index }), [11, b.index]);
  t.deepEqual(find({ outputInterface: b.index, interfaceIndex: b.index }), [11, b.index]);
  t.deepEqual(find({ inputInterface: a.index }), [10, a.index]);
  // Not over a link of the other VRF.
  t.deepEqual(find({ inputInterface: a.index, interfaceIndex: b.index }), undefined);
});

test('a rule about a VRF as a link means all its links', (t) => {
  const { network, vrfs } = networkWith(10);
  const [red] = vrfs as [Link];
  const port = addLink(network, 'd0');
  join(port, red);
  const plain = addLink(network, 'd1');
  const { ipv4 } = network.rules;
  const twin = ipv4.rules.find(({ priority }) => priority === 1000)?.is;
  if (twin === undefined) throw new Error('no rule');
  ipv4.add({ ...twin, asksLink: false, action: 8, output: 'vrf0', priority: 500 }, true, NO_CAUSE);
  const refusal = (details: object) => ipv4Errno(network, details);
  t.is(refusal({ outputInterface: port.index }), Errno.EACCES);
  t.is(refusal({ outputInterface: red.index }), Errno.EACCES);
  t.is(refusal({ inputInterface: port.index }), undefined);
  t.is(refusal({ outputInterface: plain.index }), undefined);
});

function ipv4Errno({ routes }: Network, details: object): number | undefined {
  return routes.ipv4Lookup.lookup(Object.assign(flowTo(words(198, 51, 100, 1)), details))?.errno;
}

test('source addresses are taken from the VRF, from its other links before those of nobody', (t) => {
  const { network, vrfs } = networkWith(10);
  const [red] = vrfs as [Link];
  const [port, other, outside] = ['d0', 'd1', 'd2'].map((name) => addLink(network, name)) as [
    Link,
    Link,
    Link,
  ];
  addIpv4(network, outside, 203, 0, 113, 1);
  join(port, red);
  join(other, red);
  const chosen = () => network.addresses.selectSource(AddressFamily.Inet, port.index, 0)?.join('.');
  t.is(chosen(), undefined);
  addIpv4(network, other, 192, 0, 2, 1);
  t.is(chosen(), '192.0.2.1');
  addIpv4(network, red, 192, 0, 2, 7);
  t.is(chosen(), '192.0.2.7');
  t.is(network.addresses.selectSource(AddressFamily.Inet, undefined, 0)?.join('.'), '203.0.113.1');
});

test('VRFs do not move to another namespace and are no place for VLANs', (t) => {
  const { network, vrfs } = networkWith(10);
  const [red] = vrfs as [Link];
  t.is(describeLink(red).attributes.namespaceBound, 1);
  t.deepEqual(
    refusalOf(() => network.links.create('vlan', { link: red.index }, { id: 5 }, NO_CAUSE)),
    [Errno.EOPNOTSUPP, '8021q: VLANs not supported on device'],
  );
  t.deepEqual(
    refusalOf(() => network.links.create('macvlan', { link: red.index }, {}, NO_CAUSE))[0],
    Errno.EINVAL,
  );
});

test('a port of a VRF can have macvlans: a VRF takes no packets away', (t) => {
  const { network, vrfs } = networkWith(10);
  const port = network.links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  join(port, vrfs[0]);
  const above = network.links.create('macvlan', { link: port.index }, {}, NO_CAUSE);
  t.is(above.linked, port);
  network.links.remove([port], NO_CAUSE);
  t.deepEqual(
    network.links.all().map(({ name }) => name),
    ['lo', 'vrf0'],
  );
});
