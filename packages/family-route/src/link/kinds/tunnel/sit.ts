import { attr, defineAttributes, Errno, NO_CAUSE } from '@nlspace/core';
import { equalBytes, isZero, withHostBits } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import { LinkFlag, LinkType } from '../../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
} from '../../link-kind.js';
import type { LinkTable } from '../../link-table.js';
import { type Encapsulation, encapsulationAttributes, encapsulationOf } from './encapsulation-attributes.js';
import { addressesOf, IPV4_HEADER_BYTES, IPV4_TUNNEL, lowerOf, refuseOtherShape } from './ipv4-tunnels.js';
import { ipTunnelAttributes } from './tunnel-attributes.js';
import { refuse, refuseAddress, refuseProtocol, Tunnels } from './tunnels.js';

/** `IFLA_IPTUN_*` in the order in which Linux 6.18 writes them for `sit`. */
const data = defineAttributes('sit', {
  ...ipTunnelAttributes(4),
  ttl: attr.u8(4),
  tos: attr.u8(5),
  pathMtuDiscovery: attr.u8(10),
  protocol: attr.u8(9),
  flags: attr.u16(8, { byteOrder: 'network' }),
  mark: attr.u32(20),
  rapidPrefix: attr.bytes(11, { length: 16 }),
  rapidRelayPrefix: attr.bytes(12, { length: 4 }),
  rapidPrefixLength: attr.u16(13),
  rapidRelayPrefixLength: attr.u16(14),
  ...encapsulationAttributes(15),
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_IPV6, IPPROTO_IPIP, IPPROTO_MPLS, and 0 for any. */
const IPV6_INSIDE = 41;
const PROTOCOLS = [IPV6_INSIDE, 4, 137, 0];
const DEFAULT_TTL = 64;
/** What IPv6 asks of a link. */
const SMALLEST_MTU = 1280;
/** IP6_MAX_MTU less the IPv4 header. */
const LARGEST_MTU = 65_575 - IPV4_HEADER_BYTES;

/** 6rd: which IPv6 addresses have the IPv4 address of their tunnel's end in them. */
interface Rapid {
  readonly rapidPrefix: Uint8Array;
  readonly rapidRelayPrefix: Uint8Array;
  readonly rapidPrefixLength: number;
  readonly rapidRelayPrefixLength: number;
}

/** 6to4 (2002::/16) */
const SIX_TO_FOUR: Rapid = {
  rapidPrefix: Uint8Array.of(0x20, 0x02, ...new Uint8Array(14)),
  rapidRelayPrefix: new Uint8Array(4),
  rapidPrefixLength: 16,
  rapidRelayPrefixLength: 0,
};

interface Sit extends Rapid, Required<Encapsulation> {
  readonly link: number;
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
  readonly ttl: number;
  readonly tos: number;
  readonly pathMtuDiscovery: number;
  readonly protocol: number;
  readonly flags: number;
  readonly mark: number;
}

/** IPv6, IPv4 or MPLS in IPv4 packets. No packet is ever sent. */
@LinkKind('sit')
export class SitKind implements LinkBehaviour {
  readonly traits = {
    ...IPV4_TUNNEL,
    type: LinkType.Sit,
    minimumMtu: SMALLEST_MTU,
    maximumMtu: LARGEST_MTU,
  };
  readonly data = data as never;
  readonly changeAddress = refuseAddress;
  readonly #tunnels = new Tunnels<Sit>(({ link, local, remote }) => [link, local, remote].join(' '));

  validate(_parameters: LinkParameters, { protocol }: Data): void {
    refuseProtocol(protocol, PROTOCOLS);
  }

  create({ parameters, data: requested, links, lowerLinks }: LinkCreation): Link {
    const tunnel = {
      ...tunnelOf(requested, 0),
      ...encapsulationOf(requested),
      ...rapidOf(requested, SIX_TO_FOUR),
    };
    this.#tunnels.refuseSame(tunnel, lowerLinks);
    const { address: _address, broadcast: _broadcast, mtu: wanted, ...others } = parameters;
    const mtu = wanted ?? mtuOf(tunnel, lowerLinks) ?? this.traits.mtu;
    const flags = this.traits.flags | (isZero(tunnel.remote) ? 0 : LinkFlag.PointToPoint);
    const link = links.register('sit', this, { ...others, mtu }, { ...this.traits, flags });
    this.#tunnels.add(link, tunnel, lowerLinks);
    show(link, tunnel);
    return link;
  }

  /** What a tunnel carries, and its flags, stay as they are. */
  change(link: Link, requested: Data, { links }: LinkContext): void {
    const before = this.#tunnels.of(link);
    const tunnel = {
      ...tunnelOf(requested, before.mark),
      ...encapsulationOf(requested, before),
      protocol: before.protocol,
      flags: before.flags,
    };
    refuseOtherShape(link, tunnel.remote);
    this.#tunnels.change(link, { ...before, ...tunnel });
    show(link, tunnel);
    if (before.link !== tunnel.link || before.mark !== tunnel.mark)
      link.mtu = mtuOf(tunnel, link.workplace ?? link.home) ?? link.mtu;
    links.announceState(link, NO_CAUSE);
    this.#tunnels.change(link, { ...before, ...tunnel, ...rapidOf(requested, before) });
  }

  describe(link: Link): LinkData {
    return this.#tunnels.of(link);
  }

  dismantle(link: Link): readonly Link[] {
    this.#tunnels.remove(link);
    return [link];
  }
}

function show(link: Link, { link: index, local, remote }: Pick<Sit, 'link' | 'local' | 'remote'>): void {
  link.loneIndex = index;
  link.address = local;
  link.broadcast = remote;
}

function mtuOf(tunnel: Pick<Sit, 'link' | 'local' | 'remote'>, links: LinkTable): number | undefined {
  const lower = lowerOf(tunnel, links);
  // The MTU of a VRF says nothing about packets.
  if (lower === undefined || lower.kind === 'vrf') return undefined;
  return Math.max(SMALLEST_MTU, lower.mtu - IPV4_HEADER_BYTES);
}

function tunnelOf(
  requested: Data,
  mark: number,
): Omit<Sit, keyof Rapid | keyof ReturnType<typeof encapsulationOf>> {
  const { pathMtuDiscovery = 1, protocol = IPV6_INSIDE, flags = 0 } = requested;
  const isBare = Object.keys(requested).length === 0;
  const { link, local, remote, tos } = addressesOf(requested);
  return {
    link,
    local,
    remote,
    ttl: requested.ttl ?? DEFAULT_TTL,
    tos,
    pathMtuDiscovery: !isBare && ((requested.ttl ?? 0) !== 0 || pathMtuDiscovery !== 0) ? 1 : 0,
    protocol,
    flags,
    mark: requested.mark ?? mark,
  };
}

/** What a request says of 6rd: all of it is new as soon as one part is there. */
function rapidOf(requested: Data, before: Rapid): Rapid {
  const { rapidPrefix, rapidRelayPrefix, rapidPrefixLength, rapidRelayPrefixLength } = requested;
  const parts = [rapidPrefix, rapidRelayPrefix, rapidPrefixLength, rapidRelayPrefixLength];
  if (parts.every((part) => part === undefined)) {
    const { rapidPrefix, rapidRelayPrefix, rapidPrefixLength, rapidRelayPrefixLength } = before;
    return { rapidPrefix, rapidRelayPrefix, rapidPrefixLength, rapidRelayPrefixLength };
  }
  const rapid: Rapid = {
    rapidPrefix: rapidPrefix?.slice() ?? new Uint8Array(16),
    rapidRelayPrefix: rapidRelayPrefix?.slice() ?? new Uint8Array(4),
    rapidPrefixLength: rapidPrefixLength ?? 0,
    rapidRelayPrefixLength: rapidRelayPrefixLength ?? 0,
  };
  // The rest of the IPv4 address must fit behind the prefix, into the upper half.
  const isTooLong =
    rapid.rapidRelayPrefixLength > 32 || rapid.rapidPrefixLength + 32 - rapid.rapidRelayPrefixLength > 64;
  if (isTooLong) refuse(Errno.EINVAL);
  const isPrefix = (address: Uint8Array, length: number) =>
    equalBytes(address, withHostBits(address, length, 'zeros'));
  if (
    !isPrefix(rapid.rapidPrefix, rapid.rapidPrefixLength) ||
    !isPrefix(rapid.rapidRelayPrefix, rapid.rapidRelayPrefixLength)
  )
    refuse(Errno.EINVAL);
  return rapid;
}
