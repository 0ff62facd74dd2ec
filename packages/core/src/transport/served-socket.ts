import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { datagramCost } from '../queue/receive-buffer.js';
import type { Datagram, NetlinkAddress, NetlinkSocket } from '../socket/netlink.js';
import { MESSAGE_HEADER_SIZE, MessageFlag } from '../wire/message-header.js';
import type { Frame } from './frames.js';

/** Where a served socket sends its frames. */
export interface FrameSink {
  /** Whether the channel takes datagrams now; whoever owns it calls `forward` when it does again. */
  readonly isWritable: boolean;
  send(frame: Frame): void;
}

/** Reports an overrun if there is one, and else changes nothing. */
const LOOK = { peek: true, capacity: 0 };
const NOWHERE: NetlinkAddress = { portId: 0, groups: 0 };

/**
 * The serving side of one remote socket: takes datagrams out of the real one only as far as the reader has given
 * credit, so that the real one's receive buffer decides about back-pressure and overruns.
 *
 * How large a dump's second datagram may be depends on the receive that takes the first. So until the reader has
 * received for the first time, the part of a dump is shown to it but not taken here.
 */
export class ServedSocket {
  #credit: number;
  /** The largest of the reader's receives; 0 before the first. */
  #capacity = 0;
  /** The first datagram has been sent and is still in the real socket. */
  #lent = false;
  #forwarding = false;
  #ended = false;
  #address = NOWHERE;
  #peer = NOWHERE;

  constructor(
    readonly socket: NetlinkSocket,
    private readonly id: number,
    private readonly sink: FrameSink,
    credit: number,
  ) {
    this.#credit = credit;
    socket.onReadable = () => this.forward();
  }

  grant(bytes: number, capacity: number): void {
    this.#credit += bytes;
    this.#capacity = Math.max(this.#capacity, capacity);
    this.forward();
  }

  /** Sends what there is, as far as credit and channel allow. */
  forward(): void {
    if (this.#forwarding) return;
    this.#forwarding = true;
    try {
      while (!this.#ended && this.#forwardOne());
    } finally {
      this.#forwarding = false;
    }
  }

  /** Tells the addresses if they have changed. */
  tellAddress(): void {
    const { address, peer } = this.socket;
    if (isSame(address, this.#address) && isSame(peer, this.#peer)) return;
    this.#address = address;
    this.#peer = peer;
    this.sink.send({
      frame: 'address',
      socket: this.id,
      ...address,
      peerPortId: peer.portId,
      peerGroups: peer.groups,
    });
  }

  close(): void {
    this.#ended = true;
    this.socket.onReadable = undefined;
    this.socket.close();
  }

  /** @returns whether there may be more to do. */
  #forwardOne(): boolean {
    const { socket } = this;
    try {
      if (this.#lent && this.#capacity > 0) {
        socket.receive({ capacity: this.#capacity });
        this.#lent = false;
      }
      const mayTake = !this.#lent && this.#credit > 0 && this.sink.isWritable;
      if (mayTake && this.#capacity > 0) return this.#send(socket.receive({ capacity: this.#capacity }));
      const head = socket.receive(LOOK);
      if (head === undefined || !mayTake) return false;
      this.#lent = isMultipart(head);
      return this.#send(this.#lent ? head : socket.receive({ capacity: 0 })) && !this.#lent;
    } catch (error) {
      return this.#report(error);
    }
  }

  #send(datagram: Datagram | undefined): boolean {
    if (datagram === undefined) return false;
    const { bytes, source, group, namespaceNumber } = datagram;
    this.#credit -= datagramCost(bytes.length);
    const sent = { socket: this.id, ...source, group, bytes };
    this.sink.send(
      namespaceNumber === undefined
        ? { frame: 'datagram', ...sent }
        : { frame: 'datagramFrom', ...sent, namespaceNumber },
    );
    return true;
  }

  #report(error: unknown): boolean {
    if (error instanceof NetlinkError && error.errno === Errno.ENOBUFS) {
      this.sink.send({ frame: 'overrun', socket: this.id });
      return true;
    }
    this.#ended = true;
    this.sink.send({ frame: 'failure', socket: this.id, ...describeError(error) });
    return false;
  }
}

/** An error as `refusal` and `failure` carry it; what is not a refusal is EIO, as handlers' defects are. */
export function describeError(error: unknown): { errno: number; hasText: number; text: string } {
  if (error instanceof NetlinkError) {
    return { errno: error.errno, hasText: error.text === undefined ? 0 : 1, text: error.text ?? '' };
  }
  return { errno: Errno.EIO, hasText: 1, text: error instanceof Error ? error.message : String(error) };
}

function isMultipart({ bytes }: Datagram): boolean {
  return bytes.length >= MESSAGE_HEADER_SIZE && ((bytes[6] as number) & MessageFlag.Multi) !== 0;
}

function isSame(one: NetlinkAddress, other: NetlinkAddress): boolean {
  return one.portId === other.portId && one.groups === other.groups;
}
