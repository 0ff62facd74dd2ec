import { type PackedBytes, packBytes } from '../network/packed-bytes.js';
import type { InterfaceAddress } from './interface-address.js';

/** The addresses of all links by value, so that asking whose one is does not walk over the links. */
export class OwnAddresses {
  readonly #byValue = new Map<PackedBytes, Set<InterfaceAddress>>();

  add(address: InterfaceAddress): void {
    const key = packBytes(address.local);
    const same = this.#byValue.get(key);
    if (same === undefined) this.#byValue.set(key, new Set([address]));
    else same.add(address);
  }

  remove(address: InterfaceAddress): void {
    const key = packBytes(address.local);
    const same = this.#byValue.get(key);
    if (same?.delete(address) && same.size === 0) this.#byValue.delete(key);
  }

  /** Those that have the value, on whatever links. */
  of(local: Uint8Array): Iterable<InterfaceAddress> {
    return this.#byValue.get(packBytes(local)) ?? [];
  }

  has(local: Uint8Array): boolean {
    return this.#byValue.has(packBytes(local));
  }
}
