import type { Clock, Timer } from './clock.js';

/** What can fall due. */
export interface Deadline {
  /** Milliseconds of the clock; 0 when nothing is pending. Written by the queue alone. */
  dueMs: number;
}

interface Entry<T> {
  readonly dueMs: number;
  readonly order: number;
  readonly item: T;
}

/** A timer of the platform holds 31 bits; a longer wait is taken in steps. */
const LONGEST_WAIT_MS = 0x7fffffff;
/** A heap this small is never worth tidying. */
const TIDY_ABOVE = 64;

/** Any number of deadlines over one timer of the clock: a heap of which moved and cancelled entries are left behind. */
export class DeadlineQueue<T extends Deadline> {
  #heap: Entry<T>[] = [];
  #pending = 0;
  #order = 0;
  #timer: Timer | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly due: (item: T) => void,
  ) {}

  /** Sets or moves the deadline of an item; those of one moment fall due in the order in which they were set. */
  set(item: T, dueMs: number): void {
    if (item.dueMs === 0) this.#pending++;
    item.dueMs = dueMs;
    this.#push({ dueMs, order: this.#order++, item });
    if (this.#heap.length > TIDY_ABOVE && this.#heap.length > 2 * this.#pending) this.#tidy();
    this.#schedule();
  }

  cancel(item: T): void {
    if (item.dueMs === 0) return;
    item.dueMs = 0;
    this.#pending--;
    if (this.#pending > 0) return;
    this.#heap = [];
    this.#timer?.cancel();
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  #run(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined || first.dueMs > now) break;
      this.#pop();
      const { item } = first;
      if (item.dueMs !== first.dueMs) continue;
      item.dueMs = 0;
      this.#pending--;
      this.due(item);
    }
    this.#schedule();
  }

  #schedule(): void {
    const [first] = this.#heap;
    if (first === undefined || first.dueMs >= this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timerDueMs = first.dueMs;
    const waitMs = Math.min(Math.max(first.dueMs - this.clock.now(), 0), LONGEST_WAIT_MS);
    this.#timer = this.clock.after(waitMs, () => this.#run());
  }

  #tidy(): void {
    const entries = this.#heap.filter(({ item, dueMs }) => item.dueMs === dueMs);
    // A sorted list is a heap.
    this.#heap = entries.sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as Entry<T>;
      if (!isBefore(entry, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry<T>;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child++;
      if (!isBefore(heap[child] as Entry<T>, last)) break;
      heap[at] = heap[child] as Entry<T>;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
