import { type Datagram, Errno, NetlinkError, type ReceiveOptions } from '@nlspace/core';
import { Fact, SLOT_SIZE } from '@nlspace/native';
import { refusal } from './refusal.js';
import type { SocketTable } from './socket-table.js';

enum Flag {
  Peek = 0x2,
  Truncate = 0x20,
}

/** No dump makes larger datagrams for a reader that takes this much. */
const UNREMARKABLE = 3776;
const DEFAULT_CAPACITY = 32_768;

/**
 * The receiving side of a kernel's socket. The kernel makes the datagrams of a dump as large as the largest buffer that
 * it was ever offered, so it is offered what the reader offers and no more: to look at what is next is a peek, and what
 * is behind it stays in the kernel. Only a reader that says no capacity gets more at once.
 */
export class Incoming {
  /** Taken out of the kernel. */
  readonly #taken: Array<Datagram | NetlinkError> = [];
  /** Looked at: it is the kernel's next, too. */
  #head: Datagram | undefined;
  /** What the kernel has said instead of a datagram, and will not say again. */
  #error: NetlinkError | undefined;
  #offered = UNREMARKABLE;
  #isSuspect = false;

  constructor(
    private readonly table: SocketTable,
    private readonly descriptor: number,
  ) {}

  /** The kernel has an error to say, which comes before what was looked at. */
  suspect(): void {
    this.#isSuspect = true;
  }

  get isReadable(): boolean {
    if (this.#taken.length > 0 || this.#error !== undefined) return true;
    if (this.#isSuspect) this.#askForError();
    this.#look();
    return this.#head !== undefined || this.#error !== undefined;
  }

  /** @throws {NetlinkError} ENOBUFS and what else the kernel says instead of a datagram, once. */
  receive({ capacity, peek = false }: ReceiveOptions): Datagram | undefined {
    if (this.#isSuspect) this.#askForError();
    if (this.#taken.length === 0 && this.#error === undefined && this.#head === undefined) {
      if (peek || capacity !== undefined) this.#look();
      else this.#takeMany();
    }
    if (this.#taken.length > 0) return this.#nextTaken(peek);
    this.#throwError();
    const head = this.#head;
    if (head === undefined) return undefined;
    if (!peek) this.#consume(capacity ?? DEFAULT_CAPACITY);
    else if (capacity !== undefined && capacity > this.#offered) this.#offer(capacity);
    return head;
  }

  #nextTaken(peek: boolean): Datagram | undefined {
    const [next] = this.#taken;
    if (!peek || next instanceof NetlinkError) this.#taken.shift();
    if (next instanceof NetlinkError) throw next;
    return next;
  }

  #askForError(): void {
    this.#isSuspect = false;
    if (this.#error === undefined && this.#head !== undefined) this.#ask(0, Flag.Peek);
  }

  #throwError(): void {
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  #look(): void {
    if (this.#head !== undefined) return;
    let length = this.#ask(this.#offered, Flag.Peek | Flag.Truncate);
    if (length !== undefined && length > this.#offered) length = this.#ask(length, Flag.Peek | Flag.Truncate);
    if (length !== undefined) this.#head = this.table.datagram(length);
  }

  /** Takes what was looked at, with the reader's buffer. An error that comes between is for the next receive. */
  #consume(capacity: number): void {
    this.#offered = Math.max(this.#offered, capacity);
    if (this.#ask(capacity, 0) === undefined) this.#ask(capacity, 0);
    this.#head = undefined;
  }

  /** A peek is an offer, too. */
  #offer(capacity: number): void {
    this.#offered = capacity;
    this.#ask(capacity, Flag.Peek);
  }

  #ask(capacity: number, flags: number): number | undefined {
    const length = this.table.sockets.receive(this.descriptor, capacity, flags);
    if (length >= 0) return length;
    if (length !== -Errno.EAGAIN) this.#error = refusal(length);
    return undefined;
  }

  #takeMany(): void {
    const count = this.table.sockets.receiveMany(this.descriptor);
    if (count < 0) {
      if (count !== -Errno.EAGAIN) this.#error = refusal(count);
      return;
    }
    for (let slot = 0; slot < count; slot++) {
      const length = this.table.fact(Fact.Length, slot);
      this.#taken.push(
        length <= SLOT_SIZE
          ? this.table.datagram(length, slot)
          : new NetlinkError(Errno.EMSGSIZE, `a datagram of ${length} bytes was lost`),
      );
    }
  }
}
