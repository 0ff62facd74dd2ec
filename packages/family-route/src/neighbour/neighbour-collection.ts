import { Errno, NetlinkError } from '@nlspace/core';
import type { Clock, Timer } from '../network/clock.js';
import type { PackedBytes } from '../network/packed-bytes.js';
import type { Neighbour } from './neighbour.js';
import { NeighbourFlag, NeighbourState, TIMED_STATES } from './neighbour-numbers.js';
import type { NeighbourParameters } from './neighbour-parameters.js';
import type { NeighbourStatistics } from './neighbour-statistics.js';

/** What the collection asks of its table. */
export interface CollectedTable {
  readonly clock: Clock;
  readonly defaults: NeighbourParameters;
  size(): number;
  entries(): Iterable<Neighbour>;
  isMulticast(address: PackedBytes): boolean;
  remove(neighbour: Neighbour): void;
  /** A managed entry is to be known. */
  refresh(neighbour: Neighbour): void;
}

/** Entries younger than this survive a forced collection, which is not repeated sooner either. */
const GRACE_MS = 5000;

const EXEMPT_FLAGS = NeighbourFlag.ExternallyLearned | NeighbourFlag.ExternallyValidated;

/** Keeps the table small by letting go of what is not in use, and keeps alive what is managed. */
export class NeighbourCollection {
  /** Below it nothing is collected (`gc_thresh1`). */
  lowThreshold = 128;
  /** Above it collections are forced (`gc_thresh2`). */
  highThreshold = 512;
  /** There are never more entries that can be collected (`gc_thresh3`). */
  limit = 1024;
  /** Told, but of no effect, as in the kernel (`gc_interval`). */
  intervalMs = 30_000;
  lastCollectionMs: number;
  /** In the order in which they could first be collected. */
  readonly #collectable = new Set<Neighbour>();
  readonly #managed = new Set<Neighbour>();
  #collecting: Timer | undefined;
  #refreshing: Timer | undefined;

  constructor(
    private readonly statistics: NeighbourStatistics,
    private readonly table: CollectedTable,
  ) {
    this.lastCollectionMs = table.clock.now();
  }

  /** Takes note of an entry's state and flags. */
  file(neighbour: Neighbour): void {
    const isExempt = neighbour.isIn(NeighbourState.Permanent) || neighbour.has(EXEMPT_FLAGS);
    if (!isExempt) this.#collectable.add(neighbour);
    else if (this.#collectable.size > 0) this.#collectable.delete(neighbour);
    if (neighbour.has(NeighbourFlag.Managed)) this.#managed.add(neighbour);
    else if (this.#managed.size > 0) this.#managed.delete(neighbour);
    this.#schedule();
  }

  forget(neighbour: Neighbour): void {
    this.#collectable.delete(neighbour);
    this.#managed.delete(neighbour);
  }

  /**
   * Before an entry is added that can be collected.
   *
   * @throws {NetlinkError} ENOBUFS when the table is full.
   */
  makeRoom(): void {
    const { size } = this.#collectable;
    const isOverdue = this.table.clock.now() > this.lastCollectionMs + GRACE_MS;
    const isFull = size >= this.limit;
    if (!isFull && !(size >= this.highThreshold && isOverdue)) return;
    if (this.#forceCollection() > 0 || !isFull) return;
    this.statistics.tableFulls++;
    throw new NetlinkError(Errno.ENOBUFS);
  }

  #forceCollection(): number {
    this.statistics.forcedCollections++;
    const now = this.table.clock.now();
    const wanted = this.#collectable.size - this.highThreshold;
    let collected = 0;
    for (const neighbour of this.#collectable) {
      // A running timer holds its entry.
      if (neighbour.dueMs !== 0 || !this.#isExpendable(neighbour, now)) continue;
      this.table.remove(neighbour);
      if (++collected >= wanted) break;
    }
    this.lastCollectionMs = now;
    return collected;
  }

  #isExpendable({ state, address, updatedMs }: Neighbour, now: number): boolean {
    return (
      state === NeighbourState.Failed ||
      state === NeighbourState.NoArp ||
      this.table.isMulticast(address) ||
      updatedMs < now - GRACE_MS
    );
  }

  /** Timers run only while they have something to do. */
  #schedule(): void {
    const { clock, defaults } = this.table;
    if (this.#collecting === undefined && this.table.size() >= this.lowThreshold) {
      this.#collecting = clock.after(Math.max(defaults.baseReachableTimeMs / 2, 1), () => {
        this.#collecting = undefined;
        this.#collect();
        this.#schedule();
      });
    }
    if (this.#refreshing === undefined && this.#managed.size > 0) {
      this.#refreshing = clock.after(Math.max(defaults.managedProbeIntervalMs, 1), () => {
        this.#refreshing = undefined;
        for (const neighbour of this.#managed) this.table.refresh(neighbour);
        this.#schedule();
      });
    }
  }

  #collect(): void {
    this.statistics.periodicCollections++;
    if (this.table.size() < this.lowThreshold) return;
    const now = this.table.clock.now();
    for (const neighbour of this.table.entries()) {
      if (neighbour.isIn(NeighbourState.Permanent | TIMED_STATES) || neighbour.has(EXEMPT_FLAGS)) continue;
      neighbour.usedMs = Math.max(neighbour.usedMs, neighbour.confirmedMs);
      const isUnused = now >= neighbour.usedMs + neighbour.parameters.staleTimeMs;
      if (neighbour.state === NeighbourState.Failed || isUnused) this.table.remove(neighbour);
    }
  }
}
