import test from 'ava';
import fc from 'fast-check';
import { NONE, PrefixTrie } from '../../src/route/prefix-trie.js';
import {
  AddressOrderWalk,
  comparePostOrder,
  PostOrderWalk,
  PreOrderWalk,
  type TrieWalk,
} from '../../src/route/trie-walk.js';

/** A prefix as text of zeros and ones: the model that the trie is compared with. */
type Bits = string;

/** Few different bits, so that prefixes contain and follow each other; all of an address's length is used. */
function arbitraryPrefix(words: 1 | 4): fc.Arbitrary<Bits> {
  const bits = words * 32;
  const edge = fc.constantFrom(0, 1, 31, 32, bits - 1, bits).filter((length) => length <= bits);
  return fc
    .tuple(
      fc.array(fc.constantFrom('0', '1'), { minLength: 4, maxLength: 4 }),
      fc.oneof(edge, fc.nat({ max: 5 }), fc.nat({ max: bits })),
      fc.constantFrom('0', '1'),
    )
    .map(([head, length, rest]) => (head.join('') + rest.repeat(bits)).slice(0, length));
}

function keyOf(prefix: Bits, words: 1 | 4): Uint32Array {
  const padded = prefix.padEnd(words * 32, '0');
  return Uint32Array.from({ length: words }, (_, i) => Number.parseInt(padded.slice(i * 32, i * 32 + 32), 2));
}

function prefixAt(trie: PrefixTrie, node: number): Bits {
  const key = new Uint32Array(trie.words);
  trie.readKey(node, key);
  const all = [...key].map((word) => word.toString(2).padStart(32, '0')).join('');
  return all.slice(0, trie.prefixLength(node));
}

interface Operation {
  readonly removes: boolean;
  readonly prefix: Bits;
}

function arbitraryOperations(words: 1 | 4): fc.Arbitrary<Operation[]> {
  return fc.array(
    fc.record({
      removes: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, fc.constant(true)),
      prefix: arbitraryPrefix(words),
    }),
    { minLength: 1, maxLength: 120, size: 'max' },
  );
}

/** The trie and its model after some operations; payloads are numbered. */
function play(operations: readonly Operation[], words: 1 | 4) {
  const trie = new PrefixTrie(words);
  const model = new Map<Bits, number>();
  operations.forEach(({ removes, prefix }, i) => {
    const key = keyOf(prefix, words);
    if (removes) {
      trie.remove(key, prefix.length);
      model.delete(prefix);
    } else {
      trie.set(key, prefix.length, i + 1);
      model.set(prefix, i + 1);
    }
  });
  return { trie, model };
}

function rest(walk: TrieWalk, trie: PrefixTrie): Bits[] {
  const seen: Bits[] = [];
  for (let node = walk.next(); node !== NONE; node = walk.next()) seen.push(prefixAt(trie, node));
  return seen;
}

const padded = (prefix: Bits, words: 1 | 4): Bits => prefix.padEnd(words * 32, '0');

/** The orders of the three walks, said of prefixes as text. */
const ORDERS: Record<
  string,
  {
    readonly walk: (trie: PrefixTrie) => TrieWalk & { seek(key: Uint32Array, length: number): void };
    readonly compare: (a: Bits, b: Bits, words: 1 | 4) => number;
  }
> = {
  'by address, the longest first': {
    walk: (trie) => new AddressOrderWalk(trie),
    compare: (a, b, words) => textOrder(padded(a, words), padded(b, words)) || b.length - a.length,
  },
  'what is inside a prefix before it': {
    walk: (trie) => new PostOrderWalk(trie),
    compare: (a, b) => (a.startsWith(b) || b.startsWith(a) ? b.length - a.length : textOrder(a, b)),
  },
  'a prefix before what is inside it': {
    walk: (trie) => new PreOrderWalk(trie),
    compare: (a, b) => (a.startsWith(b) || b.startsWith(a) ? a.length - b.length : textOrder(a, b)),
  },
};

function textOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

for (const words of [1, 4] as const) {
  const bits = words * 32;

  test(`${bits} bits: what was set is found, and nothing else`, (t) => {
    fc.assert(
      fc.property(arbitraryOperations(words), arbitraryPrefix(words), (operations, other) => {
        const { trie, model } = play(operations, words);
        t.is(trie.size, model.size);
        for (const prefix of [...operations.map((operation) => operation.prefix), other]) {
          const node = trie.find(keyOf(prefix, words), prefix.length);
          t.is(node === NONE ? NONE : trie.payload(node), model.get(prefix) ?? NONE);
        }
      }),
    );
  });

  test(`${bits} bits: an address matches the prefixes that begin it, the shortest first`, (t) => {
    fc.assert(
      fc.property(arbitraryOperations(words), arbitraryPrefix(words), (operations, head) => {
        const { trie, model } = play(operations, words);
        const address = padded(head, words);
        const found = new Int32Array(bits + 1);
        const count = trie.matches(keyOf(address, words), found);
        t.deepEqual(
          [...found.subarray(0, count)].map((node) => prefixAt(trie, node)),
          [...model.keys()]
            .filter((prefix) => address.startsWith(prefix))
            .sort((a, b) => a.length - b.length),
        );
      }),
    );
  });

  test(`${bits} bits: what is taken out leaves no fork behind, and its room is used again`, (t) => {
    fc.assert(
      fc.property(arbitraryOperations(words), (operations) => {
        const trie = new PrefixTrie(words);
        const fillAndEmpty = () => {
          for (const { prefix } of operations) trie.set(keyOf(prefix, words), prefix.length, 1);
          for (const { prefix } of operations) trie.remove(keyOf(prefix, words), prefix.length);
          t.is(trie.root, NONE);
        };
        fillAndEmpty();
        const { byteLength } = trie;
        for (let round = 0; round < 5; round++) fillAndEmpty();
        t.is(trie.byteLength, byteLength);
      }),
      { numRuns: 50 },
    );
  });

  for (const [name, { walk, compare }] of Object.entries(ORDERS)) {
    test(`${bits} bits: a walk (${name}) goes on behind any prefix, there or not`, (t) => {
      fc.assert(
        fc.property(arbitraryOperations(words), arbitraryPrefix(words), (operations, behind) => {
          const { trie, model } = play(operations, words);
          const inOrder = [...model.keys()].sort((a, b) => compare(a, b, words));
          const all = walk(trie);
          all.start();
          t.deepEqual(rest(all, trie), inOrder);
          const later = walk(trie);
          later.seek(keyOf(behind, words), behind.length);
          t.deepEqual(
            rest(later, trie),
            inOrder.filter((prefix) => compare(prefix, behind, words) > 0),
          );
        }),
      );
    });
  }

  test(`${bits} bits: prefixes compare as a walk gives them out`, (t) => {
    const { compare } = ORDERS['what is inside a prefix before it'] as (typeof ORDERS)[string];
    fc.assert(
      fc.property(arbitraryPrefix(words), arbitraryPrefix(words), (a, b) => {
        const order = comparePostOrder(keyOf(a, words), a.length, keyOf(b, words), b.length);
        t.is(Math.sign(order), Math.sign(compare(a, b, words)));
      }),
    );
  });
}
