import { NONE } from './prefix-trie.js';
import { type RouteArena, SlotWord } from './route-arena.js';

/**
 * Which routes use a link, or a nexthop object, by number. Routes with one nexthop are threaded through their slots; the
 * few with several are in a set for each link they use.
 */
export class RouteLinks {
  readonly #heads = new Map<number, number>();
  readonly #multipath = new Map<number, Set<number>>();

  constructor(private readonly arena: RouteArena) {}

  addSingle(route: number, interfaceIndex: number): void {
    const { arena } = this;
    const next = this.#heads.get(interfaceIndex) ?? NONE;
    arena.setWord(route, SlotWord.NextOfLink, next);
    arena.setWord(route, SlotWord.PreviousOfLink, NONE);
    if (next !== NONE) arena.setWord(next, SlotWord.PreviousOfLink, route);
    this.#heads.set(interfaceIndex, route);
  }

  removeSingle(route: number, interfaceIndex: number): void {
    const { arena } = this;
    const next = arena.word(route, SlotWord.NextOfLink);
    const previous = arena.word(route, SlotWord.PreviousOfLink);
    if (next !== NONE) arena.setWord(next, SlotWord.PreviousOfLink, previous);
    if (previous !== NONE) arena.setWord(previous, SlotWord.NextOfLink, next);
    else if (next !== NONE) this.#heads.set(interfaceIndex, next);
    else this.#heads.delete(interfaceIndex);
  }

  addLegs(route: number, interfaceIndices: Iterable<number>): void {
    for (const index of interfaceIndices) {
      let routes = this.#multipath.get(index);
      if (routes === undefined) {
        routes = new Set();
        this.#multipath.set(index, routes);
      }
      routes.add(route);
    }
  }

  removeLegs(route: number, interfaceIndices: Iterable<number>): void {
    for (const index of interfaceIndices) {
      const routes = this.#multipath.get(index);
      if (routes?.delete(route) && routes.size === 0) this.#multipath.delete(index);
    }
  }

  isUsed(number: number): boolean {
    return this.#heads.has(number) || this.#multipath.has(number);
  }

  /** The routes that use a link at this moment. */
  routesOf(interfaceIndex: number): number[] {
    const routes: number[] = [];
    for (let route = this.#heads.get(interfaceIndex) ?? NONE; route !== NONE; ) {
      routes.push(route);
      route = this.arena.word(route, SlotWord.NextOfLink);
    }
    for (const route of this.#multipath.get(interfaceIndex) ?? []) routes.push(route);
    return routes;
  }
}
