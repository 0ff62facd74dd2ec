import { isZero } from '../network/ip-bytes.js';
import { RouteScope } from '../route/route-numbers.js';

const LINK_LOCAL_SCOPE = 0x2;
const SITE_LOCAL_SCOPE = 0x5;
const NODE_LOCAL_SCOPE = 0x1;
const GLOBAL_SCOPE = 0xe;

export function isIpv6Multicast(address: Uint8Array): boolean {
  return address[0] === 0xff;
}

export function isIpv6LinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}

export function isIpv6Loopback(address: Uint8Array): boolean {
  return isZero(address.subarray(0, 15)) && address[15] === 1;
}

/** The scope by which addresses of a link are ordered, as multicast scopes count (RFC 4291). */
export function ipv6OrderingScope(address: Uint8Array): number {
  if (isIpv6Multicast(address)) return (address[1] ?? 0) & 0xf;
  if (isIpv6LinkLocal(address)) return LINK_LOCAL_SCOPE;
  if (isIpv6Loopback(address)) return NODE_LOCAL_SCOPE;
  if (address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0xc0) return SITE_LOCAL_SCOPE;
  return GLOBAL_SCOPE;
}

/** `ifa_scope`: IPv6 derives it from the address. */
export function ipv6Scope(address: Uint8Array): RouteScope {
  switch (ipv6OrderingScope(address)) {
    case NODE_LOCAL_SCOPE:
      return RouteScope.Host;
    case LINK_LOCAL_SCOPE:
      return RouteScope.Link;
    case SITE_LOCAL_SCOPE:
      return RouteScope.Site;
    default:
      return RouteScope.Universe;
  }
}

/** ff02::1:ff00:0/104 with the last three bytes of an address. */
export function solicitedNodeAddressOf(address: Uint8Array): Uint8Array {
  const solicited = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 0);
  solicited.set(address.subarray(13), 13);
  return solicited;
}
