import { type DomainOptions, NetlinkDomain } from '@nlspace/core';
import { type Network, type NetworkOptions, routeFamily } from '@nlspace/family-route';

export interface NetlinkOptions extends DomainOptions {
  /** The network that NETLINK_ROUTE serves, or what a new one begins with. @default a fresh one: `lo`, down */
  readonly network?: Network | NetworkOptions;
}

/**
 * Makes the kernel side of netlink: a domain with the usual families, or with those that are given.
 *
 * @example
 * const netlink = createNetlink();
 * await run(netlink, ['ip', 'link']);
 */
export function createNetlink({
  network = {},
  families = [routeFamily(network)],
  ...options
}: NetlinkOptions = {}): NetlinkDomain {
  return new NetlinkDomain({ ...options, families });
}
