import { Errno, NO_CAUSE } from '@nlspace/core';
import { isZero } from '../../../network/ip-bytes.js';
import type { Link, LinkTraits } from '../../link.js';
import { LinkFlag, LinkType } from '../../link-flags.js';
import type { LinkBehaviour, LinkContext, LinkCreation } from '../../link-kind.js';
import type { LinkTable } from '../../link-table.js';
import { ETHERNET } from '../ethernet.js';
import type { Encapsulation } from './encapsulation-attributes.js';
import { refuse, Tunnels } from './tunnels.js';

const IPV6_HEADER_BYTES = 40;
const ETHERNET_HEADER_BYTES = 14;
/** The option that says how often a packet may be wrapped. */
const LIMIT_OPTION_BYTES = 8;
/** LL_MAX_HEADER of a kernel with all that distributions build in. */
export const LINK_HEADER_BYTES = 128;
const ETHERNET_MTU = 1500;
const SMALLEST_IPV6_MTU = 1280;
const SMALLEST_MTU = 68;
/** IP6_MAX_MTU and IP_MAX_MTU */
export const LARGEST_IPV6_MTU = 65_575;
const LARGEST_IPV4_MTU = 0xfff0;
const IPV6_INSIDE = 41;

/** IP6_TNL_F_* */
enum TunnelFlag {
  IgnoreLimit = 0x1,
  CanSend = 0x10000,
  CanReceive = 0x20000,
  DependsOnPacket = 0x40000,
}
const COMPUTED = TunnelFlag.CanSend | TunnelFlag.CanReceive | TunnelFlag.DependsOnPacket;

/** `struct __ip6_tnl_parm` as far as packets and messages show it. */
export interface Ipv6Tunnel extends Required<Encapsulation> {
  readonly link: number;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly hopLimit: number;
  readonly encapsulationLimit: number;
  readonly flowInformation: Uint8Array;
  readonly flags: number;
  readonly protocol: number;
  readonly mark: number;
  readonly inputFlags: number;
  readonly outputFlags: number;
  readonly inputKey: Uint8Array;
  readonly outputKey: Uint8Array;
  readonly isExternal: boolean;
}

/** What a point-to-point link over IPv6 is born with. */
export const IPV6_TUNNEL: LinkTraits = {
  ...ETHERNET,
  type: LinkType.Tunnel6,
  flags: LinkFlag.NoArp,
  addressLength: 16,
  mtu: ETHERNET_MTU - IPV6_HEADER_BYTES - LIMIT_OPTION_BYTES,
};

export interface Ipv6TunnelRules {
  /** What the kind puts between the IPv6 header and the packet. */
  headerBytes(tunnel: Ipv6Tunnel): number;
  /** What packets tell tunnels apart by. */
  identity(tunnel: Ipv6Tunnel): string;
  /** The MTU follows the link below that is named where there is no route. */
  readonly followsNamedLink: boolean;
}

/** The tunnels over IPv6 of one kind: made, changed and told apart. */
export class Ipv6Tunnels {
  readonly #tunnels: Tunnels<Ipv6Tunnel>;

  constructor(private readonly rules: Ipv6TunnelRules) {
    this.#tunnels = new Tunnels((tunnel) => (tunnel.isExternal ? 'external' : rules.identity(tunnel)));
  }

  of(link: Link): Ipv6Tunnel {
    return this.#tunnels.of(link);
  }

  create(
    kindName: string,
    behaviour: LinkBehaviour,
    { parameters, links, lowerLinks }: LinkCreation,
    requested: Ipv6Tunnel,
  ): Link {
    const tunnel = withCapabilities(requested);
    this.#tunnels.refuseSame(tunnel, lowerLinks);
    const { type } = behaviour.traits;
    const isEthernet = type === LinkType.Ethernet;
    const { address: _address, broadcast: _broadcast, mtu: wanted, ...others } = parameters;
    const traits: LinkTraits = {
      ...behaviour.traits,
      flags: flagsOf(behaviour.traits.flags, isEthernet, tunnel),
      namespaceBound: tunnel.isExternal,
    };
    const lowerMtu = this.#mtuOver(tunnel, isEthernet, lowerLinks);
    const usual = lowerMtu ?? ETHERNET_MTU - this.#overhead(tunnel, isEthernet);
    const mtu = wanted !== undefined && isMtu(tunnel, wanted) ? wanted : usual;
    const link = links.register(kindName, behaviour, isEthernet ? withoutMtu(parameters) : others, traits);
    link.mtu = mtu;
    this.#tunnels.add(link, tunnel, lowerLinks);
    show(link, tunnel);
    return link;
  }

