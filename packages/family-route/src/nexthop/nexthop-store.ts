import type { RouteNexthops } from '../route/route-nexthop.js';
import type { NexthopObject } from './nexthop-object.js';

/** Nexthop objects by id. It stores; what may be stored is decided elsewhere. */
export class NexthopStore implements RouteNexthops {
  readonly #byId = new Map<number, NexthopObject>();
  #ids: number[] = [];
  #isSorted = true;
  #lastAllocated = 0;
  /** Counts changes: a dump that sees it change is not a snapshot. */
  generation = 0;

  get size(): number {
    return this.#byId.size;
  }

  byId(id: number): NexthopObject | undefined {
    return this.#byId.get(id);
  }

  set(nexthop: NexthopObject): void {
    if (!this.#byId.has(nexthop.id)) {
      const last = this.#ids.at(-1);
      if (last !== undefined && last > nexthop.id) this.#isSorted = false;
      this.#ids.push(nexthop.id);
    }
    this.#byId.set(nexthop.id, nexthop);
  }

  delete(id: number): void {
    this.#byId.delete(id);
  }

  /** The first with an id of at least `id`. */
  atOrAfter(id: number): NexthopObject | undefined {
    this.#sort();
    let low = 0;
    let high = this.#ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    const found = this.#ids[low];
    return found === undefined ? undefined : this.#byId.get(found);
  }

  /** An id that nobody has, above the last that was given; 0 when there is none. */
  allocateId(): number {
    const first = this.#lastAllocated;
    for (;;) {
      this.#lastAllocated = (this.#lastAllocated + 1) >>> 0;
      if (this.#lastAllocated === first) return 0;
      if (!this.#byId.has(this.#lastAllocated)) return this.#lastAllocated;
    }
  }

  /** Ids are put in order, and those of the dead left out, when somebody looks. */
  #sort(): void {
    if (this.#isSorted && this.#ids.length === this.#byId.size) return;
    this.#ids = [...this.#byId.keys()].sort((a, b) => a - b);
    this.#isSorted = true;
  }
}
