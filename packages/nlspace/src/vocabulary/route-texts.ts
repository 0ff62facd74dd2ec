import {
  defineHeader,
  defineMessage,
  field,
  printAttributes,
  printMessage,
  type ValueTexts,
} from '@nlspace/core';
import { LinkFlag, NeighbourFlag, NeighbourState, route } from '@nlspace/family-route';
import { routeMetrics } from '@nlspace/family-route/client';
import ipaddr from 'ipaddr.js';

type Names = Readonly<Record<number, string>>;

const FAMILIES: Names = {
  0: 'unspec',
  2: 'inet',
  7: 'bridge',
  10: 'inet6',
  17: 'packet',
  28: 'mpls',
  128: 'ipmr',
  129: 'ip6mr',
};
const SCOPES: Names = { 0: 'universe', 200: 'site', 253: 'link', 254: 'host', 255: 'nowhere' };
const TABLES: Names = { 252: 'compat', 253: 'default', 254: 'main', 255: 'local' };
const PROTOCOLS: Names = {
  1: 'redirect',
  2: 'kernel',
  3: 'boot',
  4: 'static',
  8: 'gated',
  9: 'ra',
  11: 'zebra',
  12: 'bird',
  15: 'ntk',
  16: 'dhcp',
  18: 'keepalived',
  42: 'babel',
  84: 'ovn',
  99: 'openr',
  186: 'bgp',
  187: 'isis',
  188: 'ospf',
  189: 'rip',
  192: 'eigrp',
};
const ROUTE_TYPES: Names = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
  9: 'throw',
  10: 'nat',
  11: 'xresolve',
};
const LINK_TYPES: Names = { 1: 'ether', 772: 'loopback' };
const STATES: Names = {
  0: 'unknown',
  1: 'notpresent',
  2: 'down',
  3: 'lowerlayerdown',
  4: 'testing',
  5: 'dormant',
  6: 'up',
};

/** The number itself where there is no name: nothing is guessed. */
function named(names: Names): (value: number) => string {
  return (value) => names[value] ?? String(value);
}

type Bit = readonly [bit: number, name: string];

function bitsOf(names: Readonly<Record<string, string | number>>): Bit[] {
  return Object.entries(names).flatMap(([name, bit]): Bit[] =>
    typeof bit === 'number' && bit !== 0 ? [[bit, name]] : [],
  );
}

/** The names of the bits that are set; what is left over as a number. */
function setBits(bits: readonly Bit[]): (value: number) => string {
  return (value) => {
    const set = bits.filter(([bit]) => (value & bit) !== 0);
    const rest = set.reduce((left, [bit]) => left & ~bit, value);
    return [...set.map(([, name]) => name), ...(rest === 0 ? [] : [hex(rest)])].join('|') || '0';
  };
}

const flags = setBits(bitsOf(LinkFlag));

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

/** An IPv4 or IPv6 address by its length; other lengths are no address, and show as bytes. */
function ipAddress(bytes: Uint8Array): string {
  if (bytes.length === 4 || bytes.length === 16) return ipaddr.fromByteArray([...bytes]).toString();
  return macAddress(bytes);
}

function macAddress(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** `struct rtvia`: an address family, then its address. */
function via(bytes: Uint8Array): string {
  if (bytes.length < 2) return macAddress(bytes);
  const family = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0, true);
  return `${named(FAMILIES)(family)} ${ipAddress(bytes.subarray(2))}`;
}

/** `struct rtnexthop`, with the attributes of a route behind it. */
const NEXTHOP = defineMessage({
  header: defineHeader('rtnexthop', {
    length: field.u16,
    flags: field.u8,
    hops: field.u8,
    interfaceIndex: field.s32,
  }),
  attributes: route.attributes,
});

function multipath(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const legs: string[] = [];
  for (let offset = 0; bytes.length - offset >= 8; ) {
    const length = view.getUint16(offset, true);
    if (length < 8 || offset + length > bytes.length) break;
    legs.push(printMessage(NEXTHOP as never, bytes.subarray(offset, offset + length), ROUTE_TEXTS));
    offset += (length + 3) & ~3;
  }
  return `[${legs.join(', ')}]`;
}

/** A `struct nexthop_grp` for each member: its id, and its weight where it has a say. */
function nexthopGroup(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: string[] = [];
  for (let offset = 0; offset + 8 <= bytes.length; offset += 8) {
    const weight = view.getUint16(offset + 4, true) + 1;
    members.push(`${view.getUint32(offset, true)}${weight === 1 ? '' : `,${weight}`}`);
  }
  return members.join('/');
}

/** FR_ACT_* */
const RULE_ACTIONS: Names = {
  1: 'table',
  2: 'goto',
  3: 'nop',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
};
/** NTF_* of both attributes, by the names of the family's own table. */
const NEIGHBOUR_FLAGS: readonly Bit[] = bitsOf(NeighbourFlag);
const NEIGHBOUR_STATES: readonly Bit[] = bitsOf(NeighbourState);
/** ETH_P_* of `struct br_mdb_entry`. */
const ENTRY_PROTOCOLS: Readonly<Record<number, number>> = { 0: 6, 2048: 4, 34525: 16 };
const ENTRY_SIZE = 28;

