import { attribute, type Bytes, message, text, u8, u16, u32, zeros } from './bytes.js';
import { EXTENDED, type HostileBatch, type HostileCase } from './cases.js';

export const NEW_LINK = 16;
export const DELETE_LINK = 17;
export const GET_LINK = 18;
export const SET_LINK = 19;
export const NEW_ADDRESS = 20;
export const DELETE_ADDRESS = 21;
export const GET_ADDRESS = 22;
export const NEW_ROUTE = 24;
export const DELETE_ROUTE = 25;
export const GET_ROUTE = 26;
export const NEW_NEXTHOP = 104;
export const DELETE_NEXTHOP = 105;
export const GET_NEXTHOP = 106;
export const GET_NEXTHOP_BUCKET = 118;

export const NEW_RULE = 32;
export const DELETE_RULE = 33;

export const REQUEST = 0x1;
export const ACK = 0x4;
export const DUMP = 0x300;
export const REPLACE = 0x100;
export const EXCLUSIVE = 0x200;
export const CREATE = 0x400;
export const APPEND = 0x800;

export const INET = 2;
export const INET6 = 10;

/** `struct ifinfomsg` */
export const linkHeader = (index = 0, flags = 0, change = 0, family = 0): Bytes => [family, 0, ...u16(0), ...u32(index), ...u32(flags), ...u32(change)];
/** `struct ifaddrmsg` */
export const addressHeader = (family: number, prefixLength: number, index: number, scope = 0, flags = 0): Bytes => [
  family,
  prefixLength,
  flags,
  scope,
  ...u32(index),
];
/** `struct rtmsg` */
export const routeHeader = (
  family: number,
  destinationLength: number,
  { source = 0, tos = 0, table = 254, protocol = 3, scope = 0, type = 1, flags = 0 } = {},
): Bytes => [family, destinationLength, source, tos, table, protocol, scope, type, ...u32(flags)];
/** `struct nhmsg` */
export const nexthopHeader = (family = 0, protocol = 0): Bytes => [family, 0, protocol, 0, ...u32(0)];
/** `struct nexthop_grp` for each member. */
export const nexthopGroup = (...ids: readonly number[]): Bytes => ids.flatMap((id) => [...u32(id), ...u32(0)]);

/** `struct fib_rule_hdr` of a rule that looks into the main table. */
export const ruleHeader = (family: number): Bytes => [family, 0, 0, 0, 254, 0, 0, 1, ...u32(0)];

export const ipv4 = (value: string): Bytes => value.split('.').map(Number);
/** 2001:db8::`last` */
export const ipv6 = (last: number): Bytes => [0x20, 0x01, 0x0d, 0xb8, ...zeros(11), last];

/** A request that asks for an acknowledgement. */
export const request = (type: number, flags: number, ...parts: readonly Bytes[]): Bytes =>
  message({ type, flags: REQUEST | ACK | flags, payload: parts.flat() });

/** A veth pair `v0` (index 3) and `v1` (index 2). */
export const VETH_PAIR = request(
  NEW_LINK,
  CREATE | EXCLUSIVE,
  linkHeader(),
  attribute(3, text('v0')),
  attribute(18, [...attribute(1, text('veth')), ...attribute(2, attribute(1, [...linkHeader(), ...attribute(3, text('v1'))]))]),
);

/** What every batch begins with: `lo` and the pair up, an address of each kind, a few routes. */
const BEGINNING: ReadonlyArray<readonly [string, Bytes]> = [
  ['add v0 and v1', VETH_PAIR],
  ['set lo up', request(NEW_LINK, 0, linkHeader(1, 1, 1))],
  ['set v1 up', request(NEW_LINK, 0, linkHeader(2, 1, 1))],
  ['set v0 up', request(NEW_LINK, 0, linkHeader(3, 1, 1))],
  ['add 192.0.2.1/24', request(NEW_ADDRESS, CREATE | EXCLUSIVE, addressHeader(INET, 24, 3), attribute(2, ipv4('192.0.2.1')), attribute(1, ipv4('192.0.2.1')))],
  ['add 2001:db8::1/64', request(NEW_ADDRESS, CREATE | EXCLUSIVE, addressHeader(INET6, 64, 3, 0, 2), attribute(2, ipv6(1)), attribute(1, ipv6(1)))],
  ['add 198.51.100.0/24', request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET, 24), attribute(1, ipv4('198.51.100.0')), attribute(5, ipv4('192.0.2.2')))],
  ['add nexthop 1', request(NEW_NEXTHOP, CREATE, nexthopHeader(INET), attribute(1, u32(1)), attribute(5, u32(3)), attribute(6, ipv4('192.0.2.2')))],
  ['add nexthop 2', request(NEW_NEXTHOP, CREATE, nexthopHeader(INET6), attribute(1, u32(2)), attribute(5, u32(3)), attribute(6, ipv6(2)))],
  [
    'add nexthop 5',
    request(
      NEW_NEXTHOP,
      CREATE,
      nexthopHeader(),
      attribute(1, u32(5)),
      attribute(2, nexthopGroup(1, 2)),
      attribute(3, u16(1)),
      attribute(12 | 0x8000, attribute(1, u16(4))),
    ),
  ],
  ['add 2001:db8::9/128', request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET6, 128), attribute(1, ipv6(9)), attribute(4, u32(3)))],
];

