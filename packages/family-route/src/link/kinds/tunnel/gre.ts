import { attr, defineAttributes, Errno } from '@nlspace/core';
import { isZero } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import { LinkType } from '../../link-flags.js';
import { LinkKind, type LinkParameters } from '../../link-kind.js';
import { ETHERNET, validateMacAddress } from '../ethernet.js';
import { encapsulationAttributes } from './encapsulation-attributes.js';
import { greHeaderBytes, greOptions, refuseGreFlags, refuseNewlyExternal } from './gre-flags.js';
import { Ipv4TunnelKind, type OwnIpv4Tunnel } from './ipv4-tunnel-kind.js';
import { addressesOf, IPV4_TUNNEL, type Ipv4Tunnel, isMulticast } from './ipv4-tunnels.js';
import { GRE_END_ATTRIBUTES, greAttributes } from './tunnel-attributes.js';
import { refuse, refuseAddress } from './tunnels.js';

/** `IFLA_GRE_*` in the order in which Linux 6.18 writes them for `gre` and `gretap`. */
const data = defineAttributes('gre', {
  ...greAttributes(4),
  ttl: attr.u8(8),
  tos: attr.u8(9),
  pathMtuDiscovery: attr.u8(10),
  mark: attr.u32(20),
  ...encapsulationAttributes(14),
  ignoresFragmentation: attr.u8(19),
  ...GRE_END_ATTRIBUTES,
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_GRE */
const GRE = 47;

/** What the two kinds of GRE over IPv4 have in common. */
abstract class Ipv4Gre extends Ipv4TunnelKind<Data> {
  readonly data = data as never;

  constructor(kindName: string) {
    super(kindName, ({ outputFlags }) => greHeaderBytes(outputFlags));
  }

  validate(_parameters: LinkParameters, requested: Data): void {
    refuseGreFlags(requested);
    const { external, encapsulationType = 0 } = requested;
    if (external !== undefined && encapsulationType !== 0) refuse(Errno.EINVAL);
  }

  /** A tunnel that ignores whether packets may be fragmented does so for good: path MTU discovery has to be declined each time. */
  protected override tunnelOf(requested: Data, before: Ipv4Tunnel | undefined): OwnIpv4Tunnel {
    const { pathMtuDiscovery = 1, ignoresFragmentation, external } = requested;
    const ignoredFragmentation = before?.ignoresFragmentation ?? 0;
    const isBare = Object.keys(requested).length === 0;
    const discovers = !isBare && pathMtuDiscovery !== 0;
    if (discovers && (ignoredFragmentation !== 0 || (ignoresFragmentation ?? 0) !== 0)) refuse(Errno.EINVAL);
    return {
      ...addressesOf(requested),
      ...greOptions(requested),
      protocol: GRE,
      pathMtuDiscovery: discovers ? 1 : 0,
      ignoresFragmentation:
        ignoresFragmentation === undefined ? ignoredFragmentation : Math.min(1, ignoresFragmentation),
      isExternal: external !== undefined,
    };
  }

  protected override refuseChange(_link: Link, { isExternal }: OwnIpv4Tunnel, before: Ipv4Tunnel): void {
    if (isExternal && !before.isExternal) refuseNewlyExternal();
  }
}

/** Anything in GRE packets over IPv4. No packet is ever sent. */
@LinkKind('gre')
export class GreKind extends Ipv4Gre {
  readonly traits = { ...IPV4_TUNNEL, type: LinkType.Ipv4Gre, mtu: 1472 };
  readonly changeAddress = refuseAddress;

  constructor() {
    super('gre');
  }

  protected override refuseTunnel({ local, remote, isExternal }: OwnIpv4Tunnel): void {
    if (isMulticast(remote) && isZero(local) && !isExternal) refuse(Errno.EINVAL);
  }
}

/** Ethernet in GRE packets over IPv4. No packet is ever sent. */
@LinkKind('gretap')
export class GretapKind extends Ipv4Gre {
  readonly traits = { ...ETHERNET, maximumMtu: 0 };

  constructor() {
    super('gretap');
  }

  override validate(parameters: LinkParameters, requested: Data): void {
    validateMacAddress(parameters);
    if (requested.remote !== undefined && isZero(requested.remote)) refuse(Errno.EINVAL);
    super.validate(parameters, requested);
  }
}
