import { attr, defineAttributes, Errno } from '@nlspace/core';
import type { Link } from '../../link.js';
import { LinkType } from '../../link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
  type LinkParameters,
} from '../../link-kind.js';
import { encapsulationAttributes, encapsulationOf } from './encapsulation-attributes.js';
import { greFlags, greHeaderBytes, refuseGreFlags } from './gre-flags.js';
import { IPV6_TUNNEL, type Ipv6Tunnel, Ipv6Tunnels } from './ipv6-tunnels.js';
import { refuse, refuseAddress } from './tunnels.js';

const network = { byteOrder: 'network' } as const;

/** `IFLA_GRE_*` in the order in which Linux 6.18 writes them for `ip6gre`. */
const data = defineAttributes('ip6gre', {
  link: attr.u32(1),
  inputFlags: attr.u16(2, network),
  outputFlags: attr.u16(3, network),
  inputKey: attr.bytes(4, { length: 4 }),
  outputKey: attr.bytes(5, { length: 4 }),
  local: attr.bytes(6, { length: 16 }),
  remote: attr.bytes(7, { length: 16 }),
  hopLimit: attr.u8(8),
  encapsulationLimit: attr.u8(11),
  flowInformation: attr.bytes(12, { length: 4 }),
  flags: attr.u32(13),
  mark: attr.u32(20),
  ...encapsulationAttributes(14),
  external: attr.flag(18),
  // Only of ip6erspan.
  erspanIndex: attr.u32(21),
  erspanVersion: attr.u8(22),
  erspanDirection: attr.u8(23),
  erspanHardware: attr.u16(24),
});
type Data = Parameters<typeof data.encode>[1];

/** Anything in GRE packets over IPv6. No packet is ever sent. */
@LinkKind('ip6gre')
export class Ip6greKind implements LinkBehaviour {
  readonly traits = { ...IPV6_TUNNEL, type: LinkType.Ipv6Gre, minimumMtu: 0, maximumMtu: 0 };
  readonly data = data as never;
  readonly changeAddress = refuseAddress;
  readonly #tunnels = new Ipv6Tunnels({
    headerBytes: ({ outputFlags }) => greHeaderBytes(outputFlags),
    identity: ({ link, local, remote, inputKey }) => [link, local, remote, inputKey].join(' '),
    followsNamedLink: false,
  });

  validate(_parameters: LinkParameters, requested: Data): void {
    refuseGreFlags(requested);
  }

  create(creation: LinkCreation): Link {
    const requested: Data = creation.data;
    const tunnel = { ...tunnelOf(requested), ...encapsulationOf(requested) };
    return this.#tunnels.create('ip6gre', this, creation, tunnel);
  }

  change(link: Link, requested: Data, context: LinkContext): void {
    const before = this.#tunnels.of(link);
    const tunnel = { ...tunnelOf(requested), ...encapsulationOf(requested, before) };
    if (tunnel.isExternal && !before.isExternal)
      refuse(Errno.EOPNOTSUPP, 'making a tunnel external that is not is not supported');
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
    protocol: 0,
    mark: requested.mark ?? 0,
    inputFlags: greFlags(requested.inputFlags ?? 0),
    outputFlags: greFlags(requested.outputFlags ?? 0),
    inputKey: requested.inputKey?.slice() ?? new Uint8Array(4),
    outputKey: requested.outputKey?.slice() ?? new Uint8Array(4),
    isExternal: requested.external !== undefined,
  };
}
