import { ipAddressKind, type MessageCatalog, type MessageSchema, refineMessage } from '@nlspace/core';
import { address } from '../address/address-message.js';
import { link } from '../link/link-message.js';
import { neighbour } from '../neighbour/neighbour-message.js';
import { nexthop } from '../nexthop/nexthop-message.js';
import { route } from '../route/route-message.js';
import { RouteMessageType } from '../route-message-type.js';
import { rule } from '../rule/rule-message.js';
import { addressText, legsKind, macText, membersKind, metricsKind, protocolName, viaText } from './kinds.js';

/** The messages of NETLINK_ROUTE with what people write for addresses and what is inside opaque bytes. */

export const linkMessage = refineMessage(link, {
  address: macText,
  broadcast: macText,
  permanentAddress: macText,
});

export const addressMessage = refineMessage(address, {
  address: addressText,
  local: addressText,
  broadcast: addressText,
  anycast: addressText,
  multicast: addressText,
});

export const routeMessage = refineMessage(route, {
  destination: ipAddressKind(),
  source: ipAddressKind(),
  gateway: addressText,
  preferredSource: addressText,
  via: viaText,
  metrics: metricsKind,
  multipath: legsKind,
});

export const nexthopMessage = refineMessage(nexthop, { gateway: addressText, group: membersKind });

export const neighbourMessage = refineMessage(neighbour, {
  destination: addressText,
  linkLayerAddress: macText,
  protocol: protocolName,
});

export const ruleMessage = refineMessage(rule, {
  destination: ipAddressKind(),
  source: ipAddressKind(),
  protocol: protocolName,
});

const MESSAGES: ReadonlyMap<number, unknown> = new Map<number, unknown>([
  [RouteMessageType.NewLink, linkMessage],
  [RouteMessageType.NewLinkProperty, linkMessage],
  [RouteMessageType.NewAddress, addressMessage],
  [RouteMessageType.NewRoute, routeMessage],
  [RouteMessageType.NewNeighbour, neighbourMessage],
  [RouteMessageType.NewRule, ruleMessage],
  [RouteMessageType.NewNexthop, nexthopMessage],
]);

/** What a client of these objects may hear. */
export const CLIENT_CATALOG: MessageCatalog = {
  get: (messageType) => MESSAGES.get(messageType & ~3) as MessageSchema | undefined,
};
