export * from './address/address-flags.js';
export * from './address/address-message.js';
export type * from './address/address-table.js';
export type * from './address/interface-address.js';
export { FOREVER, FOREVER_SECONDS, type Lifetime } from './address/lifetime.js';
export * from './address/multicast-message.js';
export * from './link/configuration-message.js';
export { multicastGroups } from './link/kinds/bridge/multicast-message.js';
export { ETHERNET, validateMacAddress } from './link/kinds/ethernet.js';
export { addTun, configureTun, type TunOptions, tunTraits } from './link/kinds/tun.js';
export type * from './link/link.js';
export type { LinkChanges } from './link/link-changes.js';
export * from './link/link-flags.js';
export * from './link/link-kind.js';
export * from './link/link-message.js';
export type { LinkObserver } from './link/link-observer.js';
export type { LinkTable } from './link/link-table.js';
export { type NamespaceNumber, namespaceNumber } from './namespace/namespace-message.js';
export type { NetworkNamespaces } from './namespace/network-namespaces.js';
export type { Neighbour } from './neighbour/neighbour.js';
export type { NeighbourEvent } from './neighbour/neighbour-events.js';
export { neighbour } from './neighbour/neighbour-message.js';
export { NeighbourFlag, NeighbourState, VALID_STATES } from './neighbour/neighbour-numbers.js';
export type { NeighbourTable } from './neighbour/neighbour-table.js';
export { neighbourTable } from './neighbour/neighbour-table-message.js';
export { type Clock, ManualClock, systemClock, type Timer } from './network/clock.js';
export { AddressFamily } from './network/ip-bytes.js';
export * from './network/network.js';
export type * from './network/network-events.js';
export { NETWORK } from './network/network-token.js';
export { type PackedBytes, packBytes, unpackBytes } from './network/packed-bytes.js';
export * from './nexthop/nexthop-message.js';
export type * from './nexthop/nexthop-object.js';
export type { NexthopTable } from './nexthop/nexthop-table.js';
export * from './profile/network-profile.js';
export { Nexthop, RouteDescription } from './route/route-description.js';
export type { RouteEvent } from './route/route-events.js';
export { route } from './route/route-message.js';
export {
  NexthopFlag,
  RouteMetric,
  RouteProtocol,
  RouteScope,
  RouteTableId,
  RouteType,
} from './route/route-numbers.js';
export type { RouteReason } from './route/route-reason.js';
export { ROUTE_CATALOG } from './route-catalog.js';
export { RouteFamily, routeFamily } from './route-family.js';
export * from './route-groups.js';
export * from './route-message-type.js';
