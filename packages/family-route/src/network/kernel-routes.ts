import type { Cause } from '@nlspace/core';
import type { AddressFamily } from './ip-bytes.js';

/** A route that an address or a link brings along (protocol `kernel`). */
export interface KernelRoute {
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly table: number;
  readonly destination: Uint8Array;
  readonly prefixLength: number;
  /** RTN_* */
  readonly type: number;
  /** RT_SCOPE_* */
  readonly scope: number;
  /** RTPROT_* */
  readonly protocol: number;
  readonly interfaceIndex: number;
  readonly preferredSource?: Uint8Array;
  readonly priority?: number;
  readonly flags?: number;
  /** The route goes by itself after so many seconds. */
  readonly lifetimeSeconds?: number;
}

/** What links and addresses ask of routing. Adding what is there and removing what is not is silently nothing. */
export interface KernelRoutes {
  addKernelRoute(route: KernelRoute, cause: Cause): void;
  removeKernelRoute(route: KernelRoute, cause: Cause): void;
  linkUp(interfaceIndex: number, cause: Cause): void;
  linkDown(interfaceIndex: number, cause: Cause): void;
  /** IPv6 ends on a link that may stay up. */
  ipv6Disabled(interfaceIndex: number, cause: Cause): void;
  /** IPv4 goes by the carrier, IPv6 by whether the link is operational. */
  linkStateChanged(interfaceIndex: number, hasCarrier: boolean, isOperational: boolean): void;
  linkRemoved(interfaceIndex: number, cause: Cause): void;
  /** IPv4: the link has got an address. */
  addressAdded(interfaceIndex: number): void;
  /** IPv4: the link has no address any more. */
  lastAddressRemoved(interfaceIndex: number): void;
  addressRemoved(
    addressFamily: AddressFamily.Inet | AddressFamily.Inet6,
    address: Uint8Array,
    cause: Cause,
    /** IPv4: that of the VRF whose link had it. @default main */
    table?: number,
  ): void;
  /** IPv4: the link has come to a VRF or left one, so that no route through it can stay. */
  linkRehomed(interfaceIndex: number): void;
}
