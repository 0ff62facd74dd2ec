import { type Datagram, Errno, NetlinkError, type NetlinkSocket, SocketOption } from '@nlspace/core';
import { Operation, type Supervisor } from '@nlspace/native';
import type { Call } from './call.js';
import type { CallerNamespaces } from './caller-namespaces.js';
import { MessageFlag } from './linux.js';

/** Sees what is next without any effect: no dump advances, and it does not count as something the reader offers. */
const LOOK = { peek: true, capacity: 0 } as const;

const UNTOLD = -1;
const NLMSG_ERROR = 2;

interface Waiter {
  readonly call: Call;
  readonly deadline: NodeJS.Timeout | undefined;
  /** Does the call if it can be done now. */
  attempt(): boolean;
}

/**
 * One netlink socket of a program: a `NetlinkSocket` behind a pair. Its receive buffer is in the domain; only the head is
 * also in the pair, so that every form of poll tells the truth, and is exchanged for the next one *before* the program
 * learns that it has received it.
 */
export class ServedSocket {
  readonly waiters: Waiter[] = [];
  packetInfo = false;
  tellsNamespaces = false;
  /** Handed to callers that were gone by then; the next receive gets them again. */
  #returned: Datagram[] = [];
  #headInPair = false;
  #overrun = false;
  /** Nothing will arrive any more, for this reason: whoever serves the socket is gone. */
  #failure: number | undefined;

  constructor(
    private readonly supervisor: Supervisor,
    readonly handle: number,
    readonly type: number,
    readonly socket: NetlinkSocket,
    readonly namespaces: CallerNamespaces,
  ) {
    socket.onReadable = () => this.arrived();
    this.fill();
  }

