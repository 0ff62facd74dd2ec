// Linux 6.18 as it is compared with here has no bonds. The facts are those of linux/if_link.h, linux/if_bonding.h and drivers/net/bonding.
import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import {
  AddressFamily,
  type Link,
  type LinkChanges,
  LinkEvent,
  LinkFlag,
  type LinkParameters,
  ManualClock,
  Network,
} from '../../src/index.js';
import { bondData, bondSlaveData } from '../../src/link/kinds/bond/bond-message.js';
import { describeLink } from '../../src/link/link-description.js';

const UP = LinkFlag.Up;
const mac = (last: number) => Uint8Array.of(2, 0, 0, 0, 0, last);

/** A bond, and ends of wires whose other ends are up. */
function bonded(data: object, slaves = 2, more: LinkParameters = {}) {
  const clock = new ManualClock();
  const network = new Network({ clock });
  const { links } = network;
  const bond = links.create('bond', { name: 'bond0', ...more }, data, NO_CAUSE);
  const ports = Array.from({ length: slaves }, (_, n) => {
    const port = links.create('veth', { name: `v${n}`, address: mac(n + 1) }, {}, NO_CAUSE);
    setUp(port.linked as Link);
    return port;
  });
  return { clock, network, links, bond, ports: ports as [Link, Link, ...Link[]] };
}

function change(link: Link, changes: LinkChanges): void {
  link.home.change(link, changes, NO_CAUSE);
}

const setUp = (link: Link, isUp = true) => change(link, { flags: isUp ? UP : 0, flagsMask: UP });
const enslave = (bond: Link, ...ports: Link[]) => {
  for (const port of ports) change(port, { master: bond.index });
};
/** The wire of a slave is cut, or mended. */
const cut = (port: Link, isCut = true) => setUp(port.linked as Link, !isCut);

function informationOf(link: Link) {
  return describeLink(link).attributes.information as { data: Uint8Array; slaveData: Uint8Array };
}
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const described = (link: Link) => {
  const { data } = informationOf(link);
  return bondData.decode(viewOf(data), 0, data.length);
};
const slaveOf = (link: Link) => {
  const { slaveData } = informationOf(link);
  return bondSlaveData.decode(viewOf(slaveData), 0, slaveData.length);
};
/** Of each slave: 0 for active, 1 for backup; then what the link is: 0 up, 1 failing, 2 down, 3 coming back. */
const statesOf = (...ports: Link[]) => ports.map((port) => [slaveOf(port).state, slaveOf(port).miiStatus]);
const activeOf = (bond: Link) => {
  const { activeSlave } = described(bond);
  return activeSlave === undefined ? undefined : bond.home.byIndex(activeSlave)?.name;
};

function refusalOf(action: () => unknown): [number, string | undefined] {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return [error.errno, error.text];
    throw error;
  }
  return [0, undefined];
}

test('a bond is described by all its settings, in the order of Linux', (t) => {
  const { bond } = bonded({});
  const { data } = informationOf(bond);
  t.is(
    Buffer.from(data).toString('hex'),
    [
      '0500010000000000', // MODE balance-rr
      '0800030000000000', // MIIMON
      '0800040000000000', // UPDELAY
      '0800050000000000', // DOWNDELAY
      '08001c0000000000', // PEER_NOTIF_DELAY
      '0500060001000000', // USE_CARRIER
      '0800070000000000', // ARP_INTERVAL
      '0800090000000000', // ARP_VALIDATE
      '08000a0000000000', // ARP_ALL_TARGETS
      '05000c0000000000', // PRIMARY_RESELECT
      '05000d0000000000', // FAIL_OVER_MAC
      '05000e0000000000', // XMIT_HASH_POLICY
      '08000f0001000000', // RESEND_IGMP
      '0500100001000000', // NUM_PEER_NOTIF
      '0500110000000000', // ALL_SLAVES_ACTIVE
      '0800120000000000', // MIN_LINKS
      '0800130001000000', // LP_INTERVAL
      '0800140001000000', // PACKETS_PER_SLAVE
      '05001d0001000000', // AD_LACP_ACTIVE
      '0500150000000000', // AD_LACP_RATE
      '0500160000000000', // AD_SELECT
      '05001b0001000000', // TLB_DYNAMIC_LB
      '05001e0002000000', // MISSED_MAX
      '0500200001000000', // COUPLED_CONTROL
      '0500210000000000', // BROADCAST_NEIGH
    ].join(''),
  );
});

