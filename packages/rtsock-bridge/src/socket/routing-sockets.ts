import type { BsdErrno } from '../wire/bsd-errno.js';
import { RoutingSocket, type RoutingSocketOptions } from './routing-socket.js';

/** To whom a message goes. */
export interface Audience {
  /** The address family that it is about; 0 for none, which reaches sockets without a filter only. */
  readonly family: number;
  /** Sockets of this FIB only; undefined for all. */
  readonly fib?: number | undefined;
}

/** What a request has come to. */
export interface Outcome {
  readonly errno: BsdErrno;
  /** The request, completed: for everybody. Undefined where there is not enough of a request to say it with. */
  readonly answer: Uint8Array | undefined;
  readonly family: number;
}

/** Handles what is written to a socket. */
export type RequestHandler = (socket: RoutingSocket, request: Uint8Array) => Outcome;

/** The routing sockets of a network: every message goes to all whom it concerns. */
export class RoutingSockets {
  readonly #open = new Set<RoutingSocket>();

  constructor(private readonly handle: RequestHandler) {}

  get isEmpty(): boolean {
    return this.#open.size === 0;
  }

  open(options: RoutingSocketOptions): RoutingSocket {
    const socket = new RoutingSocket(this, options);
    this.#open.add(socket);
    return socket;
  }

  remove(socket: RoutingSocket): void {
    this.#open.delete(socket);
  }

  /** @param besides who does not want it. */
  tell(message: Uint8Array, { family, fib }: Audience, besides?: RoutingSocket): void {
    for (const socket of this.#open) {
      if (socket === besides || (socket.protocol !== 0 && socket.protocol !== family)) continue;
      if (fib === undefined || socket.fib === fib) socket.deliver(message.slice());
    }
  }

  request(socket: RoutingSocket, request: Uint8Array): BsdErrno {
    const { errno, answer, family } = this.handle(socket, request);
    if (answer !== undefined) {
      const besides = socket.usesLoopback ? undefined : socket;
      this.tell(answer, { family, fib: socket.fib }, besides);
    }
    return errno;
  }

  close(): void {
    for (const socket of [...this.#open]) socket.close();
  }
}
