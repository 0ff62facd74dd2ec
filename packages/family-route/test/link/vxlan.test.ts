import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import test from 'ava';
import { Network } from '../../src/index.js';

function refusalOf(action: () => unknown): [number, string | undefined] {
  try {
    action();
  } catch (error) {
    if (error instanceof NetlinkError) return [error.errno, error.text];
    throw error;
  }
  return [0, undefined];
}

test('what a VXLAN is not made of is refused aloud, and no link stays', (t) => {
  const { links } = new Network();
  const add = (data: object) => () => links.create('vxlan', {}, data, NO_CAUSE);
  const refused: readonly [object, Errno, string][] = [
    [{ external: 1, gpe: true }, Errno.EOPNOTSUPP, 'VXLAN links with gpe are not supported'],
    [{ external: 1, vniFilter: 1 }, Errno.EOPNOTSUPP, 'VXLAN links with vniFilter are not supported'],
    [
      { id: 1, remoteChecksumSent: 1 },
      Errno.EOPNOTSUPP,
      'VXLAN links with remoteChecksumSent are not supported',
    ],
    [
      { id: 1, group6: Uint8Array.of(0xfe, 0x80, ...new Array<number>(13).fill(0), 1) },
      Errno.EOPNOTSUPP,
      'VXLAN links between link-local addresses are not supported',
    ],
    [{ id: 1, link: 99 }, Errno.ENODEV, 'Invalid local interface, device not found'],
    [
      { id: 1, group: Uint8Array.of(239, 1, 1, 1) },
      Errno.EINVAL,
      'Local interface required for multicast remote destination',
    ],
  ];
  for (const [data, errno, text] of refused) t.deepEqual(refusalOf(add(data)), [errno, text]);
  t.deepEqual(
    links.all().map(({ name }) => name),
    ['lo'],
  );
});

test('two VXLANs of one number need two ports', (t) => {
  const { links } = new Network();
  const add = (port: number) => links.create('vxlan', {}, { id: 7, port }, NO_CAUSE);
  t.is(add(4789).name, 'vxlan0');
  t.deepEqual(
    refusalOf(() => add(4789)),
    [Errno.EEXIST, 'A VXLAN device with the specified VNI already exists'],
  );
  t.is(add(4790).name, 'vxlan1');
});
