import { AddressFamily } from '../network/ip-bytes.js';
import { type AddressWords, swap32 } from './ip-words.js';
import type { Nexthop } from './route-description.js';
import { RouteAttribute } from './route-numbers.js';

/** Writes the attributes of a route that say where packets go. Everything is a multiple of four bytes. */
export class NexthopWriter {
  /** Words written so far. */
  length = 0;
  protected readonly bytes: Uint8Array;

  constructor(readonly words: Uint32Array) {
    this.bytes = new Uint8Array(words.buffer);
  }

  /** RTA_MULTIPATH if there are legs, else gateway and interface of the nexthop. */
  write(legs: readonly Nexthop[] | undefined, nexthop: Nexthop, addressFamily: number): void {
    if (legs !== undefined) {
      this.#legs(legs, addressFamily);
      return;
    }
    this.#gateway(nexthop, addressFamily);
    if (nexthop.interfaceIndex !== 0) this.number(RouteAttribute.OutputInterface, nexthop.interfaceIndex);
    if (nexthop.flow !== 0) this.number(RouteAttribute.Flow, nexthop.flow);
  }

  number(type: RouteAttribute, value: number): void {
    this.words[this.length] = 8 | (type << 16);
    this.words[this.length + 1] = value;
    this.length += 2;
  }

  address(type: RouteAttribute, address: AddressWords, count: number): void {
    this.words[this.length++] = (4 + count * 4) | (type << 16);
    for (let i = 0; i < count; i++) this.words[this.length++] = swap32(address[i] as number);
  }

  #gateway(nexthop: Nexthop, addressFamily: number): void {
    const { gatewayFamily, gateway } = nexthop;
    if (gatewayFamily === AddressFamily.Unspecified) return;
    if (gatewayFamily === addressFamily) {
      this.address(RouteAttribute.Gateway, gateway, gatewayFamily === AddressFamily.Inet ? 1 : 4);
      return;
    }
    // RTA_VIA: a 16-bit family, and the address behind it off the words.
    const start = this.length;
    this.words[start] = 22 | (RouteAttribute.Via << 16);
    this.words.fill(0, start + 1, start + 6);
    const at = (start + 1) * 4;
    this.bytes[at] = gatewayFamily;
    for (let i = 0; i < 16; i++) this.bytes[at + 2 + i] = (gateway[i >>> 2] as number) >>> (24 - (i & 3) * 8);
    this.length += 6;
  }

  #legs(legs: readonly Nexthop[], addressFamily: number): void {
    const start = this.length++;
    for (const leg of legs) {
      const legStart = this.length;
      this.length += 2;
      this.words[legStart + 1] = leg.interfaceIndex;
      this.#gateway(leg, addressFamily);
      if (leg.flow !== 0) this.number(RouteAttribute.Flow, leg.flow);
      this.words[legStart] = ((this.length - legStart) * 4) | (leg.flags << 16) | ((leg.weight - 1) << 24);
    }
    this.words[start] = ((this.length - start) * 4) | (RouteAttribute.Multipath << 16);
  }
}