  change(link: Link, requested: Ipv6Tunnel, { links }: LinkContext): void {
    const tunnel = withCapabilities(requested);
    this.#tunnels.change(link, tunnel);
    const isEthernet = link.traits.type === LinkType.Ethernet;
    link.administrativeFlags = flagsOf(link.administrativeFlags & ~LinkFlag.PointToPoint, isEthernet, tunnel);
    show(link, tunnel);
    link.mtu = this.#mtuOver(tunnel, isEthernet, link.workplace ?? link.home) ?? link.mtu;
    links.announceState(link, NO_CAUSE);
  }

  refuseMtu(link: Link, mtu: number): void {
    if (!isMtu(this.of(link), mtu)) refuse(Errno.EINVAL);
  }

  remove(link: Link): void {
    this.#tunnels.remove(link);
  }

  #overhead(tunnel: Ipv6Tunnel, isEthernet: boolean): number {
    const option = (tunnel.flags & TunnelFlag.IgnoreLimit) === 0 ? LIMIT_OPTION_BYTES : 0;
    return (
      IPV6_HEADER_BYTES + this.rules.headerBytes(tunnel) + option + (isEthernet ? ETHERNET_HEADER_BYTES : 0)
    );
  }

  #mtuOver(tunnel: Ipv6Tunnel, isEthernet: boolean, links: LinkTable): number | undefined {
    if ((tunnel.flags & TunnelFlag.CanSend) === 0) return undefined;
    const named = this.rules.followsNamedLink ? links.byIndex(tunnel.link) : undefined;
    const lower = links.outputLink(tunnel.remote, tunnel.local, tunnel.link) ?? named;
    if (lower === undefined) return undefined;
    const mtu = Math.min(lower.mtu, LARGEST_IPV6_MTU) - this.#overhead(tunnel, isEthernet);
    return Math.max(SMALLEST_IPV6_MTU, mtu);
  }
}

function withoutMtu<P extends { mtu?: number }>({ mtu: _mtu, ...others }: P): Omit<P, 'mtu'> {
  return others;
}

function show(link: Link, { link: index, local, remote }: Ipv6Tunnel): void {
  link.loneIndex = index;
  if (link.traits.type === LinkType.Ethernet) return;
  link.address = local;
  link.broadcast = remote;
}

/** A tunnel with two ends that both can be is point-to-point. */
function flagsOf(flags: number, isEthernet: boolean, tunnel: Ipv6Tunnel): number {
  const both = TunnelFlag.CanSend | TunnelFlag.CanReceive;
  return !isEthernet && (tunnel.flags & both) === both ? flags | LinkFlag.PointToPoint : flags;
}

function isMtu({ protocol }: Ipv6Tunnel, mtu: number): boolean {
  const smallest = protocol === IPV6_INSIDE ? SMALLEST_IPV6_MTU : SMALLEST_MTU;
  const isForIpv6 = protocol === IPV6_INSIDE || protocol === 0;
  const headers = LINK_HEADER_BYTES + IPV6_HEADER_BYTES;
  return mtu >= smallest && mtu <= (isForIpv6 ? LARGEST_IPV6_MTU : LARGEST_IPV4_MTU) - headers;
}

/** Which way packets can go between two addresses (`ip6_tnl_get_cap`). */
function withCapabilities(tunnel: Ipv6Tunnel): Ipv6Tunnel {
  const { local, remote, link } = tunnel;
  const flags = tunnel.flags & ~COMPUTED;
  if (isZero(local) || isZero(remote)) return { ...tunnel, flags: flags | TunnelFlag.DependsOnPacket };
  const needsLink = isLinkLocal(local) || isLinkLocal(remote);
  if (isLoopback(local) || isLoopback(remote) || (needsLink && link === 0)) return { ...tunnel, flags };
  return {
    ...tunnel,
    flags:
      flags |
      (isMulticast(local) ? 0 : TunnelFlag.CanSend) |
      (isMulticast(remote) ? 0 : TunnelFlag.CanReceive),
  };
}

function isMulticast(address: Uint8Array): boolean {
  return address[0] === 0xff;
}

/** Of a multicast address, its scope says so. */
function isLinkLocal(address: Uint8Array): boolean {
  const [first = 0, second = 0] = address;
  return first === 0xff ? (second & 0xf) === 2 : first === 0xfe && (second & 0xc0) === 0x80;
}

function isLoopback(address: Uint8Array): boolean {
  return address[15] === 1 && isZero(address.subarray(0, 15));
}
