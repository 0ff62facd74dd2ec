import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import type { ReceivedMessage } from './client-socket.js';

/** Notifications that wait for a subscriber at most; where they are not taken, more stay in the socket and overrun it. */
const BACKLOG = 1024;

const ENDED: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A subscription whose notifications are shown otherwise. */
export interface MappedSubscription<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  next(): Promise<IteratorResult<T, undefined>>;
  return(): Promise<IteratorReturnResult<undefined>>;
  [Symbol.asyncIterator](): MappedSubscription<T>;
}

/**
 * The notifications of some groups, in their order. Where some were lost, `next` rejects with ENOBUFS, once, and then goes
 * on: a `for await` that ended so can be begun again on the same subscription.
 */
export class Subscription implements AsyncIterableIterator<ReceivedMessage, undefined>, AsyncDisposable {
  readonly #backlog: Array<ReceivedMessage | NetlinkError> = [];
  readonly #waiting: Array<() => void> = [];
  #end: { readonly reason: unknown } | undefined;

  /** Made by `ClientSocket.subscribe`. */
  constructor(
    readonly groups: ReadonlySet<number>,
    private readonly pump: () => void,
    private readonly leave: () => Promise<void>,
    private readonly signal: AbortSignal | undefined,
  ) {
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  get isFull(): boolean {
    return this.#backlog.length >= BACKLOG;
  }

  /** @throws {NetlinkError} ENOBUFS where notifications were lost. The signal's reason when it has been aborted. */
  async next(): Promise<IteratorResult<ReceivedMessage, undefined>> {
    for (;;) {
      const value = this.take();
      if (value !== undefined) return { done: false, value };
      if (this.#end !== undefined) {
        const { reason } = this.#end;
        if (reason === undefined) return ENDED;
        this.#end = { reason: undefined };
        throw reason;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What has arrived already, without waiting; undefined when there is nothing. @throws {NetlinkError} as `next`. */
  take(): ReceivedMessage | undefined {
    if (this.#backlog.length === 0 && this.#end === undefined) this.pump();
    const next = this.#backlog.shift();
    if (next instanceof NetlinkError) throw next;
    return next;
  }

  /** Forgets what has arrived. */
  skip(): void {
    do {
      this.#backlog.length = 0;
      this.pump();
    } while (this.#backlog.length > 0);
  }

  /** The same subscription, each notification as `view` shows it. */
  map<T>(view: (message: ReceivedMessage) => T): MappedSubscription<T> {
    const mapped: MappedSubscription<T> = {
      next: async () => {
        const { done, value } = await this.next();
        return done === true ? ENDED : { done: false, value: view(value) };
      },
      return: () => this.return(),
      [Symbol.asyncIterator]: () => mapped,
      [Symbol.asyncDispose]: () => this[Symbol.asyncDispose](),
    };
    return mapped;
  }

  /** Ends it and leaves the groups that nobody else listens to. Idempotent. */
  async return(_value?: undefined): Promise<IteratorReturnResult<undefined>> {
    this.#backlog.length = 0;
    this.end(undefined);
    await this.leave();
    return ENDED;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What has arrived stays; behind it comes the end, or the reason of one. */
  end(reason: unknown): void {
    this.#end ??= { reason };
    this.signal?.removeEventListener('abort', this.#abort);
    this.#wake();
  }

  push(message: ReceivedMessage): void {
    if (this.isFull) this.fail(new NetlinkError(Errno.ENOBUFS, 'notifications were not taken in time'));
    else this.#backlog.push(message);
    this.#wake();
  }

  /** The gap is behind what has arrived. Several in a row are one. */
  fail(error: NetlinkError): void {
    const last = this.#backlog.at(-1);
    if (!(last instanceof NetlinkError) || last.errno !== error.errno) this.#backlog.push(error);
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  readonly #abort = (): void => {
    this.#backlog.length = 0;
    this.end(this.signal?.reason);
    void this.leave();
  };
}
