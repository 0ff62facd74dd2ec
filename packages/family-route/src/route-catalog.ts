import type { MessageCatalog, MessageSchema } from '@nlspace/core';
import { address } from './address/address-message.js';
import { multicastAddress } from './address/multicast-message.js';
import { configuration } from './link/configuration-message.js';
import { groupRequest, multicastGroups } from './link/kinds/bridge/multicast-message.js';
import { tunnelRequest } from './link/kinds/vni-message.js';
import { link } from './link/link-message.js';
import { statistics, statisticsRequest } from './link/statistics-message.js';
import { namespaceNumber } from './namespace/namespace-message.js';
import { neighbour } from './neighbour/neighbour-message.js';
import { neighbourTable } from './neighbour/neighbour-table-message.js';
import { nexthop } from './nexthop/nexthop-message.js';
import { route } from './route/route-message.js';
import { RouteMessageType } from './route-message-type.js';
import { rule } from './rule/rule-message.js';

/** Message types come in fours: NEW, DEL, GET, SET. */
const TYPES_OF_AN_OBJECT = 4;
const GET = 2;

/** The schema of a message, where its type alone does not tell: by whether it asks or tells, by what is in it. */
type Choice = (messageType: number, payload: Uint8Array) => unknown;

const CHOICES: ReadonlyMap<number, Choice> = new Map<number, Choice>([
  [RouteMessageType.NewLink, () => link],
  [RouteMessageType.NewLinkProperty, () => link],
  [RouteMessageType.NewAddress, () => address],
  [RouteMessageType.NewMulticast, () => multicastAddress],
  // RTM_NEWANYCAST is not sent; a dump of anycast addresses has the messages of one of multicast addresses.
  [RouteMessageType.GetAnycast - GET, () => multicastAddress],
  [RouteMessageType.NewRoute, () => route],
  [RouteMessageType.NewNeighbour, () => neighbour],
  [RouteMessageType.NewRule, () => rule],
  [RouteMessageType.NewNeighbourTable, () => neighbourTable],
  [RouteMessageType.NewNetworkConfiguration, () => configuration],
  [
    RouteMessageType.NewMulticastGroup,
    (messageType, payload) => (asksForGroups(messageType, payload) ? groupRequest : multicastGroups),
  ],
  [RouteMessageType.NewNamespaceId, () => namespaceNumber],
  [RouteMessageType.NewStatistics, (messageType) => (isGet(messageType) ? statisticsRequest : statistics)],
  [RouteMessageType.NewNexthop, () => nexthop],
  [RouteMessageType.NewNexthopBucket, () => nexthop],
  [RouteMessageType.NewTunnel, () => tunnelRequest],
]);

function isGet(messageType: number): boolean {
  return messageType % TYPES_OF_AN_OBJECT === GET;
}

/** Behind `struct br_port_msg` and the header of the first attribute. */
const FIRST_NEST_TYPE = 14;
/** MDBA_MDB_ENTRY: what a nest begins with, where a request has the upper half of an interface index. */
const GROUP_IN_LIST = 1;

/** Requests and what is told of groups have the same types, and attribute 1 is a struct in one and a nest in the other. */
function asksForGroups(messageType: number, payload: Uint8Array): boolean {
  return isGet(messageType) || payload[FIRST_NEST_TYPE] !== GROUP_IN_LIST;
}

/** The schemas of NETLINK_ROUTE's messages, for clients and traces. */
export const ROUTE_CATALOG: MessageCatalog = {
  get: (messageType, payload) =>
    CHOICES.get(messageType - (messageType % TYPES_OF_AN_OBJECT))?.(messageType, payload) as
      | MessageSchema
      | undefined,
};