test('targets are numbered from 0, those of IPv6 in an attribute that says it is nested', (t) => {
  const { bond } = bonded({
    arpTargets: [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)],
    neighbourTargets: [Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array<number>(11).fill(0), 1)],
  });
  const hex = Buffer.from(informationOf(bond).data).toString('hex');
  t.true(hex.includes('1400080008000000c000020108000100c0000202'));
  t.true(hex.includes('18001f801400000020010db8000000000000000000000001'));
});

test('what an option does not take, and when it takes nothing', (t) => {
  const value = 'invalid option value';
  const mode = 'option not supported in mode';
  const slaves = 'unable to set option because the bond device has slaves';
  const up = 'unable to set option because the bond is up';
  const { bond, ports, links } = bonded({ mode: 1, miimon: 100 });
  const refuses = (data: object, errno: Errno, text?: string) =>
    t.deepEqual(
      refusalOf(() => change(bond, { data })),
      [errno, text],
      JSON.stringify(data),
    );
  refuses({ mode: 7 }, Errno.EINVAL, value);
  refuses({ miimon: 0x80000000 }, Errno.EINVAL, value);
  refuses({ useCarrier: 0 }, Errno.EINVAL, 'option obsolete, use_carrier cannot be disabled');
  refuses({ miimon: 50, arpInterval: 5 }, Errno.EINVAL, 'ARP monitoring cannot be used with MII monitoring');
  refuses({ miimon: 50, arpValidate: 1 }, Errno.EINVAL, 'ARP validating cannot be used with MII monitoring');
  refuses({ arpTargets: [Uint8Array.of(0, 0, 0, 1)] }, Errno.EINVAL, value);
  refuses({ arpTargets: [new Uint8Array(4).fill(255)] }, Errno.EINVAL, value);
  refuses({ arpTargets: [mac(1), mac(2)] }, Errno.EINVAL, value);
  refuses({ arpTargets: [Uint8Array.of(1, 2, 3)] }, Errno.EINVAL);
  refuses({ neighbourTargets: [new Uint8Array(4)] }, Errno.EINVAL, 'Invalid IPv6 address');
  refuses({ neighbourTargets: [new Uint8Array(16)] }, Errno.EINVAL, value);
  refuses({ arpValidate: 7 }, Errno.EINVAL, value);
  refuses({ arpAllTargets: 2 }, Errno.EINVAL, value);
  refuses({ activeSlave: 99 }, Errno.ENODEV);
  refuses({ activeSlave: 1 }, Errno.EINVAL, value);
  refuses({ primaryReselect: 3 }, Errno.EINVAL, value);
  refuses({ failOverMac: 3 }, Errno.EINVAL, value);
  refuses({ transmitHashPolicy: 6 }, Errno.EINVAL, value);
  refuses({ resendIgmp: 256 }, Errno.EINVAL, value);
  refuses({ allSlavesActive: 2 }, Errno.EINVAL, value);
  refuses({ learningInterval: 0 }, Errno.EINVAL, value);
  refuses({ packetsPerSlave: 1 }, Errno.EACCES, mode);
  refuses({ lacpActive: 0 }, Errno.EACCES, mode);
  refuses({ lacpRate: 1 }, Errno.EACCES, mode);
  refuses({ actorSystemPriority: 5 }, Errno.EACCES, mode);
  refuses({ userPortKey: 5 }, Errno.EACCES, mode);
  refuses({ actorSystem: mac(1) }, Errno.EACCES, mode);
  refuses({ actorSystem: Uint8Array.of(1) }, Errno.EINVAL);
  refuses({ tlbDynamic: 0 }, Errno.EACCES, mode);
  refuses({ missedMaximum: 0 }, Errno.EINVAL, value);
  refuses({ coupledControl: 0 }, Errno.EACCES, mode);
  refuses({ broadcastNeighbours: 1 }, Errno.EACCES, mode);
  setUp(bond);
  refuses({ mode: 4 }, Errno.EBUSY, up);
  refuses({ aggregatorSelection: 1 }, Errno.EBUSY, up);
  enslave(bond, ports[0]);
  refuses({ mode: 4 }, Errno.ENOTEMPTY, slaves);
  refuses({ failOverMac: 1 }, Errno.ENOTEMPTY, slaves);
  const aggregation = links.create('bond', {}, { mode: 4 }, NO_CAUSE);
  const refusesThere = (data: object, errno: Errno, text?: string) =>
    t.deepEqual(
      refusalOf(() => change(aggregation, { data })),
      [errno, text],
      JSON.stringify(data),
    );
  refusesThere({ arpInterval: 5 }, Errno.EACCES, mode);
  refusesThere({ arpValidate: 1 }, Errno.EACCES, mode);
  refusesThere({ missedMaximum: 3 }, Errno.EACCES, mode);
  refusesThere({ primary: 1 }, Errno.EACCES, mode);
  refusesThere({ userPortKey: 1024 }, Errno.EINVAL, value);
  refusesThere({ actorSystemPriority: 0 }, Errno.EINVAL, value);
  refusesThere({ actorSystem: Uint8Array.of(1, 0, 0, 0, 0, 1) }, Errno.EINVAL, value);
  t.deepEqual(
    refusalOf(() => links.create('bond', { name: 'none' }, { mode: 9 }, NO_CAUSE)),
    [Errno.EINVAL, value],
  );
  t.is(links.byName('none'), undefined);
});

