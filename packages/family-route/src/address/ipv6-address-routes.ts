import { NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link/link.js';
import { AddressFamily, samePrefix, withHostBits } from '../network/ip-bytes.js';
import type { KernelRoute, KernelRoutes } from '../network/kernel-routes.js';
import { RouteTableId } from '../route/route-numbers.js';
import { AddressFlag } from './address-flags.js';
import type { InterfaceAddress } from './interface-address.js';
import { FOREVER_SECONDS } from './lifetime.js';

enum RouteType {
  Unicast = 1,
  Local = 2,
  Multicast = 5,
}
const KERNEL_PROTOCOL = 2;
/** IP6_RT_PRIO_ADDRCONF */
const ADDRESS_PRIORITY = 256;
const MULTICAST_PREFIX = Uint8Array.of(0xff, ...new Array<number>(15).fill(0));

/** The routes that IPv6 addresses and links bring. */
export class Ipv6RoutesOfAddresses {
  constructor(private readonly routes: KernelRoutes) {}

  /** ff00::/8, once IPv6 works on a link. */
  addMulticast(link: Link): void {
    if (!link.isUp || link.isLoopback || link.ownTable !== undefined) return;
    this.#add(link, RouteType.Multicast, MULTICAST_PREFIX, 8, ADDRESS_PRIORITY);
  }

  /** The prefix route; the kernel refuses it while the link is down. */
  addPrefix({ link, local, prefixLength, flags, priority, lifetime }: InterfaceAddress): void {
    if (!link.isUp || (flags & AddressFlag.NoPrefixRoute) !== 0) return;
    const { validSeconds } = lifetime;
    const prefix = withHostBits(local, prefixLength, 'zeros');
    const metric = priority === 0 ? ADDRESS_PRIORITY : priority;
    const lifetimeSeconds = validSeconds === FOREVER_SECONDS ? undefined : validSeconds;
    this.#add(link, RouteType.Unicast, prefix, prefixLength, metric, lifetimeSeconds);
  }

  removePrefix({ link, local, prefixLength, priority }: InterfaceAddress): void {
    const prefix = withHostBits(local, prefixLength, 'zeros');
    const metric = priority === 0 ? ADDRESS_PRIORITY : priority;
    this.routes.removeKernelRoute(routeOf(link, RouteType.Unicast, prefix, prefixLength, metric), NO_CAUSE);
  }

  /** A change of an address brings the prefix of its peer, too. */
  addPeerPrefix(address: InterfaceAddress): void {
    this.addPrefix({ ...address, local: address.peer });
  }

  removePeerPrefix(address: InterfaceAddress): void {
    this.removePrefix({ ...address, local: address.peer });
  }

  /** What an address brings when it may be used: its local route, and one to its peer. */
  addHost(address: InterfaceAddress): void {
    const { link, local, peer, priority } = address;
    address.hostTable ??= tableOf(link, RouteType.Local);
    this.#add(link, RouteType.Local, local, 128, 0, undefined, address.hostTable);
    const metric = priority === 0 ? ADDRESS_PRIORITY : priority;
    if (peer !== local && link.isUp) this.#add(link, RouteType.Unicast, peer, 128, metric);
  }

  removeHost({ link, local, peer, priority, hostTable }: InterfaceAddress): void {
    const metric = priority === 0 ? ADDRESS_PRIORITY : priority;
    if (peer !== local)
      this.routes.removeKernelRoute(routeOf(link, RouteType.Unicast, peer, 128, metric), NO_CAUSE);
    this.routes.removeKernelRoute(routeOf(link, RouteType.Local, local, 128, 0, hostTable), NO_CAUSE);
  }

  /** Whether a prefix route goes with an address: not while a sibling stands for the same prefix. */
  ownsPrefix(address: InterfaceAddress, siblings: readonly InterfaceAddress[]): boolean {
    if ((address.flags & AddressFlag.NoPrefixRoute) !== 0) return false;
    return !siblings.some(
      (other) =>
        other !== address &&
        other.prefixLength === address.prefixLength &&
        samePrefix(other.local, address.local, address.prefixLength),
    );
  }

  #add(
    link: Link,
    type: RouteType,
    destination: Uint8Array,
    length: number,
    priority: number,
    lifetimeSeconds?: number,
    table?: number,
  ): void {
    const route = routeOf(link, type, destination, length, priority, table);
    this.routes.addKernelRoute(
      lifetimeSeconds === undefined ? route : { ...route, lifetimeSeconds },
      NO_CAUSE,
    );
  }
}

/** A link of a VRF has all its routes in the table of that. */
function tableOf({ vrf }: Link, type: RouteType): number {
  return vrf?.ownTable ?? (type === RouteType.Unicast ? RouteTableId.Main : RouteTableId.Local);
}

function routeOf(
  link: Link,
  type: RouteType,
  destination: Uint8Array,
  prefixLength: number,
  priority: number,
  table = tableOf(link, type),
): KernelRoute {
  return {
    addressFamily: AddressFamily.Inet6,
    table,
    destination,
    prefixLength,
    type,
    scope: 0,
    protocol: KERNEL_PROTOCOL,
    interfaceIndex: link.index,
    priority,
  };
}
