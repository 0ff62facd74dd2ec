import { attribute, type Bytes, text, u8, u16, u32, zeros } from './bytes.js';
import { EXTENDED, type HostileBatch } from './cases.js';
import {
  addressHeader,
  BEGINNING_CASES,
  CREATE,
  DELETE_RULE,
  DUMP,
  EXCLUSIVE,
  GET_LINK,
  INET,
  INET6,
  ipv4,
  ipv6,
  linkHeader,
  NEW_ADDRESS,
  NEW_LINK,
  NEW_ROUTE,
  NEW_RULE,
  REPLACE,
  request,
  routeHeader,
  ruleHeader,
  SET_LINK,
} from './seeds.js';

/** Indexes of links. */
const V1 = 2;
const V0 = 3;
const W1 = 4;
const W0 = 5;
const BRIDGE = 60;
const VXLAN = 61;

const NESTED = 0x8000;
const NEW_NEIGHBOUR = 28;
const DELETE_NEIGHBOUR = 29;
const GET_NEIGHBOUR = 30;
const GET_RULE = 34;
const GET_NEIGHBOUR_TABLE = 66;
const SET_NEIGHBOUR_TABLE = 67;
const GET_CONFIGURATION = 82;
const NEW_GROUP = 84;
const DELETE_GROUP = 85;
const GET_STATISTICS = 94;
const NEW_LINK_PROPERTY = 108;
const NEW_TUNNEL = 120;
const BRIDGE_FAMILY = 7;
const PERMANENT = 0x80;

/** `struct ndmsg` */
const neighbourHeader = (family: number, index: number, state = PERMANENT, flags = 0): Bytes => [
  ...u8(family),
  ...zeros(3),
  ...u32(index),
  ...u16(state),
  ...u8(flags),
  ...u8(0),
];
/** `struct br_port_msg`, `struct tunnel_msg` */
const bridgeHeader = (index: number): Bytes => [BRIDGE_FAMILY, ...zeros(3), ...u32(index)];
/** `struct br_mdb_entry` of an IPv4 group */
const groupEntry = (index: number, group: string): Bytes => [...u32(index), ...u8(1), ...u8(0), ...u16(0), ...ipv4(group), ...zeros(12), 8, 0, 0, 0];
const mac = (last: number): Bytes => [2, 0, 0, 0, 1, last];
/** IPv6 without addresses of its own. */
const NO_ADDRESSES = attribute(26 | NESTED, attribute(INET6 | NESTED, attribute(8, u8(1))));
/** `struct fib_rule_hdr` */
const ports = (first: number, last: number): Bytes => [...u16(first), ...u16(last)];

const vxlan = (id: number): Bytes =>
  attribute(18 | NESTED, [
    ...attribute(1, text('vxlan')),
    ...attribute(2 | NESTED, [...attribute(1, u32(id)), ...attribute(5, u8(7)), ...attribute(15, [18, 181])]),
  ]);
/** A link with an address of its own, down: no two worlds choose alike. */
const made = (name: string, index: number, last: number, ...parts: readonly Bytes[]): Bytes =>
  request(NEW_LINK, CREATE | EXCLUSIVE, linkHeader(index), attribute(3, text(name)), attribute(1, [2, 0, 0, 0, 0, last]), ...parts);
const up = (index: number): Bytes => request(SET_LINK, 0, linkHeader(index, 1, 1), NO_ADDRESSES);