test('ways of watching exclude each other, and delays are multiples of the interval', (t) => {
  const { bond, links } = bonded({});
  t.deepEqual(
    refusalOf(() => change(bond, { data: { upDelay: 100 } })),
    [Errno.EPERM, undefined],
  );
  change(bond, { data: { miimon: 100, upDelay: 250, downDelay: 99, peerNotifyDelay: 300 } });
  const { upDelay, downDelay, peerNotifyDelay } = described(bond);
  t.deepEqual([upDelay, downDelay, peerNotifyDelay], [200, 0, 300]);
  change(bond, { data: { miimon: 50 } });
  t.is(described(bond).upDelay, 100);
  change(bond, { data: { arpInterval: 500 } });
  t.deepEqual([described(bond).miimon, described(bond).arpInterval], [0, 500]);
  change(bond, { data: { arpValidate: 3 } });
  change(bond, { data: { miimon: 100 } });
  t.deepEqual([described(bond).arpInterval, described(bond).arpValidate], [0, 0]);
  // Modes that cannot be watched by ARP are watched in the other way.
  t.is(described(links.create('bond', {}, { mode: 5 }, NO_CAUSE)).miimon, 100);
});

test('who cannot be a slave', (t) => {
  const { bond, ports, links } = bonded({});
  const refuses = (port: Link, errno: Errno, text?: string) =>
    t.deepEqual(
      refusalOf(() => enslave(bond, port)),
      [errno, text],
      port.name,
    );
  refuses(
    links.create('vrf', {}, { table: 5 }, NO_CAUSE),
    Errno.EPERM,
    'Device type (master device) cannot be enslaved',
  );
  refuses(bond, Errno.EPERM, 'Cannot enslave bond to itself.');
  setUp(ports[0]);
  refuses(ports[0], Errno.EPERM, 'Device can not be enslaved while up');
  links.create('macvlan', { link: ports[1].index }, {}, NO_CAUSE);
  refuses(ports[1], Errno.EBUSY, 'Device is in use and cannot be enslaved');
  refuses(
    links.byName('lo') as Link,
    Errno.EOPNOTSUPP,
    'bonds of links other than Ethernet are not supported',
  );
  const dummy = links.create('dummy', {}, {}, NO_CAUSE);
  const ipvlan = links.create('ipvlan', { link: dummy.index }, {}, NO_CAUSE);
  refuses(ipvlan, Errno.EINVAL);
  links.create('vlan', { link: bond.index }, { id: 5 }, NO_CAUSE);
  refuses(ipvlan, Errno.EPERM, 'Can not enslave VLAN challenged device to VLAN enabled bond');
  t.deepEqual([...bond.lowers], []);
});

