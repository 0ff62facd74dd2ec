import { AddressFamily } from '../network/ip-bytes.js';
import { type AddressWords, swap32 } from './ip-words.js';
import { NONE } from './prefix-trie.js';
import { RouteArena, SLOT_HEADER_WORDS, SlotWord } from './route-arena.js';
import { RouteDescription } from './route-description.js';
import { RouteLinks } from './route-links.js';
import type { NexthopExpansion, RouteNexthop, RouteNexthops } from './route-nexthop.js';
import { NexthopFlag, RouteAttribute, RouteType } from './route-numbers.js';
import { createRouteKey, type RouteKey, RouteTable } from './route-table.js';
import {
  DESTINATION_WORD,
  FLAGS_WORD,
  NEXTHOP_ID_WORD,
  type RouteWriter,
  TABLE_WORD,
} from './route-writer.js';

/** First word of a route's message in its slot. */
const MESSAGE = SLOT_HEADER_WORDS;
/** First attribute of a message, in words. */
const FIRST_ATTRIBUTE_WORD = FLAGS_WORD + 1;

/** The kernel's hash of tables: its buckets are dumped one after the other, the newest table of a bucket first. */
const TABLE_BUCKETS = 256;

/**
 * The routes of one address family: tables of prefixes, the routes' messages, and what must be found by link or by
 * preferred source. It stores; what may be stored is decided elsewhere.
 */
export class Fib {
  readonly arena = new RouteArena();
  readonly links = new RouteLinks(this.arena);
  /** Routes by the nexthop object that they name; those are not in `links`. */
  readonly nexthopUsers = new RouteLinks(this.arena);
  /** How many routes of each scope name a nexthop object, so that replacing it need not look at all of them. */
  readonly #scopes = new Map<number, Map<number, number>>();
  readonly #tables = new Map<number, RouteTable>();
  #ordered: RouteTable[] = [];
  /** Routes by preferred source, for those that have one. */
  readonly #bySource = new Map<string, Set<number>>();
  /** When routes go by themselves, in milliseconds of the network's clock; of those that do. */
  readonly deadlines = new Map<number, number>();
  readonly #scratch = new RouteDescription();
  readonly #key = createRouteKey();

  constructor(
    readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6,
    private readonly nexthops: RouteNexthops,
  ) {}

  table(id: number): RouteTable | undefined {
    return this.#tables.get(id);
  }

  createTable(id: number): RouteTable {
    let table = this.#tables.get(id);
    if (table === undefined) {
      table = new RouteTable(this.addressFamily, id);
      this.#tables.set(id, table);
      // Stable: what is newer goes before its bucket.
      const bucket = id % TABLE_BUCKETS;
      const at = this.#ordered.findIndex((other) => other.id % TABLE_BUCKETS >= bucket);
      this.#ordered = [...this.#ordered];
      this.#ordered.splice(at < 0 ? this.#ordered.length : at, 0, table);
    }
    return table;
  }

  /** In the order of the kernel's dumps. */
  get tables(): readonly RouteTable[] {
    return this.#ordered;
  }

  /** How many routes there are. */
  get size(): number {
    return this.arena.count;
  }

  next(route: number): number {
    return this.arena.word(route, SlotWord.Next);
  }

  priority(route: number): number {
    return this.arena.word(route, SlotWord.Priority);
  }

  typeOfService(route: number): number {
    return this.arena.word(route, MESSAGE + 4) >>> 24;
  }

  prefixLength(route: number): number {
    return (this.arena.word(route, MESSAGE + 4) >>> 8) & 0xff;
  }

  type(route: number): number {
    return this.arena.word(route, MESSAGE + 5) >>> 24;
  }

  scope(route: number): number {
    return (this.arena.word(route, MESSAGE + 5) >>> 16) & 0xff;
  }

  protocol(route: number): number {
    return (this.arena.word(route, MESSAGE + 5) >>> 8) & 0xff;
  }

