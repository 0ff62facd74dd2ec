import { type Clock, Errno, NetlinkError } from '@nlspace/core';

/** What may wait, as the kernel's default send buffer. */
const LIMIT_BYTES = 212_992;

/** Sends that are handed on later, in order. */
export class StalledSends {
  readonly #sleepers = new Set<() => void>();
  #last: Promise<void> | undefined;
  #bytes = 0;
  #isClosed = false;

  constructor(private readonly clock: Clock) {}

  get isIdle(): boolean {
    return this.#last === undefined;
  }

  /**
   * Hands a datagram on after `milliseconds`, and after those before it.
   *
   * @throws {NetlinkError} EAGAIN when too much waits.
   */
  submit(
    datagram: Uint8Array,
    milliseconds: number,
    handOn: (datagram: Uint8Array) => Promise<void> | undefined,
  ): Promise<void> {
    if (this.#bytes > 0 && this.#bytes + datagram.length > LIMIT_BYTES) throw new NetlinkError(Errno.EAGAIN);
    const copy = datagram.slice();
    this.#bytes += copy.length;
    const sent = this.#after(this.#last, async () => {
      if (milliseconds > 0 && !this.#isClosed) await this.#sleep(milliseconds);
      if (this.#isClosed) throw new NetlinkError(Errno.EBADF);
      await handOn(copy);
    }).finally(() => {
      this.#bytes -= copy.length;
      if (this.#last === sent) this.#last = undefined;
    });
    this.#last = sent;
    return sent;
  }

  /** Those that wait fail with EBADF. */
  close(): void {
    this.#isClosed = true;
    for (const wake of this.#sleepers) wake();
  }

  /** A send that failed does not stop those behind it. */
  #after(before: Promise<void> | undefined, send: () => Promise<void>): Promise<void> {
    return before === undefined ? send() : before.then(send, send);
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        timer.cancel();
        resolve();
      };
      const timer = this.clock.after(milliseconds, wake);
      this.#sleepers.add(wake);
    });
  }
}
