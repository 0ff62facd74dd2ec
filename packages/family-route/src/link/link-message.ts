import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct ifinfomsg` */
const header = defineHeader('ifinfomsg', {
  addressFamily: field.u8,
  padding: field.pad(1),
  type: field.u16,
  interfaceIndex: field.s32,
  flags: field.u32,
  changedFlags: field.u32,
});

/** `struct rtnl_link_ifmap` */
const hardwareMap = defineHeader('rtnl_link_ifmap', {
  memoryStart: field.u64,
  memoryEnd: field.u64,
  baseAddress: field.u64,
  interrupt: field.u16,
  dma: field.u8,
  port: field.u8,
  padding: field.pad(4),
});

/** `IFLA_INFO_*` */
const information = defineAttributes('link-information', {
  kind: attr.string(1),
  statistics: attr.bytes(3),
  data: attr.bytes(2, { doc: 'Read by the kind.' }),
  slaveKind: attr.string(4),
  slaveData: attr.bytes(5),
});

/** `IFLA_XDP_*` */
const xdp = defineAttributes('link-xdp', {
  programFd: attr.s32(1),
  attached: attr.u8(2),
  flags: attr.u32(3),
});

/** `IFLA_INET_*` */
const inet = defineAttributes('link-inet', {
  configuration: attr.bytes(1, { doc: 'An s32 per IPV4_DEVCONF_*, or nested attributes in a request.' }),
});

/** `struct ifla_cacheinfo` */
const cacheInfo = defineHeader('ifla_cacheinfo', {
  maximumReassembly: field.u32,
  changedAt: field.u32,
  reachableTimeMs: field.u32,
  retransmitTimeMs: field.u32,
});

/** `IFLA_INET6_*` in the order in which the kernel writes them. */
export const linkIpv6Settings = defineAttributes('link-inet6', {
  flags: attr.u32(1),
  cacheInfo: attr.struct(5, cacheInfo),
  configuration: attr.bytes(2, { doc: 'An s32 per DEVCONF_*.' }),
  statistics: attr.bytes(3, { doc: 'A u64 per IPSTATS_MIB_*, the first of which counts them.' }),
  icmp6Statistics: attr.bytes(6),
  token: attr.bytes(7, { min: 16 }),
  addressGenerationMode: attr.u8(8),
});

/** Keys are address families. */
const addressFamilies = defineAttributes('link-address-families', {
  inet: attr.nested(2, inet),
  inet6: attr.nested(10, linkIpv6Settings),
});

const properties = defineAttributes('link-properties', {
  alternativeNames: attr.many(attr.string(53, { max: 127 })),
});

const none = defineAttributes('none', {});

/** MAX_TCP_HEADER + 1 */
const SMALLEST_OFFLOAD = 193;

/** `IFLA_*` in the order in which Linux 6.18 writes them. */
const attributes = defineAttributes('link', {
  name: attr.string(3, { max: 15 }),
  transmitQueueLength: attr.u32(13),
  operationalState: attr.u8(16),
  mode: attr.u8(17),
  namespaceBound: attr.u8(67, { replyOnly: true }),
  mtu: attr.u32(4),
  minimumMtu: attr.u32(50),
  maximumMtu: attr.u32(51),
  group: attr.u32(27),
  promiscuity: attr.u32(30),
  allMulticast: attr.u32(61, { replyOnly: true }),
  transmitQueues: attr.u32(31),
  gsoMaximumSegments: attr.u32(40),
  gsoMaximumSize: attr.u32(41, { min: SMALLEST_OFFLOAD }),
  groMaximumSize: attr.u32(58),
  gsoIpv4MaximumSize: attr.u32(63, { min: SMALLEST_OFFLOAD }),
  groIpv4MaximumSize: attr.u32(64),
  tsoMaximumSize: attr.u32(59, { replyOnly: true }),
  tsoMaximumSegments: attr.u32(60, { replyOnly: true }),
  maximumPacingOffloadHorizon: attr.u32(66, { replyOnly: true }),
  receiveQueues: attr.u32(32),
  master: attr.u32(10),
  carrier: attr.u8(33),
  alias: attr.string(20, { max: 255, mayBeEmpty: true }),
  carrierChanges: attr.u32(35),
  carrierUpCount: attr.u32(47),
  carrierDownCount: attr.u32(48),
  headroom: attr.u16(68, { replyOnly: true }),
  tailroom: attr.u16(69, { replyOnly: true }),
  protoDown: attr.u8(39),
  event: attr.u32(44),
  address: attr.bytes(1, { max: 32 }),
  broadcast: attr.bytes(2, { max: 32 }),
  statistics64: attr.bytes(23),
  statistics: attr.bytes(7),
  xdp: attr.nested(43, xdp),
  information: attr.nested(18, information),
  // Requests may have anything there: the kernel does not look.
  newNamespaceId: attr.bytes(45),
  newInterfaceIndex: attr.s32(49, { min: 1 }),
  linkNamespaceId: attr.s32(37),
  link: attr.u32(5, { doc: 'Index of the link at the other end or below.' }),
  queueingDiscipline: attr.string(6, { mayBeEmpty: true }),
  addressFamilies: attr.nested(26, addressFamilies, { checked: false }),
  hardwareMap: attr.struct(14, hardwareMap),
  properties: attr.flagged(attr.nested(52, properties, { checked: false })),
  devlinkPort: attr.flagged(attr.nested(62, none)),
  dpllPin: attr.flagged(attr.nested(65, none, { replyOnly: true })),
  // Only in requests.
  alternativeName: attr.string(53, { max: 127 }),
  extendedMask: attr.u32(29),
  namespacePid: attr.u32(19),
  namespaceFd: attr.u32(28),
  targetNamespaceId: attr.s32(46),
  virtualFunctionCount: attr.bytes(21),
  virtualFunctions: attr.bytes(22),
  weight: attr.u32(15),
  cost: attr.bytes(8),
  priority: attr.bytes(9),
  protocolInformation: attr.bytes(12),
  virtualFunctionPorts: attr.nested(24, none, { checked: false }),
  ownPort: attr.nested(25, none, { checked: false }),
  physicalPortId: attr.bytes(34, { max: 32 }),
  physicalSwitchId: attr.bytes(36, { max: 32 }),
  permanentAddress: attr.bytes(54, { replyOnly: true }),
  protocolDownReason: attr.nested(55, none, { checked: false }),
  parentDeviceName: attr.string(56, { terminated: true }),
});

/** RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK, RTM_SETLINK, RTM_NEWLINKPROP, RTM_DELLINKPROP */
export const link = defineMessage({ name: 'link', header, attributes });
export type LinkMessage = MessageOf<typeof link>;

/** RTM_NEWLINK as IPv6 writes it (`ifi_family` AF_INET6): what it knows of a link. */
export const linkIpv6 = defineMessage({
  name: 'link-ipv6',
  header,
  attributes: defineAttributes('link-ipv6', {
    name: attr.string(3),
    address: attr.bytes(1),
    mtu: attr.u32(4),
    link: attr.u32(5),
    operationalState: attr.u8(16),
    protocolInformation: attr.nested(12, linkIpv6Settings),
  }),
});
export type LinkIpv6Message = MessageOf<typeof linkIpv6>;

/** `RTEXT_FILTER_*`, the bits of IFLA_EXT_MASK. */
export enum ExtendedMask {
  SkipStatistics = 8,
  NameOnly = 256,
}