  flags(route: number): number {
    return this.arena.word(route, MESSAGE + FLAGS_WORD);
  }

  setFlags(route: number, flags: number): void {
    this.arena.setWord(route, MESSAGE + FLAGS_WORD, flags);
  }

  tableOf(route: number): RouteTable {
    return this.#tables.get(this.arena.word(route, MESSAGE + TABLE_WORD)) as RouteTable;
  }

  /** The type that counts for packets: whatever else a route says, a nexthop object may be a black hole. */
  effectiveType(route: number): number {
    const type = this.type(route);
    return this.nexthopId(route) !== 0 && this.nexthopOf(route).isBlackhole ? RouteType.Blackhole : type;
  }

  /** The id of the nexthop object that the route names; 0 for a route with nexthops of its own. */
  nexthopId(route: number): number {
    return this.arena.word(route, MESSAGE + NEXTHOP_ID_WORD);
  }

  /** The nexthop object of a route that names one: it goes before its nexthop does. */
  nexthopOf(route: number): RouteNexthop {
    return this.nexthops.byId(this.nexthopId(route)) as RouteNexthop;
  }

  /** What stands in the messages of a route for the nexthop object that it names; undefined if it names none. */
  expansionOf(route: number): NexthopExpansion | undefined {
    return this.nexthopId(route) === 0 ? undefined : this.nexthopOf(route).expansionFor(this.addressFamily);
  }

  /** The output interface of a route with one nexthop; 0 without. */
  interfaceIndex(route: number): number {
    if (this.nexthopId(route) !== 0) return this.nexthopOf(route).legs[0]?.interfaceIndex ?? 0;
    const at = this.#attribute(route, RouteAttribute.OutputInterface);
    return at === 0 ? 0 : this.arena.word(route, at + 1);
  }

  isMultipath(route: number): boolean {
    if (this.nexthopId(route) !== 0) return this.nexthopOf(route).isMultipathFor(this.addressFamily);
    return this.#attribute(route, RouteAttribute.Multipath) !== 0;
  }

  hasGateway(route: number): boolean {
    if (this.nexthopId(route) !== 0)
      return this.nexthopOf(route).legs.some(({ gatewayFamily }) => gatewayFamily !== 0);
    return (
      this.#attribute(route, RouteAttribute.Gateway) !== 0 ||
      this.#attribute(route, RouteAttribute.Via) !== 0 ||
      this.isMultipath(route)
    );
  }

  /** IPv6: RTA_PREF, which ends the message. */
  preference(route: number): number {
    return this.arena.word(route, MESSAGE + this.arena.word(route, MESSAGE) / 4 - 1) & 3;
  }

  /** A copy of a route's message as it reads at this time; without one it has no time left. */
  copyMessage(route: number, nowMs: number | undefined): Uint8Array {
    const expansion = this.expansionOf(route);
    const stored = this.arena.message(route);
    if (expansion === undefined) {
      const message = stored.slice();
      if (nowMs !== undefined)
        this.tellRemainingTime(route, new Uint32Array(message.buffer), message.length >>> 2, nowMs);
      return message;
    }
    const words = new Uint32Array((stored.length >>> 2) + expansion.words.length);
    this.copyExpanded(route, expansion, words, 0);
    if (nowMs !== undefined) this.tellRemainingTime(route, words, words.length, nowMs);
    return new Uint8Array(words.buffer);
  }

  /** Writes the message of a route that names a nexthop object, with what that stands for; returns its words. */
  copyExpanded(route: number, expansion: NexthopExpansion, words: Uint32Array, at: number): number {
    const slab = this.arena.slab(route);
    const start = this.arena.offset(route) + MESSAGE;
    const length = (slab[start] as number) >>> 2;
    const tail = this.addressFamily === AddressFamily.Inet ? 0 : IPV6_TAIL_WORDS;
    const end = length - tail;
    for (let i = 0; i < end; i++) words[at + i] = slab[start + i] as number;
    const added = expansion.words.length;
    words.set(expansion.words, at + end);
    for (let i = end; i < length; i++) words[at + added + i] = slab[start + i] as number;
    words[at] = (length + added) * 4;
    if (expansion.flags !== undefined) words[at + FLAGS_WORD] = expansion.flags;
    const type = this.effectiveType(route);
    words[at + TYPE_WORD] = ((words[at + TYPE_WORD] as number) & 0x00ff_ffff) | (type << 24);
    return length + added;
  }

