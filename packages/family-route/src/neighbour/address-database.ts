import { attr, defineAttributes, defineMessage, Errno, injectable, NetlinkError } from '@nlspace/core';
import type { Link } from '../link/link.js';
import { LinkType } from '../link/link-flags.js';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import type { DatabaseRequest, LinkDatabase } from './link-database.js';
import { forwardingHeader } from './neighbour-layouts.js';
import { NeighbourFlag, NeighbourState } from './neighbour-numbers.js';

const takenAddress = defineMessage({
  name: 'taken-address',
  header: forwardingHeader,
  attributes: defineAttributes('taken-address', { address: attr.bytes(2) }),
});

/** RTM_NEWNEIGH or RTM_DELNEIGH about an address that a link takes. */
export function encodeTakenAddress(
  link: Link,
  address: Uint8Array,
  state: number,
  messageType: number,
): Uint8Array {
  const header = {
    addressFamily: AddressFamily.Bridge,
    interfaceIndex: link.index,
    state,
    flags: NeighbourFlag.Self,
  };
  return encodeMessageOf(takenAddress, { header, attributes: { address } }, messageType);
}

/** The addresses that a link takes beside its own: what links have that keep no database (`ndo_dflt_fdb_*`). */
@injectable()
export class AddressDatabase implements LinkDatabase {
  put(link: Link, { header, attributes, address, flags }: DatabaseRequest): void {
    refuseMacvlan(link);
    if (header.state !== 0 && (header.state & NeighbourState.Permanent) === 0)
      throw new NetlinkError(Errno.EINVAL);
    if (attributes.flagsExtended !== undefined || attributes.vlan !== undefined)
      throw new NetlinkError(Errno.EINVAL);
    try {
      link.taken.addOnce(address);
    } catch (error) {
      if (flags.exclusive || !(error instanceof NetlinkError)) throw error;
    }
    this.#changed('address-taken', link, address, header.state);
  }

  delete(link: Link, { header, address }: DatabaseRequest): void {
    refuseMacvlan(link);
    if ((header.state & NeighbourState.Permanent) === 0) throw new NetlinkError(Errno.EINVAL);
    link.taken.remove(address);
    this.#changed('address-released', link, address, header.state);
  }

  get(): Uint8Array {
    throw new NetlinkError(Errno.EOPNOTSUPP, 'Fdb get operation not supported by device');
  }

  flush(): void {
    throw new NetlinkError(Errno.EOPNOTSUPP);
  }

  *dump(link: Link): Generator<Uint8Array> {
    if (link.traits.type !== LinkType.Ethernet) return;
    for (const address of link.taken.all())
      yield encodeTakenAddress(link, address, NeighbourState.Permanent, RouteMessageType.NewNeighbour);
  }

  #changed(type: 'address-taken' | 'address-released', link: Link, address: Uint8Array, state: number): void {
    link.home.followTakenAddresses(link);
    link.home.emit({ type, link, address, state });
  }
}

/** A macvlan takes others' addresses only in place of the link below. */
function refuseMacvlan({ kind }: Link): void {
  if (kind === 'macvlan') throw new NetlinkError(Errno.EOPNOTSUPP);
}
