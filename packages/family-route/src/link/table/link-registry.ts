import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link.js';
import { chooseLinkName } from '../link-name.js';

/**
 * Links by index, by name and in order, and what of both is free. No operation gets slower with the number of links but for a
 * short move of memory.
 */
export class LinkRegistry {
  readonly #byIndex = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  /** Names like `veth%d`: below this number none is free. */
  readonly #firstFree = new Map<string, number>();
  #lastIndex = 0;
  #generation = 0;
  #ordered: Link[] = [];
  /** Somebody may still be walking over `#ordered`. */
  #isShared = false;

  /** Counts links that have come and gone. */
  get generation(): number {
    return this.#generation;
  }

  /** By index, ascending: the links of this moment, whatever happens while a caller walks over them. */
  all(): readonly Link[] {
    this.#isShared = true;
    return this.#ordered;
  }

  byIndex(index: number): Link | undefined {
    return this.#byIndex.get(index);
  }

  byName(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** The first link with a higher index. */
  after(index: number): Link | undefined {
    return this.#ordered[this.#positionAfter(index)];
  }

  add(link: Link): void {
    this.#own();
    this.#generation++;
    this.#byIndex.set(link.index, link);
    for (const name of [link.name, ...link.alternativeNames]) this.addName(name, link);
    if ((this.#ordered.at(-1)?.index ?? 0) < link.index) this.#ordered.push(link);
    else this.#ordered.splice(this.#positionAfter(link.index), 0, link);
  }

  delete(links: readonly Link[]): void {
    this.#own();
    this.#generation += links.length;
    for (const link of links) {
      if (!this.#byIndex.delete(link.index)) continue;
      for (const name of [link.name, ...link.alternativeNames]) this.removeName(name);
    }
    const [first] = links;
    if (links.length === 1 && first !== undefined) {
      this.#ordered.splice(this.#positionAfter(first.index) - 1, 1);
    } else {
      const gone = new Set(links);
      this.#ordered = this.#ordered.filter((link) => !gone.has(link));
    }
  }

  addName(name: string, link: Link): void {
    this.#byName.set(name, link);
  }

  removeName(name: string): void {
    this.#byName.delete(name);
    this.#firstFree.clear();
  }

  /** @throws {NetlinkError} as `chooseLinkName`. `self` may keep the name it has. */
  chooseName(wanted: string, self?: Link): string {
    return chooseLinkName(wanted, (name) => this.#byName.has(name) && name !== self?.name, this.#firstFree);
  }

  /**
   * The index that a link gets: the one asked for, or the next one that is free: one that is free again comes no more.
   *
   * @throws {NetlinkError} EBUSY when it is taken.
   */
  chooseIndex(wanted: number | undefined): number {
    if (wanted !== undefined && wanted > 0) {
      if (this.byIndex(wanted) !== undefined) throw new NetlinkError(Errno.EBUSY);
      return wanted;
    }
    do this.#lastIndex++;
    while (this.byIndex(this.#lastIndex) !== undefined);
    return this.#lastIndex;
  }

  #own(): void {
    if (this.#isShared) this.#ordered = [...this.#ordered];
    this.#isShared = false;
  }

  #positionAfter(index: number): number {
    let low = 0;
    let high = this.#ordered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // biome-ignore lint/style/noNonNullAssertion: within bounds
      if (this.#ordered[middle]!.index <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
