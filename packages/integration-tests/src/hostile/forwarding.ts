import { attribute, type Bytes, text, u8, u16, u32, zeros } from './bytes.js';
import { CREATE, EXCLUSIVE, ipv4, linkHeader, NEW_LINK, request, SET_LINK } from './seeds.js';

const BRIDGE_FAMILY = 7;
const BULK = 0x200;
const VXLAN = 50;
const BRIDGE = 51;

const NEW_NEIGHBOUR = 28;
const DELETE_NEIGHBOUR = 29;
const GET_NEIGHBOUR = 30;
const NEW_GROUP = 84;
const DELETE_GROUP = 85;
const GET_GROUP = 86;
const NEW_TUNNEL = 120;
const DELETE_TUNNEL = 121;

const SELF = 2;
const MASTER = 4;
const PERMANENT = 0x80;

/** `struct ndmsg` */
const neighbourHeader = (index: number, flags: number, state = PERMANENT): Bytes => [
  BRIDGE_FAMILY,
  ...zeros(3),
  ...u32(index),
  ...u16(state),
  ...u8(flags),
  ...u8(0),
];
/** `struct br_port_msg` */
const portHeader = (index: number): Bytes => [BRIDGE_FAMILY, ...zeros(3), ...u32(index)];
/** `struct tunnel_msg` */
const tunnelHeader = (index: number): Bytes => [BRIDGE_FAMILY, ...zeros(3), ...u32(index)];
/** `struct br_mdb_entry` of an IPv4 group */
const entry = (index: number, group: string): Bytes => [...u32(index), ...u8(1), ...u8(0), ...u16(0), ...ipv4(group), ...zeros(12), 8, 0, 0, 0];
const mac = (last: number): Bytes => [2, 0, 0, 0, 1, last];

const vxlan = request(
  NEW_LINK,
  CREATE | EXCLUSIVE,
  linkHeader(VXLAN),
  attribute(18, [...attribute(1, text('vxlan')), ...attribute(2, [...attribute(1, u32(5)), ...attribute(15, [18, 181])])]),
);
const known = request(NEW_NEIGHBOUR, CREATE, neighbourHeader(VXLAN, SELF), attribute(2, mac(1)), attribute(1, ipv4('192.0.2.9')));
const withVxlan = [...vxlan, ...known];

const withBridge = [
  ...request(NEW_LINK, CREATE | EXCLUSIVE, linkHeader(BRIDGE, 1, 1), attribute(18, attribute(1, text('bridge')))),
  ...request(SET_LINK, 0, linkHeader(3), attribute(10, u32(BRIDGE))),
  ...request(NEW_GROUP, CREATE, portHeader(BRIDGE), attribute(1, entry(3, '239.1.1.1'))),
];

interface Place {
  readonly name: string;
  readonly types: number;
  readonly build: (extra: Bytes) => Bytes;
}

/** Requests about forwarding databases and multicast groups; the links that they are about are made by the same datagram. */
export const FORWARDING_PLACES: readonly Place[] = [
  {
    name: 'NEWNEIGH of a vxlan',
    types: 19,
    build: (extra) => [
      ...withVxlan,
      ...request(NEW_NEIGHBOUR, CREATE, neighbourHeader(VXLAN, SELF), attribute(2, mac(2)), attribute(1, ipv4('192.0.2.8')), extra),
    ],
  },
  {
    name: 'DELNEIGH of a vxlan',
    types: 19,
    build: (extra) => [...withVxlan, ...request(DELETE_NEIGHBOUR, 0, neighbourHeader(VXLAN, SELF), attribute(2, mac(1)), extra)],
  },
  {
    name: 'flushing a vxlan',
    types: 19,
    build: (extra) => [...withVxlan, ...request(DELETE_NEIGHBOUR, BULK, neighbourHeader(VXLAN, SELF, 0), extra)],
  },
  {
    name: 'one vxlan GETNEIGH',
    types: 19,
    build: (extra) => [...withVxlan, ...request(GET_NEIGHBOUR, 0, neighbourHeader(VXLAN, SELF, 0), attribute(2, mac(1)), extra)],
  },
  {
    name: 'NEWNEIGH of a link',
    types: 19,
    build: (extra) => request(NEW_NEIGHBOUR, CREATE, neighbourHeader(2, SELF), attribute(2, mac(2)), extra),
  },
  {
    name: 'DELNEIGH of a link',
    types: 19,
    build: (extra) => [
      ...request(NEW_NEIGHBOUR, CREATE, neighbourHeader(2, SELF), attribute(2, mac(2))),
      ...request(DELETE_NEIGHBOUR, 0, neighbourHeader(2, SELF), attribute(2, mac(2)), extra),
    ],
  },
  {
    name: 'NEWNEIGH of a bridge port',
    types: 19,
    build: (extra) => [...withBridge, ...request(NEW_NEIGHBOUR, CREATE, neighbourHeader(3, MASTER), attribute(2, mac(2)), extra)],
  },
  {
    name: 'flushing a bridge',
    types: 19,
    build: (extra) => [...withBridge, ...request(DELETE_NEIGHBOUR, BULK, neighbourHeader(BRIDGE, SELF, 0), extra)],
  },
  {
    name: 'NEWMDB',
    types: 4,
    build: (extra) => [...withBridge, ...request(NEW_GROUP, CREATE, portHeader(BRIDGE), attribute(1, entry(3, '239.1.1.2')), extra)],
  },
  {
    name: 'options of NEWMDB',
    types: 7,
    build: (extra) => [...withBridge, ...request(NEW_GROUP, CREATE, portHeader(BRIDGE), attribute(1, entry(3, '239.1.1.2')), attribute(0x8002, extra))],
  },
  {
    name: 'DELMDB',
    types: 4,
    build: (extra) => [...withBridge, ...request(DELETE_GROUP, 0, portHeader(BRIDGE), attribute(1, entry(3, '239.1.1.1')), extra)],
  },
  { name: 'dumping GETMDB', types: 4, build: (extra) => request(GET_GROUP, 0x300, portHeader(0), extra) },
  { name: 'NEWTUNNEL', types: 4, build: (extra) => [...vxlan, ...request(NEW_TUNNEL, CREATE, tunnelHeader(VXLAN), extra)] },
  { name: 'DELTUNNEL', types: 4, build: (extra) => [...vxlan, ...request(DELETE_TUNNEL, 0, tunnelHeader(VXLAN), extra)] },
];