  /** Puts the head into the pair. To be done before any answer that lets the program look. */
  fill(): void {
    while (!this.#headInPair) {
      const head = this.#look();
      if (head === undefined && this.#failure === undefined) return;
      // Behind what has arrived, a failure: the program is woken by it wherever it waits.
      const bytes = head?.bytes ?? errorDatagram(this.#failure ?? 0);
      const pushed = this.supervisor.push(this.handle, bytes);
      // The program has closed it, which we are about to hear.
      if (pushed === -Errno.EPIPE) return;
      if (pushed === 1) {
        this.#headInPair = true;
      } else if (head === undefined) {
        return;
      } else {
        // A filter that the program attached has dropped it; or it is too long for a pair (which is so only where we may
        // not exceed net.core.wmem_max), and the program hears that something was lost.
        this.#take(0);
        if (pushed < 0) this.#overrun = true;
      }
    }
  }

  arrived(): void {
    this.fill();
    this.serveWaiters();
  }

  /** The head was read through an untrapped descriptor. */
  taken(): void {
    this.#headInPair = false;
    if (this.#look() !== undefined) this.#take(0);
    this.fill();
  }

  /** SO_ERROR */
  takeError(): number {
    this.#look();
    const error = this.#overrun ? Errno.ENOBUFS : (this.#failure ?? 0);
    this.#overrun = false;
    return error;
  }

  /** Answers a receive, or keeps it until something arrives. */
  receive(call: Call): void {
    if (call.a & MessageFlag.OutOfBand) {
      this.supervisor.complete(call.id, -Errno.EOPNOTSUPP);
      return;
    }
    const attempt = () =>
      call.operation === Operation.ReceiveMany ? this.#receiveMany(call) : this.#receiveOne(call);
    if (!attempt()) this.wait(call, attempt);
  }

  /** Keeps a call until `attempt` succeeds; EAGAIN when the program does not want to wait, or no longer. */
  wait(call: Call, attempt: () => boolean): void {
    const patienceMs = call.a & MessageFlag.DontWait ? -1 : this.supervisor.patience(call.id);
    if (patienceMs < 0) {
      this.supervisor.complete(call.id, -Errno.EAGAIN);
      return;
    }
    const giveUp = () => {
      this.forget(call.id);
      this.supervisor.complete(call.id, -Errno.EAGAIN);
    };
    this.waiters.push({
      call,
      attempt,
      deadline: patienceMs === 0 ? undefined : setTimeout(giveUp, patienceMs),
    });
  }

  forget(id: number): void {
    const index = this.waiters.findIndex(({ call }) => call.id === id);
    if (index >= 0) clearTimeout(this.waiters.splice(index, 1)[0]?.deadline);
  }

  /** Tries the calls that wait, oldest first. */
  serveWaiters(): void {
    for (const waiter of [...this.waiters]) {
      const { id } = waiter.call;
      const index = this.waiters.indexOf(waiter);
      if (index < 0) continue;
      // An attempt can make more arrive, which comes back to here.
      this.waiters.splice(index, 1);
      if (!this.supervisor.reachable(id)) {
        clearTimeout(waiter.deadline);
        // Its descriptor was closed by another thread; a caller that is gone hears nothing.
        this.supervisor.complete(id, -Errno.EBADF);
      } else if (waiter.attempt()) {
        clearTimeout(waiter.deadline);
      } else {
        this.supervisor.rest(id);
        this.waiters.splice(index, 0, waiter);
      }
    }
  }

  close(): void {
    this.socket.onReadable = undefined;
    for (const { call } of [...this.waiters]) {
      this.forget(call.id);
      this.supervisor.complete(call.id, -Errno.EBADF);
    }
    this.socket.close();
    this.supervisor.release(this.handle);
  }

  #receiveOne(call: Call): boolean {
    const head = this.#look();
    if (this.#reportOverrun(call)) return true;
    if (head === undefined) return this.#reportFailure(call);
    const copied = this.#deliver(call, head);
    const value = copied >= 0 && call.a & MessageFlag.Truncate ? head.bytes.length : copied;
    if (call.a & MessageFlag.Peek) {
      this.supervisor.complete(call.id, value);
      // To the serving side it is a read like any other: it advances a dump. 0 would be a mere look. The head stays in the
      // pair, so the program may go on while this is done.
      if (this.#returned.length === 0) this.socket.receive({ peek: true, capacity: Math.max(1, call.b) });
      return true;
    }
    this.#answer(call, value, [this.#exchangeHead(call, call.b)]);
    return true;
  }

  /** recvmmsg: hands out what is there, at least one (as with MSG_WAITFORONE). */
  #receiveMany(call: Call): boolean {
    const first = this.#look();
    if (this.#reportOverrun(call)) return true;
    if (call.b === 0) {
      this.supervisor.complete(call.id, 0);
      return true;
    }
    if (first === undefined) return this.#reportFailure(call);
    const received: Datagram[] = [];
    let failure = 0;
    for (let index = 0; index < call.b; index++) {
      const head = this.#look();
      if (head === undefined) break;
      const room = this.supervisor.selectMessage(call.id, index, false);
      const copied = typeof room === 'number' ? room : this.#deliver(call, head);
      failure = Math.min(copied, 0);
      if (failure < 0) break;
      const length = call.a & MessageFlag.Truncate ? head.bytes.length : copied;
      this.supervisor.setMessageLength(call.id, index, length);
      if (call.a & MessageFlag.Peek) {
        received.push(head);
        break;
      }
      received.push(this.#exchangeHead(call, typeof room === 'number' ? 0 : room[0]));
    }
    const value = received.length > 0 ? received.length : failure;
    this.#answer(call, value, call.a & MessageFlag.Peek ? [] : received);
    return true;
  }

  #deliver(call: Call, { bytes, source, group, namespaceNumber }: Datagram): number {
    const { portId, groups } = source;
    const told = this.tellsNamespaces ? (namespaceNumber ?? UNTOLD) : UNTOLD;
    return this.supervisor.deliver(call.id, bytes, portId, groups, group, this.packetInfo, told);
  }

  #answer(call: Call, value: number, received: Datagram[]): void {
    if (this.supervisor.complete(call.id, value) || received.length === 0) return;
    // The caller was interrupted or killed: nobody has received them. What is in the pair comes behind them; the
    // bytes of the pair are only read through untrapped descriptors, so it may stay.
    this.#returned = [...received, ...this.#returned];
    this.arrived();
  }

  /** Takes the head and lets the next one take its place in the pair. */
  #exchangeHead(call: Call, capacity: number): Datagram {
    this.supervisor.drop(call.id);
    this.#headInPair = false;
    const datagram = this.#take(capacity);
    this.fill();
    return datagram;
  }

  #reportOverrun(call: Call): boolean {
    if (!this.#overrun) return false;
    this.#overrun = false;
    if (!this.supervisor.complete(call.id, -Errno.ENOBUFS)) this.#overrun = true;
    return true;
  }

  #reportFailure(call: Call): boolean {
    if (this.#failure === undefined) return false;
    this.supervisor.complete(call.id, -this.#failure);
    return true;
  }

  #take(capacity: number): Datagram {
    const datagram = this.#returned.shift() ?? this.socket.receive({ capacity });
    if (datagram === undefined) throw new Error('the head of a receive buffer has vanished');
    return datagram;
  }

  #look(): Datagram | undefined {
    if (this.#returned.length > 0) return this.#returned[0];
    if (!this.socket.readable) return undefined;
    try {
      return this.socket.receive(LOOK);
    } catch (error) {
      if (!(error instanceof NetlinkError)) throw error;
      if (error.errno !== Errno.ENOBUFS) {
        this.#failure = error.errno;
        return undefined;
      }
      this.#overrun = true;
      return this.#look();
    }
  }
}

/** What a program reads through a descriptor that is not trapped: an NLMSG_ERROR that belongs to no request. */
function errorDatagram(errno: number): Uint8Array {
  const bytes = new Uint8Array(36);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, NLMSG_ERROR, true);
  view.setInt32(16, -errno, true);
  view.setUint32(20, 16, true);
  return bytes;
}

/** Keeps what goes with datagrams equal to the options, so that receives need not ask. */
export async function refreshAncillaryData(served: ServedSocket): Promise<void> {
  served.packetInfo = await isOn(served, SocketOption.PacketInfo);
  served.tellsNamespaces = await isOn(served, SocketOption.ListenAllNamespaces);
}

/** An option that the serving side does not have is off. */
async function isOn({ socket }: ServedSocket, option: SocketOption): Promise<boolean> {
  try {
    return (await socket.getOption(option)) !== 0;
  } catch (error) {
    if (error instanceof NetlinkError && error.errno === Errno.ENOPROTOOPT) return false;
    throw error;
  }
}
