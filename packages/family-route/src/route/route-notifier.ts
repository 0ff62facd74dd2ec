import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Network } from '../network/network.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import type { RouteEvent, RoutesUpdatedEvent } from './route-events.js';

/** Tells the groups about routes. */
@injectable()
export class RouteNotifier {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: RouteEvent | RoutesUpdatedEvent): void {
    const isIpv4 = event.addressFamily === AddressFamily.Inet;
    const group = isIpv4 ? ROUTE_GROUPS.ipv4Route : ROUTE_GROUPS.ipv6Route;
    if (!this.groups.hasListeners(group, event.cause)) return;
    if (event.type === 'routes-updated') {
      for (const message of event.messages()) this.groups.notifyRaw(group, message, event.cause);
      return;
    }
    const { announcedRoutes, legChange } = this.network.profile;
    if (!announcedRoutes[isIpv4 ? 'ipv4' : 'ipv6'].has(event.reason)) return;
    const whole = legChange === 'route' ? event.copyWhole?.() : undefined;
    this.groups.notifyRaw(group, whole ?? event.copyMessage(), event.cause);
  }
}
