import type { Duplex } from 'node:stream';
import { type FrameChannel, MAXIMUM_FRAME_BYTES } from '@nlspace/core';

const LENGTH_BYTES = 4;
/** How long a peer may take to read what was sent before the end. */
const LINGER_MS = 1_000;

/** A channel over a byte stream: each frame behind its length, 32 bits in little-endian order. */
export class StreamChannel implements FrameChannel {
  onDrain: (() => void) | undefined;
  onClose: ((reason: string | undefined) => void) | undefined;
  isOpen = true;
  /** Why this end has closed it; undefined when the other end did, or nobody has yet. */
  closingReason: string | undefined;
  #onFrame: ((frame: Uint8Array) => void) | undefined;
  #arrived: Buffer[] = [];
  #arrivedBytes = 0;
  /** Below this there is no complete frame. */
  #neededBytes = LENGTH_BYTES;
  #isTold = false;

  constructor(private readonly stream: Duplex) {
    stream.on('drain', () => this.onDrain?.());
    stream.on('error', ({ message }) => this.#end(message));
    stream.on('end', () => this.#end(undefined));
    stream.on('close', () => this.#end(undefined));
  }

  get bufferedBytes(): number {
    return this.stream.writableLength;
  }

  get onFrame(): ((frame: Uint8Array) => void) | undefined {
    return this.#onFrame;
  }

  /** The stream keeps what arrives until somebody listens. */
  set onFrame(listener: ((frame: Uint8Array) => void) | undefined) {
    const isFirst = this.#onFrame === undefined;
    this.#onFrame = listener;
    if (isFirst && listener !== undefined) this.stream.on('data', (bytes: Buffer) => this.#take(bytes));
  }

  /** What is sent in one go is written in one go. */
  send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    const bytes = Buffer.allocUnsafe(LENGTH_BYTES + frame.length);
    bytes.writeUInt32LE(frame.length);
    bytes.set(frame, LENGTH_BYTES);
    if (this.stream.writableCorked === 0) {
      this.stream.cork();
      process.nextTick(() => this.stream.uncork());
    }
    this.stream.write(bytes);
  }

  close(reason?: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.closingReason = reason;
    this.#arrived = [];
    this.stream.end();
    this.stream.resume();
    const giveUp = setTimeout(() => this.stream.destroy(), LINGER_MS).unref();
    this.stream.once('close', () => clearTimeout(giveUp));
  }

  #end(reason: string | undefined): void {
    this.isOpen = false;
    if (this.#isTold) return;
    this.#isTold = true;
    this.stream.destroy();
    this.onClose?.(this.closingReason ?? reason);
  }

  #take(bytes: Buffer): void {
    if (!this.isOpen) return;
    this.#arrived.push(bytes);
    this.#arrivedBytes += bytes.length;
    if (this.#arrivedBytes < this.#neededBytes) return;
    const all = this.#arrived.length === 1 ? bytes : Buffer.concat(this.#arrived);
    let start = 0;
    this.#neededBytes = LENGTH_BYTES;
    while (this.isOpen && all.length - start >= LENGTH_BYTES) {
      const length = all.readUInt32LE(start);
      if (length > MAXIMUM_FRAME_BYTES) {
        this.close(`a frame of ${length} bytes is too long`);
        return;
      }
      const begin = start + LENGTH_BYTES;
      if (all.length < begin + length) {
        this.#neededBytes = LENGTH_BYTES + length;
        break;
      }
      start = begin + length;
      // A copy: the listener may keep it.
      this.#onFrame?.(Uint8Array.from(all.subarray(begin, start)));
    }
    this.#arrived = start < all.length && this.isOpen ? [all.subarray(start)] : [];
    this.#arrivedBytes = all.length - start;
  }
}
