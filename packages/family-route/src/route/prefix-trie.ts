/** Nodes that a new trie has room for. */
const FIRST_CAPACITY = 64;

/** No node, no route. */
export const NONE = 0;

/**
 * A path-compressed binary trie over address prefixes, for keys of 32 or 128 bits. A key is an address as big-endian
 * words: bit 31 of word 0 is the first bit of the address. Nodes live in one typed array and are named by number; each
 * holds a payload word (the head of a list of routes), and those without are only forks.
 *
 * Cost of every operation is bounded by the key's length, not by the number of prefixes.
 */
export class PrefixTrie {
  /** Words of a key. */
  readonly words: number;
  /** Prefixes that have a payload. */
  size = 0;

  readonly #stride: number;
  /** key…, left, right, payload, prefix length. Node 0 is no prefix: its left link is the root. */
  #nodes: Uint32Array;
  #used = 1;
  #free = NONE;

  constructor(words: 1 | 4) {
    this.words = words;
    this.#stride = words + 4;
    this.#nodes = new Uint32Array(FIRST_CAPACITY * this.#stride);
  }

  /** The node of exactly this prefix, fork or not; `NONE` when there is none. */
  find(key: Uint32Array, length: number): number {
    const { words } = this;
    const nodes = this.#nodes;
    const stride = this.#stride;
    let node = nodes[words] as number;
    while (node !== NONE) {
      const base = node * stride;
      const nodeLength = nodes[base + words + 3] as number;
      if (nodeLength >= length) {
        return nodeLength === length && this.#common(base, key, length) === length ? node : NONE;
      }
      node = nodes[base + words + bitAt(key, nodeLength)] as number;
    }
    return NONE;
  }

  payload(node: number): number {
    return this.#nodes[node * this.#stride + this.words + 2] as number;
  }

  prefixLength(node: number): number {
    return this.#nodes[node * this.#stride + this.words + 3] as number;
  }

  /** Copies the node's address into `key`. */
  readKey(node: number, key: Uint32Array): void {
    const base = node * this.#stride;
    for (let i = 0; i < this.words; i++) key[i] = this.#nodes[base + i] as number;
  }

