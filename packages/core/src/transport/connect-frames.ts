import { DecodeError } from '../errors/decode-error.js';
import { Errno } from '../errors/errno.js';
import { NetlinkError } from '../errors/netlink-error.js';
import { FIRST_NAMESPACE, type Netlink, type NetlinkSocket, type OpenOptions } from '../socket/netlink.js';
import type { FrameChannel } from './frame-channel.js';
import { decodeFrame, encodeFrame, FRAME_PROTOCOL_VERSION, type Frame, type FrameOf } from './frames.js';
import { ProtocolViolation } from './protocol-violation.js';
import { type CallLink, RemoteSocket } from './remote-socket.js';

export interface ConnectFramesOptions {
  /**
   * How much a socket keeps on this side for its reader, counted as SO_RCVBUF is; the serving side's receive buffer
   * comes on top. @default 212992
   */
  readonly windowBytes?: number;
}

/** A `Netlink` at the far end of a channel. */
export interface RemoteNetlink extends Netlink {
  /** Settles when the channel is closed, with the reason if one is known. */
  readonly closed: Promise<string | undefined>;
  /** Closes the channel and with it every socket: calls that wait are rejected with ECONNRESET. */
  close(): void;
}

const WINDOW_BYTES = 212_992;

/**
 * The `Netlink` that the far end of the channel serves. Its sockets behave like local ones, except that every send
 * gives a promise, and that the next part of a dump may still be on its way when `receive` says that there is nothing.
 */
export function connectFrames(channel: FrameChannel, options: ConnectFramesOptions = {}): RemoteNetlink {
  return new FrameClient(channel, options.windowBytes ?? WINDOW_BYTES);
}

interface PendingCall {
  resolve(result: FrameOf<'result'>): void;
  reject(error: NetlinkError): void;
}

class FrameClient implements RemoteNetlink, CallLink {
  readonly closed: Promise<string | undefined>;
  failure: NetlinkError | undefined;
  readonly #sockets = new Map<number, RemoteSocket>();
  readonly #calls = new Map<number, PendingCall>();
  #lastSocket = 0;
  #lastRequest = 0;
  #goodbye: string | undefined;
  #settleClosed: (reason: string | undefined) => void = () => undefined;

  constructor(
    private readonly channel: FrameChannel,
    private readonly windowBytes: number,
  ) {
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    channel.onClose = (reason) => this.#end(reason);
    channel.onFrame = (bytes) => this.#take(bytes);
    if (!channel.isOpen) this.#end(undefined);
  }

  async open({ protocol, credentials, namespaces, signal }: OpenOptions): Promise<NetlinkSocket> {
    // Names of namespaces mean nothing at the far end.
    if (namespaces !== undefined && namespaces.current !== FIRST_NAMESPACE)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'only the first network namespace is served from afar');
    signal?.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
    const id = nextFree(this.#lastSocket, this.#sockets);
    this.#lastSocket = id;
    const socket = new RemoteSocket(protocol, id, this, this.windowBytes);
    this.#sockets.set(id, socket);
    const { uid = 0, gid = 0, pid = 0, netAdmin = false } = credentials ?? {};
    const opened = this.call((request) => ({
      frame: 'open',
      version: FRAME_PROTOCOL_VERSION,
      socket: id,
      request,
      protocol,
      bytes: this.windowBytes,
      claimed: credentials === undefined ? 0 : 1,
      uid,
      gid,
      pid,
      netAdmin: netAdmin ? 1 : 0,
    }));
    opened.catch(() => this.#sockets.delete(id));
    await orAbort(opened, signal, () => socket.close());
    return socket;
  }

  close(): void {
    this.#leave('the opening side was closed');
  }

  post(frame: Frame): void {
    this.channel.send(encodeFrame(frame));
  }

  call(makeFrame: (request: number) => Frame): Promise<FrameOf<'result'>> {
    const request = nextFree(this.#lastRequest, this.#calls);
    this.#lastRequest = request;
    return new Promise((resolve, reject) => {
      this.#calls.set(request, { resolve, reject });
      this.post(makeFrame(request));
    });
  }

  forget(id: number): void {
    this.#sockets.delete(id);
  }

  #leave(reason: string): void {
    if (this.failure !== undefined) return;
    this.post({ frame: 'goodbye', text: reason });
    this.#end(reason);
    this.channel.close(reason);
  }

  #end(reason: string | undefined): void {
    if (this.failure !== undefined) return;
    const why = this.#goodbye ?? reason;
    const failure = new NetlinkError(
      Errno.ECONNRESET,
      `the channel was closed${why === undefined ? '' : `: ${why}`}`,
    );
    this.failure = failure;
    for (const { reject } of this.#calls.values()) reject(failure);
    this.#calls.clear();
    for (const socket of this.#sockets.values()) socket.fail(failure);
    this.#sockets.clear();
    this.#settleClosed(why);
  }

  #take(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    try {
      this.#obey(decodeFrame(bytes));
    } catch (error) {
      // What a listener of a socket throws is not the channel's affair.
      if (!(error instanceof ProtocolViolation || error instanceof DecodeError)) throw error;
      this.#leave(error.message);
    }
  }

  /** Frames for a socket that was closed here meanwhile have nobody to go to. */
  #obey(frame: Frame): void {
    switch (frame.frame) {
      case 'result':
        return this.#answered(frame.request).resolve(frame);
      case 'refusal':
        return this.#answered(frame.request).reject(readError(frame));
      case 'address': {
        const socket = this.#sockets.get(frame.socket);
        if (socket === undefined) return;
        socket.address = { portId: frame.portId, groups: frame.groups };
        socket.peer = { portId: frame.peerPortId, groups: frame.peerGroups };
        return;
      }
      case 'datagram':
      case 'datagramFrom':
        if (this.#sockets.get(frame.socket)?.arrive(frame) === false) {
          throw new ProtocolViolation(`socket ${frame.socket} was sent more than its credit`);
        }
        return;
      case 'overrun':
        return this.#sockets.get(frame.socket)?.overrun();
      case 'failure':
        return this.#sockets.get(frame.socket)?.fail(readError(frame));
      case 'goodbye':
        this.#goodbye = frame.text;
        return;
      default:
        throw new ProtocolViolation(`${frame.frame} is not for the opening side`);
    }
  }

  #answered(request: number): PendingCall {
    const call = this.#calls.get(request);
    if (call === undefined) throw new ProtocolViolation(`call ${request} is not waiting for an answer`);
    this.#calls.delete(request);
    return call;
  }
}

function readError({ errno, hasText, text }: { errno: number; hasText: number; text: string }): NetlinkError {
  return new NetlinkError(errno, hasText === 0 ? undefined : text);
}

/** The next number, counting round within 32 bits, that `taken` does not have. */
function nextFree(last: number, taken: ReadonlyMap<number, unknown>): number {
  let next = last;
  do next = (next + 1) >>> 0;
  while (taken.has(next));
  return next;
}

/** Waits for an open; when the signal comes first, what is opened later is closed. */
async function orAbort(
  opened: Promise<unknown>,
  signal: AbortSignal | undefined,
  undo: () => void,
): Promise<void> {
  if (signal === undefined) {
    await opened;
    return;
  }
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      opened.then(undo, () => undefined);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    await Promise.race([opened, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
