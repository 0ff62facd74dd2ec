import { createPrivateKey, createPublicKey } from 'node:crypto';
import test from 'ava';
import { attribute, key, openWorld, request, WG0 } from './support/world.js';

/** PKCS #8 of an X25519 key, up to its 32 bytes. */
const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 110, 4, 34, 4, 32]);

/** What OpenSSL says. */
function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const key = Buffer.concat([PKCS8, privateKey]);
  const publicKey = createPublicKey(createPrivateKey({ key, format: 'der', type: 'pkcs8' }));
  return Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
}

const privateKey = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const ALICE = { privateKey, publicKey: publicKeyOf(privateKey) };
const ALICE_CLAMPED = Uint8Array.of(0xf8, ...privateKey.slice(1, 31), 0x60);

test('a device without a private key tells of no key', async (t) => {
  const { get } = await openWorld();
  t.deepEqual(await get(), {
    listenPort: 0,
    firewallMark: 0,
    interfaceIndex: 2,
    interfaceName: 'wg0',
    peers: [],
  });
});

test('a private key brings its public key, and is told with the bits that count', async (t) => {
  const { set, get } = await openWorld();
  await set({ privateKey: ALICE.privateKey });
  const { privateKey, publicKey } = await get();
  t.deepEqual(privateKey, ALICE_CLAMPED);
  t.deepEqual(publicKey, ALICE.publicKey);
});

test('zeros take the keys away', async (t) => {
  const { set, get } = await openWorld();
  await set({ privateKey: ALICE.privateKey });
  await set({ privateKey: new Uint8Array(32) });
  const { privateKey, publicKey } = await get();
  t.is(privateKey, undefined);
  t.is(publicKey, undefined);
});

test('a peer with the public key that the device gets is removed', async (t) => {
  const { set, get } = await openWorld();
  await set({ peers: [{ publicKey: key(1) }, { publicKey: ALICE.publicKey }, { publicKey: key(2) }] });
  await set({ privateKey: ALICE.privateKey });
  t.deepEqual(
    (await get()).peers.map(({ publicKey }) => publicKey),
    [key(1), key(2)],
  );
});

test('the device itself is no peer, without an error', async (t) => {
  const { set, get } = await openWorld();
  await set({ privateKey: ALICE.privateKey });
  await set({ peers: [{ publicKey: ALICE.publicKey, persistentKeepalive: 5 }, { publicKey: key(1) }] });
  t.deepEqual(
    (await get()).peers.map(({ publicKey }) => publicKey),
    [key(1)],
  );
});

test('a datagram that its sender uses again while the key is worked out is not read a second time', async (t) => {
  const { open, get } = await openWorld();
  const socket = await open();
  const datagram = request(1, 5, Uint8Array.from([...WG0, ...attribute(3, ALICE.privateKey)]));
  const sent = socket.send(datagram);
  datagram.fill(0xff);
  await sent;
  t.deepEqual((await get()).publicKey, ALICE.publicKey);
});
