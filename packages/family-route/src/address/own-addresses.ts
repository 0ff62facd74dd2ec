import { type PackedBytes, packBytes } from '../network/packed-bytes.js';
import type { InterfaceAddress } from './interface-address.js';

/** The addresses of all links by value, so that asking whose one is does not walk over the links. */
export class OwnAddresses {
  readonly #byValue = new Map<PackedBytes, Set<InterfaceAddress>>();
  /** How many of the values end in each byte: most that are asked for end differently from all of them. */
  readonly #byLastByte = new Uint32Array(256);

  add(address: InterfaceAddress): void {
    const key = packBytes(address.local);
    const same = this.#byValue.get(key);
    if (same === undefined) {
      this.#byValue.set(key, new Set([address]));
      this.#countLastByte(address.local, 1);
    } else same.add(address);
  }

  remove(address: InterfaceAddress): void {
    const key = packBytes(address.local);
    const same = this.#byValue.get(key);
    if (!same?.delete(address) || same.size > 0) return;
    this.#byValue.delete(key);
    this.#countLastByte(address.local, -1);
  }

  /** Those that have the value, on whatever links. */
  of(local: Uint8Array): Iterable<InterfaceAddress> {
    return (this.#isPossible(local) ? this.#byValue.get(packBytes(local)) : undefined) ?? [];
  }

  has(local: Uint8Array): boolean {
    return this.#isPossible(local) && this.#byValue.has(packBytes(local));
  }

  #isPossible(local: Uint8Array): boolean {
    return this.#byLastByte[local[local.length - 1] as number] !== 0;
  }

  #countLastByte(local: Uint8Array, by: 1 | -1): void {
    const last = local[local.length - 1] as number;
    this.#byLastByte[last] = (this.#byLastByte[last] as number) + by;
  }
}