test('slaves take the address of the first and the MTU of the bond, go up, and get back what was theirs', (t) => {
  const { network, bond, ports } = bonded({}, 2, { mtu: 1400 });
  const [a, b] = ports;
  t.deepEqual([bond.hasCarrier, bond.flags & LinkFlag.Master], [false, LinkFlag.Master]);
  enslave(bond, a, b);
  for (const link of [bond, a, b]) t.deepEqual([...link.address], [...mac(1)], link.name);
  t.deepEqual(
    [a, b].map(({ mtu, isUp, flags }) => [mtu, isUp, flags & LinkFlag.Slave]),
    [
      [1400, true, 0x800],
      [1400, true, 0x800],
    ],
  );
  t.deepEqual([...(slaveOf(b).permanentAddress ?? [])], [...mac(2)]);
  setUp(bond);
  t.true(bond.hasCarrier);
  // IPv6 is on the bond, not on its slaves.
  const local = ({ name }: Link) =>
    network.addresses.of(network.links.byName(name) as Link, AddressFamily.Inet6).length;
  t.deepEqual([local(bond), local(a), local(b)], [1, 0, 0]);
  change(bond, { mtu: 1300, address: mac(9) });
  t.deepEqual(
    [a, b].map(({ mtu, address }) => [mtu, address[5]]),
    [
      [1300, 9],
      [1300, 9],
    ],
  );
  change(a, { master: 0 });
  t.deepEqual([a.mtu, [...a.address], a.isUp, a.flags & LinkFlag.Slave], [1500, [...mac(1)], false, 0]);
  t.deepEqual([...bond.address], [...mac(9)]);
  network.links.remove([bond], NO_CAUSE);
  t.deepEqual([b.mtu, [...b.address], b.isUp, b.master], [1500, [...mac(2)], false, undefined]);
});

test('a bond without slaves has a random address again, unlike any of theirs', (t) => {
  const { bond, ports } = bonded({}, 2, { address: mac(7) });
  enslave(bond, ports[0]);
  t.deepEqual([...ports[0].address], [...mac(7)]);
  change(ports[0], { master: 0 });
  t.notDeepEqual([...bond.address], [...mac(7)]);
  t.false(bond.hasCarrier);
  enslave(bond, ports[1]);
  t.deepEqual([...bond.address], [...mac(2)]);
});

test('an MTU that one slave refuses is not that of any other', (t) => {
  const { links, bond, ports } = bonded({});
  const lower = links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  const macvlan = links.create('macvlan', { link: lower.index }, { mode: 4 }, NO_CAUSE);
  enslave(bond, ports[0], macvlan);
  t.is(refusalOf(() => change(bond, { mtu: 3000 }))[0], Errno.EINVAL);
  t.deepEqual([bond.mtu, ports[0].mtu, macvlan.mtu], [1500, 1500, 1500]);
});

test('a slave that cannot have the MTU stays what it was', (t) => {
  const { links, bond } = bonded({}, 0, { mtu: 9000 });
  const lower = links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  const macvlan = links.create('macvlan', { link: lower.index, address: mac(5) }, {}, NO_CAUSE);
  t.deepEqual(
    refusalOf(() => enslave(bond, macvlan)),
    [Errno.EINVAL, undefined],
  );
  t.deepEqual(
    [macvlan.master, macvlan.isUp, macvlan.mtu, [...macvlan.address]],
    [undefined, false, 1500, [...mac(5)]],
  );
  t.notDeepEqual([...bond.address], [...mac(5)]);
  change(bond, { address: mac(7) });
  t.is(refusalOf(() => enslave(bond, macvlan))[0], Errno.EINVAL);
  t.deepEqual([...bond.address], [...mac(7)]);
});

test('without a monitor the wires of the slaves do not matter', (t) => {
  const { bond, ports } = bonded({});
  enslave(bond, ...ports);
  setUp(bond);
  for (const port of ports) cut(port);
  t.deepEqual(statesOf(...ports), [
    [0, 0],
    [0, 0],
  ]);
  t.true(bond.hasCarrier);
});

test('with a monitor the bond has carrier as long as one slave has', (t) => {
  const { bond, ports } = bonded({ miimon: 100 });
  enslave(bond, ...ports);
  setUp(bond);
  cut(ports[0]);
  t.deepEqual([bond.hasCarrier, slaveOf(ports[0]).failureCount], [true, 1]);
  setUp(ports[1], false);
  t.deepEqual(
    [bond.hasCarrier, statesOf(...ports)],
    [
      false,
      [
        [0, 2],
        [0, 2],
      ],
    ],
  );
  cut(ports[0], false);
  t.true(bond.hasCarrier);
});

