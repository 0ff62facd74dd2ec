import { AddressFamily } from '../network/ip-bytes.js';
import type { Fib } from './fib.js';
import type { RouteDescription } from './route-description.js';
import { RouteType } from './route-numbers.js';
import type { RouteWriter } from './route-writer.js';

/** What `keepNexthops` works with; its contents mean nothing before and after. */
interface Scratch {
  readonly description: RouteDescription;
  readonly writer: RouteWriter;
}

/** The routes through a nexthop object that is about to go keep its ways as their own. */
export function keepNexthops(fib: Fib, nexthopId: number, { description, writer }: Scratch): void {
  for (const route of fib.nexthopUsers.routesOf(nexthopId)) {
    const { isBlackhole } = fib.nexthopOf(route);
    fib.describe(route, description);
    description.nexthopId = 0;
    description.flags = description.legs === undefined ? description.nexthop.flags : 0;
    if (isBlackhole) {
      description.type = RouteType.Blackhole;
      if (fib.addressFamily === AddressFamily.Inet) description.nexthop.reset();
    }
    writer.writeRoute(description);
    fib.replace(fib.tableOf(route), route, description, writer);
  }
}
