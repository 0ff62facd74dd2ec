import {
  BsdErrno,
  ControlOption,
  ControlType,
  decodeControl,
  encodeControl,
  type RoutingSocket,
  RTSOCK_VERSION,
  type RtsockBridge,
  RtsockError,
  routeHeader,
} from '@nlspace/rtsock-bridge';

/** How many packets of one peer are handled before the others have their turn. */
const PACKETS_PER_TURN = 64;
/** Where `rtm_errno` is. */
const { errno: ERRNO_OFFSET, pid: PID_OFFSET } = routeHeader.offsets;

/** The medium of a peer. */
export interface PeerChannel {
  receive(): Uint8Array | undefined | 'end';
  /** @returns false when there is no room now. */
  send(packet: Uint8Array): boolean;
  close(): void;
}

/** A program at the other end of a packet socket, for which a routing socket is open: a message is a packet. */
export class RtsockPeer {
  readonly #socket: RoutingSocket;
  /** What is to be sent before what the socket has: the rest of a dump, and what there was no room for. */
  #outgoing: Uint8Array[] = [];
  #toldLosses = 0;
  #isBlocked = false;

  constructor(
    private readonly bridge: RtsockBridge,
    private readonly channel: PeerChannel,
    private readonly onEnd: () => void,
    owner: { readonly pid: number; readonly isPrivileged: boolean },
  ) {
    this.#socket = bridge.open(owner);
    this.#socket.onReadable = () => this.pump();
  }

  /** Handles what the program has sent. */
  read(): void {
    for (let i = 0; i < PACKETS_PER_TURN && this.#socket.isOpen; i++) {
      const packet = this.channel.receive();
      if (packet === undefined) return;
      if (packet === 'end') {
        this.close();
        return;
      }
      const control = decodeControl(packet);
      if (control === undefined) this.#request(packet);
      else this.#control(control.type, [control.word0, control.word1, control.word2, control.word3]);
      this.pump();
    }
  }

  /** Sends what there is, as far as there is room. */
  pump(): void {
    if (this.#isBlocked) return;
    for (let packet = this.#next(); packet !== undefined; packet = this.#next()) {
      if (this.channel.send(packet)) continue;
      this.#outgoing.unshift(packet);
      this.#isBlocked = true;
      return;
    }
    if (!this.#socket.isOpen) this.close();
  }

  writable(): void {
    this.#isBlocked = false;
    this.pump();
  }

  /** Idempotent. */
  close(): void {
    this.#socket.onReadable = undefined;
    this.#socket.close();
    this.channel.close();
    this.#outgoing = [];
    this.onEnd();
  }

  #next(): Uint8Array | undefined {
    const first = this.#outgoing.shift();
    if (first !== undefined) return first;
    const { lostMessages } = this.#socket;
    let message: Uint8Array | undefined;
    try {
      message = this.#socket.receive();
    } catch (error) {
      if (!(error instanceof RtsockError)) throw error;
    }
    // Said where the gap is: behind what arrived before.
    if (message !== undefined || lostMessages === this.#toldLosses) return message;
    this.#toldLosses = lostMessages;
    return encodeControl(ControlType.Lost, [lostMessages], BsdErrno.ENOBUFS);
  }

  #request(packet: Uint8Array): void {
    const errno = this.#socket.send(packet);
    // write(2) would say it; here a header has to, for there is no answer.
    const isAnswered = errno === BsdErrno.None || isRouteMessage(packet);
    if (!isAnswered) this.#outgoing.push(refusalOf(packet, errno, this.#socket.owner.pid));
  }

  #control(type: number, words: readonly number[]): void {
    if (type === ControlType.Sysctl) {
      const [family = 0, kind = 0, argument = 0, fib = 0] = words;
      const query = { family, kind, argument, fib: fib < 0 ? this.#socket.fib : fib };
      this.#outgoing.push(...this.#perform(type, words, () => this.bridge.dump(query)));
    } else if (type === ControlType.Option) {
      const [option = 0, value = 0] = words;
      this.#outgoing.push(...this.#perform(type, words, () => this.#setOption(option, value)));
    } else this.#outgoing.push(encodeControl(type, words, BsdErrno.EOPNOTSUPP));
  }

  /** What an action gives, and the errno behind it. */
  #perform(type: ControlType, words: readonly number[], action: () => Uint8Array[]): Uint8Array[] {
    try {
      return [...action(), encodeControl(type, words)];
    } catch (error) {
      if (!(error instanceof RtsockError)) throw error;
      return [encodeControl(type, words, error.errno)];
    }
  }

  #setOption(option: number, value: number): Uint8Array[] {
    const socket = this.#socket;
    const isIn = (least: number, most: number): void => {
      if (value < least || value > most) throw new RtsockError(BsdErrno.EINVAL);
    };
    switch (option) {
      case ControlOption.Loopback:
        socket.usesLoopback = value !== 0;
        break;
      case ControlOption.Fib:
        isIn(0, LARGEST_FIB);
        socket.fib = value;
        break;
      case ControlOption.Protocol:
        isIn(0, LARGEST_FAMILY);
        socket.protocol = value;
        break;
      case ControlOption.ReceiveBuffer:
        isIn(1, LARGEST_BUFFER);
        socket.receiveBufferBytes = value;
        break;
      default:
        throw new RtsockError(BsdErrno.EOPNOTSUPP);
    }
    return [];
  }
}

const LARGEST_FIB = 65_535;
const LARGEST_FAMILY = 255;
/** `kern.ipc.maxsockbuf` */
const LARGEST_BUFFER = 2 << 20;

/** Whether it has a header that an answer can be made of. */
function isRouteMessage(packet: Uint8Array): boolean {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  return (
    packet.length >= routeHeader.size &&
    view.getUint16(0, true) === packet.length &&
    packet[2] === RTSOCK_VERSION
  );
}

/** A header without addresses, of the type of the request as far as there is one. */
function refusalOf(packet: Uint8Array, errno: BsdErrno, pid: number): Uint8Array {
  const bytes = new Uint8Array(routeHeader.size);
  bytes.set(packet.subarray(0, routeHeader.size));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, bytes.length, true);
  view.setUint8(2, RTSOCK_VERSION);
  view.setUint32(routeHeader.offsets.addresses, 0, true);
  view.setInt32(PID_OFFSET, pid, true);
  view.setInt32(ERRNO_OFFSET, errno, true);
  return bytes;
}