/** What there is for them beside what `BEGINNING_CASES` makes. */
const MORE_BEGINNING: ReadonlyArray<readonly [string, Bytes]> = [
  [
    'add w0 and w1',
    request(
      NEW_LINK,
      CREATE | EXCLUSIVE,
      linkHeader(),
      attribute(3, text('w0')),
      attribute(18, [...attribute(1, text('veth')), ...attribute(2, attribute(1, [...linkHeader(), ...attribute(3, text('w1'))]))]),
    ),
  ],
  ['set w0 up', request(NEW_LINK, 0, linkHeader(W0, 1, 1))],
  ['set w1 up', request(NEW_LINK, 0, linkHeader(W1, 1, 1))],
  ['add br0', made('br0', BRIDGE, 0x0b, attribute(18 | NESTED, attribute(1, text('bridge'))))],
  ['set br0 up', up(BRIDGE)],
  ['put w0 into br0', request(SET_LINK, 0, linkHeader(W0), attribute(10, u32(BRIDGE)))],
  ['add x0', made('x0', VXLAN, 0x51, vxlan(5))],
  ['set x0 up', up(VXLAN)],
  [
    'add an entry of x0',
    request(NEW_NEIGHBOUR, CREATE | EXCLUSIVE, neighbourHeader(BRIDGE_FAMILY, VXLAN, PERMANENT, 2), attribute(2, mac(1)), attribute(1, ipv4('192.0.2.9'))),
  ],
  ['add neighbour 192.0.2.7', request(NEW_NEIGHBOUR, CREATE | EXCLUSIVE, neighbourHeader(INET, V0), attribute(1, ipv4('192.0.2.7')), attribute(2, mac(7)))],
  ['add rule 7', request(NEW_RULE, CREATE | EXCLUSIVE, ruleHeader(INET), attribute(6, u32(7)), attribute(10, u32(1)))],
];

export const FULL_BEGINNING: HostileBatch = [...BEGINNING_CASES, ...MORE_BEGINNING.map(([name, bytes]) => ({ name, bytes, options: EXTENDED }))];

