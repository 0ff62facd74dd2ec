import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { encodeNeighbour } from './neighbour-description.js';
import type { NeighbourEvent } from './neighbour-events.js';

const MESSAGE_TYPES = {
  'neighbour-changed': RouteMessageType.NewNeighbour,
  'neighbour-removed': RouteMessageType.DeleteNeighbour,
  'neighbour-solicited': RouteMessageType.GetNeighbour,
} as const;

/** Tells the group about neighbours. */
@injectable()
export class NeighbourNotifier {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: NeighbourEvent): void {
    const { neighbour, holders } = event;
    // The originator is named, but neither its sequence number nor an echo for it.
    const portId = this.network.profile.namesOriginators ? event.cause.portId : 0;
    const cause = { portId, sequence: 0, echo: false };
    if (!this.groups.hasListeners(ROUTE_GROUPS.neighbour)) return;
    const options = { messageType: MESSAGE_TYPES[event.type], nowMs: this.network.clock.now(), holders };
    this.groups.notifyRaw(ROUTE_GROUPS.neighbour, encodeNeighbour(neighbour, options), cause);
  }
}
