import { encodeMessageOf } from '../network/encoded-dump.js';
import { RouteScope } from '../route/route-numbers.js';
import { AddressFlag } from './address-flags.js';
import { FOREVER } from './lifetime.js';
import type { MulticastMembership } from './multicast-memberships.js';
import { multicastAddress } from './multicast-message.js';

/** A complete RTM_*MULTICAST. */
export function encodeMembership(
  { addressFamily, link, address, createdAtMs }: MulticastMembership,
  messageType: number,
): Uint8Array {
  const stamp = Math.floor(createdAtMs / 10);
  return encodeMessageOf(
    multicastAddress,
    {
      header: {
        addressFamily,
        prefixLength: address.length * 8,
        flags: AddressFlag.Permanent,
        scope: RouteScope.Universe,
        interfaceIndex: link.index,
      },
      attributes: {
        multicast: address,
        cacheInfo: { ...FOREVER, createdStamp: stamp, changedStamp: stamp },
      },
    },
    messageType,
  );
}
