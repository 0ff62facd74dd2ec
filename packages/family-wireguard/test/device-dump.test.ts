import test from 'ava';
import { DeviceFlag, PeerFlag } from '../src/index.js';
import { allowedIp, allowedIpsOf, dumpParts, key, openWorld, type Part } from './support/world.js';

const INTERRUPTED = 0x10;
const count = (length: number) => Array.from({ length }, (_, index) => index);
const peersOf = ({ attributes }: Part) => [...(attributes.peers ?? [])];

test('more peers than fit come in messages that are as full as the reader lets them be', async (t) => {
  const { set, open } = await openWorld();
  for (const first of count(20)) {
    const peers = count(100).map((index) => {
      const number = 100 * first + index;
      return { publicKey: key(number), allowedIps: [allowedIp(`10.${number >> 8}.${number & 255}.0/24`)] };
    });
    await set({ peers });
  }
  const parts = await dumpParts(await open(), 16384);
  t.true(parts.length > 10 && parts.length < 30);
  t.true(parts.every(({ bytes }) => bytes <= 16384));
  t.true(parts.slice(1, -1).every(({ bytes }) => bytes > 16384 - 200));
  t.deepEqual(
    parts.flatMap(peersOf).map(({ publicKey }) => publicKey),
    count(2000).map(key),
  );
  t.true(parts.flatMap(peersOf).every((peer) => allowedIpsOf(peer).length === 1));
  // Only the first message tells of the device.
  t.deepEqual(
    parts.map(({ attributes }) => attributes.interfaceName).filter((name) => name !== undefined),
    ['wg0'],
  );
  t.true(parts.every(({ flags }) => flags === 2));
});

test('a peer with more allowed IPs than fit goes on in the next messages, which repeat its public key', async (t) => {
  const { set, open } = await openWorld();
  const all = count(2000).map((number) => `10.${number >> 8}.${number & 255}.0/24`);
  for (const first of count(4)) {
    const some = all.slice(500 * first, 500 * first + 500).map((text) => allowedIp(text));
    await set({ peers: [{ publicKey: key(1), persistentKeepalive: 4, allowedIps: some }] });
  }
  await set({ peers: [{ publicKey: key(2), allowedIps: [allowedIp('192.0.2.0/24')] }] });
  const parts = await dumpParts(await open(), 8192);
  t.true(parts.length > 5);
  const big = parts.flatMap(peersOf).filter(({ publicKey }) => publicKey?.[3] === 1);
  t.deepEqual(big.flatMap(allowedIpsOf), all);
  t.deepEqual(
    big.map(({ persistentKeepalive }) => persistentKeepalive),
    [4, ...big.slice(1).map(() => undefined)],
  );
  // Until a first peer is whole, the device is told of again.
  t.true(parts.every(({ attributes }) => attributes.interfaceName === 'wg0'));
  t.deepEqual(
    peersOf(parts.at(-1) as Part).map(({ publicKey }) => publicKey?.[3]),
    [1, 2],
  );
});

test('a dump that sees the device change says so, and gives no peer twice', async (t) => {
  const { set, open, device } = await openWorld();
  await set({ peers: count(200).map((index) => ({ publicKey: key(index) })) });
  const added = await dumpParts(await open(), 4096, () => {
    device.generation++;
    device.addPeer(key(999));
  });
  t.true(added.some(({ flags }) => (flags & INTERRUPTED) !== 0));
  t.deepEqual(
    added.flatMap(peersOf).map(({ publicKey }) => publicKey),
    [...count(200), 999].map(key),
  );
});

test('a dump ends where the peer behind which it would go on is gone', async (t) => {
  const { set, open, device } = await openWorld();
  await set({ peers: count(200).map((index) => ({ publicKey: key(index) })) });
  const cut = await dumpParts(await open(), 4096, () => {
    device.generation++;
    device.removeAllPeers();
    device.addPeer(key(500));
  });
  t.true(cut.some(({ flags }) => (flags & INTERRUPTED) !== 0));
  t.false(cut.flatMap(peersOf).some(({ publicKey }) => publicKey?.[2] === 1));
});

test('the rest of a peer’s allowed IPs is left out when some have moved meanwhile', async (t) => {
  const { set, open, device } = await openWorld();
  const all = count(1000).map((number) => allowedIp(`10.${number >> 8}.${number & 255}.0/24`));
  await set({ peers: [{ publicKey: key(1), allowedIps: all.slice(0, 500) }] });
  await set({ peers: [{ publicKey: key(1), allowedIps: all.slice(500) }] });
  const parts = await dumpParts(await open(), 4096, () => {
    device.generation++;
    const [peer] = device.peers();
    if (peer !== undefined) device.allowedIps.give({ address: new Uint8Array(4), prefixLength: 0 }, peer);
  });
  const told = parts.flatMap(peersOf).flatMap(allowedIpsOf);
  t.true(told.length > 0 && told.length < 1000);
  t.false(told.includes('0.0.0.0/0'));
});

test('what has been told is what the next device can be given', async (t) => {
  const { set, get, add, network } = await openWorld();
  await set({
    firewallMark: 3,
    peers: count(50).map((index) => ({
      publicKey: key(index),
      flags: PeerFlag.ReplaceAllowedIps,
      allowedIps: [allowedIp(`10.0.${index}.0/24`)],
    })),
  });
  const before = await get();
  const { interfaceIndex: _index, interfaceName: _name, ...rest } = before;
  add('wg1');
  await set({ interfaceName: 'wg1', flags: DeviceFlag.ReplacePeers, ...rest });
  const [first, second] = ['wg0', 'wg1'].map((name) => network.links.byName(name));
  if (first === undefined || second === undefined) throw new Error('the links are gone');
  await set({ interfaceName: 'wg0', flags: DeviceFlag.ReplacePeers, peers: (await get()).peers });
  t.deepEqual(await get(), before);
});
