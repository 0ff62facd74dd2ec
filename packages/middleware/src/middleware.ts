import type { Netlink } from '@nlspace/core';

/**
 * What stands between whoever opens sockets and whoever serves them. It passes on what it does not mean to change;
 * configured to do nothing, nobody can tell that it is there: the contract of transports holds.
 */
export type Middleware = (inner: Netlink) => Netlink;

/**
 * Puts middleware on a back end. The first is the outermost: it sees a request first, and a reply last.
 *
 * @example
 * const netlink = stack(createNetlink(), [tracing, faulty]); // the trace shows what the program sees
 */
export function stack(inner: Netlink, layers: readonly Middleware[]): Netlink {
  return layers.reduceRight((netlink, layer) => layer(netlink), inner);
}
