import type { Cause, NamespaceId } from '@nlspace/core';
import type { InterfaceAddress } from '../address/interface-address.js';
import type { MulticastMembership } from '../address/multicast-memberships.js';
import type { ForwardingEntry } from '../link/kinds/bridge/forwarding-table.js';
import type { GroupPort, MulticastGroup } from '../link/kinds/bridge/multicast-groups.js';
import type { Destination, VxlanEntry } from '../link/kinds/vxlan-forwarding.js';
import type { Link } from '../link/link.js';
import type { LinkEvent } from '../link/link-flags.js';
import type { NeighbourEvent } from '../neighbour/neighbour-events.js';
import type { NexthopBucketEvent, NexthopEvent } from '../nexthop/nexthop-events.js';
import type { RouteEvent, RoutesUpdatedEvent } from '../route/route-events.js';
import type { RuleEvent } from '../rule/rule-events.js';
import type { AddressFamily } from './ip-bytes.js';

export interface LinkChangedEvent {
  readonly type: 'link-changed';
  readonly link: Link;
  /** The flags that changed; all of them for a new link (`ifi_change`). */
  readonly changedFlags: number;
  readonly event?: LinkEvent;
  /** The name that it had, if it has got a new one. */
  readonly formerName?: string;
  readonly cause: Cause;
}

/** Where a link has gone that was moved to another namespace. */
export interface MovedLink {
  /** What the old namespace calls the new one. */
  readonly namespaceNumber: number;
  readonly interfaceIndex: number;
}

export interface LinkRemovedEvent {
  readonly type: 'link-removed';
  readonly link: Link;
  /** Absent when it is gone for good. */
  readonly moved?: MovedLink;
  readonly cause: Cause;
}

/** IPv6 has begun to work on a link, or has been reconfigured. */
export interface LinkIpv6ChangedEvent {
  readonly type: 'link-ipv6-changed';
  readonly link: Link;
  readonly cause: Cause;
}

export interface AddressEvent {
  readonly type: 'address-changed' | 'address-removed';
  readonly address: InterfaceAddress;
  readonly cause: Cause;
}

/** A link has begun or ceased to listen to a multicast address. */
export interface MulticastEvent {
  readonly type: 'multicast-joined' | 'multicast-left';
  readonly membership: MulticastMembership;
}

/** A protocol's settings of a link: there is one set while the protocol is on. */
export interface ConfigurationEvent {
  readonly type: 'configuration-changed' | 'configuration-removed';
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly interfaceIndex: number;
  readonly cause: Cause;
}

/** The network has got a number for another namespace, or has lost it with the namespace. */
export interface NamespaceEvent {
  readonly type: 'namespace-numbered' | 'namespace-forgotten';
  readonly id: NamespaceId;
  readonly number: number;
  readonly cause: Cause;
}

/** A port of a bridge has come, changed or gone, as the bridge sees it. */
export interface BridgePortEvent {
  readonly type: 'bridge-port-changed' | 'bridge-port-removed';
  readonly bridge: Link;
  readonly link: Link;
}

/** A bridge has learned or forgotten the way to an address. */
export interface ForwardingEvent {
  readonly type: 'forwarding-changed' | 'forwarding-removed';
  readonly bridge: Link;
  readonly entry: ForwardingEntry;
}

/** A port of a bridge, or the host, wants a multicast group, or does no longer. */
export interface MulticastGroupEvent {
  readonly type: 'multicast-group-changed' | 'multicast-group-removed';
  readonly bridge: Link;
  readonly group: MulticastGroup;
  /** Undefined for the host. */
  readonly member: GroupPort | undefined;
}

/** A VXLAN has learned, been told, or forgotten where frames for an address go. */
export interface VxlanEntryEvent {
  readonly type: 'vxlan-entry-changed' | 'vxlan-entry-removed';
  readonly link: Link;
  readonly entry: VxlanEntry;
  /** Undefined for an entry with a nexthop. */
  readonly destination: Destination | undefined;
}

/** A request has made a link take an address beside its own, or no longer. */
export interface TakenAddressEvent {
  readonly type: 'address-taken' | 'address-released';
  readonly link: Link;
  readonly address: Uint8Array;
  /** NUD_* of the request. */
  readonly state: number;
}

/** Everything that happens to a network, in the order in which it happens. */
export type NetworkEvent =
  | LinkChangedEvent
  | LinkRemovedEvent
  | LinkIpv6ChangedEvent
  | AddressEvent
  | MulticastEvent
  | ConfigurationEvent
  | BridgePortEvent
  | ForwardingEvent
  | MulticastGroupEvent
  | VxlanEntryEvent
  | TakenAddressEvent
  | NamespaceEvent
  | NeighbourEvent
  | RouteEvent
  | RoutesUpdatedEvent
  | NexthopEvent
  | NexthopBucketEvent
  | RuleEvent;

/** The event of a type. */
export type NetworkEventOf<
  T extends NetworkEvent['type'],
  E extends NetworkEvent = NetworkEvent,
> = E extends {
  readonly type: infer Types;
}
  ? T extends Types
    ? E
    : never
  : never;

export type NetworkEventListener = (event: NetworkEvent) => void;

/** One ordered stream: listeners are called at once, in the order in which they came. */
export class NetworkEvents {
  #listeners: readonly NetworkEventListener[] = [];

  emit(event: NetworkEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns how to stop listening. */
  subscribe(listener: NetworkEventListener): () => void {
    this.#listeners = [...this.#listeners, listener];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }
}
