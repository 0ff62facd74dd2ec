import {
  type Datagram,
  Errno,
  MessageFlag,
  type Netlink,
  NetlinkError,
  type ReceiveOptions,
  readMessages,
} from '@nlspace/core';
import { ForwardingSocket } from '@nlspace/middleware';

/** How often, and from which seed. */
export interface Unreliability {
  readonly random: () => number;
  /** Of the lists. */
  readonly interrupted: number;
  /** Of the notifications: with each of them some more are lost. */
  readonly overrun: number;
}

/** What has been done to whoever listened. */
export interface Harm {
  interruptions: number;
  overruns: number;
  lost: number;
}

/** What the kernel does at worst: lists that a change interrupts miss something, notifications that do not fit are lost. */
export function unreliable(inner: Netlink, unreliability: Unreliability, harm: Harm): Netlink {
  return {
    open: async (options) => new UnreliableSocket(await inner.open(options), unreliability, harm),
  };
}

/** So many notifications are lost in a row, at most. */
const MOST_LOST = 20;

class UnreliableSocket extends ForwardingSocket {
  /** The buffer is full: what comes now is lost. */
  #isFull = false;
  #isTold = true;
  #toLose = 0;

  constructor(
    inner: ForwardingSocket['inner'],
    private readonly unreliability: Unreliability,
    private readonly harm: Harm,
  ) {
    super(inner);
  }

  override get readable(): boolean {
    return (!this.#isFull && !this.#isTold) || super.readable;
  }

  override receive(options?: ReceiveOptions): Datagram | undefined {
    const { random, overrun, interrupted } = this.unreliability;
    while (this.#isTold || this.#isFull) {
      const datagram = super.receive(options);
      if (datagram === undefined) return undefined;
      if (datagram.group === 0) return random() < interrupted ? this.#interrupt(datagram) : datagram;
      if (!this.#isFull && random() >= overrun) return datagram;
      this.#lose();
    }
    this.#isTold = true;
    throw new NetlinkError(Errno.ENOBUFS);
  }

  /** One, and some of those that follow until the reader looks again. */
  #lose(): void {
    this.harm.lost++;
    if (!this.#isFull) {
      this.harm.overruns++;
      this.#isFull = true;
      this.#isTold = false;
      this.#toLose = Math.ceil(this.unreliability.random() * MOST_LOST);
      setImmediate(() => {
        this.#isFull = false;
        this.onReadable?.();
      });
    }
    if (--this.#toLose <= 0) this.#isFull = false;
  }

  /** The first message is missing, and the others say so. */
  #interrupt(datagram: Datagram): Datagram {
    const [first, second, ...others] = readMessages(datagram.bytes);
    if (first === undefined || second === undefined || (first.header.flags & MessageFlag.Multi) === 0)
      return datagram;
    this.harm.interruptions++;
    const bytes = datagram.bytes.slice((first.header.length + 3) & ~3);
    const view = new DataView(bytes.buffer);
    let offset = 0;
    for (const { header } of [second, ...others]) {
      view.setUint16(offset + 6, header.flags | MessageFlag.DumpInterrupted, true);
      offset += (header.length + 3) & ~3;
    }
    return { ...datagram, bytes };
  }
}
