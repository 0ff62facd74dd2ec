import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { NetworkEvent } from '../network/network-events.js';
import { ROUTE_GROUPS } from '../route-groups.js';

/** Tells the groups about routes. */
@injectable()
export class RouteNotifier {
  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  notify(event: NetworkEvent): void {
    if (event.type !== 'route-changed' && event.type !== 'route-removed' && event.type !== 'routes-updated')
      return;
    const group =
      event.addressFamily === AddressFamily.Inet ? ROUTE_GROUPS.ipv4Route : ROUTE_GROUPS.ipv6Route;
    if (!this.groups.hasListeners(group, event.cause)) return;
    const messages = event.type === 'routes-updated' ? event.messages() : [event.copyMessage()];
    for (const message of messages) this.groups.notifyRaw(group, message, event.cause);
  }
}