test('nobody looks while the bond is down', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100 });
  enslave(bond, ...ports);
  cut(ports[0]);
  t.deepEqual(
    [activeOf(bond), statesOf(...ports)],
    [
      'v0',
      [
        [0, 0],
        [1, 0],
      ],
    ],
  );
  setUp(bond);
  t.deepEqual(
    [activeOf(bond), statesOf(...ports)],
    [
      'v1',
      [
        [1, 2],
        [0, 0],
      ],
    ],
  );
});

test('a backup takes over, and says so; who comes back has to wait', (t) => {
  const { network, bond, ports } = bonded({ mode: 1, miimon: 100 });
  enslave(bond, ...ports);
  setUp(bond);
  const events: (LinkEvent | undefined)[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'link-changed' && event.link === bond && event.event !== undefined)
      events.push(event.event);
  });
  cut(ports[0]);
  t.deepEqual(
    [activeOf(bond), statesOf(...ports)],
    [
      'v1',
      [
        [1, 2],
        [0, 0],
      ],
    ],
  );
  t.deepEqual(events, [LinkEvent.BondingFailover, LinkEvent.NotifyPeers]);
  cut(ports[0], false);
  t.is(activeOf(bond), 'v1');
  change(bond, { data: { primaryReselect: 2 } });
  t.is(activeOf(bond), 'v1');
  // Who is asked to choose anew takes the first of those that are equally good.
  change(bond, { data: { primaryReselect: 0 } });
  t.is(activeOf(bond), 'v0');
  cut(ports[0]);
  cut(ports[0], false);
  change(ports[1], { master: 0 });
  t.is(activeOf(bond), 'v0');
});

test('the primary is active whenever it can be, unless it is to wait for a failure', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100 });
  const [a, b] = ports;
  enslave(bond, a, b);
  setUp(bond);
  change(bond, { data: { primary: b.index } });
  t.deepEqual([activeOf(bond), described(bond).primary], ['v1', b.index]);
  cut(b);
  t.is(activeOf(bond), 'v0');
  cut(b, false);
  t.is(activeOf(bond), 'v1');
  change(bond, { data: { primaryReselect: 2 } });
  cut(b);
  cut(b, false);
  t.is(activeOf(bond), 'v0');
  // The same speed is not better.
  change(bond, { data: { primaryReselect: 1 } });
  t.is(activeOf(bond), 'v0');
  change(bond, { data: { primary: 0 } });
  t.is(described(bond).primary, undefined);
});

test('a primary is remembered by name', (t) => {
  const { links, bond, ports } = bonded({ mode: 1, miimon: 100 });
  const [a, b] = ports;
  change(bond, { data: { primary: b.index } });
  t.is(described(bond).primary, undefined);
  enslave(bond, a, b);
  t.deepEqual([activeOf(bond), described(bond).primary], ['v1', b.index]);
  links.rename(b, 'other', NO_CAUSE);
  t.is(described(bond).primary, undefined);
  links.rename(a, 'v1', NO_CAUSE);
  t.is(described(bond).primary, a.index);
});

test('an active slave is named by request only while another one is active', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100, primaryReselect: 2 });
  const [a, b] = ports;
  enslave(bond, a, b);
  setUp(bond);
  change(bond, { data: { activeSlave: b.index } });
  t.is(activeOf(bond), 'v1');
  change(bond, { data: { activeSlave: b.index } });
  cut(a);
  t.deepEqual(
    refusalOf(() => change(bond, { data: { activeSlave: a.index } })),
    [Errno.EINVAL, 'invalid option value'],
  );
  cut(b);
  t.is(activeOf(bond), undefined);
  cut(a, false);
  t.is(activeOf(bond), 'v0');
  change(bond, { data: { activeSlave: 0 } });
  t.is(activeOf(bond), 'v0');
});

