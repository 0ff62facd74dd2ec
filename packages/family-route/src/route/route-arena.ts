/** Words of a slab: 1 MiB. */
const SLAB_BITS = 18;
const SLAB_WORDS = 1 << SLAB_BITS;
const OFFSET_MASK = SLAB_WORDS - 1;

/** Slots up to this many words come in every size, larger ones in steps of it. */
const FINE_WORDS = 64;

/** Words in front of a message. */
export const SLOT_HEADER_WORDS = 4;

/** What the words in front of a message are. */
export enum SlotWord {
  /** The next route of the same prefix; the next free slot when the slot is free. */
  Next = 0,
  /** The neighbours in the list of routes over the same link. */
  NextOfLink = 1,
  PreviousOfLink = 2,
  /** The priority (metric) that orders the routes of a prefix. */
  Priority = 3,
}

/**
 * Where routes live: every route is one slot, four words for the lists it is in and then its complete wire message,
 * ready to be copied into a dump. A route is named by the number of its slot's first word; 0 is none.
 *
 * Slabs never move, so growing copies nothing; freed slots are used again for messages of the same size.
 */
export class RouteArena {
  readonly slabs: Uint32Array[] = [];
  #slab = -1;
  #used = SLAB_WORDS;
  /** First free slot by size class. */
  readonly #free: number[] = [];
  /** Slots in use. */
  count = 0;

  /** A slot for a message of `messageWords`; its contents are arbitrary. */
  allocate(messageWords: number): number {
    const words = slotWords(messageWords);
    this.count++;
    const free = this.#free[words] ?? 0;
    if (free !== 0) {
      this.#free[words] = this.word(free, SlotWord.Next);
      return free;
    }
    if (this.#used + words > SLAB_WORDS) {
      this.slabs.push(new Uint32Array(SLAB_WORDS));
      this.#slab++;
      // Offset 0 of the first slab would be the route number 0.
      this.#used = this.#slab === 0 ? SLOT_HEADER_WORDS : 0;
    }
    const route = this.#slab * SLAB_WORDS + this.#used;
    this.#used += words;
    return route;
  }

  release(route: number): void {
    const words = slotWords((this.word(route, SLOT_HEADER_WORDS) + 3) >>> 2);
    this.setWord(route, SlotWord.Next, this.#free[words] ?? 0);
    this.#free[words] = route;
    this.count--;
  }

  /** The slab that holds a route. */
  slab(route: number): Uint32Array {
    return this.slabs[route >>> SLAB_BITS] as Uint32Array;
  }

  /** Where in its slab a route begins. */
  offset(route: number): number {
    return route & OFFSET_MASK;
  }

  word(route: number, index: number): number {
    return this.slab(route)[(route & OFFSET_MASK) + index] as number;
  }

  setWord(route: number, index: number, value: number): void {
    this.slab(route)[(route & OFFSET_MASK) + index] = value;
  }

  /** The message of a route, as bytes that stay valid until the route is changed. */
  message(route: number): Uint8Array {
    const slab = this.slab(route);
    const start = (route & OFFSET_MASK) + SLOT_HEADER_WORDS;
    return new Uint8Array(slab.buffer, start * 4, slab[start] as number);
  }

  /** Bytes taken from the system. */
  get byteLength(): number {
    return this.slabs.length * SLAB_WORDS * 4;
  }
}

function slotWords(messageWords: number): number {
  const words = messageWords + SLOT_HEADER_WORDS;
  return words <= FINE_WORDS ? words : Math.ceil(words / FINE_WORDS) * FINE_WORDS;
}