  /** Writes how long a route still has into a copy of its message, which ends at the word `end`. */
  tellRemainingTime(route: number, words: Uint32Array, end: number, nowMs: number): void {
    const deadline = this.deadlines.get(route);
    if (deadline !== undefined)
      words[end - EXPIRY_FROM_END] = Math.max(0, Math.round((deadline - nowMs) / 10));
  }

  /** Reads a route into words and numbers. */
  describe(route: number, into: RouteDescription): RouteDescription {
    const message = this.arena.message(route);
    into.read(message, 16, message.length);
    if (into.nexthopId !== 0) into.adoptNexthop(this.nexthopOf(route));
    return into;
  }

  /** Whether a route says the same as the writer's message, apart from the state of its link. */
  equals(route: number, writer: RouteWriter): boolean {
    const slab = this.arena.slab(route);
    const start = this.arena.offset(route) + MESSAGE;
    const { words, length } = writer;
    if (slab[start] !== length * 4) return false;
    for (let i = 4; i < length; i++) {
      const difference = (slab[start + i] as number) ^ (words[i] as number);
      if (difference === 0) continue;
      if (i !== FLAGS_WORD || (difference & ~STATE) !== 0) return false;
    }
    return true;
  }

  /**
   * Puts the writer's message behind `previous` in the routes of its prefix, or in front of `first`, which is the first
   * of them, if there are any.
   */
  insert(
    table: RouteTable,
    description: RouteDescription,
    writer: RouteWriter,
    first: number,
    previous: number,
  ): number {
    const { arena } = this;
    const route = arena.allocate(writer.length);
    this.#copyMessage(route, writer);
    arena.setWord(route, SlotWord.Priority, description.priority);
    if (previous === NONE) {
      arena.setWord(route, SlotWord.Next, first);
      table.setFirst(description, route);
    } else {
      arena.setWord(route, SlotWord.Next, arena.word(previous, SlotWord.Next));
      arena.setWord(previous, SlotWord.Next, route);
    }
    this.#index(route, description);
    return route;
  }

  /** Puts the writer's message in the place of a route; returns the route's new number. */
  replace(table: RouteTable, route: number, description: RouteDescription, writer: RouteWriter): number {
    const { arena } = this;
    const deadline = this.deadlines.get(route);
    this.#unindex(route);
    const previous = this.previous(table, route);
    const next = arena.word(route, SlotWord.Next);
    arena.release(route);
    const replaced = arena.allocate(writer.length);
    this.#copyMessage(replaced, writer);
    arena.setWord(replaced, SlotWord.Priority, description.priority);
    arena.setWord(replaced, SlotWord.Next, next);
    if (previous === NONE) {
      table.setFirst(description, replaced);
    } else {
      arena.setWord(previous, SlotWord.Next, replaced);
    }
    this.#index(replaced, description);
    if (deadline !== undefined) this.deadlines.set(replaced, deadline);
    return replaced;
  }

