/** GENL_START_ALLOC and GENL_MAX_ID (linux/genetlink.h); what is below has a fixed owner. */
const FIRST_FAMILY_ID = 0x13;
const LAST_FAMILY_ID = 0x3ff;
/** Two group numbers were given away before numbers were allocated, and those of three old families are kept for them. */
const RESERVED_GROUPS = [0, 1, 0x10, 0x11, 0x12];
const GROUPS_PER_WORD = 64;

/** Gives numbers to families and their groups as the kernel does (net/netlink/genetlink.c). */
export class NumberRegistry {
  readonly #families = new Set<number>();
  readonly #groups = new Set<number>(RESERVED_GROUPS);
  #next = FIRST_FAMILY_ID;
  #groupCount = GROUPS_PER_WORD;

  /** The next one round: a number that has become free is not used again at once. */
  allocateFamily(): number {
    for (let tried = FIRST_FAMILY_ID; tried <= LAST_FAMILY_ID; tried++) {
      const id = this.#next;
      this.#next = id === LAST_FAMILY_ID ? FIRST_FAMILY_ID : id + 1;
      if (this.#families.has(id)) continue;
      this.#families.add(id);
      return id;
    }
    throw new Error(`all ${LAST_FAMILY_ID - FIRST_FAMILY_ID + 1} numbers of generic families are taken`);
  }

  releaseFamily(id: number): void {
    this.#families.delete(id);
  }

  /** The lowest run of so many free numbers; gives the first. */
  allocateGroups(count: number): number {
    let first = 0;
    for (let length = 0; length < count; ) {
      if (this.#groups.has(first + length)) {
        first += length + 1;
        length = 0;
      } else length++;
    }
    for (let i = 0; i < count; i++) this.#groups.add(first + i);
    const words = Math.ceil((first + count) / GROUPS_PER_WORD);
    this.#groupCount = Math.max(this.#groupCount, words * GROUPS_PER_WORD);
    return first;
  }

  releaseGroups(first: number, count: number): void {
    for (let i = 0; i < count; i++) this.#groups.delete(first + i);
  }

  /** How many groups can be joined: whole words of them, and never fewer than before. */
  get groupCount(): number {
    return this.#groupCount;
  }
}