export const BEGINNING_CASES: HostileBatch = BEGINNING.map(([name, bytes]) => ({ name, bytes, options: EXTENDED }));

/** Well-formed requests of every kind: what mutation begins with. */
export const WELL_FORMED: ReadonlyArray<readonly [string, Bytes]> = [
  ['set mtu', request(NEW_LINK, 0, linkHeader(3), attribute(4, u32(1400)))],
  ['set name', request(SET_LINK, 0, linkHeader(2), attribute(3, text('v2')))],
  ['set alias', request(SET_LINK, 0, linkHeader(2), attribute(20, text('an alias')))],
  ['set mac', request(SET_LINK, 0, linkHeader(2), attribute(1, [2, 0, 0, 0, 0, 9]))],
  [
    'add link',
    request(
      NEW_LINK,
      CREATE | EXCLUSIVE,
      linkHeader(),
      attribute(3, text('v8')),
      attribute(13, u32(50)),
      attribute(18, [...attribute(1, text('veth')), ...attribute(2, attribute(1, [...linkHeader(), ...attribute(3, text('v9'))]))]),
    ),
  ],
  ['delete link', request(DELETE_LINK, 0, linkHeader(0), attribute(3, text('v1')))],
  ['get link by name', request(GET_LINK, 0, linkHeader(), attribute(3, text('lo')), attribute(29, u32(9)))],
  ['get link by index', request(GET_LINK, 0, linkHeader(3))],
  ['dump links', request(GET_LINK, DUMP, linkHeader(), attribute(29, u32(9)))],
  ['add altname', request(108, CREATE | EXCLUSIVE | APPEND, linkHeader(3), attribute(52 | 0x8000, attribute(53, text('another'))))],
  [
    'add address',
    request(
      NEW_ADDRESS,
      CREATE | EXCLUSIVE,
      addressHeader(INET, 24, 3),
      attribute(2, ipv4('192.0.2.7')),
      attribute(1, ipv4('192.0.2.7')),
      attribute(4, ipv4('192.0.2.255')),
      attribute(3, text('v0:1')),
    ),
  ],
  [
    'add address with lifetime',
    request(
      NEW_ADDRESS,
      CREATE | REPLACE,
      addressHeader(INET6, 64, 3, 0, 2),
      attribute(2, ipv6(7)),
      attribute(1, ipv6(7)),
      attribute(6, [...u32(100), ...u32(200), ...u32(0), ...u32(0)]),
      attribute(8, u32(2)),
    ),
  ],
  ['delete address', request(DELETE_ADDRESS, 0, addressHeader(INET, 24, 3), attribute(2, ipv4('192.0.2.1')))],
  ['delete IPv6 address', request(DELETE_ADDRESS, 0, addressHeader(INET6, 64, 3), attribute(2, ipv6(1)))],
  ['dump addresses', request(GET_ADDRESS, DUMP, addressHeader(INET, 0, 0))],
  ['dump IPv6 addresses', request(GET_ADDRESS, DUMP, addressHeader(INET6, 0, 0))],
  [
    'add route',
    request(
      NEW_ROUTE,
      CREATE | EXCLUSIVE,
      routeHeader(INET, 16),
      attribute(1, ipv4('203.0.0.0')),
      attribute(5, ipv4('192.0.2.2')),
      attribute(4, u32(3)),
      attribute(6, u32(50)),
      attribute(8, attribute(2, u32(1300))),
    ),
  ],
  [
    'add route to table',
    request(
      NEW_ROUTE,
      CREATE,
      routeHeader(INET, 32, { table: 0, scope: 253 }),
      attribute(1, ipv4('203.0.113.1')),
      attribute(4, u32(3)),
      attribute(15, u32(1000)),
      attribute(7, ipv4('192.0.2.1')),
    ),
  ],
  ['add blackhole', request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET, 24, { type: 6 }), attribute(1, ipv4('203.0.113.0')))],
  [
    'add multipath',
    request(
      NEW_ROUTE,
      CREATE | EXCLUSIVE,
      routeHeader(INET, 24),
      attribute(1, ipv4('203.0.113.0')),
      attribute(9, [
        ...u16(16),
        ...u8(0),
        ...u8(0),
        ...u32(3),
        ...attribute(5, ipv4('192.0.2.2')),
        ...u16(16),
        ...u8(0),
        ...u8(4),
        ...u32(3),
        ...attribute(5, ipv4('192.0.2.3')),
      ]),
    ),
  ],
  [
    'add IPv6 route',
    request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET6, 120), attribute(1, ipv6(0)), attribute(4, u32(3)), attribute(6, u32(77)), attribute(5, ipv6(3))),
  ],
  [
    'add nexthop',
    request(NEW_NEXTHOP, CREATE | EXCLUSIVE, nexthopHeader(INET, 4), attribute(1, u32(7)), attribute(5, u32(3)), attribute(6, ipv4('192.0.2.9'))),
  ],
  ['add a nexthop of any id', request(NEW_NEXTHOP, CREATE | EXCLUSIVE, nexthopHeader(INET6), attribute(5, u32(3)))],
  ['add black hole', request(NEW_NEXTHOP, CREATE | EXCLUSIVE, nexthopHeader(INET), attribute(1, u32(7)), attribute(4, []))],
  ['replace nexthop', request(NEW_NEXTHOP, CREATE | REPLACE, nexthopHeader(INET), attribute(1, u32(1)), attribute(5, u32(3)))],
  ['add group', request(NEW_NEXTHOP, CREATE | EXCLUSIVE, nexthopHeader(), attribute(1, u32(7)), attribute(2, nexthopGroup(1, 2)))],
  [
    'replace group',
    request(
      NEW_NEXTHOP,
      CREATE | REPLACE,
      nexthopHeader(),
      attribute(1, u32(5)),
      attribute(2, nexthopGroup(1)),
      attribute(3, u16(1)),
      attribute(12 | 0x8000, [...attribute(1, u16(4)), ...attribute(2, u32(600)), ...attribute(3, u32(0))]),
    ),
  ],
  ['delete nexthop', request(DELETE_NEXTHOP, 0, nexthopHeader(), attribute(1, u32(1)))],
  ['get nexthop', request(GET_NEXTHOP, 0, nexthopHeader(), attribute(1, u32(5)), attribute(14, u32(1)))],
  ['dump nexthops', request(GET_NEXTHOP, DUMP, nexthopHeader(), attribute(5, u32(3)))],
  ['dump groups', request(GET_NEXTHOP, DUMP, nexthopHeader(), attribute(9, []), attribute(14, u32(3)))],
  ['get bucket', request(GET_NEXTHOP_BUCKET, 0, nexthopHeader(), attribute(1, u32(5)), attribute(13 | 0x8000, attribute(1, u16(2))))],
  ['dump buckets', request(GET_NEXTHOP_BUCKET, DUMP, nexthopHeader(), attribute(1, u32(5)))],
  ['add route by nexthop', request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET, 24), attribute(1, ipv4('203.0.113.0')), attribute(30, u32(1)))],
  ['add IPv6 route by nexthop', request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET6, 120), attribute(1, ipv6(0)), attribute(30, u32(2)))],
  ['delete route', request(DELETE_ROUTE, 0, routeHeader(INET, 24, { protocol: 0, scope: 255, type: 0 }), attribute(1, ipv4('198.51.100.0')))],
  ['delete IPv6 route', request(DELETE_ROUTE, 0, routeHeader(INET6, 128, { protocol: 0, type: 0 }), attribute(1, ipv6(9)), attribute(4, u32(3)))],
  ['get route', request(GET_ROUTE, 0, routeHeader(INET, 32, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv4('198.51.100.9')))],
  ['get IPv6 route', request(GET_ROUTE, 0, routeHeader(INET6, 128, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv6(9)))],
  ['dump routes', request(GET_ROUTE, DUMP, routeHeader(INET, 0, { table: 0, protocol: 0, type: 0 }), attribute(15, u32(254)))],
  ['dump IPv6 routes', request(GET_ROUTE, DUMP, routeHeader(INET6, 0, { table: 0, protocol: 0, type: 0 }))],
];

export function wellFormedCases(options: HostileCase['options']): HostileCase[] {
  return WELL_FORMED.map(([name, bytes]) => ({ name, bytes, options }));
}
