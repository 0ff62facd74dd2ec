import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { addTun, type Link, Network } from '../../src/index.js';
import { describeLink } from '../../src/link/link-description.js';
import { LinkFlag, OperationalState } from '../../src/link/link-flags.js';

function errnoOf(action: () => unknown): number {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return error.errno;
    throw error;
  }
  return 0;
}

const information = (link: Link) => describeLink(link).attributes.information?.data;

// What Linux 6.18 says of links that `ip tuntap add` made.

test('a TUN is described as the kernel describes one', (t) => {
  const { links } = new Network();
  const link = addTun(links, { name: 't0' });
  const { header, attributes } = describeLink(link);
  t.is(header?.type, 0xfffe);
  t.is(header?.flags, LinkFlag.PointToPoint | LinkFlag.Multicast | LinkFlag.NoArp);
  t.like(attributes, { mtu: 1500, minimumMtu: 68, maximumMtu: 65_535, transmitQueueLength: 500, carrier: 0 });
  t.false('address' in attributes);
  t.false('broadcast' in attributes);
  t.deepEqual(
    [...(information(link) ?? [])],
    [
      ...[5, 0, 3, 0, 1, 0, 0, 0],
      ...[5, 0, 4, 0, 0, 0, 0, 0],
      ...[5, 0, 5, 0, 0, 0, 0, 0],
      ...[5, 0, 6, 0, 1, 0, 0, 0],
      ...[5, 0, 7, 0, 0, 0, 0, 0],
    ],
  );
});

test('a TAP with many queues, an owner and a group', (t) => {
  const { links } = new Network();
  const link = addTun(links, {
    isTap: true,
    owner: 5,
    group: 7,
    isMultiQueue: true,
    hasPacketInformation: true,
    hasVirtualHeader: true,
  });
  t.is(link.name, 'tap0');
  t.is(addTun(links).name, 'tun0');
  t.like(describeLink(link).attributes, {
    maximumMtu: 65_521,
    transmitQueueLength: 1000,
    transmitQueues: 256,
    receiveQueues: 256,
  });
  t.deepEqual(
    [...(information(link) ?? [])],
    [
      ...[5, 0, 3, 0, 2, 0, 0, 0],
      ...[8, 0, 1, 0, 5, 0, 0, 0],
      ...[8, 0, 2, 0, 7, 0, 0, 0],
      ...[5, 0, 4, 0, 1, 0, 0, 0],
      ...[5, 0, 5, 0, 1, 0, 0, 0],
      ...[5, 0, 6, 0, 1, 0, 0, 0],
      ...[5, 0, 7, 0, 1, 0, 0, 0],
      ...[8, 0, 8, 0, 0, 0, 0, 0],
      ...[8, 0, 9, 0, 0, 0, 0, 0],
    ],
  );
});

test('without a program there is no carrier, and a request cannot claim one', (t) => {
  const { links } = new Network();
  const link = addTun(links);
  links.change(link, { flags: 1, flagsMask: 1 }, NO_CAUSE);
  t.is(link.operationalState, OperationalState.Down);
  t.is(describeLink(link).attributes.queueingDiscipline, 'pfifo_fast');
  t.is(
    errnoOf(() => links.change(link, { hasCarrier: true }, NO_CAUSE)),
    Errno.EPERM,
  );
  t.notThrows(() => links.change(link, { hasCarrier: false }, NO_CAUSE));
  t.is(
    errnoOf(() => links.create('tun', {}, {}, NO_CAUSE)),
    Errno.EOPNOTSUPP,
  );
  t.is(
    errnoOf(() => addTun(links, { name: link.name })),
    Errno.EEXIST,
  );
});
