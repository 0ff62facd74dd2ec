import { SYNCHRONOUS_DUMP, transportContract } from '@nlspace/transport-contract';
import test from 'ava';
import { NUMBERS_ONLY, stack, type Vocabulary } from 'nlspace';
import { DOORS, MIDDLEWARE, through } from '../src/matrix.js';

const LISTS = 18;
const WORDS: Vocabulary = { ...NUMBERS_ONLY, isDump: ({ header }) => header.type === LISTS };
const words = () => WORDS;

const isFar = { skip: { [SYNCHRONOUS_DUMP]: 'the next part of a dump is fetched from the far end' } };

// Whoever opens sockets – front door – middleware – back door – domain.
for (const [front, frontDoor] of Object.entries(DOORS)) {
  for (const [back, backDoor] of Object.entries(DOORS)) {
    for (const [name, make] of Object.entries(MIDDLEWARE)) {
      transportContract(
        test,
        async (served) => {
          const behind = await through(served, [backDoor]);
          const before = await through(stack(behind.netlink, [make(words)]), [frontDoor]);
          return {
            netlink: before.netlink,
            close: async () => {
              await before.close();
              await behind.close();
            },
          };
        },
        { name: `${front}, ${name}, ${back}`, ...(front === 'direct' && back === 'direct' ? {} : isFar) },
      );
    }
  }
}

const everything = Object.values(MIDDLEWARE).map((make) => make(words));
for (const [name, layers] of [
  ['all of them', everything],
  ['all of them, the other way round', [...everything].reverse()],
] as const)
  transportContract(test, (served) => ({ netlink: stack(served, layers) }), { name });
