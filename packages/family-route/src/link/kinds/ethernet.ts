import { Errno, NetlinkError } from '@nlspace/core';
import { isZero } from '../../network/ip-bytes.js';
import type { LinkTraits } from '../link.js';
import { LinkFlag, LinkType } from '../link-flags.js';
import type { LinkParameters } from '../link-kind.js';

/** What a plain Ethernet-like link is born with (`ether_setup`). */
export const ETHERNET: LinkTraits = {
  type: LinkType.Ethernet,
  flags: LinkFlag.Broadcast | LinkFlag.Multicast,
  mtu: 1500,
  minimumMtu: 68,
  maximumMtu: 65535,
  transmitQueueLength: 1000,
  transmitQueues: 1,
  receiveQueues: 1,
  tsoMaximumSize: 65536,
  namespaceBound: false,
};

/** A unicast address that is not zero. */
export function isValidMacAddress(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 1) === 0 && !isZero(address);
}

/** What Ethernet-like kinds check before they make a link. */
export function validateMacAddress({ address }: LinkParameters): void {
  if (address === undefined) return;
  if (address.length !== 6) throw new NetlinkError(Errno.EINVAL);
  if (!isValidMacAddress(address)) throw new NetlinkError(Errno.EADDRNOTAVAIL);
}
