import type { Datagram } from '../socket/netlink.js';

/** What the kernel charges a socket beside the bytes: `struct sk_buff` and `struct skb_shared_info` on 64-bit machines. */
const BUFFER_OVERHEAD = 256;
const SHARED_INFO = 320;
/** Small buffers come from a cache of their own (SKB_SMALL_HEAD_SIZE); larger ones are powers of two. */
const SMALL_ALLOCATION = 576;

/** The bytes that a datagram takes of SO_RCVBUF: its truesize (net/core/skbuff.c). */
export function datagramCost(length: number): number {
  const needed = length + SHARED_INFO;
  if (needed <= SMALL_ALLOCATION) return BUFFER_OVERHEAD + SMALL_ALLOCATION;
  return BUFFER_OVERHEAD + 2 ** (32 - Math.clz32(needed - 1));
}

export interface ReceiveCounters {
  /** Datagrams queued, replies and notifications. */
  received: number;
  /** Notifications dropped for want of room. */
  dropped: number;
  /** Times that the reader was told of it. */
  overruns: number;
}

/**
 * The bounded queue towards a socket's owner. Replies always fit: whoever produces them looks at `isFull` first.
 * Notifications that do not fit are dropped, and the reader is told once; then nothing more is queued until the buffer
 * has been read empty (NETLINK_S_CONGESTED), so that the reader sees where the gap is.
 */
export class ReceiveBuffer {
  readonly counters: ReceiveCounters = { received: 0, dropped: 0, overruns: 0 };
  #queue: Datagram[] = [];
  #head = 0;
  #used = 0;
  #congested = false;
  #overrun = false;

  constructor(
    /** SO_RCVBUF as stored: twice what was asked for. */
    public size: number,
  ) {}

  get isEmpty(): boolean {
    return this.#head === this.#queue.length;
  }

  get isFull(): boolean {
    return this.#used > this.size;
  }

  /** Whether a dump may produce ahead of its reader: at most half of the buffer is used, as in the kernel. */
  get hasRoomAhead(): boolean {
    return this.#used <= this.size / 2;
  }

  /** The reader has not been told yet that notifications were lost. */
  get hasOverrun(): boolean {
    return this.#overrun;
  }

  pushReply(datagram: Datagram): void {
    this.#push(datagram);
  }

  /** @returns whether there was room. `tellReader` is false under NETLINK_NO_ENOBUFS. */
  offerNotification(datagram: Datagram, tellReader: boolean): boolean {
    if (!this.isFull && !this.#congested) {
      this.#push(datagram);
      return true;
    }
    this.counters.dropped++;
    if (tellReader && !this.#congested) {
      this.#congested = true;
      this.#overrun = true;
      this.counters.overruns++;
    }
    return false;
  }

  /** Takes the overrun report: true once after each overrun. */
  takeOverrun(): boolean {
    const overrun = this.#overrun;
    this.#overrun = false;
    return overrun;
  }

  peek(): Datagram | undefined {
    return this.#queue[this.#head];
  }

  take(): Datagram | undefined {
    const datagram = this.#queue[this.#head];
    if (datagram === undefined) return undefined;
    this.#head++;
    this.#used -= datagramCost(datagram.bytes.length);
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
      this.#congested = false;
    } else if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return datagram;
  }

  #push(datagram: Datagram): void {
    this.#queue.push(datagram);
    this.#used += datagramCost(datagram.bytes.length);
    this.counters.received++;
  }
}
