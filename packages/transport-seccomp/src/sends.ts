import { Errno, type NetlinkAddress, NetlinkError } from '@nlspace/core';
import { NAME_SPACE, Operation, type Supervisor } from '@nlspace/native';
import type { Call } from './call.js';
import { MessageFlag } from './linux.js';
import type { ServedSocket } from './served-socket.js';
import { readSocketName } from './socket-name.js';

interface Send {
  readonly thread: number;
  readonly handle: number;
  readonly bytes: Uint8Array;
  /** What the call returns. */
  readonly outcome: Promise<number>;
  cancelled: boolean;
}

/**
 * The sends of all sockets. A send that was done but whose caller was interrupted meanwhile is remembered: when the
 * thread makes the very same send next, it gets the result instead of a second execution.
 */
export class Sends {
  readonly #memory: DataView;
  readonly #bytes: Uint8Array;
  /** By call ID: handed over, the serving side is not done. */
  readonly #running = new Map<number, Send>();
  /** By thread. */
  readonly #interrupted = new Map<number, Send>();

  constructor(private readonly supervisor: Supervisor) {
    this.#memory = new DataView(supervisor.memory);
    this.#bytes = new Uint8Array(supervisor.memory);
  }

  /** Must hear of every call, because any other one ends a memory. */
  recall(call: Call, handle: number): boolean {
    const send = this.#interrupted.size === 0 ? undefined : this.#interrupted.get(call.thread);
    if (send === undefined) return false;
    this.#interrupted.delete(call.thread);
    if (
      call.operation !== Operation.Send ||
      send.handle !== handle ||
      !equal(send.bytes, this.#datagram(call.b))
    )
      return false;
    this.#finishLater(call, { ...send, cancelled: false });
    return true;
  }

  cancel(id: number): void {
    const send = this.#running.get(id);
    if (send === undefined) return;
    send.cancelled = true;
    this.#interrupted.set(send.thread, send);
  }

  forgetSocket(handle: number): void {
    for (const [thread, send] of this.#interrupted)
      if (send.handle === handle) this.#interrupted.delete(thread);
  }

  send(call: Call, served: ServedSocket): void {
    const destination = this.#destination(call.a, call.c);
    if (typeof destination === 'number') {
      this.supervisor.complete(call.id, destination);
      return;
    }
    const bytes = this.#datagram(call.b);
    if (this.#attempt(call, served, bytes, destination)) return;
    const copy = bytes.slice();
    served.wait(call, () => this.#attempt(call, served, copy, destination));
  }

  /** @param bytes may be in memory: they are copied if they are needed later. */
  #attempt(call: Call, served: ServedSocket, bytes: Uint8Array, destination?: NetlinkAddress): boolean {
    const result = handOver(served, bytes, destination);
    if (result === -Errno.EAGAIN) return false;
    if (typeof result === 'number') this.#finish(call, served, bytes, result);
    else
      this.#finishLater(call, {
        thread: call.thread,
        handle: served.handle,
        bytes: bytes.slice(),
        outcome: result,
        cancelled: false,
      });
    return true;
  }

  /** sendmmsg: stops at the first that fails; that error is told only if nothing was sent. */
  async sendMany(call: Call, served: ServedSocket): Promise<void> {
    let sent = 0;
    let failure = 0;
    while (sent < call.b && failure === 0) {
      const lengths = this.supervisor.selectMessage(call.id, sent, true);
      const [length, nameLength] = typeof lengths === 'number' ? [0, -1] : lengths;
      const destination = typeof lengths === 'number' ? lengths : this.#destination(call.a, nameLength);
      const result =
        typeof destination === 'number'
          ? destination
          : await handOver(served, this.#datagram(length).slice(), destination);
      if (result < 0) failure = result;
      else if (!this.supervisor.setMessageLength(call.id, sent, result)) failure = -Errno.EFAULT;
      else sent++;
    }
    served.fill();
    this.supervisor.complete(call.id, sent > 0 ? sent : failure);
  }

  /** A datagram that went through the pair itself. Nobody waits for a result. */
  sendWritten(served: ServedSocket, length: number): void {
    void handOver(served, this.#datagram(length).slice(), undefined);
    served.fill();
  }

  #datagram(length: number): Uint8Array {
    return this.#bytes.subarray(NAME_SPACE, NAME_SPACE + length);
  }

  #destination(flags: number, nameLength: number): NetlinkAddress | undefined | number {
    if (flags & MessageFlag.OutOfBand) return -Errno.EOPNOTSUPP;
    if (nameLength < 0) return undefined;
    try {
      return readSocketName(this.#memory, nameLength);
    } catch (error) {
      return failureOf(error);
    }
  }

  #finish(call: Call, served: ServedSocket, bytes: Uint8Array, result: number): void {
    served.fill();
    if (this.supervisor.complete(call.id, result) || result < 0) return;
    this.#interrupted.set(call.thread, {
      thread: call.thread,
      handle: served.handle,
      bytes: bytes.slice(),
      outcome: Promise.resolve(result),
      cancelled: true,
    });
  }

  #finishLater(call: Call, send: Send): void {
    this.#running.set(call.id, send);
    void send.outcome.then((result) => {
      this.#running.delete(call.id);
      if (send.cancelled) return;
      if (!this.supervisor.complete(call.id, result) && result >= 0) this.#interrupted.set(send.thread, send);
    });
  }
}

/** @returns what the call returns: the length or a negative errno. */
function handOver(
  served: ServedSocket,
  bytes: Uint8Array,
  destination?: NetlinkAddress,
): number | Promise<number> {
  try {
    const pending = served.socket.send(bytes, destination);
    if (pending === undefined) return bytes.length;
    return pending.then(() => {
      served.fill();
      return bytes.length;
    }, failureOf);
  } catch (error) {
    return failureOf(error);
  }
}

/** @throws what is no refusal of the serving side. */
export function failureOf(error: unknown): number {
  if (error instanceof NetlinkError) return -error.errno;
  throw error;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
