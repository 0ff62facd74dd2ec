import { NONE, type PrefixTrie } from './prefix-trie.js';

/**
 * Goes through the prefixes of a trie in the order in which the kernel dumps them. A walk is only valid while the trie
 * does not change; to go on after a change, `seek` from the last prefix seen: what has been seen is not repeated, what
 * is still there is not skipped.
 */
export abstract class TrieWalk {
  /** A subtree to go through by its node, or the complement of a node to give out. */
  protected readonly stack: number[] = [];
  protected depth = 0;

  constructor(protected readonly trie: PrefixTrie) {}

  /** Begins before the first prefix. */
  start(): void {
    this.depth = 0;
    this.pushSubtree(this.trie.root);
  }

  /** Begins behind a prefix, which need not be there any more. */
  abstract seek(key: Uint32Array, length: number): void;

  /** The next node with a payload, or `NONE` at the end. */
  next(): number {
    while (this.depth > 0) {
      const top = this.stack[--this.depth] as number;
      if (top < 0) return ~top;
      if (this.trie.isLeaf(top)) return top;
      this.enter(top);
    }
    return NONE;
  }

  /** Puts the parts of a subtree onto the stack, the first to be walked on top. */
  protected abstract enter(node: number): void;

  protected pushSubtree(node: number): void {
    if (node !== NONE) this.stack[this.depth++] = node;
  }

  /** A mere fork is nothing to give out. */
  protected pushNode(node: number): void {
    if (this.trie.payload(node) !== NONE) this.stack[this.depth++] = ~node;
  }
}

/**
 * IPv4 (fib_trie.c): by address, and for the same address the longest prefix first. In the trie, prefixes with the same
 * address lie below one another on a chain of left links.
 */
export class AddressOrderWalk extends TrieWalk {
  seek(key: Uint32Array, length: number): void {
    const { trie } = this;
    this.depth = 0;
    let node = trie.root;
    while (node !== NONE) {
      const order = trie.compareAddress(node, key);
      const contains = trie.commonBits(node, key, trie.prefixLength(node)) === trie.prefixLength(node);
      if (order > 0) {
        this.pushSubtree(node);
        return;
      }
      if (!contains) return;
      const bottom = this.#chainEnd(node);
      if (order === 0) {
        this.#pushChildren(node, bottom);
        this.#pushChain(node, bottom, length);
        return;
      }
      // The address lies inside, behind the chain: in one of the subtrees that hang off it.
      let inside: number = NONE;
      for (let link = node; ; link = trie.left(link)) {
        const right = trie.right(link);
        if (right !== NONE && trie.compareAddress(right, key) > 0) this.pushSubtree(right);
        else if (right !== NONE) {
          inside = right;
          break;
        }
        if (link !== bottom) continue;
        inside = trie.left(link);
        break;
      }
      node = inside;
    }
  }

  protected enter(node: number): void {
    const bottom = this.#chainEnd(node);
    this.#pushChildren(node, bottom);
    this.#pushChain(node, bottom, Number.POSITIVE_INFINITY);
  }

  /** The last node below with the same address. */
  #chainEnd(node: number): number {
    const { trie } = this;
    let end = node;
    for (let left = trie.left(end); left !== NONE && trie.sameAddress(left, node); left = trie.left(end))
      end = left;
    return end;
  }

  /** The subtrees behind the chain. */
  #pushChildren(top: number, bottom: number): void {
    const { trie } = this;
    for (let node = top; ; node = trie.left(node)) {
      this.pushSubtree(trie.right(node));
      if (node === bottom) break;
    }
    this.pushSubtree(trie.left(bottom));
  }

  /** The nodes of the chain with prefixes shorter than `below`. */
  #pushChain(top: number, bottom: number, below: number): void {
    const { trie } = this;
    for (let node = top; trie.prefixLength(node) < below; node = trie.left(node)) {
      this.pushNode(node);
      if (node === bottom) break;
    }
  }
}

/** IPv6 (ip6_fib.c): what lies below a prefix comes before it, zeros before ones. */
export class PostOrderWalk extends TrieWalk {
  seek(key: Uint32Array, length: number): void {
    const { trie } = this;
    this.depth = 0;
    let node = trie.root;
    while (node !== NONE) {
      const nodeLength = trie.prefixLength(node);
      const limit = Math.min(nodeLength, length);
      if (trie.commonBits(node, key, limit) < limit) {
        if (trie.compareAddress(node, key) > 0) this.pushSubtree(node);
        return;
      }
      // Equal, or below the prefix: seen already.
      if (nodeLength >= length) return;
      this.pushNode(node);
      const isRight = ((key[nodeLength >>> 5] as number) >>> (31 - (nodeLength & 31))) & 1;
      if (isRight) {
        node = trie.right(node);
      } else {
        this.pushSubtree(trie.right(node));
        node = trie.left(node);
      }
    }
  }

  protected enter(node: number): void {
    this.pushNode(node);
    this.pushSubtree(this.trie.right(node));
    this.pushSubtree(this.trie.left(node));
  }
}

/** A prefix comes before what lies below it, zeros before ones. */
export class PreOrderWalk extends TrieWalk {
  seek(key: Uint32Array, length: number): void {
    const { trie } = this;
    this.depth = 0;
    let node = trie.root;
    while (node !== NONE) {
      const nodeLength = trie.prefixLength(node);
      const limit = Math.min(nodeLength, length);
      if (trie.commonBits(node, key, limit) < limit) {
        if (trie.compareAddress(node, key) > 0) this.pushSubtree(node);
        return;
      }
      if (nodeLength > length) {
        this.pushSubtree(node);
        return;
      }
      const isRight =
        nodeLength < length && ((key[nodeLength >>> 5] as number) >>> (31 - (nodeLength & 31))) & 1;
      if (!isRight) this.pushSubtree(trie.right(node));
      if (nodeLength === length) this.pushSubtree(trie.left(node));
      if (nodeLength === length) return;
      node = isRight ? trie.right(node) : trie.left(node);
    }
  }

  protected enter(node: number): void {
    this.pushSubtree(this.trie.right(node));
    this.pushSubtree(this.trie.left(node));
    this.pushNode(node);
  }
}

/** Orders two prefixes as `PostOrderWalk` does: below zero when the first comes first. */
export function comparePostOrder(a: Uint32Array, aLength: number, b: Uint32Array, bLength: number): number {
  const limit = Math.min(aLength, bLength);
  for (let i = 0; i * 32 < limit; i++) {
    const difference = ((a[i] as number) ^ (b[i] as number)) >>> 0;
    if (difference !== 0 && i * 32 + Math.clz32(difference) < limit)
      return (a[i] as number) - (b[i] as number);
    if (difference !== 0) break;
  }
  return bLength - aLength;
}
