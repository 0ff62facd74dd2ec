import { Errno, errnoOf, type NetlinkSocket, NO_CAUSE, readMessages, readRefusal } from '@nlspace/core';
import { LinkFlag } from '@nlspace/family-route';
import test from 'ava';
import { DeviceFlag, WireguardCommand } from '../src/index.js';
import { attribute, deviceOf, key, NOBODY, openWorld, request, WG0 } from './support/world.js';

async function answer(socket: NetlinkSocket, datagram: Uint8Array) {
  await socket.send(datagram);
  const [message] = [...readMessages(socket.receive()?.bytes ?? new Uint8Array(0))];
  if (message === undefined) throw new Error('there is no answer');
  const { text, details } = readRefusal(message, '');
  return { errno: errnoOf(message), text, offset: details.offset };
}

const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

test('a device is named once, by index or by name', async (t) => {
  const { refused, set, link } = await openWorld();
  const none = { text: undefined };
  t.deepEqual(await refused({ interfaceIndex: link.index, interfaceName: 'wg0' }), {
    errno: Errno.EBADR,
    ...none,
  });
  t.deepEqual(await refused({ interfaceIndex: 99 }), { errno: Errno.ENODEV, ...none });
  t.deepEqual(await refused({ interfaceName: 'nosuch' }), { errno: Errno.ENODEV, ...none });
  t.deepEqual(await refused({ interfaceName: 'lo' }), { errno: Errno.EOPNOTSUPP, ...none });
  await set({ interfaceIndex: link.index, listenPort: 9 });
});

test('whoever may not configure may not look either', async (t) => {
  const { open } = await openWorld();
  const socket = await open(NOBODY);
  for (const [command, flags] of [
    [WireguardCommand.GetDevice, 0x301],
    [WireguardCommand.SetDevice, 5],
  ] as const)
    t.is((await answer(socket, request(command, flags, WG0))).errno, Errno.EPERM);
});

test('what is asked without a dump, and a dump of nothing, are errors at once', async (t) => {
  const { open } = await openWorld();
  const socket = await open();
  t.is((await answer(socket, request(WireguardCommand.GetDevice, 5, WG0))).errno, Errno.EOPNOTSUPP);
  const nothing = new Uint8Array(0);
  t.is((await answer(socket, request(WireguardCommand.GetDevice, 0x301, nothing))).errno, Errno.EBADR);
  t.is((await answer(socket, request(WireguardCommand.SetDevice, 5, nothing))).errno, Errno.EBADR);
});

test('the policy is the kernel’s, strict', async (t) => {
  const { open, device } = await openWorld();
  const socket = await open();
  const nested = 0x8000;
  const ask = (...parts: Uint8Array[]) =>
    answer(socket, request(WireguardCommand.SetDevice, 5, join(WG0, ...parts)));
  const at = 20 + WG0.length;
  const size = { errno: Errno.ERANGE, text: 'binary attribute size out of range', offset: at };
  t.deepEqual(await ask(attribute(3, key(1).slice(1))), size);
  t.deepEqual(await ask(attribute(3, [...key(1), 0])), size);
  t.deepEqual(await ask(attribute(5, [2, 0, 0, 0])), {
    errno: Errno.EINVAL,
    text: 'reserved bit set',
    offset: at,
  });
  t.deepEqual(await ask(attribute(6, [1, 0, 0, 0])), {
    errno: Errno.EINVAL,
    text: 'invalid attribute length',
    offset: at,
  });
  t.deepEqual(await ask(attribute(8)), { errno: Errno.EINVAL, text: 'NLA_F_NESTED is missing', offset: at });
  t.deepEqual(await ask(attribute(9)), { errno: Errno.EINVAL, text: 'Unknown attribute type', offset: at });
  const peer = attribute(1, key(1));
  // Inside of the list nobody tells where it is.
  const silent = { errno: Errno.EINVAL, text: undefined, offset: undefined };
  t.deepEqual(await ask(attribute(8 | nested, attribute(0, peer))), silent);
  t.deepEqual(await ask(attribute(8 | nested, attribute(nested, peer, attribute(77)))), silent);
  t.deepEqual(await ask(attribute(8 | nested, attribute(nested, peer, attribute(9)))), silent);
  t.is(device.peerCount, 0);
  // Types of nests say nothing, and what is too short for another one is not looked at.
  t.is((await ask(attribute(8 | nested, attribute(nested | 5, peer), [3, 0, 0, 0]))).errno, 0);
  t.is(device.peerCount, 1);
});

test('a port is chosen when the link goes up, stays, and is one device’s in a namespace', async (t) => {
  const { network, link, device, set, refused, add } = await openWorld();
  const { links } = network;
  const up = (which: typeof link) => links.changeFlags(which, LinkFlag.Up, LinkFlag.Up, NO_CAUSE);
  const down = (which: typeof link) => links.changeFlags(which, 0, LinkFlag.Up, NO_CAUSE);
  up(link);
  const chosen = device.listenPort;
  t.true(chosen >= 32768 && chosen <= 60999);
  down(link);
  t.is(device.listenPort, chosen);
  await set({ listenPort: 51820 });
  up(link);
  const other = add('wg1');
  await set({ interfaceName: 'wg1', listenPort: 51820 });
  t.throws(() => up(other), { message: 'EADDRINUSE' });
  t.false(other.isUp);
  await set({ interfaceName: 'wg1', listenPort: 0 });
  up(other);
  t.deepEqual(await refused({ interfaceName: 'wg1', listenPort: 51820, flags: DeviceFlag.ReplacePeers }), {
    errno: Errno.EADDRINUSE,
    text: undefined,
  });
  await set({ listenPort: 1000 });
  await set({ interfaceName: 'wg1', listenPort: 51820 });
  await set({ listenPort: 0 });
  t.true(device.listenPort >= 32768);
  links.remove([other], NO_CAUSE);
  await set({ listenPort: 51820 });
  t.is(device.listenPort, 51820);
});

test('a link of the kind is what Linux makes, and IPv6 gives it no address', async (t) => {
  const { link, network } = await openWorld();
  t.is(link.mtu, 1420);
  t.is(link.address.length, 0);
  network.links.changeFlags(link, LinkFlag.Up, LinkFlag.Up, NO_CAUSE);
  t.is(link.ipv6?.addressGenerationMode, 1);
  t.is(
    link.flags,
    LinkFlag.PointToPoint | LinkFlag.NoArp | LinkFlag.Up | LinkFlag.Running | LinkFlag.LowerUp,
  );
  t.deepEqual([...network.addresses.ipv6.of(link)], []);
});

test('a link that is removed takes its configuration along', async (t) => {
  const { link, network, set, refused, add, device } = await openWorld();
  await set({ listenPort: 7, peers: [{ publicKey: key(1) }] });
  network.links.remove([link], NO_CAUSE);
  t.is((await refused({ listenPort: 8 })).errno, Errno.ENODEV);
  const next = add('wg0');
  t.is(deviceOf(next).listenPort, 0);
  t.is(deviceOf(next).peerCount, 0);
  t.is(device.peerCount, 0);
});
