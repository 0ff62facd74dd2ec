import { type FamilySetup, inject, MessageFlag, NetlinkFamily, NetlinkProtocol } from '@nlspace/core';
import { AddressHandler } from './address/address-handler.js';
import { AddressNotifier } from './address/address-notifier.js';
import { MulticastAddressHandler } from './address/multicast-address-handler.js';
import { MulticastAddressNotifier } from './address/multicast-address-notifier.js';
import { ConfigurationHandler } from './link/configuration-handler.js';
import { BridgeNotifier } from './link/kinds/bridge/bridge-notifier.js';
import { MulticastHandler } from './link/kinds/bridge/multicast-handler.js';
import { VniHandler } from './link/kinds/vni-handler.js';
import { LinkHandler } from './link/link-handler.js';
import { LinkNotifier } from './link/link-notifier.js';
import { StatisticsHandler } from './link/statistics-handler.js';
import { NamespaceHandler } from './namespace/namespace-handler.js';
import { NeighbourHandler } from './neighbour/neighbour-handler.js';
import { NeighbourNotifier } from './neighbour/neighbour-notifier.js';
import { NeighbourTableHandler } from './neighbour/neighbour-table-handler.js';
import { AddressFamily } from './network/ip-bytes.js';
import { Network, type NetworkOptions } from './network/network.js';
import type { NetworkEvent, NetworkEventOf } from './network/network-events.js';
import { NETWORK } from './network/network-token.js';
import { NexthopHandler } from './nexthop/nexthop-handler.js';
import { NexthopNotifier } from './nexthop/nexthop-notifier.js';
import { RouteHandler } from './route/route-handler.js';
import { RouteNotifier } from './route/route-notifier.js';
import { ROUTE_GROUPS } from './route-groups.js';
import { RouteMessageType } from './route-message-type.js';
import { RuleHandler } from './rule/rule-handler.js';
import { RuleNotifier } from './rule/rule-notifier.js';

/** The types of each object: NEW, DEL, GET, SET. */
const TYPES_OF_AN_OBJECT = 4;
const DELETE = 1;
const GET = 2;

function isGet(messageType: number): boolean {
  return messageType % TYPES_OF_AN_OBJECT === GET;
}

const OF_BRIDGES: ReadonlySet<number> = new Set([
  RouteMessageType.NewMulticastGroup,
  RouteMessageType.DeleteMulticastGroup,
  RouteMessageType.GetMulticastGroup,
  RouteMessageType.NewTunnel,
  RouteMessageType.DeleteTunnel,
  RouteMessageType.GetTunnel,
]);

/**
 * Addresses and routes are served per address family; only dumps take any. IPv4 has no RTM_GETADDR for one address.
 * Multicast addresses are only dumped, those of one family, and anycast ones those of IPv6.
 * Multicast groups and VNIs are of bridges, and of nobody else. Links do not look at it.
 */
function isServed(messageType: number, isDump: boolean, addressFamily: number): boolean {
  const isAddress = messageType >= RouteMessageType.NewAddress && messageType <= RouteMessageType.GetAddress;
  const isRoute = messageType >= RouteMessageType.NewRoute && messageType <= RouteMessageType.GetRoute;
  if (messageType === RouteMessageType.GetMulticast || messageType === RouteMessageType.GetAnycast) {
    const hasThem =
      addressFamily === AddressFamily.Inet6 ||
      (addressFamily === AddressFamily.Inet && messageType === RouteMessageType.GetMulticast);
    return isDump && hasThem;
  }
  if (isDump) return true;
  if (messageType === RouteMessageType.GetNetworkConfiguration)
    return addressFamily === AddressFamily.Inet || addressFamily === AddressFamily.Inet6;
  if (OF_BRIDGES.has(messageType)) return addressFamily === AddressFamily.Bridge;
  if (!(isAddress || isRoute)) return true;
  if (addressFamily === AddressFamily.Inet) return messageType !== RouteMessageType.GetAddress;
  return addressFamily === AddressFamily.Inet6;
}

/** NLM_F_BULK is for the databases of bridges. (In requests that do not delete the bit has another meaning.) */
function refusal(messageType: number, flagBits: number, addressFamily: number): string | undefined {
  if (messageType % TYPES_OF_AN_OBJECT !== DELETE || (flagBits & MessageFlag.Bulk) === 0) return undefined;
  if (messageType === RouteMessageType.DeleteMulticastGroup) return undefined;
  if (messageType === RouteMessageType.DeleteNeighbour && addressFamily === AddressFamily.Bridge)
    return undefined;
  return 'Bulk delete is not supported';
}

