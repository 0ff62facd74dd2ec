import { Errno, NO_CAUSE } from '@nlspace/core';
import { isZero } from '../../../network/ip-bytes.js';
import type { Link, LinkTraits } from '../../link.js';
import { LinkFlag, LinkType } from '../../link-flags.js';
import type { LinkBehaviour, LinkContext, LinkCreation } from '../../link-kind.js';
import type { LinkTable } from '../../link-table.js';
import { ETHERNET } from '../ethernet.js';
import type { Encapsulation } from './encapsulation-attributes.js';
import { refuse, Tunnels } from './tunnels.js';

export const IPV4_HEADER_BYTES = 20;
const ETHERNET_HEADER_BYTES = 14;
const SMALLEST_MTU = 68;
/** IP_MAX_MTU */
const LARGEST_MTU = 0xfff0;
const ETHERNET_MTU = 1500;
/** Of GRE, where keys and checksums are told of (TUNNEL_KEY). */
export const GRE_KEY = 0x2000;

/** `struct ip_tunnel` as far as packets and messages show it. */
export interface Ipv4Tunnel extends Required<Encapsulation> {
  /** Index of the link that its packets leave by; 0: by any. */
  readonly link: number;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly ttl: number;
  readonly tos: number;
  /** Packets are not fragmented. */
  readonly pathMtuDiscovery: number;
  readonly mark: number;
  readonly protocol: number;
  /** GRE_*, as on the wire. */
  readonly inputFlags: number;
  readonly outputFlags: number;
  readonly inputKey: Uint8Array;
  readonly outputKey: Uint8Array;
  /** Each packet says where it goes (collect metadata). */
  readonly isExternal: boolean;
  readonly ignoresFragmentation: number;
}

export const NO_ADDRESS = new Uint8Array(4);

/** What a point-to-point link over IPv4 is born with. */
export const IPV4_TUNNEL: LinkTraits = {
  ...ETHERNET,
  type: LinkType.Tunnel,
  flags: LinkFlag.NoArp,
  addressLength: 4,
  mtu: ETHERNET_MTU - IPV4_HEADER_BYTES,
  minimumMtu: 0,
  maximumMtu: 0,
};

/** The tunnels over IPv4 of one kind (`ip_tunnel.c`): made, changed and told apart. */
export class Ipv4Tunnels {
  readonly #tunnels = new Tunnels<Ipv4Tunnel>(identityOf);

  /** @param headerBytes what the kind puts between the IPv4 header and the packet. */
  constructor(private readonly headerBytes: (tunnel: Ipv4Tunnel) => number = () => 0) {}

  of(link: Link): Ipv4Tunnel {
    return this.#tunnels.of(link);
  }

  create(
    kindName: string,
    behaviour: LinkBehaviour,
    { parameters, links, lowerLinks }: LinkCreation,
    tunnel: Ipv4Tunnel,
  ): Link {
    this.#tunnels.refuseSame(tunnel, lowerLinks);
    const isEthernet = behaviour.traits.type === LinkType.Ethernet;
    const { address: _address, broadcast: _broadcast, mtu: wanted, ...others } = parameters;
    const mtu =
      wanted === undefined
        ? this.#mtuOf(tunnel, isEthernet, lowerLinks)
        : this.#clamped(tunnel, isEthernet, wanted);
    const traits: LinkTraits = {
      ...behaviour.traits,
      flags: flagsOf(behaviour.traits, tunnel),
      ...(tunnel.isExternal ? { namespaceBound: true } : {}),
      ...(tunnel.isExternal && behaviour.traits.type === LinkType.Ipv4Gre ? { type: LinkType.None } : {}),
    };
    const link = links.register(kindName, behaviour, { ...(isEthernet ? parameters : others), mtu }, traits);
    this.#tunnels.add(link, tunnel, lowerLinks);
    this.#show(link, tunnel);
    return link;
  }

