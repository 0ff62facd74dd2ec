import type { DomainSocket } from './domain-socket.js';
import type { NamespaceId } from './netlink.js';

/** What the domains of several namespaces share, so that a socket can listen to all of them. */
export class NamespaceWorld {
  /** Sockets, in whatever namespace, with NETLINK_LISTEN_ALL_NSID. */
  readonly listeners = new Set<DomainSocket>();

  /** @param numberOf what the sockets of a namespace call another one (nsid); undefined when they have no number for it. */
  constructor(readonly numberOf: (id: NamespaceId, within: NamespaceId) => number | undefined) {}
}

/** Where among namespaces a domain is. */
export interface NamespacePlace {
  readonly id: NamespaceId;
  readonly world: NamespaceWorld;
}
