import { AddressFamily, type Network, RouteScope } from '@nlspace/family-route';
import { interfaceAddress } from '../network/interface.js';
import { type RouteMetrics, routeHeader } from '../wire/headers.js';
import type { Addresses, RtsockRouteMessage } from '../wire/message.js';
import { AddressSlot, BsdFamily, RtsockFlag, RtsockType } from '../wire/numbers.js';
import { internetAddress, netmaskOf, type SocketAddress } from '../wire/socket-address.js';
import { isHost, type Prefix, type RibChange, scopeOf } from './rib-entry.js';
import type { Path } from './way.js';

const TYPES = { add: RtsockType.Add, delete: RtsockType.Delete, change: RtsockType.Change } as const;

/** Metrics that say nothing. */
export const NO_METRICS: RouteMetrics = routeHeader.read(new Uint8Array(routeHeader.size)).metrics;

/** RTM_ADD, DELETE or CHANGE of a path, as it is told to everybody. */
export function changeMessage({ command, prefix, path, isLast }: RibChange): RtsockRouteMessage {
  return {
    kind: 'route',
    type: TYPES[command],
    header: {
      interfaceIndex: path.way.interfaceIndex,
      spare: 0,
      flags: routeFlags(path, isLast) | RtsockFlag.Done,
      pid: 0,
      sequence: 0,
      errno: 0,
      flagMask: 0,
      inits: 0n,
      metrics: NO_METRICS,
    },
    addresses: pathAddresses(prefix, path),
  };
}

/** RTF_*: a route that is no more is not up. */
export function routeFlags({ way }: Path, isGone: boolean): number {
  return (way.flags | (isGone ? 0 : RtsockFlag.Up)) >>> 0;
}

/** Where to, through what, and how much of that is meant. */
export function pathAddresses(prefix: Prefix, path: Path): Addresses {
  const { destination, length } = prefix;
  const width = destination.length === 4 ? 4 : 16;
  return {
    [AddressSlot.Destination]: internetAddress(destination, scopeOf(prefix, path)),
    [AddressSlot.Gateway]: path.way.gateway,
    ...(isHost(prefix) ? {} : { [AddressSlot.Netmask]: netmaskOf(length, width) }),
  };
}

/** RTA_IFP, RTA_IFA and, on point-to-point links, RTA_BRD of a path. */
export function interfaceAddresses(network: Network, prefix: Prefix, { way }: Path): Addresses {
  const link = network.links.byIndex(way.interfaceIndex);
  if (link === undefined) return {};
  const family = prefix.family === BsdFamily.Inet ? AddressFamily.Inet : AddressFamily.Inet6;
  const { gateway, addressInterfaceIndex: index } = way;
  const toward = gateway.family === prefix.family ? gateway.address : prefix.destination;
  const scope = link.isLoopback ? RouteScope.Host : RouteScope.Link;
  const own =
    way.source !== undefined && network.addresses.isLocal(family, way.source) ? way.source : undefined;
  const source = own ?? network.addresses.selectSource(family, index, scope, toward);
  const local: SocketAddress = source === undefined ? interfaceAddress(link) : internetAddress(source, index);
  const pair = network.addresses
    .of(link, family)
    .find((address) => address.local === source && address.peer !== address.local);
  const isPair = pair?.peer.some((byte, i) => byte !== pair.local[i]) === true;
  return {
    [AddressSlot.Interface]: interfaceAddress(link),
    [AddressSlot.InterfaceAddress]: local,
    ...(pair !== undefined && isPair ? { [AddressSlot.Broadcast]: internetAddress(pair.peer, index) } : {}),
  };
}

/** What answers and dumps tell of a path beside where it goes. */
export function pathMetrics(network: Network, { way, weight }: Path): RouteMetrics {
  const mtu = way.mtu === 0 ? (network.links.byIndex(way.interfaceIndex)?.mtu ?? 0) : way.mtu;
  return { ...NO_METRICS, mtu: BigInt(mtu), weight: BigInt(weight), nexthopIndex: BigInt(way.index) };
}
