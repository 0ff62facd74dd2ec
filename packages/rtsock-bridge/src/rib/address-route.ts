import { AddressFlag, type InterfaceAddress } from '@nlspace/family-route';
import { BsdFamily, RtsockFlag } from '../wire/numbers.js';
import { maskedTo, type Rib } from './rib.js';

/** IFA_ROUTE: whether the prefix of an address is routed for its sake. IPv6 does not keep that mark. */
export function hasRoute(rib: Rib, { link, local, peer, prefixLength, flags }: InterfaceAddress): boolean {
  if (local.length !== 4 || (flags & AddressFlag.Secondary) !== 0) return false;
  const destination = maskedTo(peer, prefixLength);
  return rib
    .find({ fib: 0, family: BsdFamily.Inet, destination, length: prefixLength }, 0)
    .some(({ way }) => way.addressInterfaceIndex === link.index && (way.flags & RtsockFlag.Pinned) !== 0);
}
