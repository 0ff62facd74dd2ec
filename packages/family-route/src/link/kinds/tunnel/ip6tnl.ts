import { attr, defineAttributes, Errno } from '@nlspace/core';
import type { Link } from '../../link.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
} from '../../link-kind.js';
import { encapsulationAttributes, encapsulationOf } from './encapsulation-attributes.js';
import {
  IPV6_TUNNEL,
  type Ipv6Tunnel,
  Ipv6Tunnels,
  LARGEST_IPV6_MTU,
  LINK_HEADER_BYTES,
} from './ipv6-tunnels.js';
import { refuse, refuseAddress } from './tunnels.js';

/** `IFLA_IPTUN_*` in the order in which Linux 6.18 writes them for `ip6tnl`. */
const data = defineAttributes('ip6tnl', {
  link: attr.u32(1),
  local: attr.bytes(2, { length: 16 }),
  remote: attr.bytes(3, { length: 16 }),
  hopLimit: attr.u8(4),
  encapsulationLimit: attr.u8(6),
  flowInformation: attr.bytes(7, { length: 4 }),
  flags: attr.u32(8),
  protocol: attr.u8(9),
  mark: attr.u32(20),
  ...encapsulationAttributes(15),
  external: attr.flag(19),
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_IPV6, IPPROTO_IPIP, and 0 for any. */
const PROTOCOLS = [41, 4, 0];
const IPV6_HEADER_BYTES = 40;

/** IPv6 or IPv4 in IPv6 packets. No packet is ever sent. */
@LinkKind('ip6tnl')
export class Ip6tnlKind implements LinkBehaviour {
  readonly traits = { ...IPV6_TUNNEL, maximumMtu: LARGEST_IPV6_MTU - LINK_HEADER_BYTES - IPV6_HEADER_BYTES };
  readonly data = data as never;
  readonly changeAddress = refuseAddress;
  readonly #tunnels = new Ipv6Tunnels({
    headerBytes: () => 0,
    identity: ({ link, local, remote }) => [link, local, remote].join(' '),
    followsNamedLink: true,
  });

  validate(_parameters: LinkParameters, { protocol }: Data): void {
    if (protocol !== undefined && !PROTOCOLS.includes(protocol)) refuse(Errno.EINVAL);
  }

  create(creation: LinkCreation): Link {
    const requested: Data = creation.data;
    const tunnel = { ...tunnelOf(requested), ...encapsulationOf(requested) };
    return this.#tunnels.create('ip6tnl', this, creation, tunnel);
  }

  change(link: Link, requested: Data, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const tunnel = { ...tunnelOf(requested), ...encapsulationOf(requested, before) };
    if (tunnel.isExternal) refuse(Errno.EINVAL);
    this.#tunnels.change(link, { ...tunnel, isExternal: before.isExternal }, context);
  }

  describe(link: Link): LinkData {
    const { isExternal, ...values } = this.#tunnels.of(link);
    return { ...values, ...(isExternal ? { external: true } : {}) };
  }

  changeMtu(link: Link, mtu: number): void {
    this.#tunnels.refuseMtu(link, mtu);
  }

  dismantle(link: Link): readonly Link[] {
    this.#tunnels.remove(link);
    return [link];
  }
}

function tunnelOf(requested: Data): Omit<Ipv6Tunnel, keyof ReturnType<typeof encapsulationOf>> {
  return {
    link: requested.link ?? 0,
    local: requested.local?.slice() ?? new Uint8Array(16),
    remote: requested.remote?.slice() ?? new Uint8Array(16),
    hopLimit: requested.hopLimit ?? 0,
    encapsulationLimit: requested.encapsulationLimit ?? 0,
    flowInformation: requested.flowInformation?.slice() ?? new Uint8Array(4),
    flags: requested.flags ?? 0,
    protocol: requested.protocol ?? 0,
    mark: requested.mark ?? 0,
    inputFlags: 0,
    outputFlags: 0,
    inputKey: new Uint8Array(4),
    outputKey: new Uint8Array(4),
    isExternal: requested.external !== undefined,
  };
}
