import { attr, defineAttributes } from '@nlspace/core';
import type { Link } from '../../link.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkData,
  LinkKind,
} from '../../link-kind.js';
import { encapsulationOf } from './encapsulation-attributes.js';
import { addressesOf, IPV4_TUNNEL, type Ipv4Tunnel, Ipv4Tunnels } from './ipv4-tunnels.js';
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
export class VtiKind implements LinkBehaviour {
  readonly traits = IPV4_TUNNEL;
  readonly data = data as never;
  readonly changeAddress = refuseAddress;
  readonly #tunnels = new Ipv4Tunnels();

  create(creation: LinkCreation): Link {
    return this.#tunnels.create('vti', this, creation, tunnelOf(creation.data, 0));
  }

  change(link: Link, requested: Data, context: LinkContext): void {
    this.#tunnels.change(link, tunnelOf(requested, this.#tunnels.of(link).mark), context);
  }

  describe(link: Link): LinkData {
    return this.#tunnels.of(link);
  }

  changeMtu(link: Link, mtu: number): void {
    this.#tunnels.refuseMtu(link, mtu);
  }

  dismantle(link: Link): readonly Link[] {
    this.#tunnels.remove(link);
    return [link];
  }
}

/** Keys do not tell two of them apart: no flag says that they have some. */
function tunnelOf(requested: Data, mark: number): Ipv4Tunnel {
  return {
    ...addressesOf(requested),
    ...encapsulationOf({}),
    protocol: IPV4_INSIDE,
    pathMtuDiscovery: 0,
    inputKey: requested.inputKey?.slice() ?? new Uint8Array(4),
    outputKey: requested.outputKey?.slice() ?? new Uint8Array(4),
    mark: requested.mark ?? mark,
  };
}
