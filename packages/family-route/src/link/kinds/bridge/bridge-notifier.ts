import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import { encodeTakenAddress } from '../../../neighbour/address-database.js';
import { encodeVxlanEntry } from '../../../neighbour/vxlan-database-operations.js';
import { encodeMessageOf } from '../../../network/encoded-dump.js';
import type { Network } from '../../../network/network.js';
import type {
  BridgePortEvent,
  ForwardingEvent,
  TakenAddressEvent,
  VxlanEntryEvent,
} from '../../../network/network-events.js';
import { NETWORK } from '../../../network/network-token.js';
import { ROUTE_GROUPS } from '../../../route-groups.js';
import { RouteMessageType } from '../../../route-message-type.js';
import { describeForwardingEntry, forwardingEntry } from './forwarding-message.js';
import { bridgePortLink, describePortLink } from './port-message.js';

/** Tells the groups about ports and forwarding databases of bridges. */
@injectable()
export class BridgeNotifier {
  constructor(
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
    @inject(NETWORK) private readonly network: Network,
  ) {}

  notify(event: BridgePortEvent | ForwardingEvent | VxlanEntryEvent | TakenAddressEvent): void {
    switch (event.type) {
      case 'bridge-port-changed':
      case 'bridge-port-removed': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.link)) return;
        const isGone = event.type === 'bridge-port-removed';
        const type = isGone ? RouteMessageType.DeleteLink : RouteMessageType.NewLink;
        const body = describePortLink(event.bridge, event.link, isGone);
        this.groups.notifyRaw(ROUTE_GROUPS.link, encodeMessageOf(bridgePortLink, body, type));
        return;
      }
      case 'forwarding-changed':
      case 'forwarding-removed': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.neighbour)) return;
        const type =
          event.type === 'forwarding-removed'
            ? RouteMessageType.DeleteNeighbour
            : RouteMessageType.NewNeighbour;
        const body = describeForwardingEntry(event.bridge, event.entry, this.network.clock.now());
        this.groups.notifyRaw(ROUTE_GROUPS.neighbour, encodeMessageOf(forwardingEntry, body, type));
        return;
      }
      case 'vxlan-entry-changed':
      case 'vxlan-entry-removed': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.neighbour)) return;
        const type =
          event.type === 'vxlan-entry-removed'
            ? RouteMessageType.DeleteNeighbour
            : RouteMessageType.NewNeighbour;
        const { link, entry, destination } = event;
        const message = encodeVxlanEntry(link, entry, destination, type, this.network.clock.now());
        this.groups.notifyRaw(ROUTE_GROUPS.neighbour, message);
        return;
      }
      case 'address-taken':
      case 'address-released': {
        if (!this.groups.hasListeners(ROUTE_GROUPS.neighbour)) return;
        const type =
          event.type === 'address-released'
            ? RouteMessageType.DeleteNeighbour
            : RouteMessageType.NewNeighbour;
        const { link, address, state } = event;
        this.groups.notifyRaw(ROUTE_GROUPS.neighbour, encodeTakenAddress(link, address, state, type));
      }
    }
  }
}
