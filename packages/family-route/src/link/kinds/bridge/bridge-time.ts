import type { Clock, Timer } from '../../../network/clock.js';

/** Ticks of a kernel clock of 250 Hz: bridges count in them, so what does not fit is lost. */
const TICKS_PER_SECOND = 250;
/** Times in messages are in hundredths of a second (USER_HZ). */
const HUNDREDTHS_PER_SECOND = 100;

export const seconds = (count: number): number => count * TICKS_PER_SECOND;

export function fromHundredths(value: number | bigint): number {
  return Math.floor((Number(value) * TICKS_PER_SECOND) / HUNDREDTHS_PER_SECOND);
}

export function toHundredths(ticks: number): number {
  return Math.floor((ticks * HUNDREDTHS_PER_SECOND) / TICKS_PER_SECOND);
}

export const ticksToMs = (ticks: number): number => (ticks * 1000) / TICKS_PER_SECOND;

/** A timer of a bridge that can tell how long it still has. */
export class BridgeTimer {
  #timer: Timer | undefined;
  #dueMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly action: () => void = () => undefined,
  ) {}

  start(ticks: number): void {
    this.#timer?.cancel();
    const delayMs = ticksToMs(ticks);
    this.#dueMs = this.clock.now() + delayMs;
    this.#timer = this.clock.after(delayMs, () => {
      this.#timer = undefined;
      this.action();
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Hundredths of a second; 0 while it does not run. */
  get remaining(): bigint {
    return this.#timer === undefined
      ? 0n
      : BigInt(Math.max(0, Math.floor((this.#dueMs - this.clock.now()) / 10)));
  }
}
