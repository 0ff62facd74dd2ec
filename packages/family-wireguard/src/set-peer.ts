import { Errno, NetlinkError } from '@nlspace/core';
import { AddressFamily } from '@nlspace/family-route';
import { readEndpoint } from './endpoint.js';
import { isSameKey } from './keys.js';
import type { WireguardDevice } from './wireguard-device.js';
import {
  type AllowedIpAttributes,
  AllowedIpFlag,
  type PeerAttributes,
  PeerFlag,
} from './wireguard-message.js';
import type { WireguardPeer } from './wireguard-peer.js';

/** The only version of the protocol there is. */
export const PROTOCOL_VERSION = 1;

/**
 * Makes, changes or removes a peer as one nest of a request says; what has been done before a refusal stays. Without an answer
 * pass, as in the kernel: a peer that is to be removed or updated and is not there, the device itself as its peer, and an endpoint
 * that is no address of IPv4 or IPv6.
 */
export function setPeer(device: WireguardDevice, attributes: PeerAttributes): void {
  const { publicKey, presharedKey, endpoint, persistentKeepalive, flags = 0 } = attributes;
  if (publicKey === undefined) throw new NetlinkError(Errno.EINVAL);
  if ((attributes.protocolVersion ?? PROTOCOL_VERSION) !== PROTOCOL_VERSION)
    throw new NetlinkError(Errno.EPFNOSUPPORT);
  const peer = findOrAdd(device, publicKey, flags);
  if (peer === undefined) return;
  if ((flags & PeerFlag.RemoveMe) !== 0) {
    device.removePeer(peer);
    return;
  }
  if (presharedKey !== undefined) peer.presharedKey = presharedKey.slice();
  if (endpoint !== undefined) peer.endpoint = readEndpoint(endpoint) ?? peer.endpoint;
  if ((flags & PeerFlag.ReplaceAllowedIps) !== 0) device.allowedIps.takeAll(peer);
  for (const allowed of attributes.allowedIps ?? []) setAllowedIp(device, peer, allowed);
  if (persistentKeepalive !== undefined) peer.persistentKeepaliveSeconds = persistentKeepalive;
}

function findOrAdd(device: WireguardDevice, publicKey: Uint8Array, flags: number): WireguardPeer | undefined {
  const known = device.peer(publicKey);
  if (known !== undefined) return known;
  if ((flags & (PeerFlag.RemoveMe | PeerFlag.UpdateOnly)) !== 0) return undefined;
  const { identity } = device;
  const isSelf = identity !== undefined && isSameKey(identity.publicKey, publicKey);
  return isSelf ? undefined : device.addPeer(publicKey);
}

function setAllowedIp(
  { allowedIps }: WireguardDevice,
  peer: WireguardPeer,
  { addressFamily, address, prefixLength, flags = 0 }: AllowedIpAttributes,
): void {
  const isPrefix =
    addressFamily !== undefined &&
    address !== undefined &&
    prefixLength !== undefined &&
    address.length === ADDRESS_BYTES[addressFamily] &&
    prefixLength <= 8 * address.length;
  if (!isPrefix) throw new NetlinkError(Errno.EINVAL);
  if ((flags & AllowedIpFlag.RemoveMe) === 0) allowedIps.give({ address, prefixLength }, peer);
  else allowedIps.take({ address, prefixLength }, peer);
}

const ADDRESS_BYTES: Readonly<Record<number, number>> = {
  [AddressFamily.Inet]: 4,
  [AddressFamily.Inet6]: 16,
};
