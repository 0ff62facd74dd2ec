import { AddressFamily } from '../network/ip-bytes.js';
import type { Fib } from './fib.js';
import { type Nexthop, RouteDescription } from './route-description.js';
import { NexthopFlag } from './route-numbers.js';
import type { RouteWriter } from './route-writer.js';

/** What links do to the nexthops of stored routes: DEAD and LINKDOWN. Nobody is told, as in the kernel. */
export class NexthopStates {
  readonly #description = new RouteDescription();

  constructor(
    private readonly fib: Fib,
    private readonly writer: RouteWriter,
  ) {}

  /** Sets flags of the nexthops over a link; returns the route's number from now on. */
  set(route: number, interfaceIndex: number, flags: number): number {
    return this.#change(route, interfaceIndex, flags, 0);
  }

  clear(route: number, interfaceIndex: number, flags: number): number {
    return this.#change(route, interfaceIndex, 0, flags);
  }

  #change(route: number, interfaceIndex: number, set: number, clear: number): number {
    const { fib } = this;
    if (!fib.isMultipath(route)) {
      fib.setFlags(route, (fib.flags(route) | set) & ~clear);
      return route;
    }
    const description = fib.describe(route, this.#description);
    const legs = description.legs ?? [];
    // An IPv4 route changes its own state when none of its legs is left, or the first comes back (fib_sync_down_dev,
    // fib_sync_up); an IPv6 one has no state of its own.
    if (fib.addressFamily === AddressFamily.Inet) {
      const isHere = ({ interfaceIndex: index }: Nexthop): boolean => index === interfaceIndex;
      if (legs.every((leg) => isHere(leg) || (leg.flags & NexthopFlag.Dead) !== 0)) description.flags |= set;
      if (legs.some((leg) => isHere(leg) || (leg.flags & clear) === 0)) description.flags &= ~clear;
    }
    for (const leg of legs) if (leg.interfaceIndex === interfaceIndex) leg.flags = (leg.flags | set) & ~clear;
    this.writer.writeRoute(description);
    return fib.replace(fib.tableOf(route), route, description, this.writer);
  }
}
