import { type DomainOptions, NetlinkDomain } from '@nlspace/core';
import { GenericNetlink } from '@nlspace/family-generic';
import { Network, type NetworkOptions, routeFamily } from '@nlspace/family-route';
import { NamespaceDomains } from './namespace-domains.js';

export interface NetlinkOptions extends Omit<DomainOptions, 'namespace'> {
  /** The network that NETLINK_ROUTE serves, or what a new one begins with. @default a fresh one: `lo`, down */
  readonly network?: Network | NetworkOptions;
}

/**
 * Makes the kernel side of netlink: a domain with the usual families, or with those that are given. Programs that move
 * to other network namespaces find a network of its own in each, which begins as the first did; a domain with given
 * families serves all namespaces alike.
 *
 * @example
 * const netlink = createNetlink();
 * await run(netlink, ['ip', 'link']);
 */
export function createNetlink({
  network: given = {},
  families,
  ...options
}: NetlinkOptions = {}): NetlinkDomain {
  if (families !== undefined) return new NetlinkDomain({ ...options, families });
  const network = given instanceof Network ? given : new Network(given);
  const namespaces = new NamespaceDomains(network.namespaces, (other) => {
    const domain = new NetlinkDomain({ ...options, families: [routeFamily(other), GenericNetlink] });
    // Who watches the first hears of all.
    domain.events.on('socket-opened', (socket) => first.events.emit('socket-opened', socket));
    domain.events.on('socket-closed', (socket) => first.events.emit('socket-closed', socket));
    return domain;
  });
  const first: NetlinkDomain = new NetlinkDomain({
    ...options,
    families: [routeFamily(network), GenericNetlink],
    namespace: (view) => namespaces.domain(view),
  });
  return first;
}
