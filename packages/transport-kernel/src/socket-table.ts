import type { Datagram } from '@nlspace/core';
import {
  FACT_WORDS,
  FACTS,
  FAILED,
  Fact,
  type KernelSockets,
  MOST_READY,
  native,
  SLOT_SIZE,
} from '@nlspace/native';
import type { Actor } from './actor.js';

/** Who hears that something has arrived. */
export interface Listening {
  /** @param hasFailed the kernel will say an error before the next datagram. */
  arrived(hasFailed: boolean): void;
}

export interface OpenedSocket {
  readonly descriptor: number;
  /** Names it where something has arrived. */
  readonly token: number;
}

/** All sockets of a thread of JavaScript: they share one handle of its event loop and one piece of memory. */
export class SocketTable {
  static #ofThisThread: SocketTable | undefined;

  readonly sockets: KernelSockets;
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #listening = new Map<number, Listening>();
  #token = 0;
  #keepers = 0;

  static ofThisThread(): SocketTable {
    SocketTable.#ofThisThread ??= new SocketTable();
    return SocketTable.#ofThisThread;
  }

  private constructor() {
    this.sockets = native().createKernelSockets(() => this.tellArrivals());
    this.#words = new Uint32Array(this.sockets.memory);
    this.#bytes = new Uint8Array(this.sockets.memory);
  }

  /** @returns a negative errno when it is refused. */
  open(actor: Actor, protocol: number, place: string): OpenedSocket | number {
    const token = this.#token;
    this.#token = (token + 1) % FAILED;
    const { thread, isPowerless } = actor;
    const descriptor = this.sockets.open(token, thread, isPowerless, protocol, place);
    return descriptor < 0 ? descriptor : { descriptor, token };
  }

  listen(token: number, listening: Listening, keepsAlive: boolean): void {
    this.#listening.set(token, listening);
    if (keepsAlive && this.#keepers++ === 0) this.sockets.keepLoopAlive(true);
  }

  forget({ descriptor, token }: OpenedSocket, keepsAlive: boolean): void {
    this.#listening.delete(token);
    this.sockets.close(descriptor);
    if (keepsAlive && --this.#keepers === 0) this.sockets.keepLoopAlive(false);
  }

  /** Tells every socket at which something has arrived, so that what a send has caused is seen when it returns. */
  tellArrivals(): void {
    let count: number;
    do {
      count = this.sockets.ready();
      for (const word of this.#words.slice(0, count))
        this.#listening.get(word % FAILED)?.arrived(word >= FAILED);
    } while (count === MOST_READY);
  }

  /** One fact about the datagram that was received last, or about one of many. */
  fact(which: Fact, slot = 0): number {
    return this.#words[slot * FACT_WORDS + which] ?? 0;
  }

  /** A copy of what is in a slot. */
  datagram(length: number, slot = 0): Datagram {
    const start = FACTS + slot * SLOT_SIZE;
    const namespaceNumber = this.fact(Fact.NamespaceNumber, slot) | 0;
    const received = {
      bytes: this.#bytes.slice(start, start + length),
      source: { portId: this.fact(Fact.PortId, slot), groups: this.fact(Fact.Groups, slot) },
      group: this.fact(Fact.Group, slot),
    };
    return namespaceNumber < 0 ? received : { ...received, namespaceNumber };
  }

  /** The bits that `memberships` has left. */
  bits(length: number): Uint32Array {
    return new Uint32Array(this.#bytes.slice(FACTS, FACTS + length).buffer);
  }
}
