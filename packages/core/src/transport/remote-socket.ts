import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { datagramCost } from '../queue/receive-buffer.js';
import type {
  Datagram,
  NetlinkAddress,
  NetlinkSocket,
  ReceiveOptions,
  SocketOption,
} from '../socket/netlink.js';
import { MAXIMUM_FRAME_BYTES } from './frame-channel.js';
import type { Frame, FrameOf } from './frames.js';
import { optionCode } from './option-codes.js';

const DEFAULT_CAPACITY = 32_768;
/** Bytes of sends that have not been answered; beyond, a send is refused with EAGAIN as by a full send buffer. */
const SEND_WINDOW_BYTES = 1024 * 1024;
const FRAME_OVERHEAD = 64;
const NOWHERE: NetlinkAddress = { portId: 0, groups: 0 };

/** The link that a remote socket's calls go over. */
export interface CallLink {
  /** Why nothing goes over it any more. */
  readonly failure: NetlinkError | undefined;
  post(frame: Frame): void;
  /** Sends a call with a number of its own; rejects with the far side's refusal. */
  call(makeFrame: (request: number) => Frame): Promise<FrameOf<'result'>>;
  /** Forgets a socket that has been closed. */
  forget(id: number): void;
}

/** The opening side of one remote socket: the calls go over the link, the datagrams that have arrived wait here. */
export class RemoteSocket implements NetlinkSocket {
  address = NOWHERE;
  peer = NOWHERE;
  onReadable: (() => void) | undefined;

  readonly #queue: Datagram[] = [];
  #overrun = false;
  #failure: NetlinkError | undefined;
  #closed = false;
  /** What the far side may still send. */
  #credit: number;
  /** Credit of datagrams taken that has not been given back. */
  #owed = 0;
  #toldCapacity = 0;
  #unansweredBytes = 0;

  constructor(
    readonly protocol: number,
    private readonly id: number,
    private readonly link: CallLink,
    private readonly windowBytes: number,
  ) {
    this.#credit = windowBytes;
  }

  async bind({ portId, groups }: NetlinkAddress): Promise<void> {
    await this.#call((call) => ({ frame: 'bind', ...call, portId, groups }));
  }

  async connect({ portId, groups }: NetlinkAddress): Promise<void> {
    await this.#call((call) => ({ frame: 'connect', ...call, portId, groups }));
  }

  async joinGroup(group: number): Promise<void> {
    await this.#call((call) => ({ frame: 'join', ...call, group }));
  }

  async leaveGroup(group: number): Promise<void> {
    await this.#call((call) => ({ frame: 'leave', ...call, group }));
  }

  async memberships(): Promise<Uint32Array> {
    return (await this.#call((call) => ({ frame: 'memberships', ...call }))).words;
  }

  async setOption(option: SocketOption, value: number): Promise<void> {
    await this.#call((call) => ({ frame: 'setOption', ...call, option: optionCode(option), value }));
  }

  async getOption(option: SocketOption): Promise<number> {
    return (await this.#call((call) => ({ frame: 'getOption', ...call, option: optionCode(option) }))).value;
  }

  send(datagram: Uint8Array, destination?: NetlinkAddress): Promise<void> {
    const { length } = datagram;
    if (length > MAXIMUM_FRAME_BYTES - FRAME_OVERHEAD) throw new NetlinkError(Errno.EMSGSIZE);
    if (this.#unansweredBytes > 0 && this.#unansweredBytes + length > SEND_WINDOW_BYTES)
      throw new NetlinkError(Errno.EAGAIN);
    const addressed = destination === undefined ? 0 : 1;
    const { portId, groups } = destination ?? NOWHERE;
    const sent = this.#call((call) => ({
      frame: 'send',
      ...call,
      addressed,
      portId,
      groups,
      bytes: datagram,
    }));
    this.#unansweredBytes += length;
    return sent
      .then(() => undefined)
      .finally(() => {
        this.#unansweredBytes -= length;
      });
  }

  receive({ capacity = DEFAULT_CAPACITY, peek = false }: ReceiveOptions = {}): Datagram | undefined {
    if (this.#overrun) {
      this.#overrun = false;
      throw new NetlinkError(Errno.ENOBUFS);
    }
    const datagram = this.#queue[0];
    if (datagram === undefined) {
      if (this.#failure !== undefined) throw this.#failure;
      return undefined;
    }
    if (peek && capacity === 0) return datagram;
    if (!peek) {
      this.#queue.shift();
      this.#owed += datagramCost(datagram.bytes.length);
    }
    this.#giveBack(capacity);
    return datagram;
  }

  get readable(): boolean {
    return this.#queue.length > 0 || this.#overrun || this.#failure !== undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.link.post({ frame: 'close', socket: this.id });
    this.link.forget(this.id);
  }

  /** @returns whether the far side was allowed to send it. */
  arrive(frame: FrameOf<'datagram'> | FrameOf<'datagramFrom'>): boolean {
    const { portId, groups, group, bytes } = frame;
    if (this.#credit <= 0) return false;
    this.#credit -= datagramCost(bytes.length);
    const datagram = { bytes, source: { portId, groups }, group };
    this.#queue.push(
      frame.frame === 'datagram' ? datagram : { ...datagram, namespaceNumber: frame.namespaceNumber },
    );
    this.onReadable?.();
    return true;
  }

  overrun(): void {
    this.#overrun = true;
    this.onReadable?.();
  }

  /** Nothing will arrive any more; what has arrived can still be received. */
  fail(failure: NetlinkError): void {
    this.#failure ??= failure;
    this.onReadable?.();
  }

  /** Lets the far side go on: at a larger capacity at once, else when half of the window has been read. */
  #giveBack(capacity: number): void {
    const known = Math.max(1, this.#toldCapacity, Math.min(capacity, 0xffff_ffff));
    if (known === this.#toldCapacity && this.#owed * 2 < this.windowBytes) return;
    if (this.#closed) return;
    this.link.post({ frame: 'credit', socket: this.id, bytes: this.#owed, capacity: known });
    this.#credit += this.#owed;
    this.#owed = 0;
    this.#toldCapacity = known;
  }

  #call(makeFrame: (call: { socket: number; request: number }) => Frame): Promise<FrameOf<'result'>> {
    if (this.#closed) throw new NetlinkError(Errno.EBADF);
    if (this.link.failure !== undefined) throw this.link.failure;
    return this.link.call((request) => makeFrame({ socket: this.id, request }));
  }
}
