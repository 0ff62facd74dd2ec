import type { FrameChannel } from '@nlspace/core';

export interface MemoryLinkOptions {
  /** Runs a delivery later, in order: a test that keeps the deliveries can step through them. @default queueMicrotask */
  readonly schedule?: (deliver: () => void) => void;
}

/** Two ends of a channel within one process. Frames are handed over as they are, without copying. */
export function createMemoryLink({
  schedule = queueMicrotask,
}: MemoryLinkOptions = {}): [FrameChannel, FrameChannel] {
  const one = new MemoryChannel(schedule);
  const other = new MemoryChannel(schedule);
  one.attach(other);
  other.attach(one);
  return [one, other];
}

class MemoryChannel implements FrameChannel {
  onDrain: (() => void) | undefined;
  onClose: ((reason: string | undefined) => void) | undefined;
  bufferedBytes = 0;
  isOpen = true;
  #peer!: MemoryChannel;
  #onFrame: ((frame: Uint8Array) => void) | undefined;
  /** Arrived before anybody listened. */
  readonly #early: Uint8Array[] = [];

  constructor(private readonly schedule: (deliver: () => void) => void) {}

  attach(peer: MemoryChannel): void {
    this.#peer = peer;
  }

  get onFrame(): ((frame: Uint8Array) => void) | undefined {
    return this.#onFrame;
  }

  set onFrame(listener: ((frame: Uint8Array) => void) | undefined) {
    this.#onFrame = listener;
    if (listener !== undefined) for (const frame of this.#early.splice(0)) listener(frame);
  }

  send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    this.bufferedBytes += frame.length;
    this.schedule(() => {
      this.bufferedBytes -= frame.length;
      this.#peer.#arrive(frame);
      if (this.bufferedBytes === 0 && this.isOpen) this.onDrain?.();
    });
  }

  close(reason?: string): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    // Behind the frames that are on their way.
    this.schedule(() => {
      this.#peer.#end(reason);
      this.onClose?.(reason);
    });
  }

  #arrive(frame: Uint8Array): void {
    if (!this.isOpen) return;
    if (this.#onFrame === undefined) this.#early.push(frame);
    else this.#onFrame(frame);
  }

  #end(reason: string | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.onClose?.(reason);
  }
}
