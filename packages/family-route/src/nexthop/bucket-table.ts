import type { Clock, Timer } from '../network/clock.js';
import type { GroupMember } from './nexthop-object.js';

export const DEFAULT_IDLE_TIMER_MS = 120_000;
/** Between two looks at a table that is out of balance. */
const SHORTEST_INTERVAL_MS = 500;
/** A timer of the platform holds 31 bits; a longer wait is taken in steps. */
const LONGEST_WAIT_MS = 0x7fffffff;

interface Bucket {
  member: GroupMember | undefined;
  /** When a packet last went through it, or it was given away. */
  usedAtMs: number;
  givenAtMs: number;
}

/** How many buckets a member has and how many are due to it by weight. */
interface Share {
  has: number;
  wants: number;
}

/**
 * The buckets of a resilient group. A flow stays with its bucket, and the bucket with its member, until the member goes
 * or has more buckets than its weight allows and the bucket is idle, or the table has been out of balance for too long.
 */
export class BucketTable {
  readonly #buckets: Bucket[];
  readonly #shares = new Map<GroupMember, Share>();
  /** Members that have too few, the last of the group first. */
  #wanting: GroupMember[] = [];
  #unbalancedSinceMs = 0;
  #timer: Timer | undefined;

  constructor(
    count: number,
    public idleTimerMs: number,
    /** How long a table may be out of balance before busy buckets are taken; 0 for as long as it takes. */
    public unbalancedTimerMs: number,
    private readonly clock: Clock,
    /** Told about buckets that change hands in the course of time. */
    private readonly onMoved: (index: number) => void,
  ) {
    this.#buckets = Array.from({ length: count }, () => ({ member: undefined, usedAtMs: 0, givenAtMs: 0 }));
  }

  get length(): number {
    return this.#buckets.length;
  }

  memberOf(index: number): GroupMember | undefined {
    return this.#buckets[index]?.member;
  }

  /** How long no packet has gone through a bucket. */
  idleTimeMs(index: number): number {
    return this.clock.now() - (this.#buckets[index]?.usedAtMs ?? 0);
  }

  get unbalancedTimeMs(): number {
    return this.#wanting.length === 0 ? 0 : this.clock.now() - this.#unbalancedSinceMs;
  }

  /** A packet goes through a bucket. */
  use(index: number): GroupMember | undefined {
    const bucket = this.#buckets[index];
    if (bucket !== undefined) bucket.usedAtMs = this.clock.now();
    return bucket?.member;
  }

  /** The group has other members or other weights: buckets stay where their nexthop stays. */
  setMembers(members: readonly GroupMember[]): void {
    this.cancel();
    const wasWanting = this.#wanting.length > 0;
    const since = this.#unbalancedSinceMs;
    this.#shares.clear();
    for (const member of members) this.#shares.set(member, { has: 0, wants: 0 });
    for (const bucket of this.#buckets) {
      const id = bucket.member?.nexthop.id;
      bucket.member = members.find(({ nexthop }) => nexthop.id === id);
      if (bucket.member !== undefined) this.#shareOf(bucket.member).has++;
    }
    this.#divide(members);
    if (wasWanting && this.#wanting.length > 0) this.#unbalancedSinceMs = since;
    this.#rebalance(false);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #shareOf(member: GroupMember): Share {
    return this.#shares.get(member) as Share;
  }

  /** How many buckets are due to whom. */
  #divide(members: readonly GroupMember[]): void {
    this.#wanting = [];
    const total = members.reduce((sum, { weight }) => sum + weight, 0);
    let weights = 0;
    let before = 0;
    for (const member of members) {
      weights += member.weight;
      const bound = Math.floor((this.length * weights + Math.floor(total / 2)) / total);
      const share = this.#shareOf(member);
      share.wants = bound - before;
      before = bound;
      if (share.has >= share.wants) continue;
      if (this.#wanting.length === 0) this.#unbalancedSinceMs = this.clock.now();
      this.#wanting.unshift(member);
    }
  }

  #rebalance(isTimed: boolean): void {
    const now = this.clock.now();
    let deadline = now + (this.unbalancedTimerMs > 0 ? this.unbalancedTimerMs : this.idleTimerMs);
    for (const [index, bucket] of this.#buckets.entries()) {
      const due = this.#dueAt(bucket, now);
      if (due > now) {
        deadline = Math.min(deadline, due);
        continue;
      }
      this.#give(bucket, now);
      if (isTimed) this.onMoved(index);
    }
    if (this.#wanting.length === 0) return;
    const wait = Math.max(deadline - now, SHORTEST_INTERVAL_MS);
    this.#timer = this.clock.after(Math.min(wait, LONGEST_WAIT_MS), () => this.#rebalance(true));
  }

  /** When a bucket changes hands at the earliest; `Infinity` if its member may keep it. */
  #dueAt({ member, usedAtMs, givenAtMs }: Bucket, now: number): number {
    if (member === undefined) return now;
    const { has, wants } = this.#shareOf(member);
    if (has <= wants) return Number.POSITIVE_INFINITY;
    if (usedAtMs === givenAtMs) return now;
    const idleAt = usedAtMs + this.idleTimerMs;
    if (this.unbalancedTimerMs === 0) return idleAt;
    const unbalancedAt = this.#unbalancedSinceMs + this.unbalancedTimerMs;
    // The unbalanced timer must have run out, the idle timer may just do so.
    return Math.min(idleAt, unbalancedAt >= now ? Math.max(unbalancedAt, now + 1) : now);
  }

  #give(bucket: Bucket, now: number): void {
    const [member] = this.#wanting;
    if (member === undefined) return;
    if (bucket.member !== undefined) this.#shareOf(bucket.member).has--;
    bucket.member = member;
    bucket.usedAtMs = now;
    bucket.givenAtMs = now;
    const share = this.#shareOf(member);
    share.has++;
    if (share.has === share.wants) this.#wanting.shift();
  }
}
