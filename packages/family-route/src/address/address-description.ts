import { encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import {
  type AddressMessage,
  address as addressMessage,
  type Ipv6AddressMessage,
  ipv6Address,
} from './address-message.js';
import type { InterfaceAddress } from './interface-address.js';
import { remainingLifetime } from './lifetime.js';

/** A complete RTM_NEWADDR or RTM_DELADDR, as the address's family writes it. */
export function encodeAddress(address: InterfaceAddress, nowMs: number, messageType: number): Uint8Array {
  return address.addressFamily === AddressFamily.Inet
    ? encodeMessageOf(addressMessage, describeIpv4Address(address, nowMs), messageType)
    : encodeMessageOf(ipv6Address, describeIpv6Address(address, nowMs), messageType);
}

export function describeIpv4Address(address: InterfaceAddress, nowMs: number): AddressMessage {
  const { local, peer, broadcast, label, flags, priority, protocol } = address;
  return {
    header: headerOf(address),
    attributes: {
      address: peer,
      local,
      ...(broadcast === undefined ? {} : { broadcast }),
      ...(label === undefined || label === '' ? {} : { label }),
      ...(protocol === 0 ? {} : { protocol }),
      flags,
      ...(priority === 0 ? {} : { priority }),
      cacheInfo: cacheInfoOf(address, nowMs),
    },
  };
}

export function describeIpv6Address(address: InterfaceAddress, nowMs: number): Ipv6AddressMessage {
  const { local, peer, flags, priority, protocol } = address;
  return {
    header: headerOf(address),
    attributes: {
      ...(peer === local ? { address: local } : { local, address: peer }),
      ...(priority === 0 ? {} : { priority }),
      cacheInfo: cacheInfoOf(address, nowMs),
      flags,
      ...(protocol === 0 ? {} : { protocol }),
    },
  };
}

function headerOf({ addressFamily, prefixLength, flags, scope, link }: InterfaceAddress) {
  return { addressFamily, prefixLength, flags: flags & 0xff, scope, interfaceIndex: link.index };
}

function cacheInfoOf(address: InterfaceAddress, nowMs: number) {
  return {
    ...remainingLifetime(address, nowMs),
    createdStamp: Math.floor(address.createdAtMs / 10),
    changedStamp: Math.floor(address.changedAtMs / 10),
  };
}
