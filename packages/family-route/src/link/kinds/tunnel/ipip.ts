import { attr, defineAttributes, Errno } from '@nlspace/core';
import type { Link } from '../../link.js';
import { LinkKind, type LinkParameters } from '../../link-kind.js';
import { encapsulationAttributes } from './encapsulation-attributes.js';
import { Ipv4TunnelKind, type OwnIpv4Tunnel } from './ipv4-tunnel-kind.js';
import { addressesOf, IPV4_TUNNEL, type Ipv4Tunnel, refuseOtherShape } from './ipv4-tunnels.js';
import { ipTunnelAttributes } from './tunnel-attributes.js';
import { refuse, refuseAddress, refuseProtocol } from './tunnels.js';

/** `IFLA_IPTUN_*` in the order in which Linux 6.18 writes them for `ipip`. */
const data = defineAttributes('ipip', {
  ...ipTunnelAttributes(4),
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
export class IpipKind extends Ipv4TunnelKind<Data> {
  readonly traits = IPV4_TUNNEL;
  readonly data = data as never;
  readonly changeAddress = refuseAddress;

  constructor() {
    super('ipip');
  }

  validate(_parameters: LinkParameters, { protocol }: Data): void {
    refuseProtocol(protocol, PROTOCOLS);
  }

  /** A TTL of its own makes a packet one that is not fragmented. What a tunnel carries stays as it is. */
  protected override tunnelOf(requested: Data, before: Ipv4Tunnel | undefined): OwnIpv4Tunnel {
    const { ttl = 0, pathMtuDiscovery = 1, protocol = IPV4_INSIDE, external } = requested;
    const isBare = Object.keys(requested).length === 0;
    return {
      ...addressesOf(requested),
      protocol: before?.protocol ?? protocol,
      pathMtuDiscovery: !isBare && (ttl !== 0 || pathMtuDiscovery !== 0) ? 1 : 0,
      isExternal: external !== undefined,
    };
  }

  protected override refuseChange(link: Link, { isExternal, remote }: OwnIpv4Tunnel): void {
    if (isExternal) refuse(Errno.EINVAL);
    refuseOtherShape(link, remote);
  }
}