test('priorities, queues and port priorities of slaves', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100 });
  const [a, b] = ports;
  enslave(bond, a, b);
  change(b, { portData: { priority: 5, queueId: 3 } });
  t.deepEqual([activeOf(bond), slaveOf(b).priority, slaveOf(b).queueId], ['v1', 5, 3]);
  t.deepEqual(
    refusalOf(() => change(a, { portData: { queueId: 3 } })),
    [Errno.EPERM, undefined],
  );
  t.deepEqual(
    refusalOf(() => change(a, { portData: { queueId: 17 } })),
    [Errno.EPERM, undefined],
  );
  t.deepEqual(
    refusalOf(() => change(a, { portData: { portPriority: 1 } })),
    [Errno.EACCES, 'option not supported in mode'],
  );
  const other = bonded({});
  enslave(other.bond, ...other.ports);
  t.deepEqual(
    refusalOf(() => change(other.ports[0], { portData: { priority: 1 } })),
    [Errno.EACCES, 'option not supported in mode'],
  );
});

test('delays run on the clock of the network, and end early when the link changes its mind', (t) => {
  const { clock, bond, ports } = bonded({ mode: 1, miimon: 100, upDelay: 300, downDelay: 200 });
  const [a, b] = ports;
  enslave(bond, a, b);
  t.deepEqual(
    [activeOf(bond), statesOf(a, b)],
    [
      undefined,
      [
        [1, 3],
        [1, 3],
      ],
    ],
  );
  setUp(bond);
  // Somebody is needed at once.
  t.deepEqual(
    [activeOf(bond), statesOf(a, b)],
    [
      'v0',
      [
        [0, 0],
        [1, 3],
      ],
    ],
  );
  clock.advance(299);
  t.deepEqual(statesOf(b), [[1, 3]]);
  clock.advance(1);
  t.deepEqual(statesOf(b), [[1, 0]]);
  cut(a);
  t.deepEqual([activeOf(bond), statesOf(a)], ['v0', [[0, 1]]]);
  clock.advance(199);
  cut(a, false);
  clock.advance(1000);
  t.deepEqual([activeOf(bond), slaveOf(a).failureCount], ['v0', 0]);
  cut(a);
  clock.advance(200);
  t.deepEqual(
    [activeOf(bond), statesOf(a, b), slaveOf(a).failureCount],
    [
      'v1',
      [
        [1, 2],
        [0, 0],
      ],
      1,
    ],
  );
  cut(a, false);
  cut(a);
  t.deepEqual([statesOf(a), slaveOf(a).failureCount], [[[1, 2]], 2]);
  clock.advance(1000);
  t.deepEqual(statesOf(a), [[1, 2]]);
});

test('carrier that comes after a delay is announced then', (t) => {
  const { clock, network, bond, ports } = bonded({ miimon: 100, upDelay: 100 }, 1);
  enslave(bond, ports[0]);
  setUp(bond);
  const seen: boolean[] = [];
  network.events.subscribe((event) => {
    if (event.type === 'link-changed' && event.link === bond)
      seen.push((bond.flags & LinkFlag.Running) !== 0);
  });
  t.false(bond.hasCarrier);
  clock.advance(99);
  t.deepEqual(seen, []);
  clock.advance(1);
  t.deepEqual([bond.hasCarrier, seen], [true, [true]]);
});

test('a bond that has gone lets its timers run out without effect', (t) => {
  const { clock, links, bond, ports } = bonded({ miimon: 100, downDelay: 100 });
  enslave(bond, ...ports);
  setUp(bond);
  cut(ports[0]);
  links.remove([bond], NO_CAUSE);
  clock.advance(1000);
  t.deepEqual(
    ports.map(({ master }) => master),
    [undefined, undefined],
  );
});

test('fail_over_mac active: the bond has the address of the active slave', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100, failOverMac: 1 });
  enslave(bond, ...ports);
  setUp(bond);
  t.deepEqual(
    ports.map(({ address }) => address[5]),
    [1, 2],
  );
  cut(ports[0]);
  t.is(bond.address[5], 2);
  // A request for another address is taken and has no effect.
  change(bond, { address: mac(9) });
  t.is(bond.address[5], 2);
});

test('fail_over_mac follow: the active slave has the address of the bond', (t) => {
  const { bond, ports } = bonded({ mode: 1, miimon: 100, failOverMac: 2 });
  enslave(bond, ...ports);
  setUp(bond);
  t.deepEqual(
    [bond, ...ports].map(({ address }) => address[5]),
    [1, 1, 2],
  );
  cut(ports[0]);
  t.deepEqual(
    [bond, ...ports].map(({ address }) => address[5]),
    [1, 2, 1],
  );
});

