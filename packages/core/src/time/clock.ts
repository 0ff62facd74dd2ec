/** An action that has been put off. */
export interface Timer {
  cancel(): void;
}

/** Time as a network, or middleware, sees it; injected, so that a test decides when something expires. */
export interface Clock {
  /** Milliseconds since an epoch of the clock's own that lies before anything that is done with it. */
  now(): number;
  after(milliseconds: number, action: () => void): Timer;
}

/** The clock of this process. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, action) {
    const timer: unknown = setTimeout(action, milliseconds);
    if (typeof timer === 'object') (timer as { unref?(): void }).unref?.();
    return { cancel: () => clearTimeout(timer as Parameters<typeof clearTimeout>[0]) };
  },
};

interface PendingAction {
  readonly due: number;
  readonly action: () => void;
}

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now: number;
  #pending: PendingAction[] = [];

  constructor(startMs = 1_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, action: () => void): Timer {
    const entry = { due: this.#now + milliseconds, action };
    this.#pending.push(entry);
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry);
      },
    };
  }

  /** Runs what falls due meanwhile, in order of time. */
  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#pending.reduce<PendingAction | undefined>(
        (first, entry) =>
          entry.due <= end && (first === undefined || entry.due < first.due) ? entry : first,
        undefined,
      );
      if (next === undefined) break;
      this.#pending = this.#pending.filter((entry) => entry !== next);
      this.#now = Math.max(this.#now, next.due);
      next.action();
    }
    this.#now = end;
  }
}