/** `struct br_mdb_entry` */
function groupEntry(bytes: Uint8Array): string {
  if (bytes.length < ENTRY_SIZE) return macAddress(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, ENTRY_SIZE);
  const length = ENTRY_PROTOCOLS[view.getUint16(24)] ?? 16;
  const vlan = view.getUint16(6, true);
  const parts = [
    `interfaceIndex ${view.getUint32(0, true)}`,
    bytes[4] === 1 ? 'permanent' : 'temporary',
    ...(bytes[5] === 0 ? [] : [`flags ${hex(bytes[5] ?? 0)}`]),
    ...(vlan === 0 ? [] : [`vlan ${vlan}`]),
    `group ${ipAddress(bytes.subarray(8, 8 + length))}`,
  ];
  return `{${parts.join(', ')}}`;
}

/** The other end of a veth: a message about a link within one. */
function peer({ attributes }: { readonly attributes: Readonly<Record<string, unknown>> }): string {
  const parts = Object.entries(attributes).map(([key, value]) => {
    if (value instanceof Uint8Array) return `${key} ${macAddress(value)}`;
    return `${key} ${typeof value === 'object' ? '{…}' : JSON.stringify(value)}`;
  });
  return `{${parts.join(', ')}}`;
}

const TUNNELS = ['ipip', 'ip6tnl', 'vti', 'gre', 'ip6gre', 'sit'] as const;
const TUNNEL_ENDS: ValueTexts = Object.fromEntries(
  TUNNELS.flatMap((kind) => [`${kind}.local`, `${kind}.remote`].map((key) => [key, ipAddress])),
);

/** What the schemas of NETLINK_ROUTE leave open. */
export const ROUTE_TEXTS: ValueTexts = {
  ...TUNNEL_ENDS,
  'vxlan.group': ipAddress,
  'vxlan.group6': ipAddress,
  'vxlan.local': ipAddress,
  'vxlan.local6': ipAddress,
  'vrf.table': named(TABLES),
  'bridge.groupAddress': macAddress,
  'veth.peer': peer,
  'ifinfomsg.addressFamily': named(FAMILIES),
  'ifinfomsg.type': named(LINK_TYPES),
  'ifinfomsg.flags': flags,
  'ifinfomsg.changedFlags': (value: number) => (value >>> 0 === 0xffff_ffff ? 'all' : flags(value)),
  'link.address': macAddress,
  'link.broadcast': macAddress,
  'link.permanentAddress': macAddress,
  'link-inet6.token': ipAddress,
  'link-inet6.flags': hex,
  'link.operationalState': named(STATES),
  'ifaddrmsg.addressFamily': named(FAMILIES),
  'ifaddrmsg.flags': hex,
  'ifaddrmsg.scope': named(SCOPES),
  'address.address': ipAddress,
  'address.local': ipAddress,
  'address.broadcast': ipAddress,
  'address.anycast': ipAddress,
  'address.multicast': ipAddress,
  'address.flags': hex,
  'address.protocol': named(PROTOCOLS),
  'netconfmsg.addressFamily': named(FAMILIES),
  'rtmsg.addressFamily': named(FAMILIES),
  'rtmsg.table': named(TABLES),
  'rtmsg.protocol': named(PROTOCOLS),
  'rtmsg.scope': named(SCOPES),
  'rtmsg.type': named(ROUTE_TYPES),
  'rtmsg.flags': hex,
  'rtnexthop.flags': hex,
  'nhmsg.addressFamily': named(FAMILIES),
  'nhmsg.scope': named(SCOPES),
  'nhmsg.protocol': named(PROTOCOLS),
  'nhmsg.flags': hex,
  'nexthop.gateway': ipAddress,
  'nexthop.group': nexthopGroup,
  'nexthop.operationFlags': hex,
  'route.table': named(TABLES),
  'route.destination': ipAddress,
  'route.source': ipAddress,
  'route.gateway': ipAddress,
  'route.preferredSource': ipAddress,
  'route.via': via,
  'route.metrics': (bytes: Uint8Array) => `{${printAttributes(routeMetrics, bytes)}}`,
  'route.multipath': multipath,
  'fib_rule_hdr.addressFamily': named(FAMILIES),
  'fib_rule_hdr.table': named(TABLES),
  'fib_rule_hdr.action': named(RULE_ACTIONS),
  'fib_rule_hdr.flags': hex,
  'rule.table': named(TABLES),
  'rule.protocol': named(PROTOCOLS),
  'rule.source': ipAddress,
  'rule.destination': ipAddress,
  'rule.mark': hex,
  'rule.markMask': hex,
  'ndmsg.addressFamily': named(FAMILIES),
  'ndmsg.state': setBits(NEIGHBOUR_STATES),
  'ndmsg.flags': setBits(NEIGHBOUR_FLAGS),
  'ndmsg.type': named(ROUTE_TYPES),
  'neighbour.destination': ipAddress,
  'neighbour.protocol': named(PROTOCOLS),
  'neighbour.flagsExtended': (value: number) =>
    typeof value === 'number' ? setBits(NEIGHBOUR_FLAGS)(value << 8) : String(value),
  'ndtmsg.addressFamily': named(FAMILIES),
  'rtgenmsg.addressFamily': named(FAMILIES),
  'if_stats_msg.addressFamily': named(FAMILIES),
  'if_stats_msg.filterMask': hex,
  'br_port_msg.addressFamily': named(FAMILIES),
  'multicast-address.multicast': ipAddress,
  'multicast-group-request.entry': groupEntry,
  'multicast-group-member.entry': groupEntry,
  'multicast-group-options.source': ipAddress,
  'tunnel_msg.addressFamily': named(FAMILIES),
  ipAddress,
  macAddress,
};
