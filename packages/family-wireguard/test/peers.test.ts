import { Errno } from '@nlspace/core';
import test from 'ava';
import { AllowedIpFlag, DeviceFlag, PeerFlag } from '../src/index.js';
import { allowedIp, allowedIpsOf, key, openWorld } from './support/world.js';

const SOCKET_ADDRESS = Uint8Array.of(2, 0, 0xca, 0x6c, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0);

test('a peer is told as it was set, with what has never happened', async (t) => {
  const { set, get } = await openWorld();
  await set({
    listenPort: 51820,
    firewallMark: 7,
    peers: [
      {
        publicKey: key(1),
        presharedKey: key(2),
        endpoint: SOCKET_ADDRESS,
        persistentKeepalive: 25,
        allowedIps: [allowedIp('10.1.2.3/16')],
      },
      { publicKey: key(3) },
    ],
  });
  const { listenPort, firewallMark, peers } = await get();
  t.deepEqual([listenPort, firewallMark], [51820, 7]);
  const unused = {
    lastHandshake: new Uint8Array(16),
    transmittedBytes: 0n,
    receivedBytes: 0n,
    protocolVersion: 1,
  };
  t.deepEqual(peers, [
    {
      publicKey: key(1),
      presharedKey: key(2),
      endpoint: SOCKET_ADDRESS,
      persistentKeepalive: 25,
      allowedIps: [allowedIp('10.1.0.0/16')],
      ...unused,
    },
    {
      publicKey: key(3),
      presharedKey: new Uint8Array(32),
      persistentKeepalive: 0,
      allowedIps: [],
      ...unused,
    },
  ]);
});

test('what a request leaves out of a peer stays', async (t) => {
  const { set, get } = await openWorld();
  await set({
    peers: [{ publicKey: key(1), endpoint: SOCKET_ADDRESS, allowedIps: [allowedIp('10.0.0.0/8')] }],
  });
  await set({
    peers: [{ publicKey: key(1), persistentKeepalive: 3, allowedIps: [allowedIp('11.0.0.0/8')] }],
  });
  const [peer = {}] = (await get()).peers;
  t.deepEqual(peer.endpoint, SOCKET_ADDRESS);
  t.is(peer.persistentKeepalive, 3);
  t.deepEqual(allowedIpsOf(peer), ['10.0.0.0/8', '11.0.0.0/8']);
});

test('an allowed IP is one peer’s, and moves to the one that asks next, as its last', async (t) => {
  const { set, get } = await openWorld();
  const [wide, narrow, other] = [allowedIp('10.0.0.0/8'), allowedIp('10.0.0.0/24'), allowedIp('0.0.0.0/0')];
  await set({ peers: [{ publicKey: key(1), allowedIps: [wide, narrow, other] }] });
  await set({ peers: [{ publicKey: key(2), allowedIps: [other, allowedIp('10.255.0.0/8')] }] });
  await set({ peers: [{ publicKey: key(2), allowedIps: [other] }] });
  t.deepEqual((await get()).peers.map(allowedIpsOf), [['10.0.0.0/24'], ['10.0.0.0/8', '0.0.0.0/0']]);
});

test('an allowed IP is taken away from its own peer only', async (t) => {
  const { set, get } = await openWorld();
  const { RemoveMe } = AllowedIpFlag;
  await set({
    peers: [
      { publicKey: key(1), allowedIps: [allowedIp('10.0.0.0/8'), allowedIp('11.0.0.0/8')] },
      {
        publicKey: key(2),
        allowedIps: [allowedIp('10.0.0.0/8', RemoveMe), allowedIp('12.0.0.0/8', RemoveMe)],
      },
    ],
  });
  t.deepEqual((await get()).peers.map(allowedIpsOf), [['10.0.0.0/8', '11.0.0.0/8'], []]);
  await set({ peers: [{ publicKey: key(1), allowedIps: [allowedIp('10.9.9.9/8', RemoveMe)] }] });
  t.deepEqual((await get()).peers.map(allowedIpsOf), [['11.0.0.0/8'], []]);
  await set({ peers: [{ publicKey: key(2), allowedIps: [allowedIp('10.0.0.0/8')] }] });
  t.deepEqual((await get()).peers.map(allowedIpsOf), [['11.0.0.0/8'], ['10.0.0.0/8']]);
});

