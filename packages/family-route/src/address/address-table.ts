import type { Link } from '../link/link.js';
import type { LinkTable } from '../link/link-table.js';
import { AddressFamily, commonPrefixLength, equalBytes, samePrefix } from '../network/ip-bytes.js';
import type { RouteLink } from '../route/route-environment.js';
import { RouteScope } from '../route/route-numbers.js';
import { AddressFlag } from './address-flags.js';
import type { InterfaceAddress } from './interface-address.js';
import { type AddressSources, Ipv4Addresses } from './ipv4-addresses.js';
import { Ipv6Addresses } from './ipv6-addresses.js';
import { ipv6Scope } from './ipv6-scope.js';

const LOOPBACK_INDEX = 1;

/** The addresses of a network, and what routing asks about them. */
export class AddressTable {
  readonly ipv4: Ipv4Addresses;
  readonly ipv6: Ipv6Addresses;
  readonly #links: LinkTable;

  constructor(links: LinkTable, sources: AddressSources) {
    this.#links = links;
    this.ipv4 = new Ipv4Addresses(sources);
    this.ipv6 = new Ipv6Addresses(sources);
    links.observe(this.ipv4);
    links.observe(this.ipv6);
  }

  /** In the order of a dump: by link, each in the order of its family. */
  *all(addressFamily: AddressFamily): Generator<InterfaceAddress> {
    for (const link of this.#links.all()) yield* this.of(link, addressFamily);
  }

  of(link: Link, addressFamily: AddressFamily): readonly InterfaceAddress[] {
    return addressFamily === AddressFamily.Inet ? this.ipv4.of(link) : this.ipv6.of(link);
  }

  /** Whether an address is one of our own: of the link, if one is given. Of a loopback link every address of its prefixes is. */
  isLocal(
    addressFamily: AddressFamily,
    address: Uint8Array,
    interfaceIndex?: number,
    near?: Pick<RouteLink, 'vrf'>,
  ): boolean {
    return this.localLink(addressFamily, address, interfaceIndex, near) !== undefined;
  }

  /** The index of the link whose address it is, as `isLocal` sees it. */
  localLink(
    addressFamily: AddressFamily,
    address: Uint8Array,
    interfaceIndex?: number,
    near?: Pick<RouteLink, 'vrf'>,
  ): number | undefined {
    const { own } = addressFamily === AddressFamily.Inet ? this.ipv4 : this.ipv6;
    for (const { link, flags } of own.of(address)) {
      if (near !== undefined && link.vrf !== near.vrf) continue;
      const isMeant = interfaceIndex === undefined || link.index === interfaceIndex;
      if (isMeant && (flags & AddressFlag.Tentative) === 0) return link.index;
    }
    if (addressFamily !== AddressFamily.Inet || (interfaceIndex ?? LOOPBACK_INDEX) !== LOOPBACK_INDEX)
      return undefined;
    const loopback = this.#links.byIndex(LOOPBACK_INDEX);
    if (loopback === undefined) return undefined;
    const isWithin = this.ipv4
      .of(loopback)
      .some(({ peer, prefixLength }) => samePrefix(peer, address, prefixLength));
    return isWithin ? loopback.index : undefined;
  }

  /**
   * The address that packets to `destination` leave with. IPv4: the first primary whose scope is wide enough, best of
   * the destination's prefix (`inet_select_addr`). IPv6: RFC 6724 as far as scope, state and longest match go.
   */
  selectSource(
    addressFamily: AddressFamily,
    interfaceIndex: number | undefined,
    scope: number,
    destination?: Uint8Array,
  ): Uint8Array | undefined {
    return addressFamily === AddressFamily.Inet
      ? this.#selectIpv4(interfaceIndex, scope, destination)
      : this.#selectIpv6(interfaceIndex, destination);
  }

  #selectIpv4(
    interfaceIndex: number | undefined,
    scope: number,
    destination: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const link = interfaceIndex === undefined ? undefined : this.#links.byIndex(interfaceIndex);
    if (link !== undefined) {
      const wanted = Math.min(scope, RouteScope.Host);
      let fallback: Uint8Array | undefined;
      for (const { flags, scope: own, local, peer, prefixLength } of this.ipv4.of(link)) {
        if ((flags & AddressFlag.Secondary) !== 0 || own > wanted) continue;
        if (destination === undefined || samePrefix(peer, destination, prefixLength)) return local;
        fallback ??= local;
      }
      if (fallback !== undefined) return fallback;
    }
    // A VRF is to its links what the loopback link is to all others: it is asked first.
    const vrf = link?.vrf;
    const fromVrf = vrf === undefined ? undefined : this.#widestIpv4(vrf, scope);
    if (fromVrf !== undefined) return fromVrf;
    for (const other of this.#links.all()) {
      const found = other.vrf === vrf ? this.#widestIpv4(other, scope) : undefined;
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #widestIpv4(link: Link, scope: number): Uint8Array | undefined {
    const isWide = ({ flags, scope: own }: InterfaceAddress) =>
      (flags & AddressFlag.Secondary) === 0 && own !== RouteScope.Link && own <= scope;
    return this.ipv4.of(link).find(isWide)?.local;
  }

  #selectIpv6(
    interfaceIndex: number | undefined,
    destination: Uint8Array | undefined,
  ): Uint8Array | undefined {
    const wanted = destination === undefined ? RouteScope.Universe : ipv6Scope(destination);
    const vrf = interfaceIndex === undefined ? undefined : this.#links.byIndex(interfaceIndex)?.vrf;
    let best: InterfaceAddress | undefined;
    let bestRank: readonly number[] = [];
    for (const candidate of this.all(AddressFamily.Inet6)) {
      const { flags, scope, link, local } = candidate;
      if ((flags & AddressFlag.Tentative) !== 0 || link.vrf !== vrf) continue;
      const isHere = interfaceIndex === undefined || link.index === interfaceIndex;
      if (wanted >= RouteScope.Link && !isHere) continue;
      const rank = [
        destination !== undefined && equalBytes(local, destination) ? 1 : 0,
        scope === wanted ? 2 : scope < wanted ? 1 : 0,
        (flags & AddressFlag.Deprecated) === 0 ? 1 : 0,
        isHere ? 1 : 0,
        destination === undefined
          ? 0
          : Math.min(commonPrefixLength(local, destination), candidate.prefixLength),
      ];
      if (best === undefined || isGreater(rank, bestRank)) {
        best = candidate;
        bestRank = rank;
      }
    }
    return best?.local;
  }
}

function isGreater(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
