import {
  AddressFamily,
  type InterfaceAddress,
  type Network,
  type Nexthop,
  type RouteDescription,
  RouteMetric,
  RouteProtocol,
  RouteTableId,
  RouteType,
} from '@nlspace/family-route';
import { interfaceType } from '../network/interface.js';
import { bytesOf } from '../network/words.js';
import { InterfaceType, RtsockFlag } from '../wire/numbers.js';
import { internetAddress, linkGateway } from '../wire/socket-address.js';
import type { WayDefinition } from './way.js';

/** RTPROT_STATIC and RTPROT_ZEBRA: what RTF_STATIC and RTF_PROTO1 are called where there are protocols. */
export const STATIC_PROTOCOL = 4;
export const ZEBRA_PROTOCOL = 11;

/** RTF_* by who has made a route. */
const PROTOCOL_FLAGS: Readonly<Record<number, number>> = {
  [RouteProtocol.Kernel]: RtsockFlag.Pinned,
  [STATIC_PROTOCOL]: RtsockFlag.Static,
  [ZEBRA_PROTOCOL]: RtsockFlag.Protocol1,
};

/** RTF_* by the type of a route. FreeBSD has one kind of refusal beside silence. */
const TYPE_FLAGS: Readonly<Record<number, number>> = {
  [RouteType.Local]: RtsockFlag.Local,
  [RouteType.Broadcast]: RtsockFlag.Broadcast,
  [RouteType.Multicast]: RtsockFlag.Multicast,
  [RouteType.Blackhole]: RtsockFlag.Blackhole,
  [RouteType.Unreachable]: RtsockFlag.Reject,
  [RouteType.Prohibit]: RtsockFlag.Reject,
  [RouteType.Throw]: RtsockFlag.Reject,
};
const REFUSES = RtsockFlag.Blackhole | RtsockFlag.Reject;

const LOOPBACK_INDEX = 1;
const LOOPBACK_IPV4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK_IPV6 = Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? 1 : 0));

/** A path before its way has a number. */
export interface DerivedPath {
  readonly way: WayDefinition;
  readonly weight: number;
  readonly isOwn: boolean;
  readonly isTold: boolean;
}

/** What FreeBSD makes of a route of the network: one path for each of its nexthops. None for routes that it has not got. */
export function pathsOf(network: Network, route: RouteDescription): DerivedPath[] {
  if (route.sourceLength !== 0 || route.typeOfService !== 0) return [];
  if (route.table === RouteTableId.Local) return ownPaths(network, route);
  const { nexthops, type, metrics } = route;
  const typeFlags = TYPE_FLAGS[type] ?? 0;
  const mtu = metrics?.values[RouteMetric.Mtu] ?? 0;
  const shared =
    typeFlags |
    (PROTOCOL_FLAGS[route.protocol] ?? 0) |
    (isHost(route) ? RtsockFlag.Host : 0) |
    (mtu === 0 ? 0 : RtsockFlag.FixedMtu);
  const isDefault = route.destinationLength === 0;
  const source = route.hasPreferredSource ? bytesOf(route.preferredSource, widthOf(route)) : undefined;
  const common = { mtu, isDefault, source };
  if ((typeFlags & REFUSES) !== 0) {
    const way = { ...common, ...toLoopback(route), flags: shared };
    return [{ way, weight: 1, isOwn: false, isTold: true }];
  }
  return nexthops.map((nexthop) => ({
    way: { ...common, ...where(network, nexthop, shared) },
    weight: route.legs === undefined ? 1 : nexthop.weight,
    isOwn: false,
    isTold: true,
  }));
}

function where(
  network: Network,
  { interfaceIndex, gateway, gatewayFamily }: Nexthop,
  flags: number,
): Pick<WayDefinition, 'interfaceIndex' | 'addressInterfaceIndex' | 'gateway' | 'flags'> {
  const both = { interfaceIndex, addressInterfaceIndex: interfaceIndex };
  if (gatewayFamily === AddressFamily.Unspecified)
    return { ...both, gateway: linkGateway(interfaceIndex, typeOf(network, interfaceIndex)), flags };
  const address = bytesOf(gateway, gatewayFamily === AddressFamily.Inet ? 4 : 16);
  return {
    ...both,
    gateway: internetAddress(address, interfaceIndex),
    flags: flags | RtsockFlag.Gateway,
  };
}

function toLoopback(
  route: RouteDescription,
): Pick<WayDefinition, 'interfaceIndex' | 'addressInterfaceIndex' | 'gateway'> {
  const address = widthOf(route) === 4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6;
  return {
    interfaceIndex: LOOPBACK_INDEX,
    addressInterfaceIndex: LOOPBACK_INDEX,
    gateway: internetAddress(address, 0),
  };
}

/**
 * The route to an address of the host's own, which FreeBSD has in FIB 0: through the loopback link, with the link of the
 * address for a gateway. It is told only where it stands for the prefix as well.
 */
function ownPaths(network: Network, route: RouteDescription): DerivedPath[] {
  if (route.type !== RouteType.Local || !isHost(route)) return [];
  const { interfaceIndex } = route.nexthop;
  const link = network.links.byIndex(interfaceIndex);
  const address = bytesOf(route.destination, widthOf(route));
  const isIpv4 = address.length === 4;
  const isWholePrefix = ({ local, prefixLength }: InterfaceAddress): boolean =>
    prefixLength === 32 && local.every((byte, i) => byte === address[i]);
  const standsForPrefix =
    isIpv4 &&
    link !== undefined &&
    (link.isLoopback || network.addresses.of(link, AddressFamily.Inet).some(isWholePrefix));
  const flags = RtsockFlag.Host | RtsockFlag.Pinned | (standsForPrefix ? 0 : RtsockFlag.Static);
  return [
    {
      way: {
        interfaceIndex: LOOPBACK_INDEX,
        addressInterfaceIndex: interfaceIndex,
        gateway: linkGateway(interfaceIndex, typeOf(network, interfaceIndex)),
        flags,
        mtu: 0,
        isDefault: false,
        source: address,
      },
      weight: 1,
      isOwn: true,
      isTold: standsForPrefix,
    },
  ];
}

function typeOf(network: Network, interfaceIndex: number): InterfaceType {
  const link = network.links.byIndex(interfaceIndex);
  return link === undefined ? InterfaceType.Other : interfaceType(link);
}

function widthOf({ addressFamily }: RouteDescription): 4 | 16 {
  return addressFamily === AddressFamily.Inet ? 4 : 16;
}

function isHost(route: RouteDescription): boolean {
  return route.destinationLength === widthOf(route) * 8;
}