  /** Takes a route out. Its message must have been copied before, if it is still wanted. */
  remove(route: number): void {
    const { arena } = this;
    const table = this.tableOf(route);
    this.#unindex(route);
    const previous = this.previous(table, route);
    this.readKey(route, this.#key);
    const next = arena.word(route, SlotWord.Next);
    if (previous !== NONE) {
      arena.setWord(previous, SlotWord.Next, next);
    } else if (next === NONE) {
      table.remove(this.#key);
    } else {
      table.setFirst(this.#key, next);
    }
    arena.release(route);
  }

  /** Writes what packets a route is for into `key`. */
  readKey(route: number, key: RouteKey): void {
    const slab = this.arena.slab(route);
    const start = this.arena.offset(route) + MESSAGE;
    const isIpv4 = this.addressFamily === AddressFamily.Inet;
    const lengths = slab[start + 4] as number;
    key.destinationLength = (lengths >>> 8) & 0xff;
    key.sourceLength = isIpv4 ? 0 : (lengths >>> 16) & 0xff;
    const destination = start + DESTINATION_WORD;
    readWords(slab, destination, key.destinationLength, isIpv4 ? 1 : 4, key.destination);
    const source = key.destinationLength === 0 ? destination : destination + 5;
    readWords(slab, source, key.sourceLength, 4, key.source);
  }

  /** The scopes of the routes that name a nexthop object, the newest first. */
  scopesOfUsers(nexthopId: number): number[] {
    return [...(this.#scopes.get(nexthopId)?.keys() ?? [])].reverse();
  }

  /**
   * The routes that name a nexthop object in the order in which the kernel tells about an update: table by table, the
   * highest address first, and for the same address the longest prefix. Costs in proportion to them.
   */
  *usersByAddress(nexthopId: number): Generator<number> {
    const users = this.nexthopUsers.routesOf(nexthopId);
    const prefixes =
      users.length * WALK_SHARE > this.size ? this.#prefixesFromTheEnd() : this.#prefixesOf(users);
    for (const first of prefixes)
      for (let route = first; route !== NONE; route = this.next(route))
        if (this.nexthopId(route) === nexthopId) yield route;
  }

  /** The first route of every prefix. */
  *#prefixesFromTheEnd(): Generator<number> {
    for (const { trie, walk } of this.#ordered.map((table) => ({ trie: table.trie, walk: table.walk() }))) {
      const nodes = [];
      walk.start();
      for (let node = walk.next(); node !== NONE; node = walk.next()) nodes.push(node);
      for (let end = nodes.length; end > 0; ) {
        let start = end - 1;
        while (start > 0 && trie.sameAddress(nodes[start - 1] as number, nodes[start] as number)) start--;
        for (let i = start; i < end; i++) yield trie.payload(nodes[i] as number);
        end = start;
      }
    }
  }

  /** The first route of every prefix of some routes. */
  #prefixesOf(routes: readonly number[]): number[] {
    const prefixes = new Map<number, { table: number; key: AddressWords; length: number }>();
    for (const route of routes) {
      const key = createRouteKey();
      this.readKey(route, key);
      const table = this.tableOf(route);
      const { destination, destinationLength } = key;
      prefixes.set(table.first(key), {
        table: this.#ordered.indexOf(table),
        key: destination,
        length: destinationLength,
      });
    }
    return [...prefixes]
      .sort(([, a], [, b]) => a.table - b.table || compareWords(b.key, a.key) || b.length - a.length)
      .map(([first]) => first);
  }

  /** The routes with this preferred source, at this moment. */
  routesFrom(source: AddressWords): number[] {
    return [...(this.#bySource.get(sourceKey(source)) ?? [])];
  }

  /** The route before another among those of its prefix, or `NONE`. */
  previous(table: RouteTable, route: number): number {
    this.readKey(route, this.#key);
    let previous: number = NONE;
    for (let other = table.first(this.#key); other !== route; ) {
      if (other === NONE) throw new Error('a route is missing among the routes of its prefix');
      previous = other;
      other = this.next(other);
    }
    return previous;
  }

  #copyMessage(route: number, { words, length }: RouteWriter): void {
    const slab = this.arena.slab(route);
    const start = this.arena.offset(route) + MESSAGE;
    for (let i = 0; i < length; i++) slab[start + i] = words[i] as number;
  }

  #index(route: number, description: RouteDescription): void {
    if (description.nexthopId !== 0) {
      this.nexthopUsers.addSingle(route, description.nexthopId);
      this.#countScope(description.nexthopId, description.scope, 1);
    } else if (description.legs !== undefined) {
      this.links.addLegs(
        route,
        description.legs.map((leg) => leg.interfaceIndex),
      );
    } else {
      this.links.addSingle(route, description.nexthop.interfaceIndex);
    }
    if (description.hasPreferredSource) {
      const key = sourceKey(description.preferredSource);
      let routes = this.#bySource.get(key);
      if (routes === undefined) {
        routes = new Set();
        this.#bySource.set(key, routes);
      }
      routes.add(route);
    }
  }

  #unindex(route: number): void {
    this.deadlines.delete(route);
    const nexthopId = this.nexthopId(route);
    if (nexthopId !== 0) {
      this.nexthopUsers.removeSingle(route, nexthopId);
      this.#countScope(nexthopId, this.scope(route), -1);
    } else if (this.isMultipath(route)) {
      const { legs } = this.describe(route, this.#scratch);
      this.links.removeLegs(
        route,
        (legs ?? []).map((leg) => leg.interfaceIndex),
      );
    } else {
      this.links.removeSingle(route, this.interfaceIndex(route));
    }
    if (this.#attribute(route, RouteAttribute.PreferredSource) !== 0) {
      const { preferredSource } = this.describe(route, this.#scratch);
      const key = sourceKey(preferredSource);
      const routes = this.#bySource.get(key);
      if (routes?.delete(route) && routes.size === 0) this.#bySource.delete(key);
    }
  }

  #countScope(nexthopId: number, scope: number, change: 1 | -1): void {
    let counts = this.#scopes.get(nexthopId);
    if (counts === undefined) {
      counts = new Map();
      this.#scopes.set(nexthopId, counts);
    }
    const count = (counts.get(scope) ?? 0) + change;
    if (count > 0) counts.set(scope, count);
    else counts.delete(scope);
    if (counts.size === 0) this.#scopes.delete(nexthopId);
  }

  /** Where in a slot an attribute begins, in words; 0 when there is none. */
  #attribute(route: number, type: number): number {
    const slab = this.arena.slab(route);
    const slot = this.arena.offset(route);
    const end = slot + MESSAGE + (slab[slot + MESSAGE] as number) / 4;
    for (let at = slot + MESSAGE + FIRST_ATTRIBUTE_WORD; at < end; ) {
      const word = slab[at] as number;
      if (word >>> 16 === type) return at - slot;
      at += ((word & 0xffff) + 3) >>> 2;
    }
    return 0;
  }
}

/** Where, in words from the start of a message, `rtm_type` is, in the upper byte. */
const TYPE_WORD = 5;
/** RTA_CACHEINFO and RTA_PREF of IPv6 messages, which come behind the nexthops. */
const IPV6_TAIL_WORDS = 11;
/** Where, in words from the end of an IPv6 message, `rta_expires` is: RTA_CACHEINFO and RTA_PREF are the last. */
const EXPIRY_FROM_END = 8;

/** Where one in so many routes is meant, or more, going through all is cheaper than looking each up. */
const WALK_SHARE = 8;

/** What links decide, and what therefore does not distinguish routes. */
const STATE = NexthopFlag.Dead | NexthopFlag.LinkDown | NexthopFlag.Offload | NexthopFlag.Trap;

/** The address of an attribute; zeros where the prefix is empty and there is no attribute. */
function readWords(
  slab: Uint32Array,
  attribute: number,
  length: number,
  count: number,
  into: AddressWords,
): void {
  for (let i = 0; i < 4; i++)
    into[i] = length > 0 && i < count ? swap32(slab[attribute + 1 + i] as number) : 0;
}

function compareWords(a: AddressWords, b: AddressWords): number {
  for (let i = 0; i < 4; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}

function sourceKey(source: AddressWords): string {
  return `${source[0]},${source[1]},${source[2]},${source[3]}`;
}
