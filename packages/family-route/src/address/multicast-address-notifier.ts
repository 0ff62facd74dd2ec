import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { MulticastEvent } from '../network/network-events.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { encodeMembership } from './multicast-description.js';

/** Tells the groups about the multicast addresses that links listen to. Nobody is named as the originator. */
@injectable()
export class MulticastAddressNotifier {
  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  notify(event: MulticastEvent): void {
    const { membership, type } = event;
    const isIpv4 = membership.addressFamily === AddressFamily.Inet;
    const group = isIpv4 ? ROUTE_GROUPS.ipv4MulticastAddress : ROUTE_GROUPS.ipv6MulticastAddress;
    if (!this.groups.hasListeners(group)) return;
    const isNew = type === 'multicast-joined';
    const messageType = isNew ? RouteMessageType.NewMulticast : RouteMessageType.DeleteMulticast;
    this.groups.notifyRaw(group, encodeMembership(membership, messageType));
  }
}