test('flags replace allowed IPs, update what is there, and remove', async (t) => {
  const { set, get } = await openWorld();
  const allowedIps = [allowedIp('10.0.0.0/8'), allowedIp('11.0.0.0/8')];
  await set({ peers: [{ publicKey: key(1), allowedIps }, { publicKey: key(2) }] });
  await set({
    peers: [
      { publicKey: key(1), flags: PeerFlag.ReplaceAllowedIps, allowedIps: [allowedIp('12.0.0.0/8')] },
      { publicKey: key(2), flags: PeerFlag.UpdateOnly, persistentKeepalive: 9 },
      { publicKey: key(3), flags: PeerFlag.UpdateOnly },
      { publicKey: key(4), flags: PeerFlag.RemoveMe },
    ],
  });
  const peers = async () =>
    (await get()).peers.map((peer) => [peer.publicKey?.[3], peer.persistentKeepalive, allowedIpsOf(peer)]);
  t.deepEqual(await peers(), [
    [1, 0, ['12.0.0.0/8']],
    [2, 9, []],
  ]);
  await set({ peers: [{ publicKey: key(1), flags: PeerFlag.RemoveMe | PeerFlag.UpdateOnly }] });
  await set({ peers: [{ publicKey: key(5), allowedIps }] });
  t.deepEqual(await peers(), [
    [2, 9, []],
    [5, 0, ['10.0.0.0/8', '11.0.0.0/8']],
  ]);
  await set({ flags: DeviceFlag.ReplacePeers, peers: [{ publicKey: key(6), allowedIps }] });
  t.deepEqual(await peers(), [[6, 0, ['10.0.0.0/8', '11.0.0.0/8']]]);
});

test('an endpoint that is no address of IPv4 or IPv6 changes nothing, as in the kernel', async (t) => {
  const { set, get } = await openWorld();
  const ofUnix = Uint8Array.of(1, ...SOCKET_ADDRESS.slice(1));
  const short = Uint8Array.of(10, ...SOCKET_ADDRESS.slice(1));
  await set({ peers: [{ publicKey: key(1), endpoint: ofUnix }] });
  t.is((await get()).peers[0]?.endpoint, undefined);
  await set({ peers: [{ publicKey: key(1), endpoint: SOCKET_ADDRESS }] });
  await set({ peers: [{ publicKey: key(1), endpoint: short }] });
  t.deepEqual((await get()).peers[0]?.endpoint, SOCKET_ADDRESS);
});

test('a peer that cannot be is refused without a text; those before it are there', async (t) => {
  const { refused, set, get } = await openWorld();
  const invalid = { errno: Errno.EINVAL, text: undefined };
  const ofPeer = (peer: object) => refused({ peers: [{ publicKey: key(1) }, peer, { publicKey: key(2) }] });
  t.deepEqual(await ofPeer({}), invalid);
  t.deepEqual(await ofPeer({ publicKey: key(3), flags: 8 }), invalid);
  t.deepEqual(await ofPeer({ publicKey: key(3).slice(1) }), { errno: Errno.ERANGE, text: undefined });
  t.deepEqual(await ofPeer({ publicKey: key(3), protocolVersion: 2 }), {
    errno: Errno.EPFNOSUPPORT,
    text: undefined,
  });
  t.deepEqual(
    (await get()).peers.map(({ publicKey }) => publicKey),
    [key(1)],
  );
  const good = allowedIp('10.0.0.0/8');
  for (const wrong of [
    { ...good, prefixLength: 33 },
    { ...good, addressFamily: 10 },
    { ...good, addressFamily: 3 },
    { addressFamily: 2, address: good.address },
    { ...good, flags: 2 },
  ])
    t.deepEqual(
      await ofPeer({ publicKey: key(4), persistentKeepalive: 5, allowedIps: [good, wrong] }),
      invalid,
    );
  // The keepalive comes last.
  t.like((await get()).peers[1], { publicKey: key(4), persistentKeepalive: 0, allowedIps: [good] });
  await set({ peers: [{ publicKey: key(4), protocolVersion: 1 }] });
});
