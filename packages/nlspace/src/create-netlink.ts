import { type DomainOptions, type NamespaceId, NetlinkDomain } from '@nlspace/core';
import { Network, type NetworkOptions, routeFamily } from '@nlspace/family-route';

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
  const others = new Map<NamespaceId, NetlinkDomain>();
  const first = new NetlinkDomain({ ...options, families: [routeFamily(network)], namespace: domainOf });
  return first;

  function domainOf(id: NamespaceId): NetlinkDomain {
    let domain = others.get(id);
    if (domain === undefined) {
      domain = new NetlinkDomain({ ...options, families: [routeFamily(network.namespaces.get(id))] });
      // Who watches the first hears of all.
      domain.events.on('socket-opened', (socket) => first.events.emit('socket-opened', socket));
      domain.events.on('socket-closed', (socket) => first.events.emit('socket-closed', socket));
      others.set(id, domain);
    }
    return domain;
  }
}
