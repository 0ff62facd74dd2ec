import { type AttributeSet, ByteWriter } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { ICMPV6_STATISTICS, IPV6_STATISTICS, ipv4Settings, ipv6Settings } from './device-configuration.js';
import type { Ipv6Configuration } from './ipv6-configuration.js';
import type { Link } from './link.js';
import type { LinkEvent } from './link-flags.js';
import type { LinkData } from './link-kind.js';
import { ExtendedMask, type LinkIpv6Message, type LinkMessage } from './link-message.js';

/** GSO_MAX_SEGS */
const MAX_SEGMENTS = 65_535;
/** `struct rtnl_link_stats64` and `rtnl_link_stats`: no packet ever passes here. */
const NO_STATISTICS_64 = new Uint8Array(200);
const NO_STATISTICS = new Uint8Array(96);
const NO_PROGRAM = { attached: 0 };
const NOTHING = {};
/** IF_READY */
const IPV6_READY = 0x80000000;
/** IF_RS_SENT */
const ROUTERS_SOLICITED = 0x10;
/** The largest datagram that IPv6 reassembles (IPV6_MAXPLEN). */
const MAX_REASSEMBLY_BYTES = 65_535;

/** RTM_NEWLINK about a link, as Linux 6.18 describes it. */
export function describeLink(link: Link, changedFlags = 0, extendedMask = 0, event?: LinkEvent): LinkMessage {
  const { traits } = link;
  const header = {
    addressFamily: AddressFamily.Unspecified,
    type: traits.type,
    interfaceIndex: link.index,
    flags: link.flags >>> 0,
    changedFlags: changedFlags >>> 0,
  };
  if ((extendedMask & ExtendedMask.NameOnly) !== 0) return { header, attributes: { name: link.name } };
  const hasStatistics = (extendedMask & ExtendedMask.SkipStatistics) === 0;
  const attributes: LinkMessage['attributes'] = {
    name: link.name,
    transmitQueueLength: link.transmitQueueLength,
    operationalState: link.operationalState,
    mode: link.mode,
    namespaceBound: traits.namespaceBound ? 1 : 0,
    mtu: link.mtu,
    minimumMtu: traits.minimumMtu,
    maximumMtu: traits.maximumMtu,
    group: link.group,
    promiscuity: link.promiscuity,
    allMulticast: link.allMulticast,
    transmitQueues: traits.transmitQueues,
    gsoMaximumSegments: link.gsoMaximumSegments,
    gsoMaximumSize: link.gsoMaximumSize,
    groMaximumSize: link.groMaximumSize,
    gsoIpv4MaximumSize: link.gsoIpv4MaximumSize,
    groIpv4MaximumSize: link.groIpv4MaximumSize,
    tsoMaximumSize: link.tsoMaximumSize,
    tsoMaximumSegments: MAX_SEGMENTS,
    maximumPacingOffloadHorizon: 0,
    receiveQueues: traits.receiveQueues,
    carrier: link.hasCarrier ? 1 : 0,
    carrierChanges: link.carrierUpCount + link.carrierDownCount,
    carrierUpCount: link.carrierUpCount,
    carrierDownCount: link.carrierDownCount,
    headroom: link.headroom,
    tailroom: 0,
    protoDown: link.isProtocolDown ? 1 : 0,
    statistics64: NO_STATISTICS_64,
    statistics: NO_STATISTICS,
    xdp: NO_PROGRAM,
    queueingDiscipline: link.hasQueue ? (traits.queueingDiscipline ?? 'noqueue') : 'noop',
    addressFamilies: link.isDying ? NOTHING : addressFamilies(link, hasStatistics),
    hardwareMap: NOTHING as never,
    devlinkPort: NOTHING,
    dpllPin: NOTHING,
  };
  if (link.master !== undefined) attributes.master = link.master.index;
  if (link.alias !== undefined) attributes.alias = link.alias;
  if (event !== undefined) attributes.event = event;
  if (link.address.length > 0) {
    attributes.address = link.address;
    attributes.broadcast = link.broadcast;
  }
  const information = describeKinds(link);
  if (information !== undefined) attributes.information = information;
  describeLinked(link, attributes);
  if (link.alternativeNames.length > 0)
    attributes.properties = { alternativeNames: [...link.alternativeNames] };
  return { header, attributes };
}

