// Whatever is done to masters, their ports and what stands on them: refusals are refusals, and nothing is left behind.
import { NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import fc from 'fast-check';
import { AddressFamily, type Link, LinkFlag, ManualClock, Network } from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';

const UP = LinkFlag.Up;
const small = fc.nat({ max: 40 });

/** Each number of an operation means something else to each. */
const operations = fc.array(fc.tuple(fc.nat({ max: 11 }), small, small, small), {
  minLength: 20,
  maxLength: 120,
});

function play(
  network: Network,
  clock: ManualClock,
  [what, a, b, c]: readonly [number, number, number, number],
): void {
  const { links } = network;
  const all = links.all();
  const one = all[a % all.length] as Link;
  const other = all[b % all.length] as Link;
  const change = (changes: object) => links.change(one, changes, NO_CAUSE);
  switch (what) {
    case 0: {
      const kinds = ['dummy', 'veth', 'macvlan', 'ipvlan', 'vlan', 'bridge'] as const;
      const data = { vlan: { id: c + 1 }, macvlan: { mode: 4 }, ipvlan: { mode: c % 3 } };
      const kind = kinds[b % kinds.length] as keyof typeof data;
      links.create(kind, { link: one.index }, data[kind] ?? {}, NO_CAUSE);
      return;
    }
    case 1:
      links.create('vrf', { flags: UP, flagsMask: UP }, { table: 1 + (b % 5) }, NO_CAUSE);
      return;
    case 2:
      links.create(
        'bond',
        {},
        { mode: b % 7, ...(c % 2 === 0 ? { miimon: 100, upDelay: 100 * (c % 3) } : {}) },
        NO_CAUSE,
      );
      return;
    case 3:
    case 4:
      change({ master: b % 4 === 0 ? 0 : other.index });
      return;
    case 5:
    case 6:
      change({ flags: b % 3 === 0 ? 0 : UP, flagsMask: UP });
      return;
    case 7:
      if (one.kind !== 'loopback') links.remove([one], NO_CAUSE);
      return;
    case 8:
      change({ address: Uint8Array.of(2, 0, 0, 0, 0, b), mtu: 1280 + 10 * c });
      return;
    case 9:
      network.addresses.ipv4.put(
        one,
        { local: Uint8Array.of(10, 0, b % 3, 1 + (c % 4)), prefixLength: 24 },
        NO_CAUSE,
      );
      return;
    case 10:
      if (one.kind === 'bond')
        change({
          data: { primary: other.index, activeSlave: all[c % all.length]?.index, downDelay: 100 * (b % 3) },
        });
      else if (one.master?.kind === 'bond') change({ portData: { priority: b, portPriority: c } });
      return;
    default:
      clock.advance(50 * b);
  }
}

/** What must be so at any time. */
function check(t: { true(value: boolean, text: string): void }, network: Network): void {
  for (const link of network.links.all()) {
    describeLink(link);
    for (const lower of link.lowers)
      t.true(lower.uppers.has(link) && network.links.byIndex(lower.index) === lower, link.name);
    for (const upper of link.uppers)
      t.true(upper.lowers.has(link) && network.links.byIndex(upper.index) === upper, link.name);
    const inBond = link.master?.kind === 'bond';
    t.true(inBond === link.isPassive && inBond === link.has(LinkFlag.Slave), `${link.name} in a bond`);
    if (inBond)
      t.true(network.addresses.of(link, AddressFamily.Inet6).length === 0, `${link.name} without IPv6`);
  }
  for (const family of [AddressFamily.Inet, AddressFamily.Inet6] as const) {
    const fib = network.routes.fib(family);
    for (const link of network.links.all())
      for (const route of fib.links.routesOf(link.index)) {
        const { id } = fib.tableOf(route);
        const wanted = link.vrf?.ownTable;
        t.true(wanted === undefined ? id >= 254 : id === wanted, `${link.name} has a route in table ${id}`);
      }
  }
}

test('masters and their ports survive any order of things', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(operations, (list) => {
        const clock = new ManualClock();
        const network = new Network({ clock });
        for (const operation of list) {
          try {
            play(network, clock, operation);
          } catch (error) {
            if (!(error instanceof NetlinkError)) throw error;
          }
          check(
            {
              true: (value, text) => {
                if (!value) throw new Error(text);
              },
            },
            network,
          );
        }
        network.dismantle();
        clock.advance(10_000);
        if (network.links.all().length !== 1) throw new Error('links are left behind');
      }),
      { numRuns: 150, seed: 20261125 },
    ),
  );
});
