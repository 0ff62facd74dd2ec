import { defineMessage, printAttributes, printMessage, type ValueTexts } from '@nlspace/core';
import {
  AddressFamily,
  LinkFlag,
  LinkType,
  NeighbourFlag,
  NeighbourState,
  RouteScope,
  RouteTableId,
  RouteType,
  route,
} from '@nlspace/family-route';
import {
  legHeader,
  legsIn,
  membersIn,
  nameOf,
  OPERATIONAL_STATES,
  ROUTE_PROTOCOLS,
  ROUTE_TYPES,
  type RouteProtocolName,
  RULE_ACTIONS,
  routeMetrics,
  SCOPES,
  TABLES,
} from '@nlspace/family-route/client';
import ipaddr from 'ipaddr.js';

const FAMILIES = {
  unspec: AddressFamily.Unspecified,
  inet: AddressFamily.Inet,
  bridge: AddressFamily.Bridge,
  inet6: AddressFamily.Inet6,
  packet: AddressFamily.Packet,
  mpls: 28,
  ipmr: 128,
  ip6mr: 129,
};
const LINK_TYPES = { ether: LinkType.Ethernet, loopback: LinkType.Loopback };

/** Words of a trace where they are not ip(8)'s. */
type OwnWords = Readonly<Record<number, string>>;

const OWN_SCOPES: OwnWords = { [RouteScope.Universe]: 'universe' };
const OWN_TABLES: OwnWords = { [RouteTableId.Compat]: 'compat' };
/** Nothing said, and daemons that nobody runs any more. */
const OWN_PROTOCOLS = asNumbers('unspec', 'mrt', 'dnrouted', 'xorp', 'mrouted');
const OWN_ROUTE_TYPES: OwnWords = { [RouteType.Unspecified]: '0' };

function asNumbers(...names: readonly RouteProtocolName[]): OwnWords {
  return Object.fromEntries(
    names.map((name) => [ROUTE_PROTOCOLS[name], String(ROUTE_PROTOCOLS[name])] as const),
  );
}

/** The number itself where there is no name: nothing is guessed. */
function named(names: Readonly<Record<string, number>>, own: OwnWords = {}): (value: number) => string {
  return (value) => own[value] ?? String(nameOf(names, value));
}

const tableText = named(TABLES, OWN_TABLES);
const scopeText = named(SCOPES, OWN_SCOPES);
const protocolText = named(ROUTE_PROTOCOLS, OWN_PROTOCOLS);
const typeText = named(ROUTE_TYPES, OWN_ROUTE_TYPES);
const familyText = named(FAMILIES);

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
  return `${familyText(family)} ${ipAddress(bytes.subarray(2))}`;
}

/** With all attributes of a route: whatever a program put there is shown. */
const LEG = defineMessage({ header: legHeader, attributes: route.attributes });

function multipath(bytes: Uint8Array): string {
  const legs = Array.from(legsIn(bytes), (leg) => printMessage(LEG as never, leg, ROUTE_TEXTS));
  return `[${legs.join(', ')}]`;
}

/** The id of each member, and its weight where it has a say. */
function nexthopGroup(bytes: Uint8Array): string {
  return membersIn(bytes)
    .map(({ id, weight }) => (weight === 1 ? `${id}` : `${id},${weight}`))
    .join('/');
}

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
  'vrf.table': tableText,
  'bridge.groupAddress': macAddress,
  'veth.peer': peer,
  'ifinfomsg.addressFamily': familyText,
  'ifinfomsg.type': named(LINK_TYPES),
  'ifinfomsg.flags': flags,
  'ifinfomsg.changedFlags': (value: number) => (value >>> 0 === 0xffff_ffff ? 'all' : flags(value)),
  'link.address': macAddress,
  'link.broadcast': macAddress,
  'link.permanentAddress': macAddress,
  'link-inet6.token': ipAddress,
  'link-inet6.flags': hex,
  'link.operationalState': named(OPERATIONAL_STATES),
  'ifaddrmsg.addressFamily': familyText,
  'ifaddrmsg.flags': hex,
  'ifaddrmsg.scope': scopeText,
  'address.address': ipAddress,
  'address.local': ipAddress,
  'address.broadcast': ipAddress,
  'address.anycast': ipAddress,
  'address.multicast': ipAddress,
  'address.flags': hex,
  'address.protocol': protocolText,
  'netconfmsg.addressFamily': familyText,
  'rtmsg.addressFamily': familyText,
  'rtmsg.table': tableText,
  'rtmsg.protocol': protocolText,
  'rtmsg.scope': scopeText,
  'rtmsg.type': typeText,
  'rtmsg.flags': hex,
  'rtnexthop.flags': hex,
  'nhmsg.addressFamily': familyText,
  'nhmsg.scope': scopeText,
  'nhmsg.protocol': protocolText,
  'nhmsg.flags': hex,
  'nexthop.gateway': ipAddress,
  'nexthop.group': nexthopGroup,
  'nexthop.operationFlags': hex,
  'route.table': tableText,
  'route.destination': ipAddress,
  'route.source': ipAddress,
  'route.gateway': ipAddress,
  'route.preferredSource': ipAddress,
  'route.via': via,
  'route.metrics': (bytes: Uint8Array) => `{${printAttributes(routeMetrics, bytes)}}`,
  'route.multipath': multipath,
  'fib_rule_hdr.addressFamily': familyText,
  'fib_rule_hdr.table': tableText,
  'fib_rule_hdr.action': named(RULE_ACTIONS),
  'fib_rule_hdr.flags': hex,
  'rule.table': tableText,
  'rule.protocol': protocolText,
  'rule.source': ipAddress,
  'rule.destination': ipAddress,
  'rule.mark': hex,
  'rule.markMask': hex,
  'ndmsg.addressFamily': familyText,
  'ndmsg.state': setBits(NEIGHBOUR_STATES),
  'ndmsg.flags': setBits(NEIGHBOUR_FLAGS),
  'ndmsg.type': typeText,
  'neighbour.destination': ipAddress,
  'neighbour.protocol': protocolText,
  'neighbour.flagsExtended': (value: number) =>
    typeof value === 'number' ? setBits(NEIGHBOUR_FLAGS)(value << 8) : String(value),
  'ndtmsg.addressFamily': familyText,
  'rtgenmsg.addressFamily': familyText,
  'if_stats_msg.addressFamily': familyText,
  'if_stats_msg.filterMask': hex,
  'br_port_msg.addressFamily': familyText,
  'multicast-address.multicast': ipAddress,
  'multicast-group-request.entry': groupEntry,
  'multicast-group-member.entry': groupEntry,
  'multicast-group-options.source': ipAddress,
  'tunnel_msg.addressFamily': familyText,
  ipAddress,
  macAddress,
};
