import type { Operation } from '@nlspace/native';

/** A system call of a program that waits for its answer. */
export interface Call {
  readonly operation: Operation;
  /** Names the call towards the native side; void once it is answered or cancelled. */
  readonly id: number;
  /** The thread that makes it. */
  readonly thread: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}
