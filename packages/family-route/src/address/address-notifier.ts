import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable, NO_CAUSE } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import type { AddressEvent } from '../network/network-events.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { encodeAddress } from './address-description.js';

/** Tells the groups about addresses. */
@injectable()
export class AddressNotifier {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: AddressEvent): void {
    const { address } = event;
    const isIpv4 = address.addressFamily === AddressFamily.Inet;
    const group = isIpv4 ? ROUTE_GROUPS.ipv4Address : ROUTE_GROUPS.ipv6Address;
    // IPv6 never names the originator.
    const cause = isIpv4 && this.network.profile.namesOriginators ? event.cause : NO_CAUSE;
    if (!this.groups.hasListeners(group, cause)) return;
    const type =
      event.type === 'address-changed' ? RouteMessageType.NewAddress : RouteMessageType.DeleteAddress;
    this.groups.notifyRaw(group, encodeAddress(address, this.network.clock.now(), type), cause);
  }
}
