// Linux 6.18 as it is compared with here has no VLANs. The facts are those of linux/if_link.h, linux/if_vlan.h and net/8021q.
import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { type Link, type LinkParameters, Network } from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';

const UP = 1;

function pair(): { network: Network; lower: Link; far: Link; add: Add } {
  const network = new Network();
  const { links } = network;
  const lower = links.create('veth', { name: 'v0' }, {}, NO_CAUSE);
  const far = links.byName('veth0') as Link;
  const add: Add = (data, more = {}) => links.create('vlan', { link: lower.index, ...more }, data, NO_CAUSE);
  return { network, lower, far, add };
}
type Add = (data: object, more?: LinkParameters) => Link;

function refusalOf(action: () => unknown): [number, string | undefined] {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return [error.errno, error.text];
    throw error;
  }
  return [0, undefined];
}

const setUp = (link: Link, isUp: boolean) =>
  link.home.change(link, { flags: isUp ? UP : 0, flagsMask: UP }, NO_CAUSE);

test('what is no VLAN is refused with the words of the 8021q module', (t) => {
  const { network, lower, add } = pair();
  add({ id: 5 });
  const refused: readonly [() => unknown, Errno, string | undefined][] = [
    [() => add({}), Errno.EINVAL, '8021q: VLAN properties not specified'],
    [() => add({ protocol: 0x8100 }), Errno.EINVAL, '8021q: VLAN id not specified'],
    [() => add({ id: 4095 }), Errno.ERANGE, '8021q: Invalid VLAN id'],
    [() => add({ id: 6, protocol: 0x800 }), Errno.EPROTONOSUPPORT, '8021q: Invalid VLAN protocol'],
    [() => add({ id: 6, flags: { flags: 0x20, mask: 0x20 } }), Errno.EINVAL, '8021q: Invalid VLAN flags'],
    [() => add({ id: 5 }), Errno.EEXIST, '8021q: VLAN device already exists'],
    [() => add({ id: 6 }, { link: 99 }), Errno.ENODEV, '8021q: link does not exist'],
    [() => add({ id: 6 }, { link: 1 }), Errno.EOPNOTSUPP, '8021q: VLANs not supported on device'],
    [() => network.links.create('vlan', {}, { id: 6 }, NO_CAUSE), Errno.EINVAL, '8021q: link not specified'],
    [() => add({ id: 6 }, { mtu: lower.mtu + 1 }), Errno.EINVAL, undefined],
    [
      () => add({ id: 6 }, { address: Uint8Array.of(1, 0, 0, 0, 0, 1) }),
      Errno.EADDRNOTAVAIL,
      '8021q: Invalid link address',
    ],
  ];
  for (const [action, errno, text] of refused) t.deepEqual(refusalOf(action), [errno, text]);
  t.is(network.links.all().filter(({ kind }) => kind === 'vlan').length, 1);
});

test('the same number is another VLAN under another protocol', (t) => {
  const { add } = pair();
  t.is(add({ id: 5 }).name, 'vlan0');
  t.is(add({ id: 5, protocol: 0x88a8 }).name, 'vlan1');
});

test('a VLAN is described by protocol, number, flags and priorities, in that order', (t) => {
  const { add } = pair();
  const mapping = (from: number, to: number) => ({ from, to });
  const link = add({
    id: 5,
    ingress: { mapping: [mapping(3, 4), mapping(1, 0)] },
    egress: { mapping: [mapping(17, 1), mapping(1, 5)] },
  });
  const { data } = describeLink(link).attributes.information as { data: Uint8Array };
  t.is(
    Buffer.from(data).toString('hex'),
    [
      '0600050081000000', // IFLA_VLAN_PROTOCOL, network byte order
      '0600010005000000', // IFLA_VLAN_ID
      '0c00020001000000ffffffff', // IFLA_VLAN_FLAGS: REORDER_HDR, all flags in the mask
      '100004000c0001000300000004000000', // IFLA_VLAN_INGRESS_QOS 3:4
      '1c0003000c00010001000000050000000c0001001100000001000000', // IFLA_VLAN_EGRESS_QOS 1:5 17:1
    ].join(''),
  );
});

test('a VLAN goes up and down with the link below, and not before it', (t) => {
  const { lower, far, add } = pair();
  const tight = add({ id: 5 });
  const loose = add({ id: 6, flags: { flags: 4, mask: 4 } });
  t.deepEqual(
    refusalOf(() => setUp(tight, true)),
    [Errno.ENETDOWN, undefined],
  );
  setUp(loose, true);
  setUp(far, true);
  setUp(lower, true);
  t.deepEqual([tight.isUp, tight.hasCarrier, loose.isUp, loose.hasCarrier], [true, true, true, true]);
  setUp(lower, false);
  t.deepEqual([tight.isUp, tight.hasCarrier, loose.isUp], [false, false, true]);
});

test('MTU and address of a VLAN follow the link below', (t) => {
  const { network, lower, add } = pair();
  const { links } = network;
  const follower = add({ id: 5 });
  const own = add({ id: 6 }, { address: Uint8Array.of(2, 0, 0, 0, 0, 9) });
  setUp(lower, true);
  t.deepEqual(
    refusalOf(() => links.changeMtu(follower, 1501, NO_CAUSE)),
    [Errno.ERANGE, undefined],
  );
  links.changeMtu(lower, 1300, NO_CAUSE);
  const address = Uint8Array.of(2, 0, 0, 0, 0, 7);
  links.changeAddress(lower, address, NO_CAUSE);
  t.is(follower.mtu, 1300);
  t.deepEqual(follower.address, address);
  t.is(own.address[5], 9);
});

test('a VLAN that is bound to the ports of a bridge is refused aloud', (t) => {
  const { add } = pair();
  t.deepEqual(
    refusalOf(() => add({ id: 5, flags: { flags: 0x10, mask: 0x10 } })),
    [Errno.EOPNOTSUPP, 'VLAN links that are bound to bridge ports are not supported'],
  );
});

test('a VLAN goes with the link below', (t) => {
  const { network, lower, add } = pair();
  const inner = network.links.create('vlan', { link: add({ id: 5 }).index }, { id: 7 }, NO_CAUSE);
  t.is(inner.kind, 'vlan');
  network.links.remove([lower], NO_CAUSE);
  t.deepEqual(
    network.links.all().map(({ name }) => name),
    ['lo'],
  );
});
