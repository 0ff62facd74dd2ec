import { native, PACKET_START, PacketEvent, type PacketSockets } from '@nlspace/native';

/** What happens to a socket. */
export interface PacketHandler {
  /** A packet, or somebody who wants to be accepted, or the end. */
  readable(): void;
  /** There is room again. */
  writable?(): void;
}

/** Sockets for packets (SOCK_SEQPACKET) on the event loop. */
export class PacketLoop {
  readonly #sockets: PacketSockets;
  readonly #handlers = new Map<number, PacketHandler>();
  readonly #words: Uint32Array;

  constructor() {
    this.#sockets = native().createPacketSockets(() => this.#ready());
    this.#words = new Uint32Array(this.#sockets.memory, 0, PACKET_START / 4);
  }

  /** @throws {Error} like Node's own system errors, with `code` and `syscall`. */
  listen(path: string, handler: PacketHandler): number {
    return this.#adopt(this.#sockets.listen(path), handler, 'listen', path);
  }

  /** @throws {Error} likewise: ENOENT and ECONNREFUSED where nobody listens, EPROTOTYPE where something else is spoken. */
  connect(path: string, handler: PacketHandler): number {
    return this.#adopt(this.#sockets.connect(path), handler, 'connect', path);
  }

  /** @returns the descriptor of whoever wants to be accepted; undefined if there is nobody. */
  accept(listener: number, handler: PacketHandler): number | undefined {
    const descriptor = this.#sockets.accept(listener);
    if (descriptor < 0) return undefined;
    this.#handlers.set(descriptor, handler);
    return descriptor;
  }

  /** @returns a packet, `undefined` if there is none now, `'end'` if there will be none any more. */
  receive(descriptor: number): Uint8Array | undefined | 'end' {
    const length = this.#sockets.receive(descriptor);
    if (length > 0) return new Uint8Array(this.#sockets.memory, PACKET_START, length).slice();
    return length === -EAGAIN || length === -EINTR ? undefined : 'end';
  }

  /** @returns false when there is no room: `writable` says when there is. */
  send(descriptor: number, packet: Uint8Array): boolean {
    const sent = this.#sockets.send(descriptor, packet);
    if (sent !== -EAGAIN) return true;
    this.#sockets.awaitWritable(descriptor, true);
    return false;
  }

  close(descriptor: number): void {
    if (this.#handlers.delete(descriptor)) this.#sockets.close(descriptor);
  }

  /** Closes all. */
  end(): void {
    this.#handlers.clear();
    this.#sockets.end();
  }

  #adopt(descriptor: number, handler: PacketHandler, syscall: string, path: string): number {
    if (descriptor < 0) {
      const code = ERRNO_NAMES[-descriptor] ?? `error ${-descriptor}`;
      throw Object.assign(new Error(`${syscall} ${code} ${path}`), { code, syscall });
    }
    this.#handlers.set(descriptor, handler);
    return descriptor;
  }

  #ready(): void {
    const count = this.#sockets.ready();
    // A copy: what is called reuses the memory.
    const pairs = this.#words.slice(0, count * 2);
    for (let i = 0; i < count; i++) {
      const descriptor = pairs[i * 2] as number;
      const events = pairs[i * 2 + 1] as number;
      if ((events & PacketEvent.Writable) !== 0) {
        this.#sockets.awaitWritable(descriptor, false);
        this.#handlers.get(descriptor)?.writable?.();
      }
      if ((events & PacketEvent.Readable) !== 0) this.#handlers.get(descriptor)?.readable();
    }
  }
}

const EAGAIN = 11;
const EINTR = 4;

/** What opening a socket fails with. */
const ERRNO_NAMES: Readonly<Record<number, string>> = {
  2: 'ENOENT',
  11: 'EAGAIN',
  13: 'EACCES',
  20: 'ENOTDIR',
  22: 'EINVAL',
  24: 'EMFILE',
  36: 'ENAMETOOLONG',
  91: 'EPROTOTYPE',
  98: 'EADDRINUSE',
  111: 'ECONNREFUSED',
};
