import { seededRandom } from '@nlspace/core';
import { EXTENDED, EXTENDED_CAPPED, type HostileCase, STRICT } from './cases.js';
import { MORE_WELL_FORMED } from './more-seeds.js';
import { WELL_FORMED } from './seeds.js';

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 16, 32, 64, 127, 128, 252, 253, 254, 255];
const OPTIONS = [[], EXTENDED, EXTENDED, STRICT, EXTENDED_CAPPED];

const SEEDS = [...WELL_FORMED, ...MORE_WELL_FORMED];

/** Changes bytes of well-formed requests: the same for the same seed. */
export class Mutator {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A request with one to four changes. `nlmsg_len` stays right most of the time, for else nothing is looked at. */
  mutate(seed: readonly number[]): number[] {
    const bytes = [...seed];
    for (let changes = 1 + this.below(4); changes > 0; changes--) this.#change(bytes);
    if (this.below(10) > 0) bytes.splice(0, 4, bytes.length & 0xff, (bytes.length >>> 8) & 0xff, 0, 0);
    return bytes;
  }

  case(index: number): HostileCase {
    const [name, seed] = this.pick(SEEDS);
    return { name: `${name}, mutation ${index}`, bytes: this.mutate(seed), options: this.pick(OPTIONS) };
  }

  #change(bytes: number[]): void {
    const at = 16 + this.below(Math.max(1, bytes.length - 16));
    const aligned = at & ~3;
    switch (this.below(9)) {
      case 0:
        bytes[at] = this.below(256);
        return;
      case 1:
        bytes[at] = this.pick(INTERESTING);
        return;
      case 2:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
        return;
      case 3:
        bytes.length = Math.max(17, bytes.length - 1 - this.below(8));
        return;
      case 4:
        bytes.push(...Array.from({ length: this.below(12) }, () => this.below(256)));
        return;
      case 5:
        bytes.splice(aligned, 4);
        return;
      case 6:
        bytes.splice(aligned, 0, ...bytes.slice(aligned, aligned + 4 * (1 + this.below(4))));
        return;
      case 7:
        // The flags of the header, and its type, within what the families know.
        bytes[6 + this.below(2)] = this.below(256);
        bytes[6] = (bytes[6] ?? 0) | 5;
        return;
      default:
        bytes.splice(aligned, 4, this.pick(INTERESTING), 0, this.below(70), 0);
    }
  }
}

/** Attributes that would move a link into another namespace: none of the kernel's business here. */
const NAMESPACE_ATTRIBUTES = new Set([19, 28, 37, 46]);

/** Whether anything in a link request could be read as an attribute that names a namespace. */
export function namesNamespace(bytes: readonly number[]): boolean {
  for (let at = 16; at + 4 <= bytes.length; at++) {
    const type = ((bytes[at + 2] ?? 0) | ((bytes[at + 3] ?? 0) << 8)) & 0x3fff;
    const length = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    if (NAMESPACE_ATTRIBUTES.has(type) && length >= 4 && length <= bytes.length - at) return true;
  }
  return false;
}
