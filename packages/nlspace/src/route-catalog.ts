import type { MessageCatalog, MessageSchema } from '@nlspace/core';
import {
  address,
  configuration,
  link,
  multicastAddress,
  neighbour,
  nexthop,
  RouteMessageType,
  route,
} from '@nlspace/family-route';

const NEW_DELETE_GET_SET = 4;

function typesOf(first: RouteMessageType, schema: unknown): [number, MessageSchema][] {
  return Array.from({ length: NEW_DELETE_GET_SET }, (_, verb) => [first + verb, schema as MessageSchema]);
}

/** The schemas of NETLINK_ROUTE's messages, for clients and traces. */
export const ROUTE_CATALOG: MessageCatalog = new Map([
  ...typesOf(RouteMessageType.NewLink, link),
  ...typesOf(RouteMessageType.NewLinkProperty, link),
  ...typesOf(RouteMessageType.NewAddress, address),
  ...typesOf(RouteMessageType.NewMulticast, multicastAddress),
  ...typesOf(RouteMessageType.NewRoute, route),
  ...typesOf(RouteMessageType.NewNeighbour, neighbour),
  ...typesOf(RouteMessageType.NewNetworkConfiguration, configuration),
  ...typesOf(RouteMessageType.NewNexthop, nexthop),
  ...typesOf(RouteMessageType.NewNexthopBucket, nexthop),
]);
