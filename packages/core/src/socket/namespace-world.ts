import type { DomainSocket } from './domain-socket.js';
import type { Datagram, NamespaceId } from './netlink.js';

/** What the domains of several namespaces share, so that a socket can listen to all of them. */
export class NamespaceWorld {
  /** Sockets, in whatever namespace, with NETLINK_LISTEN_ALL_NSID. */
  readonly listeners = new Set<DomainSocket>();

  /** @param numberOf what the sockets of a namespace call another one (nsid); undefined when they have no number for it. */
  constructor(private readonly numberOf: (id: NamespaceId, within: NamespaceId) => number | undefined) {}

  /** Whether a socket that listens to all namespaces is a member of a group. */
  isHeard(protocol: number, group: number): boolean {
    // As a rule there is none.
    if (this.listeners.size === 0) return false;
    for (const socket of this.listeners)
      if (socket.protocol === protocol && socket.hasJoined(group)) return true;
    return false;
  }

  /** Delivers to members of the group in other namespaces that have a number for this one (`do_one_broadcast`). */
  deliverElsewhere(datagram: Datagram, protocol: number, home: NamespaceId): void {
    if (this.listeners.size === 0) return;
    for (const socket of this.listeners) {
      const within = socket.place?.id;
      if (within === undefined || within === home) continue;
      if (socket.protocol !== protocol || !socket.hasJoined(datagram.group)) continue;
      const namespaceNumber = this.numberOf(home, within);
      if (namespaceNumber !== undefined) socket.deliverNotification({ ...datagram, namespaceNumber });
    }
  }
}

/** Where among namespaces a domain is. */
export interface NamespacePlace {
  readonly id: NamespaceId;
  readonly world: NamespaceWorld;
}