/** RTM_NEWLINK of AF_INET6: what IPv6 knows of a link. */
export function describeLinkIpv6(link: Link, ipv6: Ipv6Configuration): LinkIpv6Message {
  return {
    header: {
      addressFamily: AddressFamily.Inet6,
      type: link.traits.type,
      interfaceIndex: link.index,
      flags: link.flags >>> 0,
    },
    attributes: {
      name: link.name,
      ...(link.address.length === 0 ? {} : { address: link.address }),
      mtu: link.mtu,
      ...(link.linkedIndex === undefined ? {} : { link: link.linkedIndex }),
      operationalState: link.operationalState,
      protocolInformation: describeIpv6(link, ipv6, true),
    },
  };
}

/** IFLA_LINK: the other end or the link below; and where that is, if elsewhere (IFLA_LINK_NETNSID). */
function describeLinked(
  { home, index, linked, linkedIndex, workplace }: Link,
  attributes: LinkMessage['attributes'],
): void {
  const place = linked?.home ?? workplace;
  const isElsewhere = place !== undefined && place !== home;
  if (isElsewhere) attributes.linkNamespaceId = home.namespaceNumber(place);
  const other = isElsewhere ? (linkedIndex ?? index) : linkedIndex;
  if (other !== undefined) attributes.link = other;
}

/** IFLA_LINKINFO: what its own kind and that of its master say about a link. */
function describeKinds(link: Link): LinkMessage['attributes']['information'] {
  const { kind, behaviour, master } = link;
  if (behaviour.isCreatable === false && master === undefined) return undefined;
  const information: LinkMessage['attributes']['information'] = {};
  if (behaviour.isCreatable !== false) information.kind = kind;
  const data = encoded(behaviour.data, behaviour.describe?.(link));
  if (data !== undefined) information.data = data;
  if (master === undefined) return information;
  const { ports } = master.behaviour;
  information.slaveKind = master.kind;
  const slaveData = encoded(ports?.data, ports?.describe?.(master, link));
  if (slaveData !== undefined) information.slaveData = slaveData;
  return information;
}

function encoded(set: AttributeSet | undefined, values: LinkData): Uint8Array | undefined {
  if (set === undefined || values === undefined) return undefined;
  const writer = new ByteWriter(512);
  set.encode(writer, values);
  return writer.slice();
}

function addressFamilies(link: Link, hasStatistics: boolean) {
  return {
    ...(link.ipv4 === undefined ? {} : { inet: { configuration: ipv4Settings(link.ipv4) } }),
    ...(link.ipv6 === undefined ? {} : { inet6: describeIpv6(link, link.ipv6, hasStatistics) }),
  };
}

function describeIpv6(link: Link, ipv6: Ipv6Configuration, hasStatistics: boolean) {
  const flags = ((ipv6.isReady ? IPV6_READY : 0) | (ipv6.hasSolicited ? ROUTERS_SOLICITED : 0)) >>> 0;
  const cacheInfo = ipv6CacheInfo(ipv6);
  const configuration = ipv6Settings(link);
  const { addressGenerationMode, token } = ipv6;
  if (!hasStatistics) return { flags, cacheInfo, configuration, token, addressGenerationMode };
  const statistics = IPV6_STATISTICS;
  const icmp6Statistics = ICMPV6_STATISTICS;
  return { flags, cacheInfo, configuration, statistics, icmp6Statistics, token, addressGenerationMode };
}

/** The stamp is in hundredths of a second. */
function ipv6CacheInfo({
  changedAtMs,
  neighbours: { reachableTimeMs, retransmitTimeMs },
}: Ipv6Configuration) {
  return {
    maximumReassembly: MAX_REASSEMBLY_BYTES,
    changedAt: Math.floor(changedAtMs / 10),
    reachableTimeMs,
    retransmitTimeMs,
  };
}
