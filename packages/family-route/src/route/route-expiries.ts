import type { Clock, Timer } from '../network/clock.js';
import type { Fib } from './fib.js';

/** A timer of the platform holds 31 bits; a longer wait is taken in steps. */
const LONGEST_WAIT_MS = 0x7fffffff;

/** Lets routes go when their time is over. When that is stands in the FIB, which keeps it with the route. */
export class RouteExpiries {
  #timer: Timer | undefined;

  constructor(
    private readonly fib: Fib,
    private readonly clock: Clock,
    private readonly expire: (route: number) => void,
  ) {}

  /** A route goes in so many seconds from now; never, if there is no number. */
  set(route: number, seconds: number | undefined): void {
    const { deadlines } = this.fib;
    if (seconds === undefined) {
      deadlines.delete(route);
      return;
    }
    deadlines.set(route, this.clock.now() + seconds * 1000);
    this.#schedule();
  }

  #schedule(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { deadlines } = this.fib;
    if (deadlines.size === 0) return;
    const next = Math.min(...deadlines.values()) - this.clock.now();
    this.#timer = this.clock.after(Math.min(Math.max(next, 0), LONGEST_WAIT_MS), () => this.#due());
  }

  #due(): void {
    const now = this.clock.now();
    for (const [route, deadline] of [...this.fib.deadlines]) if (deadline <= now) this.expire(route);
    this.#schedule();
  }
}
