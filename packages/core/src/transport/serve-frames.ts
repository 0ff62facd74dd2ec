import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import type { Credentials, Netlink, NetlinkSocket } from '../socket/netlink.js';
import type { FrameChannel } from './frame-channel.js';
import {
  decodeFrame,
  encodeFrame,
  FRAME_PROTOCOL_VERSION,
  type Frame,
  type FrameName,
  type FrameOf,
} from './frames.js';
import { optionOf } from './option-codes.js';
import { ProtocolViolation } from './protocol-violation.js';
import { describeError, type FrameSink, ServedSocket } from './served-socket.js';

export interface ServeFramesOptions {
  /**
   * Who the peer is: what the medium says of it. The peer can give up netAdmin for a socket, never gain it, and says
   * for which of its processes a socket is: that is no more than the port ID it gets if it is free.
   * `'claimed'`: who the peer says it is, for peers that are as trusted as this process.
   */
  readonly credentials: Credentials | 'claimed';
  /** Further opens are refused with EMFILE. @default 1024 */
  readonly maximumSockets?: number;
  /** A peer with more calls than this under way is cut off. @default 16384 */
  readonly maximumCalls?: number;
  /** A peer that lets more than this pile up in the channel is cut off. @default 16 MiB */
  readonly maximumBufferedBytes?: number;
}

/** A peer being served. */
export interface FrameService {
  /** Open sockets, and those being opened. */
  readonly socketCount: number;
  /** Settles when the channel is closed, with the reason if one is known. */
  readonly closed: Promise<string | undefined>;
  /** Closes the peer's sockets and the channel. */
  close(reason?: string): void;
}

const MAXIMUM_SOCKETS = 1024;
const MAXIMUM_CALLS = 16_384;
const MAXIMUM_BUFFERED_BYTES = 16 * 1024 * 1024;
/** Datagrams wait in their sockets while more than this is in the channel. */
const CROWDED_BYTES = 1024 * 1024;

/** Serves a `Netlink` to the far end of a channel. Frames from there are hostile until they have been checked. */
export function serveFrames(
  netlink: Netlink,
  channel: FrameChannel,
  options: ServeFramesOptions,
): FrameService {
  return new FrameServer(netlink, channel, options);
}

type CallName = 'bind' | 'connect' | 'join' | 'leave' | 'memberships' | 'setOption' | 'getOption' | 'send';
type CallFrame = { [K in CallName]: FrameOf<K> }[CallName];
type CallValue = void | number | Uint32Array;

/** What each call does to the real socket. */
const CALLS: {
  readonly [K in CallName]: (socket: NetlinkSocket, frame: FrameOf<K>) => Promise<CallValue> | undefined;
} = {
  bind: (socket, { portId, groups }) => socket.bind({ portId, groups }),
  connect: (socket, { portId, groups }) => socket.connect({ portId, groups }),
  join: (socket, { group }) => socket.joinGroup(group),
  leave: (socket, { group }) => socket.leaveGroup(group),
  memberships: (socket) => socket.memberships(),
  setOption: (socket, { option, value }) => socket.setOption(optionOf(option), value),
  getOption: (socket, { option }) => socket.getOption(optionOf(option)),
  send: (socket, { addressed, portId, groups, bytes }) =>
    socket.send(bytes, addressed === 0 ? undefined : { portId, groups }),
};

class FrameServer implements FrameService, FrameSink {
  readonly closed: Promise<string | undefined>;
  /** Those that are being opened are there as what aborts that. */
  readonly #sockets = new Map<number, ServedSocket | AbortController>();
  #ended = false;
  #calls = 0;
  #goodbye: string | undefined;
  #settleClosed: (reason: string | undefined) => void = () => undefined;

  constructor(
    private readonly netlink: Netlink,
    private readonly channel: FrameChannel,
    private readonly options: ServeFramesOptions,
  ) {
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    channel.onClose = (reason) => this.#end(reason);
    channel.onDrain = () => this.#forwardAll();
    channel.onFrame = (bytes) => this.#take(bytes);
    if (!channel.isOpen) this.#end(undefined);
  }

  get socketCount(): number {
    return this.#sockets.size;
  }

  get isWritable(): boolean {
    return this.channel.bufferedBytes < CROWDED_BYTES;
  }

  send(frame: Frame): void {
    this.channel.send(encodeFrame(frame));
  }

