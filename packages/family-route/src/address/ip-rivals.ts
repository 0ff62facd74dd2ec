import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link/link.js';
import { equalBytes } from '../network/ip-bytes.js';
import type { InterfaceAddress } from './interface-address.js';

/** @throws {NetlinkError} EADDRINUSE when one of the links that may not share an address with this one has it. */
export function refuseRivals(
  link: Link,
  address: Uint8Array,
  addressesOf: (link: Link) => readonly InterfaceAddress[],
): void {
  for (const rival of link.behaviour.ipRivals?.(link) ?? []) {
    if (addressesOf(rival).some(({ peer }) => equalBytes(peer, address)))
      throw new NetlinkError(Errno.EADDRINUSE, 'Address already assigned to an ipvlan device');
  }
}