/** Who tells the groups about each event. */
type Notifiers = {
  readonly [T in NetworkEvent['type']]: { notify(event: NetworkEventOf<T>): void };
};

/** NETLINK_ROUTE over a network. Made by `routeFamily()`. */
@NetlinkFamily({
  protocol: NetlinkProtocol.Route,
  name: 'route',
  groups: ROUTE_GROUPS,
  handlers: [
    LinkHandler,
    ConfigurationHandler,
    StatisticsHandler,
    AddressHandler,
    MulticastAddressHandler,
    RouteHandler,
    NexthopHandler,
    RuleHandler,
    NamespaceHandler,
    NeighbourHandler,
    NeighbourTableHandler,
    MulticastHandler,
    VniHandler,
  ],
  // Either of the two dump flags is enough for rtnetlink.
  isDump: (messageType, flags) => isGet(messageType) && (flags & MessageFlag.Dump) !== 0,
  replyType: (messageType) => (isGet(messageType) ? messageType - GET : messageType),
  isRead: isGet,
  isServed,
  refusal,
  smallestPayload: 1,
})
export class RouteFamily {
  readonly #notifiers: Notifiers;
  #unsubscribe: (() => void) | undefined;

  constructor(
    @inject(NETWORK) readonly network: Network,
    @inject(LinkNotifier) links: LinkNotifier,
    @inject(BridgeNotifier) bridges: BridgeNotifier,
    @inject(ConfigurationHandler) configurations: ConfigurationHandler,
    @inject(AddressNotifier) addresses: AddressNotifier,
    @inject(MulticastAddressNotifier) multicastAddresses: MulticastAddressNotifier,
    @inject(RouteNotifier) routes: RouteNotifier,
    @inject(NexthopNotifier) nexthops: NexthopNotifier,
    @inject(RuleNotifier) rules: RuleNotifier,
    @inject(NamespaceHandler) namespaces: NamespaceHandler,
    @inject(NeighbourNotifier) neighbours: NeighbourNotifier,
    @inject(MulticastHandler) multicast: MulticastHandler,
  ) {
    this.#notifiers = {
      'link-changed': links,
      'link-removed': links,
      'link-ipv6-changed': links,
      'address-changed': addresses,
      'address-removed': addresses,
      'multicast-joined': multicastAddresses,
      'multicast-left': multicastAddresses,
      'configuration-changed': configurations,
      'configuration-removed': configurations,
      'route-changed': routes,
      'route-removed': routes,
      'routes-updated': routes,
      'nexthop-changed': nexthops,
      'nexthop-removed': nexthops,
      'nexthop-bucket-changed': nexthops,
      'neighbour-changed': neighbours,
      'neighbour-removed': neighbours,
      'neighbour-solicited': neighbours,
      'rule-changed': rules,
      'rule-removed': rules,
      'bridge-port-changed': bridges,
      'bridge-port-removed': bridges,
      'forwarding-changed': bridges,
      'forwarding-removed': bridges,
      'vxlan-entry-changed': bridges,
      'vxlan-entry-removed': bridges,
      'address-taken': bridges,
      'address-released': bridges,
      'multicast-group-changed': multicast,
      'multicast-group-removed': multicast,
      'namespace-numbered': namespaces,
      'namespace-forgotten': namespaces,
    };
  }

  onLoad(): void {
    const { announcedEvents } = this.network.profile;
    this.#unsubscribe = this.network.events.subscribe((event) => {
      if (announcedEvents?.has(event.type) === false) return;
      const notifier: { notify(event: NetworkEvent): void } = this.#notifiers[event.type];
      notifier.notify(event);
    });
  }

  serves(messageType: number): boolean {
    return this.network.profile.messageTypes?.has(messageType) ?? true;
  }

  onUnload(): void {
    this.#unsubscribe?.();
  }
}

/** What to give to `createNetlink({ families })`: NETLINK_ROUTE over a new network, or over one that is there. */
export function routeFamily(source: NetworkOptions | Network = {}): FamilySetup {
  const network = source instanceof Network ? source : new Network(source);
  return { family: RouteFamily, providers: [{ token: NETWORK, value: network }] };
}
