import { AddressFamily } from '../network/ip-bytes.js';
import type { AddressWords } from './ip-words.js';
import { NONE, PrefixTrie } from './prefix-trie.js';
import { type RouteWalk, SourceRouteWalk, TrieRouteWalk } from './route-walk.js';
import { SourceTrees } from './source-trees.js';
import { AddressOrderWalk, PostOrderWalk, type TrieWalk } from './trie-walk.js';

/** Which packets routes are for: where to, and in IPv6 perhaps where from. Routes with the same key are one list. */
export interface RouteKey {
  readonly destination: AddressWords;
  destinationLength: number;
  readonly source: AddressWords;
  /** 0 for packets from anywhere; always in IPv4. */
  sourceLength: number;
}

export function createRouteKey(): RouteKey {
  return {
    destination: new Uint32Array(4),
    destinationLength: 0,
    source: new Uint32Array(4),
    sourceLength: 0,
  };
}

/** One routing table: prefixes, each with its routes in the order in which they are tried. */
export class RouteTable {
  /** Routes for packets from anywhere. */
  readonly trie: PrefixTrie;
  /** IPv6: routes for packets from a prefix. Most tables have none, and do not pay for them. */
  sources: SourceTrees | undefined;

  constructor(
    readonly addressFamily: number,
    readonly id: number,
  ) {
    this.trie = new PrefixTrie(addressFamily === AddressFamily.Inet ? 1 : 4);
  }

  /** The first route of exactly this key, or `NONE`. */
  first(key: RouteKey): number {
    const trie = key.sourceLength === 0 ? this.trie : this.sources?.find(key);
    if (trie === undefined) return NONE;
    const node =
      key.sourceLength === 0
        ? trie.find(key.destination, key.destinationLength)
        : trie.find(key.source, key.sourceLength);
    return node === NONE ? NONE : trie.payload(node);
  }

  setFirst(key: RouteKey, route: number): void {
    if (key.sourceLength === 0) {
      this.trie.set(key.destination, key.destinationLength, route);
      return;
    }
    this.sources ??= new SourceTrees();
    this.sources.set(key, route);
  }

  /** Takes the key out, which has no routes any more. */
  remove(key: RouteKey): void {
    if (key.sourceLength === 0) {
      this.trie.remove(key.destination, key.destinationLength);
      return;
    }
    this.sources?.remove(key);
    if (this.sources?.isEmpty) this.sources = undefined;
  }

  /** The nodes of `trie`, in the order of the kernel's dumps. */
  walk(): TrieWalk {
    return this.addressFamily === AddressFamily.Inet
      ? new AddressOrderWalk(this.trie)
      : new PostOrderWalk(this.trie);
  }

  /** The lists of routes, in the order of the kernel's dumps. */
  walkRoutes(): RouteWalk {
    return this.sources === undefined
      ? new TrieRouteWalk(this.trie, this.walk())
      : new SourceRouteWalk(this.trie, this.sources);
  }
}
