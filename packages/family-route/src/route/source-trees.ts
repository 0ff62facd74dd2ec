import { NONE, PrefixTrie } from './prefix-trie.js';
import type { RouteKey } from './route-table.js';

/** IPv6 routes for packets from a prefix: under each destination that has some, a tree of sources. */
export class SourceTrees {
  /** The payload of a destination is the number of its tree. */
  readonly destinations = new PrefixTrie(4);
  readonly #trees = new Map<number, PrefixTrie>();
  #lastNumber = 0;

  get isEmpty(): boolean {
    return this.destinations.size === 0;
  }

  /** The tree of exactly this destination. */
  find({ destination, destinationLength }: RouteKey): PrefixTrie | undefined {
    const node = this.destinations.find(destination, destinationLength);
    return node === NONE ? undefined : this.#trees.get(this.destinations.payload(node));
  }

  /** The tree of a node of `destinations` that has a payload. */
  at(node: number): PrefixTrie {
    return this.#trees.get(this.destinations.payload(node)) as PrefixTrie;
  }

  set(key: RouteKey, route: number): void {
    let tree = this.find(key);
    if (tree === undefined) {
      tree = new PrefixTrie(4);
      this.#trees.set(++this.#lastNumber, tree);
      this.destinations.set(key.destination, key.destinationLength, this.#lastNumber);
    }
    tree.set(key.source, key.sourceLength, route);
  }

  remove(key: RouteKey): void {
    const tree = this.find(key);
    if (tree === undefined) return;
    tree.remove(key.source, key.sourceLength);
    if (tree.size > 0) return;
    const { destination, destinationLength } = key;
    this.#trees.delete(this.destinations.payload(this.destinations.find(destination, destinationLength)));
    this.destinations.remove(destination, destinationLength);
  }
}
