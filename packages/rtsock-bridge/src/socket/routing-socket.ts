import { RtsockError } from '../rtsock-error.js';
import { BsdErrno } from '../wire/bsd-errno.js';
import type { RoutingSockets } from './routing-sockets.js';

/** Whose socket it is. */
export interface SocketOwner {
  /** What `rtm_pid` says of its requests. */
  readonly pid: number;
  /** May change routes (PRIV_NET_ROUTE); everybody may ask. */
  readonly isPrivileged: boolean;
}

export interface RoutingSocketOptions extends Partial<SocketOwner> {
  /** The third argument of socket(2): AF_INET or AF_INET6 of FreeBSD to hear of that family only. @default 0, everything */
  readonly protocol?: number;
  /** SO_SETFIB @default 0 */
  readonly fib?: number;
  /** SO_USELOOPBACK: whether it gets its own answers. @default true */
  readonly usesLoopback?: boolean;
  /** SO_RCVBUF, in bytes of messages. @default 8192 (`net.rtsock.recvspace`) */
  readonly receiveBufferBytes?: number;
  /** SO_RERROR: lost messages are an ENOBUFS of the next `receive`. @default false: they are only counted */
  readonly reportsLoss?: boolean;
}

const RECEIVE_SPACE = 8_192;

/** A routing socket as its owner sees it, message by message. */
export class RoutingSocket {
  /** Told of every message that arrives. */
  onReadable: (() => void) | undefined;
  readonly owner: SocketOwner;
  protocol: number;
  fib: number;
  usesLoopback: boolean;
  receiveBufferBytes: number;
  reportsLoss: boolean;
  /** Messages that found no room. */
  lostMessages = 0;
  #isLossUntold = false;
  #isOpen = true;
  #messages: Uint8Array[] = [];
  #bytes = 0;

  constructor(
    private readonly sockets: RoutingSockets,
    options: RoutingSocketOptions = {},
  ) {
    this.owner = { pid: options.pid ?? 0, isPrivileged: options.isPrivileged ?? true };
    this.protocol = options.protocol ?? 0;
    this.fib = options.fib ?? 0;
    this.usesLoopback = options.usesLoopback ?? true;
    this.receiveBufferBytes = options.receiveBufferBytes ?? RECEIVE_SPACE;
    this.reportsLoss = options.reportsLoss ?? false;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * write(2): handles a request. When it returns, the answer is there to be read.
   *
   * @returns the errno that the call fails with, which the answer carries as well; 0 when all is done.
   */
  send(request: Uint8Array): BsdErrno {
    return this.#isOpen ? this.sockets.request(this, request) : BsdErrno.ENOTCONN;
  }

  /**
   * The next message, or undefined if there is none.
   *
   * @throws {RtsockError} ENOBUFS after a loss, once, if asked for; ENOTCONN when it is closed.
   */
  receive(): Uint8Array | undefined {
    if (this.#isLossUntold) {
      this.#isLossUntold = false;
      throw new RtsockError(BsdErrno.ENOBUFS);
    }
    const message = this.#messages.shift();
    if (message === undefined && !this.#isOpen) throw new RtsockError(BsdErrno.ENOTCONN);
    this.#bytes -= message?.length ?? 0;
    return message;
  }

  /** For `RoutingSockets`: a message has come, if there is room. */
  deliver(message: Uint8Array): void {
    if (this.#bytes + message.length > this.receiveBufferBytes) {
      this.lostMessages++;
      this.#isLossUntold = this.reportsLoss;
    } else {
      this.#messages.push(message);
      this.#bytes += message.length;
    }
    this.onReadable?.();
  }

  /** What has arrived can still be read. Idempotent. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.sockets.remove(this);
    this.onReadable?.();
  }
}
