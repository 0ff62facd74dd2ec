import { type FrameChannel, MAXIMUM_FRAME_BYTES } from '@nlspace/core';

/** What is used of a `MessagePort`: the browser's, a worker's, or `node:worker_threads`'. */
export interface FramePort {
  // biome-ignore lint/suspicious/noExplicitAny: each platform has event types of its own
  addEventListener(type: any, listener: (event: any) => void): void;
  // biome-ignore lint/suspicious/noExplicitAny: each platform has transferables of its own
  postMessage(message: unknown, transfer?: any): void;
  start(): void;
  close(): void;
}

/**
 * A channel over a message port. A frame is posted as its bytes, moved where possible; a number says how many bytes
 * the far end has taken, since ports themselves do not tell; a string is the reason for closing.
 */
export function portChannel(port: FramePort): FrameChannel {
  return new PortChannel(port);
}

class PortChannel implements FrameChannel {
  onDrain: (() => void) | undefined;
  onClose: ((reason: string | undefined) => void) | undefined;
  bufferedBytes = 0;
  isOpen = true;
  #onFrame: ((frame: Uint8Array) => void) | undefined;

  constructor(private readonly port: FramePort) {
    port.addEventListener('message', ({ data }: { data: unknown }) => this.#take(data));
    // Where the platform tells; elsewhere the far end does.
    port.addEventListener('close', () => this.#end(undefined));
  }

  get onFrame(): ((frame: Uint8Array) => void) | undefined {
    return this.#onFrame;
  }

  /** The port keeps what arrives until it is started. */
  set onFrame(listener: ((frame: Uint8Array) => void) | undefined) {
    this.#onFrame = listener;
    if (listener !== undefined) this.port.start();
  }

  send(frame: Uint8Array): void {
    if (!this.isOpen) return;
    this.bufferedBytes += frame.length;
    this.port.postMessage(frame, frame.length === frame.buffer.byteLength ? [frame.buffer] : []);
  }

  close(reason?: string): void {
    if (!this.isOpen) return;
    this.port.postMessage(reason ?? '');
    this.#end(reason);
  }

  #take(data: unknown): void {
    if (!this.isOpen) return;
    if (data instanceof Uint8Array && data.length <= MAXIMUM_FRAME_BYTES) {
      const { length } = data;
      this.#onFrame?.(data);
      if (this.isOpen) this.port.postMessage(length);
    } else if (typeof data === 'number' && data >= 0 && data <= this.bufferedBytes) {
      this.bufferedBytes -= data;
      if (this.bufferedBytes === 0) this.onDrain?.();
    } else if (typeof data === 'string') {
      this.#end(data === '' ? undefined : data);
    } else {
      this.close('what came through the port is no frame');
    }
  }

  #end(reason: string | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.port.close();
    this.onClose?.(reason);
  }
}
