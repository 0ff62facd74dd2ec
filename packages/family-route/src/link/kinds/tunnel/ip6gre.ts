import { attr, defineAttributes } from '@nlspace/core';
import { LinkType } from '../../link-flags.js';
import { LinkKind, type LinkParameters } from '../../link-kind.js';
import { encapsulationAttributes } from './encapsulation-attributes.js';
import { greHeaderBytes, greOptions, refuseGreFlags, refuseNewlyExternal } from './gre-flags.js';
import { Ipv6TunnelKind } from './ipv6-tunnel-kind.js';
import { IPV6_TUNNEL, type Ipv6Tunnel } from './ipv6-tunnels.js';
import { GRE_END_ATTRIBUTES, greAttributes } from './tunnel-attributes.js';

/** `IFLA_GRE_*` in the order in which Linux 6.18 writes them for `ip6gre`. */
const data = defineAttributes('ip6gre', {
  ...greAttributes(16),
  hopLimit: attr.u8(8),
  encapsulationLimit: attr.u8(11),
  flowInformation: attr.bytes(12, { length: 4 }),
  flags: attr.u32(13),
  mark: attr.u32(20),
  ...encapsulationAttributes(14),
  ...GRE_END_ATTRIBUTES,
});
type Data = Parameters<typeof data.encode>[1];

/** Anything in GRE packets over IPv6. No packet is ever sent. */
@LinkKind('ip6gre')
export class Ip6greKind extends Ipv6TunnelKind<Data> {
  readonly traits = { ...IPV6_TUNNEL, type: LinkType.Ipv6Gre, minimumMtu: 0, maximumMtu: 0 };
  readonly data = data as never;

  constructor() {
    super('ip6gre', {
      headerBytes: ({ outputFlags }) => greHeaderBytes(outputFlags),
      identity: ({ link, local, remote, inputKey }) => [link, local, remote, inputKey].join(' '),
      followsNamedLink: false,
    });
  }

  validate(_parameters: LinkParameters, requested: Data): void {
    refuseGreFlags(requested);
  }

  protected override ownOf(requested: Data): Partial<Ipv6Tunnel> {
    return greOptions(requested);
  }

  protected override refuseExternal({ isExternal }: Ipv6Tunnel): void {
    if (!isExternal) refuseNewlyExternal();
  }
}
