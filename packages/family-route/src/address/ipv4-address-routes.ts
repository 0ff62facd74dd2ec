import { NO_CAUSE } from '@nlspace/core';
import { AddressFamily, equalBytes, samePrefix, withHostBits } from '../network/ip-bytes.js';
import type { KernelRoute, KernelRoutes } from '../network/kernel-routes.js';
import { RouteScope, RouteTableId } from '../route/route-numbers.js';
import { AddressFlag } from './address-flags.js';
import type { InterfaceAddress } from './interface-address.js';

enum RouteType {
  Unicast = 1,
  Local = 2,
  Broadcast = 3,
}
const KERNEL_PROTOCOL = 2;
const LIMITED_BROADCAST = Uint8Array.of(255, 255, 255, 255);

type Prefix = Pick<InterfaceAddress, 'peer' | 'prefixLength'>;

/** Whether two addresses are of the same prefix, so that one of them is secondary. */
export function sharesPrefix(a: Prefix, b: Prefix): boolean {
  return a.prefixLength === b.prefixLength && samePrefix(a.peer, b.peer, a.prefixLength);
}

/** The routes that IPv4 addresses bring: local, broadcast, prefix (`fib_add_ifaddr`, `fib_del_ifaddr`). */
export class Ipv4RoutesOfAddresses {
  constructor(private readonly routes: KernelRoutes) {}

  /** `siblings` are the addresses of the link, this one included. */
  add(address: InterfaceAddress, siblings: readonly InterfaceAddress[]): void {
    const { link, local, peer, prefixLength, broadcast, flags } = address;
    const source = primaryOf(address, siblings).local;
    const add = (type: RouteType, destination: Uint8Array, length = 32, priority = 0) =>
      this.routes.addKernelRoute(routeOf(address, type, destination, length, source, priority), NO_CAUSE);
    add(RouteType.Local, local);
    if (!link.isUp) return;
    if (broadcast !== undefined && !equalBytes(broadcast, LIMITED_BROADCAST))
      add(RouteType.Broadcast, broadcast);
    const prefix = withHostBits(peer, prefixLength, 'zeros');
    if (!hasPrefixRoutes(address, prefix)) return;
    if ((flags & AddressFlag.NoPrefixRoute) === 0) {
      add(link.isLoopback ? RouteType.Local : RouteType.Unicast, prefix, prefixLength, address.priority);
    }
    if (prefixLength < 31) add(RouteType.Broadcast, withHostBits(peer, prefixLength, 'ones'));
  }

  /** `siblings` are the addresses that the link still has. What one of them needs stays. */
  remove(
    address: InterfaceAddress,
    siblings: readonly InterfaceAddress[],
    primary = primaryOf(address, siblings),
  ): void {
    const { link, local, peer, prefixLength, broadcast, flags } = address;
    const isSecondary = (flags & AddressFlag.Secondary) !== 0;
    if (isSecondary && primary === address) return;
    const remove = (type: RouteType, destination: Uint8Array, length = 32, priority = 0) =>
      this.routes.removeKernelRoute(
        routeOf(address, type, destination, length, primary.local, priority),
        NO_CAUSE,
      );
    const prefix = withHostBits(peer, prefixLength, 'zeros');
    const prefixBroadcast = withHostBits(peer, prefixLength, 'ones');
    const hadPrefix = !isSecondary && hasPrefixRoutes(address, prefix);
    if (hadPrefix && (flags & AddressFlag.NoPrefixRoute) === 0) {
      remove(link.isLoopback ? RouteType.Local : RouteType.Unicast, prefix, prefixLength, address.priority);
    }
    const kept =
      link.ipv4?.isEnding === false
        ? siblings.filter((other) => {
            const isSecondaryOfIt =
              (other.flags & AddressFlag.Secondary) !== 0 && sharesPrefix(other, primary);
            return isSecondaryOfIt || equalBytes(primaryOf(other, siblings).local, primary.local);
          })
        : [];
    const isBroadcastKept = (destination: Uint8Array) =>
      kept.some((other) => broadcastsOf(other).some((one) => equalBytes(one, destination)));
    if (broadcast !== undefined && !isBroadcastKept(broadcast)) remove(RouteType.Broadcast, broadcast);
    if (hadPrefix && prefixLength < 31 && !isBroadcastKept(prefixBroadcast))
      remove(RouteType.Broadcast, prefixBroadcast);
    if (!kept.some((other) => equalBytes(other.local, local))) remove(RouteType.Local, local);
  }

  /** Moves the prefix route to another metric: the new one comes before the old one goes. */
  changePriority(address: InterfaceAddress, priority: number, siblings: readonly InterfaceAddress[]): void {
    const { link, peer, prefixLength, flags } = address;
    const prefix = withHostBits(peer, prefixLength, 'zeros');
    const isWithout = (flags & (AddressFlag.NoPrefixRoute | AddressFlag.Secondary)) !== 0;
    if (!link.isUp || isWithout || !hasPrefixRoutes(address, prefix)) return;
    const source = primaryOf(address, siblings).local;
    const type = link.isLoopback ? RouteType.Local : RouteType.Unicast;
    this.routes.addKernelRoute(routeOf(address, type, prefix, prefixLength, source, priority), NO_CAUSE);
    this.routes.removeKernelRoute(
      routeOf(address, type, prefix, prefixLength, source, address.priority),
      NO_CAUSE,
    );
  }
}

function primaryOf(address: InterfaceAddress, siblings: readonly InterfaceAddress[]): InterfaceAddress {
  if ((address.flags & AddressFlag.Secondary) === 0) return address;
  const isPrimary = (other: InterfaceAddress) =>
    (other.flags & AddressFlag.Secondary) === 0 && sharesPrefix(other, address);
  return siblings.find(isPrimary) ?? address;
}

/** A prefix of 0.0.0.0/8 or a single address has none. */
function hasPrefixRoutes({ flags, prefixLength, local }: InterfaceAddress, prefix: Uint8Array): boolean {
  if ((flags & AddressFlag.Secondary) !== 0 || prefix[0] === 0) return false;
  return prefixLength < 32 || !equalBytes(prefix, local);
}

function broadcastsOf(address: InterfaceAddress): Uint8Array[] {
  const { broadcast, peer, prefixLength, flags } = address;
  const own = broadcast === undefined ? [] : [broadcast];
  const isPrimary = (flags & AddressFlag.Secondary) === 0;
  return isPrimary && prefixLength < 31 ? [...own, withHostBits(peer, prefixLength, 'ones')] : own;
}

function routeOf(
  { link }: InterfaceAddress,
  type: RouteType,
  destination: Uint8Array,
  prefixLength: number,
  preferredSource: Uint8Array,
  priority: number,
): KernelRoute {
  return {
    addressFamily: AddressFamily.Inet,
    table: link.vrf?.ownTable ?? (type === RouteType.Unicast ? RouteTableId.Main : RouteTableId.Local),
    destination,
    prefixLength,
    type,
    scope: type === RouteType.Local ? RouteScope.Host : RouteScope.Link,
    protocol: KERNEL_PROTOCOL,
    interfaceIndex: link.index,
    preferredSource,
    ...(priority === 0 ? {} : { priority }),
  };
}
