import { attr, defineAttributes, Errno } from '@nlspace/core';
import { isZero } from '../../../network/ip-bytes.js';
import type { Link, LinkTraits } from '../../link.js';
import { LinkType } from '../../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
} from '../../link-kind.js';
import { ETHERNET, validateMacAddress } from '../ethernet.js';
import { encapsulationAttributes, encapsulationOf } from './encapsulation-attributes.js';
import { greFlags, greHeaderBytes, refuseGreFlags } from './gre-flags.js';
import { addressesOf, IPV4_TUNNEL, type Ipv4Tunnel, Ipv4Tunnels, isMulticast } from './ipv4-tunnels.js';
import { refuse, refuseAddress } from './tunnels.js';

const network = { byteOrder: 'network' } as const;

/** `IFLA_GRE_*` in the order in which Linux 6.18 writes them for `gre` and `gretap`. */
const data = defineAttributes('gre', {
  link: attr.u32(1),
  inputFlags: attr.u16(2, network),
  outputFlags: attr.u16(3, network),
  inputKey: attr.bytes(4, { length: 4 }),
  outputKey: attr.bytes(5, { length: 4 }),
  local: attr.bytes(6, { length: 4 }),
  remote: attr.bytes(7, { length: 4 }),
  ttl: attr.u8(8),
  tos: attr.u8(9),
  pathMtuDiscovery: attr.u8(10),
  mark: attr.u32(20),
  ...encapsulationAttributes(14),
  ignoresFragmentation: attr.u8(19),
  external: attr.flag(18),
  // Only of erspan.
  erspanIndex: attr.u32(21),
  erspanVersion: attr.u8(22),
  erspanDirection: attr.u8(23),
  erspanHardware: attr.u16(24),
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_GRE */
const GRE = 47;

/** What the two kinds of GRE over IPv4 have in common. */
abstract class Ipv4Gre implements LinkBehaviour {
  abstract readonly traits: LinkTraits;
  readonly data = data as never;
  readonly #tunnels = new Ipv4Tunnels(({ outputFlags }) => greHeaderBytes(outputFlags));

  constructor(private readonly kindName: string) {}

  validate(_parameters: LinkParameters, requested: Data): void {
    refuseGreFlags(requested);
    const { external, encapsulationType = 0 } = requested;
    if (external !== undefined && encapsulationType !== 0) refuse(Errno.EINVAL);
  }

  create(creation: LinkCreation): Link {
    const requested: Data = creation.data;
    const tunnel = { ...tunnelOf(requested, 0), ...encapsulationOf(requested), mark: requested.mark ?? 0 };
    this.refuseTunnel(tunnel);
    return this.#tunnels.create(this.kindName, this, creation, tunnel);
  }

  change(link: Link, requested: Data, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const encapsulation = encapsulationOf(requested, before);
    const tunnel = tunnelOf(requested, before.ignoresFragmentation);
    if (tunnel.isExternal && !before.isExternal)
      refuse(Errno.EOPNOTSUPP, 'making a tunnel external that is not is not supported');
    const { isExternal } = before;
    this.#tunnels.change(
      link,
      { ...tunnel, ...encapsulation, mark: requested.mark ?? before.mark, isExternal },
      context,
    );
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

  /** Refuses what a kind alone does not make. */
  protected refuseTunnel(_tunnel: Pick<Ipv4Tunnel, 'local' | 'remote' | 'isExternal'>): void {}
}

/** Anything in GRE packets over IPv4. No packet is ever sent. */
@LinkKind('gre')
export class GreKind extends Ipv4Gre {
  readonly traits = { ...IPV4_TUNNEL, type: LinkType.Ipv4Gre, mtu: 1472 };
  readonly changeAddress = refuseAddress;

  constructor() {
    super('gre');
  }

  protected override refuseTunnel({
    local,
    remote,
    isExternal,
  }: Pick<Ipv4Tunnel, 'local' | 'remote' | 'isExternal'>): void {
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

/** @param ignoredFragmentation whether it does so already: then path MTU discovery has to be declined each time. */
function tunnelOf(
  requested: Data,
  ignoredFragmentation: number,
): Omit<Ipv4Tunnel, 'mark' | keyof ReturnType<typeof encapsulationOf>> {
  const {
    inputFlags = 0,
    outputFlags = 0,
    inputKey,
    outputKey,
    pathMtuDiscovery = 1,
    ignoresFragmentation,
    external,
  } = requested;
  const isBare = Object.keys(requested).length === 0;
  const discovers = !isBare && pathMtuDiscovery !== 0;
  if (discovers && (ignoredFragmentation !== 0 || (ignoresFragmentation ?? 0) !== 0)) refuse(Errno.EINVAL);
  return {
    ...addressesOf(requested),
    protocol: GRE,
    inputFlags: greFlags(inputFlags),
    outputFlags: greFlags(outputFlags),
    inputKey: inputKey?.slice() ?? new Uint8Array(4),
    outputKey: outputKey?.slice() ?? new Uint8Array(4),
    pathMtuDiscovery: discovers ? 1 : 0,
    ignoresFragmentation:
      ignoresFragmentation === undefined ? ignoredFragmentation : Math.min(1, ignoresFragmentation),
    isExternal: external !== undefined,
  };
}
