import { attr, defineAttributes, Errno } from '@nlspace/core';
import { LinkKind, type LinkParameters } from '../../link-kind.js';
import { encapsulationAttributes } from './encapsulation-attributes.js';
import { Ipv6TunnelKind } from './ipv6-tunnel-kind.js';
import { IPV6_TUNNEL, type Ipv6Tunnel, LARGEST_IPV6_MTU, LINK_HEADER_BYTES } from './ipv6-tunnels.js';
import { ipTunnelAttributes } from './tunnel-attributes.js';
import { refuse, refuseProtocol } from './tunnels.js';

/** `IFLA_IPTUN_*` in the order in which Linux 6.18 writes them for `ip6tnl`. */
const data = defineAttributes('ip6tnl', {
  ...ipTunnelAttributes(16),
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
export class Ip6tnlKind extends Ipv6TunnelKind<Data> {
  readonly traits = { ...IPV6_TUNNEL, maximumMtu: LARGEST_IPV6_MTU - LINK_HEADER_BYTES - IPV6_HEADER_BYTES };
  readonly data = data as never;

  constructor() {
    super('ip6tnl', {
      headerBytes: () => 0,
      identity: ({ link, local, remote }) => [link, local, remote].join(' '),
      followsNamedLink: true,
    });
  }

  validate(_parameters: LinkParameters, { protocol }: Data): void {
    refuseProtocol(protocol, PROTOCOLS);
  }

  protected override ownOf({ protocol = 0 }: Data): Partial<Ipv6Tunnel> {
    return { protocol };
  }

  protected override refuseExternal(): void {
    refuse(Errno.EINVAL);
  }
}