  /**
   * The MTU follows where the link below is another, or the kind's own header has become longer or shorter.
   *
   * @throws {NetlinkError} EINVAL for ends that make it another kind of link, EEXIST when another tunnel is like that.
   */
  change(link: Link, tunnel: Ipv4Tunnel, { links }: LinkContext): void {
    const before = this.of(link);
    const isEthernet = link.traits.type === LinkType.Ethernet;
    if (!isEthernet && identityOf(tunnel) !== identityOf(before) && !this.#tunnels.isTaken(link, tunnel)) {
      const asked = isMulticast(tunnel.remote)
        ? LinkFlag.Broadcast
        : isZero(tunnel.remote)
          ? 0
          : LinkFlag.PointToPoint;
      const watched = LinkFlag.PointToPoint | LinkFlag.Broadcast;
      if (((link.administrativeFlags ^ asked) & watched) !== 0) refuse(Errno.EINVAL);
    }
    this.#tunnels.change(link, tunnel);
    this.#show(link, tunnel);
    if (before.link !== tunnel.link || before.mark !== tunnel.mark)
      link.mtu = this.#mtuOf(
        { ...tunnel, outputFlags: before.outputFlags },
        isEthernet,
        link.workplace ?? link.home,
      );
    const growth = this.headerBytes(tunnel) - this.headerBytes(before);
    if (growth !== 0) link.mtu = Math.max(SMALLEST_MTU, link.mtu - growth);
    links.announceState(link, NO_CAUSE);
  }

  /** @throws {NetlinkError} EINVAL for an MTU that no packet over IPv4 has. */
  refuseMtu(link: Link, mtu: number): void {
    const isEthernet = link.traits.type === LinkType.Ethernet;
    if (mtu < SMALLEST_MTU || mtu > this.#largestMtu(this.of(link), isEthernet)) refuse(Errno.EINVAL);
  }

  remove(link: Link): void {
    this.#tunnels.remove(link);
  }

  /** What fits into packets of the link that they leave by; without one, of an Ethernet. */
  #mtuOf(tunnel: Ipv4Tunnel, isEthernet: boolean, links: LinkTable): number {
    const lower = lowerOf(tunnel, links);
    const ownHeader = isEthernet ? ETHERNET_HEADER_BYTES : 0;
    const mtu = (lower?.mtu ?? ETHERNET_MTU) - ownHeader - IPV4_HEADER_BYTES - this.headerBytes(tunnel);
    return Math.max(SMALLEST_MTU, mtu);
  }

  #clamped(tunnel: Ipv4Tunnel, isEthernet: boolean, mtu: number): number {
    return Math.max(SMALLEST_MTU, Math.min(mtu, this.#largestMtu(tunnel, isEthernet)));
  }

  #largestMtu(tunnel: Ipv4Tunnel, isEthernet: boolean): number {
    return (
      LARGEST_MTU - IPV4_HEADER_BYTES - this.headerBytes(tunnel) - (isEthernet ? ETHERNET_HEADER_BYTES : 0)
    );
  }

  #show(link: Link, { link: index, local, remote }: Ipv4Tunnel): void {
    link.loneIndex = index;
    if (link.traits.type === LinkType.Ethernet) return;
    link.address = local;
    link.broadcast = remote;
  }
}

/** The link that packets of a tunnel leave by. */
export function lowerOf(
  { link, local, remote }: Pick<Ipv4Tunnel, 'link' | 'local' | 'remote'>,
  links: LinkTable,
): Link | undefined {
  const found = isZero(remote) ? undefined : links.outputLink(remote, local, link);
  return found ?? (link === 0 ? undefined : links.byIndex(link));
}

/** What of a request all tunnels over IPv4 read alike; what is not said is nothing, but the mark. */
export function addressesOf(requested: {
  link?: number;
  local?: Uint8Array;
  remote?: Uint8Array;
  ttl?: number;
  tos?: number;
}) {
  const { link = 0, local, remote, ttl = 0, tos = 0 } = requested;
  return {
    link,
    local: local?.slice(0, 4) ?? NO_ADDRESS,
    remote: remote?.slice(0, 4) ?? NO_ADDRESS,
    ttl,
    tos,
    protocol: 0,
    inputFlags: 0,
    outputFlags: 0,
    inputKey: NO_ADDRESS,
    outputKey: NO_ADDRESS,
    isExternal: false,
    ignoresFragmentation: 0,
  };
}

/** Links with and without a remote end do not become each other. */
export function refuseOtherShape(link: Link, remote: Uint8Array): void {
  if (link.has(LinkFlag.PointToPoint) === isZero(remote)) refuse(Errno.EINVAL);
}

export function isMulticast(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 0xf0) === 0xe0;
}

function flagsOf({ type, flags }: LinkTraits, { remote, isExternal }: Ipv4Tunnel): number {
  if (type === LinkType.Ethernet || isZero(remote)) return flags;
  const own = type === LinkType.Ipv4Gre && isMulticast(remote) && !isExternal ? LinkFlag.Broadcast : flags;
  return own | LinkFlag.PointToPoint;
}

/** A key counts where the flags say so; of those for whom each packet decides there is one. */
function identityOf({ isExternal, link, local, remote, inputFlags, inputKey }: Ipv4Tunnel): string {
  if (isExternal) return 'external';
  return [link, local, remote, (inputFlags & GRE_KEY) === 0 ? '' : inputKey].join(' ');
}
