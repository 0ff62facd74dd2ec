import { attr, defineAttributes } from '@nlspace/core';
import { LinkKind } from '../../link-kind.js';
import { Ipv4TunnelKind, type OwnIpv4Tunnel } from './ipv4-tunnel-kind.js';
import { addressesOf, IPV4_TUNNEL } from './ipv4-tunnels.js';
import { refuseAddress } from './tunnels.js';

/** `IFLA_VTI_*` in the order in which Linux 6.18 writes them. */
const data = defineAttributes('vti', {
  link: attr.u32(1),
  inputKey: attr.bytes(2, { length: 4 }),
  outputKey: attr.bytes(3, { length: 4 }),
  local: attr.bytes(4, { length: 4 }),
  remote: attr.bytes(5, { length: 4 }),
  mark: attr.u32(6),
});
type Data = Parameters<typeof data.encode>[1];

/** IPPROTO_IPIP */
const IPV4_INSIDE = 4;

/** Packets for IPsec over IPv4, told apart by their marks. No packet is ever sent, and there is no IPsec. */
@LinkKind('vti')
export class VtiKind extends Ipv4TunnelKind<Data> {
  readonly traits = IPV4_TUNNEL;
  readonly data = data as never;
  readonly changeAddress = refuseAddress;

  constructor() {
    super('vti');
  }

  /** Keys do not tell two of them apart: no flag says that they have some. */
  protected override tunnelOf(requested: Data): OwnIpv4Tunnel {
    return {
      ...addressesOf(requested),
      protocol: IPV4_INSIDE,
      pathMtuDiscovery: 0,
      inputKey: requested.inputKey?.slice() ?? new Uint8Array(4),
      outputKey: requested.outputKey?.slice() ?? new Uint8Array(4),
    };
  }
}
