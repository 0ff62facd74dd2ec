/** Clients of NETLINK_ROUTE. They know the messages, not the network model: what runs here needs no kernel side. */

export type { AddressFamilyName } from './address-text.js';
export type { AddressFilter, AddressSelector, ListedAddress, NewAddress } from './addresses.js';
export { membersIn, type NexthopMember, routeMetrics } from './kinds.js';
export { legHeader, legsIn } from './legs.js';
export type { LinkChange, LinkFilter, ListedLink, NewLink } from './links.js';
export type * from './names.js';
export {
  nameOf,
  OPERATIONAL_STATES,
  ROUTE_PROTOCOLS,
  ROUTE_TYPES,
  RULE_ACTIONS,
  SCOPES,
  TABLES,
} from './names.js';
export type { ListedNeighbour, NeighbourFilter, NeighbourSelector, NewNeighbour } from './neighbours.js';
export type { ListedNexthop, NewNexthop, NexthopFilter } from './nexthops.js';
export type { CallOptions } from './object-client.js';
export * from './route-client.js';
export type {
  ListedRoute,
  LookupOptions,
  NewRoute,
  RouteFilter,
  RouteLeg,
  RouteSelector,
} from './routes.js';
export type { ListedRule, NewRule, RuleFilter } from './rules.js';
export type { RouteClientOptions } from './sockets.js';
export { compareStates, type StateDifference } from './state/compare-states.js';
export { type NetworkState, type StateMessage, stateOf } from './state/network-state.js';
export type { RestoreOptions } from './state/restore.js';
export { decodeState, encodeState, isStateFile, StateError } from './state/state-file.js';
export type { LinkReference } from './translation.js';
export type { Change, ChangeCause, WatchFilters, WatchOptions } from './watch.js';
export { Watch } from './watch.js';
export type { ListedObjects, ObjectName } from './watched.js';