  close(reason = 'the serving side was closed'): void {
    if (!this.channel.isOpen || this.#ended) return;
    this.send({ frame: 'goodbye', text: reason });
    this.#end(reason);
    this.channel.close(reason);
  }

  #end(reason: string | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const socket of this.#sockets.values()) {
      if (socket instanceof ServedSocket) socket.close();
      else socket.abort(new NetlinkError(Errno.ECONNRESET, reason));
    }
    this.#sockets.clear();
    this.#settleClosed(this.#goodbye ?? reason);
  }

  #forwardAll(): void {
    for (const socket of this.#sockets.values()) if (socket instanceof ServedSocket) socket.forward();
  }

  #take(bytes: Uint8Array): void {
    if (this.#ended) return;
    try {
      this.#obey(decodeFrame(bytes));
      if (this.channel.bufferedBytes > (this.options.maximumBufferedBytes ?? MAXIMUM_BUFFERED_BYTES)) {
        throw new ProtocolViolation('the peer sends but does not read');
      }
    } catch (error) {
      this.close(error instanceof Error ? error.message : String(error));
    }
  }

  #obey(frame: Frame): void {
    switch (frame.frame) {
      case 'open':
        return this.#open(frame);
      case 'credit':
        return this.#socket(frame.socket).grant(frame.bytes, frame.capacity);
      case 'close':
        this.#socket(frame.socket).close();
        this.#sockets.delete(frame.socket);
        return;
      case 'goodbye':
        this.#goodbye = frame.text;
        return;
      default:
        if (!isCall(frame)) throw new ProtocolViolation(`${frame.frame} is not for the serving side`);
        return this.#call(frame);
    }
  }

  #socket(id: number): ServedSocket {
    const socket = this.#sockets.get(id);
    if (!(socket instanceof ServedSocket)) throw new ProtocolViolation(`socket ${id} is not open`);
    return socket;
  }

  #open({ version, socket: id, request, protocol, bytes, ...claim }: FrameOf<'open'>): void {
    if (version !== FRAME_PROTOCOL_VERSION) {
      throw new ProtocolViolation(
        `version ${version} of the frame protocol is not spoken here, ${FRAME_PROTOCOL_VERSION} is`,
      );
    }
    if (this.#sockets.has(id)) throw new ProtocolViolation(`socket ${id} is open already`);
    if (this.#sockets.size >= (this.options.maximumSockets ?? MAXIMUM_SOCKETS)) {
      this.#refuse(request, new NetlinkError(Errno.EMFILE));
      return;
    }
    const opening = new AbortController();
    this.#sockets.set(id, opening);
    const credentials = effectiveCredentials(this.options.credentials, claim);
    const { signal } = opening;
    this.netlink.open({ protocol, signal, ...(credentials === undefined ? {} : { credentials }) }).then(
      (socket) => {
        if (signal.aborted) {
          socket.close();
          return;
        }
        const served = new ServedSocket(socket, id, this, bytes);
        this.#sockets.set(id, served);
        this.#answer(request, served, undefined);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        this.#sockets.delete(id);
        this.#refuse(request, error);
      },
    );
  }

  #call(frame: CallFrame): void {
    const socket = this.#socket(frame.socket);
    const { request } = frame;
    let pending: Promise<CallValue> | undefined;
    try {
      pending = (CALLS[frame.frame] as (socket: NetlinkSocket, frame: Frame) => typeof pending)(
        socket.socket,
        frame,
      );
    } catch (error) {
      this.#refuse(request, error, socket);
      return;
    }
    if (pending === undefined) {
      this.#answer(request, socket, undefined);
      return;
    }
    this.#calls++;
    if (this.#calls > (this.options.maximumCalls ?? MAXIMUM_CALLS))
      throw new ProtocolViolation('too many calls are under way');
    pending.then(
      (value) => {
        this.#calls--;
        this.#answer(request, socket, value);
      },
      (error: unknown) => {
        this.#calls--;
        this.#refuse(request, error, socket);
      },
    );
  }

  /** Replies go before the result, so that the sender can receive them when its call is done. */
  #answer(request: number, socket: ServedSocket, value: CallValue): void {
    if (this.#ended) return;
    socket.forward();
    socket.tellAddress();
    const words = value instanceof Uint32Array ? value : NO_WORDS;
    this.send({ frame: 'result', request, value: typeof value === 'number' ? value : 0, words });
  }

  #refuse(request: number, error: unknown, socket?: ServedSocket): void {
    if (this.#ended) return;
    socket?.tellAddress();
    this.send({ frame: 'refusal', request, ...describeError(error) });
  }
}

const NO_WORDS = new Uint32Array(0);

function isCall(frame: Frame): frame is CallFrame {
  return Object.hasOwn(CALLS, frame.frame satisfies FrameName);
}

interface Claim {
  readonly claimed: number;
  readonly uid: number;
  readonly gid: number;
  readonly pid: number;
  readonly netAdmin: number;
}

function effectiveCredentials(
  known: Credentials | 'claimed',
  { claimed, uid, gid, pid, netAdmin }: Claim,
): Credentials | undefined {
  if (known !== 'claimed') {
    return claimed === 1 ? { ...known, pid, netAdmin: known.netAdmin && netAdmin === 1 } : known;
  }
  return claimed === 1 ? { uid, gid, pid, netAdmin: netAdmin === 1 } : undefined;
}
