/** Unix-domain sockets that keep the boundaries of messages (SOCK_SEQPACKET). Numbers below 0 are negative errno values. */
export interface PacketSockets {
  /** What `ready` says; from `PACKET_START` on the packet that `receive` has read. Valid until the next call. */
  readonly memory: ArrayBuffer;
  /** @returns a descriptor; it does not block. */
  listen(path: string): number;
  connect(path: string): number;
  /** @returns the descriptor of whoever has connected. */
  accept(descriptor: number): number;
  /** @returns the length of the next packet; 0 when the other end is closed, or has sent an empty one. */
  receive(descriptor: number): number;
  /** A packet goes as a whole or not at all. */
  send(descriptor: number, bytes: Uint8Array): number;
  /** Whether `ready` is to say when there is room to send. */
  awaitWritable(descriptor: number, wanted: boolean): number;
  /** Descriptors and what can be done with them (`PacketEvent`), as pairs of words; @returns how many pairs. */
  ready(): number;
  close(descriptor: number): void;
  keepLoopAlive(alive: boolean): void;
  /** Closes all. Idempotent. */
  end(): void;
}

/** Bits that `ready` says. */
export enum PacketEvent {
  Readable = 1,
  Writable = 2,
}

/** Where a packet begins in memory. */
export const PACKET_START = 4096;
