import { attr, defineAttributes, defineHeader, defineMessage, field, type RequestOf } from '@nlspace/core';

/** `struct rtmsg` */
const header = defineHeader('rtmsg', {
  addressFamily: field.u8,
  destinationLength: field.u8,
  sourceLength: field.u8,
  typeOfService: field.u8,
  table: field.u8,
  protocol: field.u8,
  scope: field.u8,
  type: field.u8,
  flags: field.u32,
});

/** `RTA_*`. Routes themselves are read and written by `RouteDescription` and `RouteWriter`. */
export const route = defineMessage({
  name: 'route',
  header,
  attributes: defineAttributes('route', {
    destination: attr.bytes(1),
    source: attr.bytes(2),
    inputInterface: attr.u32(3),
    outputInterface: attr.u32(4),
    gateway: attr.bytes(5),
    priority: attr.u32(6),
    preferredSource: attr.bytes(7),
    metrics: attr.bytes(8, { doc: 'Nested RTAX_*.' }),
    multipath: attr.bytes(9, { doc: 'A struct rtnexthop with attributes of its own per leg.' }),
    flow: attr.u32(11),
    cacheInfo: attr.bytes(12),
    table: attr.u32(15),
    mark: attr.u32(16),
    via: attr.bytes(18),
    newDestination: attr.bytes(19),
    preference: attr.u8(20),
    encapsulationType: attr.u16(21),
    encapsulation: attr.bytes(22),
    expires: attr.u32(23),
    userId: attr.u32(25),
    ttlPropagation: attr.u8(26),
    ipProtocol: attr.u8(27),
    sourcePort: attr.u16(28, { byteOrder: 'network' }),
    destinationPort: attr.u16(29, { byteOrder: 'network' }),
    nexthopId: attr.u32(30),
    flowLabel: attr.u32(31, { byteOrder: 'network' }),
  }),
});
export type RouteRequest = RequestOf<typeof route>;

/** How a packet would go (`ip route get`): attributes in the order of rt_fill_info. */
export const ipv4Resolution = defineMessage({
  name: 'ipv4-resolution',
  header,
  attributes: defineAttributes('ipv4-resolution', {
    table: attr.u32(15),
    destination: attr.bytes(1),
    source: attr.bytes(2),
    outputInterface: attr.u32(4),
    flow: attr.u32(11),
    preferredSource: attr.bytes(7),
    gateway: attr.bytes(5),
    via: attr.bytes(18),
    metrics: attr.bytes(8),
    mark: attr.u32(16),
    userId: attr.u32(25),
    inputInterface: attr.u32(3),
    cacheInfo: attr.bytes(12),
  }),
});

/** The same for IPv6, in the order of rt6_fill_node. */
export const ipv6Resolution = defineMessage({
  name: 'ipv6-resolution',
  header,
  attributes: defineAttributes('ipv6-resolution', {
    table: attr.u32(15),
    destination: attr.bytes(1),
    source: attr.bytes(2),
    inputInterface: attr.u32(3),
    preferredSource: attr.bytes(7),
    metrics: attr.bytes(8),
    priority: attr.u32(6),
    gateway: attr.bytes(5),
    outputInterface: attr.u32(4),
    cacheInfo: attr.bytes(12),
    preference: attr.u8(20),
  }),
});
