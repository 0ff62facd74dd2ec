import type { Clock } from '../network/clock.js';
import type { AddressFamily } from '../network/ip-bytes.js';
import type { RouteEvent, RoutesUpdatedEvent } from './route-events.js';

/** What routing must know of a link. */
export interface RouteLink {
  readonly index: number;
  readonly name: string;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  readonly isLoopback: boolean;
  /** Undefined while IPv4 is off. */
  readonly ipv4: object | undefined;
  readonly mtu: number;
  readonly group: number;
  /** The VRF that it is or belongs to, and the table of that. */
  readonly vrf: { readonly index: number; readonly ownTable: number | undefined } | undefined;
}

/** What routing asks of the rest of the network. */
export interface RouteEnvironment {
  readonly links: {
    byIndex(index: number): RouteLink | undefined;
  };
  readonly addresses: {
    /** Whether an address belongs to this host: to the link, if one is given. */
    isLocal(
      addressFamily: AddressFamily,
      address: Uint8Array,
      interfaceIndex?: number,
      /** Only links that are in the same VRF as this one, or in none as it is. */
      near?: RouteLink,
    ): boolean;
    /** The index of the link that it belongs to. */
    localLink(addressFamily: AddressFamily, address: Uint8Array): number | undefined;
    /**
     * The source address that packets get when the route names none: IPv4 as inet_select_addr (the address of the link,
     * else of another, whose scope is not narrower than `scope` and whose prefix holds `destination` if one does); IPv6 as
     * RFC 6724 picks.
     */
    selectSource(
      addressFamily: AddressFamily,
      interfaceIndex: number | undefined,
      scope: number,
      destination?: Uint8Array,
    ): Uint8Array | undefined;
  };
  readonly clock: Clock;
  emit(event: RouteEvent | RoutesUpdatedEvent): void;
}
