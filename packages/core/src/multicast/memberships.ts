/** The groups that one socket has joined; a bit per group, bit 0 of word 0 is group 1. */
export class Memberships {
  #words: Uint32Array;

  constructor(private readonly highestGroup: number) {
    this.#words = new Uint32Array(Math.max(1, Math.ceil(highestGroup / 32)));
  }

  has(group: number): boolean {
    const index = group - 1;
    return (((this.#words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  set(group: number, joined: boolean): void {
    const index = group - 1;
    const bit = 1 << (index & 31);
    const word = this.#words[index >>> 5] ?? 0;
    this.#words[index >>> 5] = joined ? word | bit : word & ~bit;
  }

  /** Groups 1…32, as `bind` and `getsockname` have them. */
  get firstWord(): number {
    return this.#words[0] ?? 0;
  }

  words(): Uint32Array {
    return this.#words.slice();
  }

  /** Every group joined, ascending. */
  *groups(): Generator<number> {
    for (let group = 1; group <= this.highestGroup; group++) if (this.has(group)) yield group;
  }
}
