import type { Link } from '../link/link.js';
import { LinkFlag } from '../link/link-flags.js';
import type { LinkObserver } from '../link/link-observer.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { PackedBytes } from '../network/packed-bytes.js';
import { arpFamily, NDISC_FAMILY } from './neighbour-family.js';
import { type NeighbourSources, NeighbourTable } from './neighbour-table.js';

export interface NeighbourTableSources extends NeighbourSources {
  /** RTN_* of an IPv4 address as the local table has it. */
  readonly ipv4Type: (link: Link, address: PackedBytes) => number;
}

/**
 * The neighbour caches of a network. Links and addresses begin and end a protocol on a link; what else makes entries
 * void is seen here.
 */
export class NeighbourTables implements LinkObserver {
  readonly ipv4: NeighbourTable;
  readonly ipv6: NeighbourTable;

  constructor({ ipv4Type, ...sources }: NeighbourTableSources) {
    this.ipv4 = new NeighbourTable(arpFamily(ipv4Type), sources);
    this.ipv6 = new NeighbourTable(NDISC_FAMILY, sources);
  }

  /** In the order of a dump. */
  all(): readonly NeighbourTable[] {
    return [this.ipv4, this.ipv6];
  }

  of(addressFamily: number): NeighbourTable | undefined {
    if (addressFamily === AddressFamily.Inet) return this.ipv4;
    return addressFamily === AddressFamily.Inet6 ? this.ipv6 : undefined;
  }

  linkStateChanged(link: Link): void {
    if (!link.hasCarrier) for (const table of this.all()) table.evict(link);
  }

  linkAddressChanged(link: Link): void {
    for (const table of this.all()) table.forget(link);
  }

  linkFlagsChanged(link: Link, changed: number): void {
    for (const table of this.all()) {
      if ((changed & LinkFlag.NoArp) !== 0) table.forget(link);
      if (!link.hasCarrier) table.evict(link);
    }
  }
}
