import { seededRandom } from '@nlspace/core';

/** Which of the messages that match are meant. What is left out does not matter. */
export interface Occurrences {
  /** The first that is meant, from 1. @default 1 */
  readonly from?: number;
  /** From there on, one of so many. @default 1 */
  readonly every?: number;
  /** In [0, 1]: by chance. @default 1 */
  readonly probability?: number;
  /** Of chance. @default the seed that all rules have, and the rule's place among them */
  readonly seed?: number;
  /** At most so many. @default no end */
  readonly times?: number;
}

/** Counts matches and says which are meant. The same seed and the same matches give the same answers. */
export class OccurrenceCounter {
  matched = 0;
  meant = 0;
  readonly #random: () => number;

  constructor(
    private readonly occurrences: Occurrences,
    seed: number,
  ) {
    this.#random = seededRandom(occurrences.seed ?? seed);
  }

  next(): boolean {
    this.matched++;
    const { from = 1, every = 1, probability = 1, times = Number.POSITIVE_INFINITY } = this.occurrences;
    if (this.meant >= times || this.matched < from || (this.matched - from) % every !== 0) return false;
    if (probability < 1 && this.#random() >= probability) return false;
    this.meant++;
    return true;
  }
}