  /** Makes a node for the prefix if there is none and gives it this payload, which is not `NONE`. Bits of `key` behind `length` are zero. */
  set(key: Uint32Array, length: number, payload: number): number {
    const node = this.#findOrInsert(key, length);
    const at = node * this.#stride + this.words + 2;
    if (this.#nodes[at] === NONE) this.size++;
    this.#nodes[at] = payload;
    return node;
  }

  /** Takes the prefix out. Nothing happens when it is not there. */
  remove(key: Uint32Array, length: number): void {
    const { words } = this;
    const nodes = this.#nodes;
    const stride = this.#stride;
    let parentLink = -1;
    let parent = NONE;
    let link = words;
    let node = nodes[link] as number;
    while (node !== NONE && (nodes[node * stride + words + 3] as number) < length) {
      parentLink = link;
      parent = node;
      link = node * stride + words + bitAt(key, nodes[node * stride + words + 3] as number);
      node = nodes[link] as number;
    }
    if (node === NONE) return;
    const base = node * stride;
    if (nodes[base + words + 3] !== length || this.#common(base, key, length) !== length) return;
    if (nodes[base + words + 2] === NONE) return;
    nodes[base + words + 2] = NONE;
    this.size--;
    const left = nodes[base + words] as number;
    const right = nodes[base + words + 1] as number;
    if (left !== NONE && right !== NONE) return;
    const child = left !== NONE ? left : right;
    nodes[link] = child;
    this.#release(node);
    if (child !== NONE || parent === NONE) return;
    // The parent has lost a child: as a mere fork it has nothing left to do.
    const parentBase = parent * stride;
    if (nodes[parentBase + words + 2] !== NONE) return;
    const sibling = nodes[parentBase + words] as number;
    nodes[parentLink] = sibling !== NONE ? sibling : (nodes[parentBase + words + 1] as number);
    this.#release(parent);
  }

  /** Writes the nodes with a payload that contain the address into `into`, shortest prefix first; returns how many. */
  matches(key: Uint32Array, into: Int32Array): number {
    const { words } = this;
    const nodes = this.#nodes;
    const stride = this.#stride;
    const bits = words * 32;
    let count = 0;
    let node = nodes[words] as number;
    while (node !== NONE) {
      const base = node * stride;
      const length = nodes[base + words + 3] as number;
      if (this.#common(base, key, length) < length) break;
      if (nodes[base + words + 2] !== NONE) into[count++] = node;
      if (length === bits) break;
      node = nodes[base + words + bitAt(key, length)] as number;
    }
    return count;
  }

  /** The children and the root as a walk sees them. */
  get root(): number {
    return this.#nodes[this.words] as number;
  }

  left(node: number): number {
    return this.#nodes[node * this.#stride + this.words] as number;
  }

  right(node: number): number {
    return this.#nodes[node * this.#stride + this.words + 1] as number;
  }

  /** Whether nothing lies below the node, which then has a payload. */
  isLeaf(node: number): boolean {
    const links = node * this.#stride + this.words;
    return this.#nodes[links] === NONE && this.#nodes[links + 1] === NONE;
  }

  /** How many leading bits, at most `limit`, the node's address and the key have in common. */
  commonBits(node: number, key: Uint32Array, limit: number): number {
    return this.#common(node * this.#stride, key, limit);
  }

  /** Whether the addresses of two nodes are equal, whatever their prefix lengths. */
  sameAddress(a: number, b: number): boolean {
    const nodes = this.#nodes;
    const baseA = a * this.#stride;
    const baseB = b * this.#stride;
    for (let i = 0; i < this.words; i++) if (nodes[baseA + i] !== nodes[baseB + i]) return false;
    return true;
  }

  /** Orders the node's address against the key: below, equal to or above zero. */
  compareAddress(node: number, key: Uint32Array): number {
    const base = node * this.#stride;
    for (let i = 0; i < this.words; i++) {
      const difference = (this.#nodes[base + i] as number) - (key[i] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Bytes of the arrays behind the trie. */
  get byteLength(): number {
    return this.#nodes.byteLength;
  }

  #common(base: number, key: Uint32Array, limit: number): number {
    const nodes = this.#nodes;
    for (let i = 0; i * 32 < limit; i++) {
      const difference = ((nodes[base + i] as number) ^ (key[i] as number)) >>> 0;
      if (difference !== 0) return Math.min(limit, i * 32 + Math.clz32(difference));
    }
    return limit;
  }

  #findOrInsert(key: Uint32Array, length: number): number {
    const { words } = this;
    const stride = this.#stride;
    let nodes = this.#nodes;
    let link = words;
    let node = nodes[link] as number;
    while (node !== NONE) {
      const base = node * stride;
      const nodeLength = nodes[base + words + 3] as number;
      const limit = Math.min(nodeLength, length);
      const common = this.#common(base, key, limit);
      if (common < limit) {
        const fork = this.#allocate(key, common);
        const leaf = this.#allocate(key, length);
        nodes = this.#nodes;
        const side = bitAt(key, common);
        nodes[fork * stride + words + side] = leaf;
        nodes[fork * stride + words + 1 - side] = node;
        nodes[link] = fork;
        return leaf;
      }
      if (nodeLength === length) return node;
      if (nodeLength > length) {
        const above = this.#allocate(key, length);
        nodes = this.#nodes;
        const side = ((nodes[base + (length >>> 5)] as number) >>> (31 - (length & 31))) & 1;
        nodes[above * stride + words + side] = node;
        nodes[link] = above;
        return above;
      }
      link = base + words + bitAt(key, nodeLength);
      node = nodes[link] as number;
    }
    const leaf = this.#allocate(key, length);
    this.#nodes[link] = leaf;
    return leaf;
  }

  #allocate(key: Uint32Array, length: number): number {
    const { words } = this;
    const stride = this.#stride;
    let node = this.#free;
    if (node !== NONE) {
      this.#free = this.#nodes[node * stride + words] as number;
    } else {
      node = this.#used++;
      if (this.#used * stride > this.#nodes.length) {
        const grown = new Uint32Array(this.#nodes.length * 2);
        grown.set(this.#nodes);
        this.#nodes = grown;
      }
    }
    const nodes = this.#nodes;
    const base = node * stride;
    for (let i = 0; i < words; i++) {
      const bits = length - i * 32;
      nodes[base + i] =
        bits >= 32 ? (key[i] as number) : bits <= 0 ? 0 : (key[i] as number) & (-1 << (32 - bits));
    }
    nodes[base + words] = NONE;
    nodes[base + words + 1] = NONE;
    nodes[base + words + 2] = NONE;
    nodes[base + words + 3] = length;
    return node;
  }

  #release(node: number): void {
    this.#nodes[node * this.#stride + this.words] = this.#free;
    this.#free = node;
  }
}

function bitAt(key: Uint32Array, position: number): number {
  return ((key[position >>> 5] as number) >>> (31 - (position & 31))) & 1;
}
