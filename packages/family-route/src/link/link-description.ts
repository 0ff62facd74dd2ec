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
const NO_TOKEN = new Uint8Array(16);
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
  return {
    header,
    attributes: {
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
      ...(link.master === undefined ? {} : { master: link.master.index }),
      carrier: link.hasCarrier ? 1 : 0,
      ...(link.alias === undefined ? {} : { alias: link.alias }),
      carrierChanges: link.carrierUpCount + link.carrierDownCount,
      carrierUpCount: link.carrierUpCount,
      carrierDownCount: link.carrierDownCount,
      headroom: link.headroom,
      tailroom: 0,
      protoDown: link.isProtocolDown ? 1 : 0,
      ...(event === undefined ? {} : { event }),
      ...(link.address.length === 0 ? {} : { address: link.address, broadcast: link.broadcast }),
      statistics64: NO_STATISTICS_64,
      statistics: NO_STATISTICS,
      xdp: { attached: 0 },
      ...describeKinds(link),
      ...describeLinked(link),
      queueingDiscipline: link.hasQueue ? (traits.queueingDiscipline ?? 'noqueue') : 'noop',
      addressFamilies: link.isDying ? {} : addressFamilies(link, hasStatistics),
      hardwareMap: {} as never,
      ...(link.alternativeNames.length === 0
        ? {}
        : { properties: { alternativeNames: [...link.alternativeNames] } }),
      devlinkPort: {},
      dpllPin: {},
    },
  };
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
function describeLinked({ home, index, linked, linkedIndex, workplace }: Link) {
  const place = linked?.home ?? workplace;
  if (place !== undefined && place !== home)
    return { link: linkedIndex ?? index, linkNamespaceId: home.namespaceNumber(place) };
  return linkedIndex === undefined ? {} : { link: linkedIndex };
}

/** IFLA_LINKINFO: what its own kind and that of its master say about a link. */
function describeKinds(link: Link) {
  const { kind, behaviour, master } = link;
  const ports = master?.behaviour.ports;
  if (behaviour.isCreatable === false && master === undefined) return {};
  return {
    information: {
      ...(behaviour.isCreatable === false ? {} : { kind }),
      ...encoded('data', behaviour.data, behaviour.describe?.(link)),
      ...(master === undefined ? {} : { slaveKind: master.kind }),
      ...(master === undefined ? {} : encoded('slaveData', ports?.data, ports?.describe?.(master, link))),
    },
  };
}

function encoded<K extends string>(key: K, set: AttributeSet | undefined, values: LinkData) {
  if (set === undefined || values === undefined) return {};
  const writer = new ByteWriter(512);
  set.encode(writer, values);
  return { [key]: writer.slice() } as Record<K, Uint8Array>;
}

function addressFamilies(link: Link, hasStatistics: boolean) {
  const inet = { configuration: ipv4Settings(link) };
  return link.ipv6 === undefined ? { inet } : { inet, inet6: describeIpv6(link, link.ipv6, hasStatistics) };
}

function describeIpv6(link: Link, ipv6: Ipv6Configuration, hasStatistics: boolean) {
  return {
    flags: ((ipv6.isReady ? IPV6_READY : 0) | (ipv6.hasSolicited ? ROUTERS_SOLICITED : 0)) >>> 0,
    cacheInfo: ipv6CacheInfo(ipv6),
    configuration: ipv6Settings(link),
    ...(hasStatistics ? { statistics: IPV6_STATISTICS, icmp6Statistics: ICMPV6_STATISTICS } : {}),
    token: NO_TOKEN,
    addressGenerationMode: ipv6.addressGenerationMode,
  };
}

/** `struct ifla_cacheinfo`; the stamp is in hundredths of a second. */
function ipv6CacheInfo({ changedAtMs, neighbours }: Ipv6Configuration): Uint8Array {
  const { reachableTimeMs, retransmitTimeMs } = neighbours;
  const words = [MAX_REASSEMBLY_BYTES, Math.floor(changedAtMs / 10), reachableTimeMs, retransmitTimeMs];
  const view = new DataView(new ArrayBuffer(16));
  for (const [i, word] of words.entries()) view.setUint32(i * 4, word, true);
  return new Uint8Array(view.buffer);
}
