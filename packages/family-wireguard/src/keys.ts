import { KEY_BYTES } from './wireguard-message.js';

export const NO_KEY: Uint8Array = new Uint8Array(KEY_BYTES);

/**
 * The public key (X25519) that belongs to a private one; undefined for no key, which is all zeros. The mathematics are only
 * loaded when somebody has a key.
 */
export async function publicKeyOf(privateKey: Uint8Array): Promise<Uint8Array | undefined> {
  if (isSameKey(privateKey, NO_KEY)) return undefined;
  const { x25519 } = await import('@noble/curves/ed25519.js');
  return x25519.getPublicKey(privateKey);
}

/** The private key that counts: some of its bits are given (RFC 7748). */
export function clamped(privateKey: Uint8Array): Uint8Array {
  const key = privateKey.slice();
  const [first = 0, last = 0] = [key[0], key[KEY_BYTES - 1]];
  key[0] = first & 0xf8;
  key[KEY_BYTES - 1] = (last & 0x7f) | 0x40;
  return key;
}

export function isSameKey(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => byte === other[index]);
}

/** A key as the name of what is found by it. */
export function keyName(key: Uint8Array): string {
  let name = '';
  for (const byte of key) name += String.fromCharCode(byte);
  return name;
}
