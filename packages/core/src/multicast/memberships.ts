/** The groups that one socket has joined; a bit per group, bit 0 of word 0 is group 1. */
export class Memberships {
  #words = new Uint32Array(1);

  /** @param highestGroup of the protocol; families can come and bring more. */
  constructor(private readonly highestGroup: () => number) {}

  has(group: number): boolean {
    const index = group - 1;
    return (((this.#words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  set(group: number, joined: boolean): void {
    const index = group - 1;
    const bit = 1 << (index & 31);
    this.#grow();
    const word = this.#words[index >>> 5] ?? 0;
    this.#words[index >>> 5] = joined ? word | bit : word & ~bit;
  }

  /** Groups 1…32, as `bind` and `getsockname` have them. */
  get firstWord(): number {
    return this.#words[0] ?? 0;
  }

  /** As many words as the protocol's groups need. */
  words(): Uint32Array {
    this.#grow();
    return this.#words.slice();
  }

  /** Every group joined, ascending. */
  *groups(): Generator<number> {
    for (let group = 1; group <= this.#words.length * 32; group++) if (this.has(group)) yield group;
  }

  #grow(): void {
    const needed = Math.ceil(this.highestGroup() / 32);
    if (needed <= this.#words.length) return;
    const words = new Uint32Array(needed);
    words.set(this.#words);
    this.#words = words;
  }
}
