import type { Link } from '../link/link.js';
import { LinkFlag, LinkType } from '../link/link-flags.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { type PackedBytes, packBytes } from '../network/packed-bytes.js';
import { RouteType } from '../route/route-numbers.js';
import { NeighbourState } from './neighbour-numbers.js';

/** How an entry begins, before the request that makes it is applied. */
export interface NeighbourBirth {
  readonly address: PackedBytes;
  /** RTN_* */
  readonly type: number;
  readonly state: number;
  readonly linkLayerAddress?: PackedBytes | undefined;
}

/** In what the two neighbour caches differ. */
export interface NeighbourFamily {
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly name: string;
  readonly addressBytes: number;
  /** What one entry takes in the kernel (`ndtc_entry_size`). */
  readonly entryBytes: number;
  readonly lockTimeMs: number;
  isMulticast(address: PackedBytes): boolean;
  birth(link: Link, address: PackedBytes): NeighbourBirth;
}

/** @param typeOf RTN_* of an address as the local table has it. */
export function arpFamily(typeOf: (link: Link, address: PackedBytes) => number): NeighbourFamily {
  return {
    addressFamily: AddressFamily.Inet,
    name: 'arp_cache',
    addressBytes: 4,
    entryBytes: 336,
    lockTimeMs: 1000,
    isMulticast: isIpv4Multicast,
    birth(link, asked) {
      // All that is behind such links is one neighbour.
      const isOnlyOne = link.isLoopback || link.has(LinkFlag.PointToPoint);
      const address = isOnlyOne ? '\0\0\0\0' : asked;
      const type = typeOf(link, address);
      const born = (state: number, linkLayerAddress?: PackedBytes): NeighbourBirth => ({
        address,
        type,
        state,
        linkLayerAddress,
      });
      if (link.address.length === 0) return born(NeighbourState.NoArp);
      if (type === RouteType.Multicast)
        return born(NeighbourState.NoArp, multicastMac(link, ipv4MulticastMac(address)));
      if (link.has(LinkFlag.NoArp) || link.isLoopback)
        return born(NeighbourState.NoArp, packBytes(link.address));
      if (type === RouteType.Broadcast || link.has(LinkFlag.PointToPoint))
        return born(NeighbourState.NoArp, packBytes(link.broadcast, link.address.length));
      return born(NeighbourState.None);
    },
  };
}

export const NDISC_FAMILY: NeighbourFamily = {
  addressFamily: AddressFamily.Inet6,
  name: 'ndisc_cache',
  addressBytes: 16,
  entryBytes: 344,
  lockTimeMs: 0,
  isMulticast: isIpv6Multicast,
  birth(link, address) {
    const isMulticast = isIpv6Multicast(address);
    const type = isMulticast ? RouteType.Multicast : link.isLoopback ? RouteType.Local : RouteType.Unicast;
    const state = NeighbourState.NoArp;
    if (link.address.length === 0) return { address, type, state };
    if (isMulticast)
      return { address, type, state, linkLayerAddress: multicastMac(link, `\x33\x33${address.slice(12)}`) };
    if (link.has(LinkFlag.NoArp) || link.isLoopback)
      return { address, type, state, linkLayerAddress: packBytes(link.address) };
    if (link.has(LinkFlag.PointToPoint))
      return { address, type, state, linkLayerAddress: packBytes(link.broadcast, link.address.length) };
    return { address, type, state: NeighbourState.None };
  },
};

function isIpv4Multicast(address: PackedBytes): boolean {
  return (address.charCodeAt(0) & 0xf0) === 0xe0;
}

function isIpv6Multicast(address: PackedBytes): boolean {
  return address.charCodeAt(0) === 0xff;
}

/** Only Ethernet has groups of its own; elsewhere everybody is told. */
function multicastMac(link: Link, mac: PackedBytes): PackedBytes {
  return link.traits.type === LinkType.Ethernet ? mac : packBytes(link.broadcast, link.address.length);
}

function ipv4MulticastMac(address: PackedBytes): PackedBytes {
  return `\x01\x00\x5e${String.fromCharCode(address.charCodeAt(1) & 0x7f)}${address.slice(2)}`;
}
