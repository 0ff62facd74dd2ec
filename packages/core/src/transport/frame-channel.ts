/**
 * Ordered frames over one medium, both ways: all that a remote transport has to supply. Whoever holds an end sets the
 * three listeners before anything else; a channel keeps what arrives before `onFrame` is set.
 */
export interface FrameChannel {
  /** Hands over one frame, whose bytes belong to the channel from then on. Does nothing when the channel is closed. */
  send(frame: Uint8Array): void;
  /** Bytes handed over that the medium has not taken: what the sender looks at before it sends more. */
  readonly bufferedBytes: number;
  readonly isOpen: boolean;
  /** Called with each frame in the order of sending, and never from within `send`; its bytes belong to the listener. */
  onFrame: ((frame: Uint8Array) => void) | undefined;
  /** Called when `bufferedBytes` has become low. */
  onDrain: (() => void) | undefined;
  /** Called once, by whichever end it was closed. `reason` is for people. */
  onClose: ((reason: string | undefined) => void) | undefined;
  /** What was sent before still goes out. Idempotent. */
  close(reason?: string): void;
}

/** Largest frame that the frame protocol sends or takes; channels that read lengths refuse larger ones by it. */
export const MAXIMUM_FRAME_BYTES = 16 * 1024 * 1024;