test('balance-alb: each slave has an address, and the active one that of the bond', (t) => {
  const { bond, ports } = bonded({ mode: 6 });
  enslave(bond, ...ports);
  setUp(bond);
  t.deepEqual(
    [activeOf(bond), statesOf(...ports)],
    [
      'v0',
      [
        [0, 0],
        [0, 0],
      ],
    ],
  );
  cut(ports[0]);
  t.deepEqual(
    [bond, ...ports].map(({ address }) => address[5]),
    [1, 2, 1],
  );
  change(ports[0], { master: 0 });
  t.deepEqual(
    [bond, ...ports].map(({ address }) => address[5]),
    [1, 1, 1],
  );
});

test('802.3ad without a partner: each port has an aggregator of its own, one of which is used', (t) => {
  const { bond, ports } = bonded({ mode: 4, lacpRate: 1 });
  const [a, b] = ports;
  enslave(bond, a, b);
  t.deepEqual(
    [bond.hasCarrier, slaveOf(a).aggregator, described(bond).aggregator],
    [false, undefined, undefined],
  );
  setUp(bond);
  t.deepEqual(statesOf(a, b), [
    [0, 0],
    [1, 0],
  ]);
  t.deepEqual(described(bond).aggregator, {
    aggregator: 1,
    ports: 1,
    actorKey: 15,
    partnerKey: 1,
    partnerAddress: new Uint8Array(6),
  });
  const portOf = (link: Link) => {
    const { aggregator, actorPortState, partnerPortState, portPriority } = slaveOf(link);
    return [aggregator, actorPortState, partnerPortState, portPriority];
  };
  t.deepEqual(
    [portOf(a), portOf(b)],
    [
      [1, 79, 1, 255],
      [2, 71, 1, 255],
    ],
  );
  cut(a);
  t.deepEqual(
    [statesOf(a, b), described(bond).aggregator?.aggregator],
    [
      [
        [1, 2],
        [0, 0],
      ],
      2,
    ],
  );
  cut(a, false);
  // The aggregator that works is kept.
  t.is(described(bond).aggregator?.aggregator, 2);
  change(bond, { data: { minimumLinks: 2 } });
  t.false(bond.hasCarrier);
  change(bond, { data: { minimumLinks: 1 } });
  t.true(bond.hasCarrier);
  cut(a);
  cut(b);
  t.deepEqual([bond.hasCarrier, described(bond).aggregator], [false, undefined]);
});

test('802.3ad by port priority prefers the highest', (t) => {
  const { bond, ports } = bonded({ mode: 4, aggregatorSelection: 3 });
  enslave(bond, ...ports);
  setUp(bond);
  t.is(described(bond).aggregator?.aggregator, 1);
  change(ports[1], { portData: { portPriority: 300 } });
  t.is(described(bond).aggregator?.aggregator, 2);
});

test('a link without a speed is no match for one that has one', (t) => {
  const { links, bond, ports } = bonded({ mode: 4, userPortKey: 3 });
  const dummy = links.create('dummy', { name: 'd0' }, {}, NO_CAUSE);
  enslave(bond, dummy);
  setUp(bond);
  t.deepEqual([described(bond).aggregator?.aggregator, described(bond).aggregator?.actorKey], [1, 192]);
  change(dummy, { master: 0 });
  enslave(bond, ports[0]);
  t.deepEqual([described(bond).aggregator?.aggregator, described(bond).aggregator?.actorKey], [1, 207]);
});

test('bonds of bonds, and no bond in itself by way of another', (t) => {
  const { links, bond, ports } = bonded({});
  const outer = links.create('bond', { name: 'bond1' }, {}, NO_CAUSE);
  enslave(bond, ports[0]);
  enslave(outer, bond);
  t.is(bond.master, outer);
  setUp(outer, false);
  t.is(refusalOf(() => enslave(bond, outer))[0], Errno.EBUSY);
  t.deepEqual([...bond.lowers], [ports[0]]);
  links.remove([ports[0]], NO_CAUSE);
  t.deepEqual([...bond.lowers], []);
  t.false(bond.hasCarrier);
});

test('a bond stays in its namespace', (t) => {
  const { bond } = bonded({});
  t.is(describeLink(bond).attributes.namespaceBound, 1);
});
