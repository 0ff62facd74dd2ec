import { Errno, NetlinkError } from '@nlspace/core';
import { equalBytes } from '../network/ip-bytes.js';

/** Addresses beside its own whose packets a link takes (`dev->uc`, `dev->mc`). */
export class TakenAddresses {
  #unicast: ReadonlyArray<Taken> = [];
  #multicast: ReadonlyArray<Taken> = [];
  /** The link takes every packet, for it cannot choose; it looked last while it was up. */
  takesAll = false;

  /** Unicast first, each in the order in which they came. */
  all(): Uint8Array[] {
    return [...this.#unicast, ...this.#multicast].map(({ address }) => address);
  }

  get hasUnicast(): boolean {
    return this.#unicast.length > 0;
  }

  /** What is stacked on the link may ask for the same; the link takes it until nobody asks any more. */
  add(address: Uint8Array): void {
    const known = this.#find(address);
    if (known === undefined) this.#insert(address);
    else known.holders++;
  }

  /** @throws {NetlinkError} EEXIST when the link takes it already. */
  addOnce(address: Uint8Array): void {
    if (this.#find(address) !== undefined) throw new NetlinkError(Errno.EEXIST);
    this.#insert(address);
  }

  /** @throws {NetlinkError} ENOENT when the link does not take it. */
  remove(address: Uint8Array): void {
    const known = this.#find(address);
    if (known === undefined) throw new NetlinkError(Errno.ENOENT);
    if (--known.holders > 0) return;
    this.#unicast = this.#unicast.filter((other) => other !== known);
    this.#multicast = this.#multicast.filter((other) => other !== known);
  }

  #find(address: Uint8Array): Taken | undefined {
    const list = isMulticast(address) ? this.#multicast : this.#unicast;
    return list.find((one) => equalBytes(one.address, address));
  }

  #insert(address: Uint8Array): void {
    const taken = { address: address.slice(), holders: 1 };
    if (isMulticast(address)) this.#multicast = [...this.#multicast, taken];
    else this.#unicast = [...this.#unicast, taken];
  }
}

interface Taken {
  readonly address: Uint8Array;
  holders: number;
}

function isMulticast(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 1) !== 0;
}
