import { type DumpRoom, RawDump } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import type { Fib } from './fib.js';
import { NONE } from './prefix-trie.js';
import { SLOT_HEADER_WORDS } from './route-arena.js';
import { RouteDescription } from './route-description.js';
import { createRouteKey, type RouteTable } from './route-table.js';
import { NEXTHOP_ID_WORD } from './route-writer.js';

/** What a dump is restricted to; 0 is no restriction. */
export interface RouteFilter {
  readonly table: number;
  readonly protocol: number;
  readonly type: number;
  readonly interfaceIndex: number;
  /** What the messages say beside the flags of the dump (NLM_F_*). */
  readonly messageFlags: number;
}

/**
 * Copies the stored messages of tables into a reader's datagrams. Between two datagrams routes may come and go: what has
 * been given out is not repeated, what is still there is not skipped.
 */
export class RouteDump extends RawDump {
  readonly #fibs: Fib[];
  #tables: readonly RouteTable[] = [];
  #table = 0;
  /** Whether nothing of the table has been given out yet; else whose routes were last, and how many of them. */
  #isAtStart = true;
  readonly #key = createRouteKey();
  #position = 0;
  readonly #description = new RouteDescription();

  constructor(
    fibs: readonly Fib[],
    private readonly filter: RouteFilter,
    private readonly clock: Clock,
  ) {
    super();
    this.#fibs = [...fibs];
    this.#nextFib();
  }

  fill(room: DumpRoom): boolean {
    const isRestricted =
      this.filter.protocol !== 0 || this.filter.type !== 0 || this.filter.interfaceIndex !== 0;
    for (;;) {
      const table = this.#tables[this.#table];
      if (table === undefined) {
        if (this.#fibs.length <= 1) return true;
        this.#fibs.shift();
        this.#nextFib();
        continue;
      }
      if (!this.#fillFrom(table, room, isRestricted)) return false;
      this.#table++;
      this.#isAtStart = true;
      this.#position = 0;
    }
  }

  get #fib(): Fib {
    return this.#fibs[0] as Fib;
  }

  #nextFib(): void {
    const { table } = this.filter;
    this.#tables = this.#fib.tables.filter(({ id }) => table === 0 || id === table);
    this.#table = 0;
    this.#isAtStart = true;
    this.#position = 0;
  }

  /** @returns whether the table is at its end. */
  #fillFrom(table: RouteTable, room: DumpRoom, isRestricted: boolean): boolean {
    const fib = this.#fib;
    const walk = table.walkRoutes();
    if (this.#isAtStart) {
      walk.start();
    } else {
      let left = table.first(this.#key);
      for (let skipped = 0; left !== NONE && skipped < this.#position; skipped++) left = fib.next(left);
      if (!this.#copy(left, this.#position, room, isRestricted)) return false;
      walk.seek(this.#key);
    }
    for (let route = walk.next(); route !== NONE; route = walk.next()) {
      if (!this.#copy(route, 0, room, isRestricted)) return false;
    }
    return true;
  }

  /** Copies the routes of a prefix from one on, which is the `position`th; @returns whether there was room for all. */
  #copy(first: number, position: number, room: DumpRoom, isRestricted: boolean): boolean {
    const { arena, deadlines } = this.#fib;
    for (let route = first; route !== NONE; route = this.#fib.next(route), position++) {
      if (isRestricted && !this.#passes(route)) continue;
      const slab = arena.slab(route);
      const start = arena.offset(route) + SLOT_HEADER_WORDS;
      const expansion = slab[start + NEXTHOP_ID_WORD] === 0 ? undefined : this.#fib.expansionOf(route);
      const size = (slab[start] as number) + (expansion === undefined ? 0 : expansion.words.length * 4);
      if (room.offset + size > room.limit) {
        this.#fib.readKey(route, this.#key);
        this.#isAtStart = false;
        this.#position = position;
        return false;
      }
      const { words } = room;
      const at = room.offset >>> 2;
      if (expansion !== undefined) this.#fib.copyExpanded(route, expansion, words, at);
      else copyWords(slab, start + 4, words, at + 4, (size >>> 2) - 4);
      words[at] = size;
      words[at + 1] =
        ((slab[start + 1] as number) & 0xffff) | ((room.flags | this.filter.messageFlags) << 16);
      words[at + 2] = room.sequence;
      words[at + 3] = room.portId;
      if (deadlines.size > 0) this.#fib.tellRemainingTime(route, words, at + (size >>> 2), this.clock.now());
      room.offset += size;
    }
    return true;
  }

  #passes(route: number): boolean {
    const fib = this.#fib;
    const { protocol, type, interfaceIndex } = this.filter;
    if (protocol !== 0 && fib.protocol(route) !== protocol) return false;
    if (type !== 0 && fib.type(route) !== type) return false;
    if (interfaceIndex === 0) return true;
    if (!fib.isMultipath(route)) return fib.interfaceIndex(route) === interfaceIndex;
    return fib
      .describe(route, this.#description)
      .nexthops.some((leg) => leg.interfaceIndex === interfaceIndex);
  }
}

/** Four at a time: the engine looks at the bounds of each access, but only once in four at the end of the loop. */
function copyWords(from: Uint32Array, start: number, to: Uint32Array, at: number, count: number): void {
  let i = 0;
  for (const whole = count & ~3; i < whole; i += 4) {
    const source = start + i;
    const target = at + i;
    to[target] = from[source] as number;
    to[target + 1] = from[source + 1] as number;
    to[target + 2] = from[source + 2] as number;
    to[target + 3] = from[source + 3] as number;
  }
  for (; i < count; i++) to[at + i] = from[start + i] as number;
}
