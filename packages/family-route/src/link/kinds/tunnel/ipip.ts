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
import { addressesOf, IPV4_TUNNEL, type Ipv4Tunnel, Ipv4Tunnels, refuseOtherShape } from './ipv4-tunnels.js';
import { refuse, refuseAddress } from './tunnels.js';

/** `IFLA_IPTUN_*` in the order in which Linux 6.18 writes them for `ipip`. */
const data = defineAttributes('ipip', {
  link: attr.u32(1),
  local: attr.bytes(2, { length: 4 }),
  remote: attr.bytes(3, { length: 4 }),
  ttl: attr.u8(4),
  tos: attr.u8(5),
  protocol: attr.u8(9),
  pathMtuDiscovery: attr.u8(10),
  mark: attr.u32(20),
  ...encapsulationAttributes(15),
  external: attr.flag(19),
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_IPIP, IPPROTO_MPLS, and 0 for any. */
const IPV4_INSIDE = 4;
const PROTOCOLS = [IPV4_INSIDE, 137, 0];

/** IPv4 or MPLS in IPv4 packets. No packet is ever sent. */
@LinkKind('ipip')
export class IpipKind implements LinkBehaviour {
  readonly traits = IPV4_TUNNEL;
  readonly data = data as never;
  readonly changeAddress = refuseAddress;
  readonly #tunnels = new Ipv4Tunnels();

  validate(_parameters: LinkParameters, { protocol }: Data): void {
    if (protocol !== undefined && !PROTOCOLS.includes(protocol)) refuse(Errno.EINVAL);
  }

  create(creation: LinkCreation): Link {
    const requested: Data = creation.data;
    const tunnel = { ...tunnelOf(requested), ...encapsulationOf(requested), mark: requested.mark ?? 0 };
    return this.#tunnels.create('ipip', this, creation, tunnel);
  }

  change(link: Link, requested: Data, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const tunnel = {
      ...tunnelOf(requested),
      ...encapsulationOf(requested, before),
      mark: requested.mark ?? before.mark,
      protocol: before.protocol,
    };
    if (tunnel.isExternal) refuse(Errno.EINVAL);
    refuseOtherShape(link, tunnel.remote);
    this.#tunnels.change(link, { ...tunnel, isExternal: before.isExternal }, context);
  }

  describe(link: Link): LinkData {
    const { isExternal, inputFlags: _in, outputFlags: _out, ...values } = this.#tunnels.of(link);
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

/** A TTL of its own makes a packet one that is not fragmented. */
function tunnelOf(requested: Data): Omit<Ipv4Tunnel, 'mark' | keyof ReturnType<typeof encapsulationOf>> {
  const { ttl = 0, pathMtuDiscovery = 1, protocol = IPV4_INSIDE, external } = requested;
  const isBare = Object.keys(requested).length === 0;
  return {
    ...addressesOf(requested),
    protocol,
    pathMtuDiscovery: !isBare && (ttl !== 0 || pathMtuDiscovery !== 0) ? 1 : 0,
    isExternal: external !== undefined,
  };
}
