import type { AddressWords } from './ip-words.js';
import { NONE, type PrefixTrie } from './prefix-trie.js';
import type { RouteKey } from './route-table.js';
import type { SourceTrees } from './source-trees.js';
import { comparePostOrder, PostOrderWalk, PreOrderWalk, type TrieWalk } from './trie-walk.js';

/** Longer than any prefix: to `seek` this far into a destination is to stop before all that is in it. */
const BEFORE_ALL = 129;

/**
 * Goes through the lists of routes of a table in the order in which the kernel dumps them. Valid while the table does not
 * change; to go on after a change, `seek` from the last list seen.
 */
export interface RouteWalk {
  /** Begins before the first list. */
  start(): void;
  /** Begins behind a list, which need not be there any more. */
  seek(key: RouteKey): void;
  /** The first route of the next list, or `NONE` at the end. */
  next(): number;
}

/** A table without routes by source. */
export class TrieRouteWalk implements RouteWalk {
  constructor(
    private readonly trie: PrefixTrie,
    private readonly walk: TrieWalk,
  ) {}

  start(): void {
    this.walk.start();
  }

  seek({ destination, destinationLength, sourceLength }: RouteKey): void {
    this.walk.seek(destination, sourceLength === 0 ? destinationLength : BEFORE_ALL);
  }

  next(): number {
    const node = this.walk.next();
    return node === NONE ? NONE : this.trie.payload(node);
  }
}

/** An IPv6 table with routes by source: those of a destination come before everything in the destination, and before it. */
export class SourceRouteWalk implements RouteWalk {
  readonly #plain: PostOrderWalk;
  readonly #destinations: PreOrderWalk;
  #nextPlain: number = NONE;
  #nextDestination: number = NONE;
  readonly #destination: AddressWords = new Uint32Array(4);
  #tree: PrefixTrie | undefined;
  #sources: PostOrderWalk | undefined;

  constructor(
    private readonly trie: PrefixTrie,
    private readonly trees: SourceTrees,
  ) {
    this.#plain = new PostOrderWalk(trie);
    this.#destinations = new PreOrderWalk(trees.destinations);
  }

  start(): void {
    this.#plain.start();
    this.#destinations.start();
    this.#begin(undefined);
  }

  seek(key: RouteKey): void {
    const { destination, destinationLength, source, sourceLength } = key;
    if (sourceLength === 0) {
      this.#plain.seek(destination, destinationLength);
      this.#destinations.seek(lastAddress(destination, destinationLength), 128);
      this.#begin(undefined);
    } else {
      this.#plain.seek(destination, BEFORE_ALL);
      this.#destinations.seek(destination, destinationLength);
      this.#begin(this.trees.find(key));
      this.#sources?.seek(source, sourceLength);
    }
  }

  next(): number {
    for (;;) {
      const source = this.#sources?.next() ?? NONE;
      if (source !== NONE) return (this.#tree as PrefixTrie).payload(source);
      if (this.#isDestinationNext()) {
        this.#enter(this.trees.at(this.#nextDestination));
        this.#sources?.start();
        this.#advanceDestination();
        continue;
      }
      const node = this.#nextPlain;
      if (node === NONE) return NONE;
      this.#nextPlain = this.#plain.next();
      return this.trie.payload(node);
    }
  }

  #begin(tree: PrefixTrie | undefined): void {
    this.#nextPlain = this.#plain.next();
    this.#advanceDestination();
    this.#enter(tree);
  }

  #enter(tree: PrefixTrie | undefined): void {
    this.#tree = tree;
    this.#sources = tree === undefined ? undefined : new PostOrderWalk(tree);
  }

  #advanceDestination(): void {
    this.#nextDestination = this.#destinations.next();
    if (this.#nextDestination !== NONE)
      this.trees.destinations.readKey(this.#nextDestination, this.#destination);
  }

  #isDestinationNext(): boolean {
    const { trie, trees } = this;
    if (this.#nextDestination === NONE) return false;
    const plain = this.#nextPlain;
    if (plain === NONE) return true;
    const limit = Math.min(trie.prefixLength(plain), trees.destinations.prefixLength(this.#nextDestination));
    return (
      trie.commonBits(plain, this.#destination, limit) === limit ||
      trie.compareAddress(plain, this.#destination) > 0
    );
  }
}

/** Orders two keys as a walk through an IPv6 table does: below zero when the first comes first. */
export function compareRouteKeys(a: RouteKey, b: RouteKey): number {
  const order = comparePostOrder(a.destination, a.destinationLength, b.destination, b.destinationLength);
  if (a.sourceLength === 0 && b.sourceLength === 0) return order;
  const limit = Math.min(a.destinationLength, b.destinationLength);
  if (comparePostOrder(a.destination, limit, b.destination, limit) !== 0) return order;
  // One destination is in the other.
  if (a.sourceLength === 0) return 1;
  if (b.sourceLength === 0) return -1;
  return (
    a.destinationLength - b.destinationLength ||
    comparePostOrder(a.source, a.sourceLength, b.source, b.sourceLength)
  );
}

function lastAddress(address: AddressWords, prefixLength: number): AddressWords {
  return address.map((word, i) => {
    const bits = prefixLength - i * 32;
    if (bits >= 32) return word;
    return bits <= 0 ? 0xffffffff : (word | (0xffffffff >>> bits)) >>> 0;
  });
}