/** Sound requests of the younger objects. */
export const MORE_WELL_FORMED: ReadonlyArray<readonly [string, Bytes]> = [
  ['add ifb', made('i9', 0, 0x19, attribute(18 | NESTED, attribute(1, text('ifb'))))],
  ['add ifb without addresses', made('i9', 0, 0x19, NO_ADDRESSES, attribute(18 | NESTED, attribute(1, text('ifb'))))],
  [
    'add macvlan',
    made('m9', 0, 0x29, attribute(5, u32(V0)), attribute(18 | NESTED, [...attribute(1, text('macvlan')), ...attribute(2 | NESTED, attribute(1, u32(4)))])),
  ],
  ['add vxlan', made('x9', 0, 0x39, vxlan(9))],
  [
    'set bridge',
    request(
      NEW_LINK,
      0,
      linkHeader(BRIDGE),
      attribute(18 | NESTED, [
        ...attribute(1, text('bridge')),
        ...attribute(2 | NESTED, [...attribute(1, u32(300)), ...attribute(5, u32(1)), ...attribute(6, u16(4096)), ...attribute(22, u8(2))]),
      ]),
    ),
  ],
  [
    'set port of a bridge',
    request(
      NEW_LINK,
      0,
      linkHeader(W0),
      attribute(18 | NESTED, [
        ...attribute(4, text('bridge')),
        ...attribute(5 | NESTED, [...attribute(2, u16(7)), ...attribute(3, u32(9)), ...attribute(4, u8(1))]),
      ]),
    ),
  ],
  [
    'set port by the bridge',
    request(
      SET_LINK,
      0,
      linkHeader(W0, 0, 0, BRIDGE_FAMILY),
      attribute(12 | NESTED, [...attribute(1, u8(3)), ...attribute(4, u8(1)), ...attribute(27, u8(1))]),
    ),
  ],
  [
    'set IPv4 and IPv6 of a link',
    request(
      SET_LINK,
      0,
      linkHeader(V0),
      attribute(26 | NESTED, [...attribute(INET | NESTED, attribute(1 | NESTED, attribute(20, u32(1)))), ...attribute(INET6 | NESTED, attribute(8, u8(1)))]),
    ),
  ],
  ['set offloads', request(SET_LINK, 0, linkHeader(V1), attribute(41, u32(5000)), attribute(40, u32(5)), attribute(58, u32(5000)))],
  ['set queue, group and mode', request(SET_LINK, 0, linkHeader(V1), attribute(13, u32(5)), attribute(27, u32(7)), attribute(17, u8(1)))],
  ['add another altname', request(NEW_LINK_PROPERTY, CREATE | EXCLUSIVE, linkHeader(V1), attribute(52 | NESTED, attribute(53, text('b1'))))],
  ['dump links of bridges', request(GET_LINK, DUMP, linkHeader(0, 0, 0, BRIDGE_FAMILY), attribute(29, u32(1)))],
  [
    'add rule with everything',
    request(
      NEW_RULE,
      CREATE | EXCLUSIVE,
      ruleHeader(INET),
      attribute(6, u32(8)),
      attribute(10, u32(1)),
      attribute(16, u32(0xff)),
      attribute(22, u8(6)),
      attribute(23, ports(10, 20)),
      attribute(24, ports(80, 80)),
      attribute(20, [...u32(0), ...u32(0)]),
      attribute(14, u32(24)),
    ),
  ],
  [
    'add IPv6 rule',
    request(
      NEW_RULE,
      CREATE | EXCLUSIVE,
      [INET6, 32, 0, 0, 254, 0, 0, 1, ...u32(0)],
      attribute(6, u32(9)),
      attribute(2, ipv6(0)),
      attribute(3, text('v0')),
      attribute(13, u32(7)),
      attribute(21, u8(4)),
    ),
  ],
  ['add rule with dscp', request(NEW_RULE, CREATE | EXCLUSIVE, ruleHeader(INET), attribute(6, u32(10)), attribute(25, u8(10)))],
  [
    'add rule with flow label',
    request(NEW_RULE, CREATE | EXCLUSIVE, ruleHeader(INET6), attribute(6, u32(11)), attribute(26, [0, 0, 1, 2]), attribute(27, [0, 0, 0xff, 0xff])),
  ],
  [
    'add rule with masked port',
    request(NEW_RULE, CREATE | EXCLUSIVE, ruleHeader(INET), attribute(6, u32(12)), attribute(23, ports(16, 16)), attribute(28, u16(0xfff0))),
  ],
  ['delete rule', request(DELETE_RULE, 0, ruleHeader(INET), attribute(6, u32(7)), attribute(10, u32(1)))],
  ['dump rules', request(GET_RULE, DUMP, ruleHeader(INET))],
  [
    'add neighbour',
    request(NEW_NEIGHBOUR, CREATE | REPLACE, neighbourHeader(INET, V0), attribute(1, ipv4('192.0.2.8')), attribute(2, mac(8)), attribute(12, u8(5))),
  ],
  [
    'add used neighbour',
    request(NEW_NEIGHBOUR, CREATE | EXCLUSIVE, neighbourHeader(INET6, V0, 4), attribute(1, ipv6(0x33)), attribute(2, mac(3)), attribute(15, u32(1))),
  ],
  ['add proxy', request(NEW_NEIGHBOUR, CREATE, neighbourHeader(INET, V0, 0, 8), attribute(1, ipv4('192.0.2.77')))],
  ['delete neighbour', request(DELETE_NEIGHBOUR, 0, neighbourHeader(INET, V0), attribute(1, ipv4('192.0.2.7')))],
  ['get neighbour', request(GET_NEIGHBOUR, 0, neighbourHeader(INET, V0, 0), attribute(1, ipv4('192.0.2.7')))],
  ['dump neighbours of a link', request(GET_NEIGHBOUR, DUMP, neighbourHeader(INET, 0, 0), attribute(8, u32(V0)))],
  ['add bridge entry', request(NEW_NEIGHBOUR, CREATE | EXCLUSIVE, neighbourHeader(BRIDGE_FAMILY, W0, PERMANENT, 4), attribute(2, mac(4)))],
  [
    'add vxlan entry',
    request(
      NEW_NEIGHBOUR,
      CREATE | EXCLUSIVE,
      neighbourHeader(BRIDGE_FAMILY, VXLAN, PERMANENT, 2),
      attribute(2, mac(5)),
      attribute(1, ipv4('192.0.2.5')),
      attribute(6, [0, 99]),
      attribute(7, u32(77)),
    ),
  ],
  ['delete vxlan entry', request(DELETE_NEIGHBOUR, 0, neighbourHeader(BRIDGE_FAMILY, VXLAN, 0, 2), attribute(2, mac(1)))],
  ['flush bridge entries', request(DELETE_NEIGHBOUR, 0x200, neighbourHeader(BRIDGE_FAMILY, BRIDGE, 0, 2), attribute(8, u32(W0)))],
  ['add multicast group', request(NEW_GROUP, CREATE | EXCLUSIVE, bridgeHeader(BRIDGE), attribute(1, groupEntry(W0, '239.1.1.2')))],
  [
    'replace multicast group',
    request(
      NEW_GROUP,
      CREATE | REPLACE,
      bridgeHeader(BRIDGE),
      attribute(1, groupEntry(W0, '239.1.1.3')),
      attribute(2 | NESTED, [...attribute(1, ipv4('10.9.9.9')), ...attribute(4, u8(5))]),
    ),
  ],
  ['delete multicast group', request(DELETE_GROUP, 0, bridgeHeader(BRIDGE), attribute(1, groupEntry(W0, '239.1.1.2')))],
  ['add tunnel', request(NEW_TUNNEL, CREATE, bridgeHeader(VXLAN), attribute(1 | NESTED, attribute(1, u32(5))))],
  ['dump neighbour tables', request(GET_NEIGHBOUR_TABLE, DUMP, [0, 0, 0, 0])],
  [
    'set neighbour table',
    request(
      SET_NEIGHBOUR_TABLE,
      REPLACE,
      [INET, 0, 0, 0],
      attribute(1, text('arp_cache')),
      attribute(6 | NESTED, [...attribute(1, u32(V0)), ...attribute(8, u32(9))]),
    ),
  ],
  ['get configuration', request(GET_CONFIGURATION, 0, [INET, 0, 0, 0], attribute(1, u32(V0)))],
  ['get statistics', request(GET_STATISTICS, 0, [0, 0, 0, 0, ...u32(V0), ...u32(1)])],
  [
    'add peer address',
    request(
      NEW_ADDRESS,
      CREATE | EXCLUSIVE,
      addressHeader(INET, 24, V0),
      attribute(2, ipv4('192.0.2.30')),
      attribute(1, ipv4('192.0.2.31')),
      attribute(9, u32(7)),
      attribute(11, u8(4)),
      attribute(8, u32(0x200)),
    ),
  ],
  [
    'add IPv6 multipath',
    request(
      NEW_ROUTE,
      CREATE | EXCLUSIVE,
      routeHeader(INET6, 64),
      attribute(1, ipv6(0)),
      attribute(9, [...[...u16(28), 0, 0, ...u32(V0), ...attribute(5, ipv6(3))], ...[...u16(28), 0, 2, ...u32(V0), ...attribute(5, ipv6(4))]]),
      attribute(20, u8(1)),
    ),
  ],
  [
    'replace route by a gateway of IPv6',
    request(
      NEW_ROUTE,
      CREATE | REPLACE,
      routeHeader(INET, 24, { tos: 16 }),
      attribute(1, ipv4('203.0.113.0')),
      attribute(18, [...u16(INET6), ...ipv6(3)]),
      attribute(4, u32(V0)),
      attribute(11, u32(0x30007)),
      attribute(8 | NESTED, [...attribute(2, u32(1400)), ...attribute(16, text('cubic'))]),
    ),
  ],
];
