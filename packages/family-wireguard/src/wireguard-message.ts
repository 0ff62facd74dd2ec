import { type AttributesOf, attr, defineAttributes, defineHeader, defineMessage, field } from '@nlspace/core';

/** WG_KEY_LEN */
export const KEY_BYTES = 32;

/** `WG_CMD_*` */
export enum WireguardCommand {
  GetDevice = 0,
  SetDevice = 1,
}

/** `WGDEVICE_F_*` */
export enum DeviceFlag {
  ReplacePeers = 1,
}

/** `WGPEER_F_*` */
export enum PeerFlag {
  RemoveMe = 1,
  ReplaceAllowedIps = 2,
  UpdateOnly = 4,
}

/** `WGALLOWEDIP_F_*` */
export enum AllowedIpFlag {
  RemoveMe = 1,
}

/** `struct __kernel_timespec`, as the policy asks for it: neither shorter nor longer. */
const timespec = defineHeader('__kernel_timespec', { seconds: field.u64, nanoseconds: field.u64 });

const ranged = true;
const key = (type: number) => attr.bytes(type, { length: KEY_BYTES, ranged });

/** `WGALLOWEDIP_A_*`, like the sets below in the order in which Linux writes them. */
export const allowedIpAttributes = defineAttributes('wireguard-allowed-ip', {
  prefixLength: attr.u8(3),
  addressFamily: attr.u16(1),
  address: attr.bytes(2, { min: 4, ranged }),
  flags: attr.u32(4, {
    mask: AllowedIpFlag.RemoveMe,
    valueNames: { name: 'allowed-ip-flag', type: 'flags', entries: AllowedIpFlag },
  }),
});

/** `WGPEER_A_*` */
export const peerAttributes = defineAttributes('wireguard-peer', {
  publicKey: key(1),
  presharedKey: key(2),
  lastHandshake: attr.bytes(6, { length: timespec.size, ranged }),
  persistentKeepalive: attr.u16(5, { doc: 'Seconds; 0 for none.' }),
  transmittedBytes: attr.u64(8),
  receivedBytes: attr.u64(7),
  protocolVersion: attr.u32(10),
  endpoint: attr.bytes(4, { min: 16, ranged, doc: 'struct sockaddr_in or sockaddr_in6.' }),
  flags: attr.u32(3, {
    mask: PeerFlag.RemoveMe | PeerFlag.ReplaceAllowedIps | PeerFlag.UpdateOnly,
    valueNames: { name: 'peer-flag', type: 'flags', entries: PeerFlag },
  }),
  allowedIps: attr.list(9, allowedIpAttributes),
});

/** `WGDEVICE_A_*` */
export const deviceAttributes = defineAttributes('wireguard', {
  listenPort: attr.u16(6),
  firewallMark: attr.u32(7),
  interfaceIndex: attr.u32(1),
  interfaceName: attr.string(2, { max: 15, terminated: true }),
  privateKey: key(3),
  publicKey: key(4),
  flags: attr.u32(5, {
    mask: DeviceFlag.ReplacePeers,
    valueNames: { name: 'device-flag', type: 'flags', entries: DeviceFlag },
  }),
  peers: attr.list(8, peerAttributes),
});

export const wireguardMessage = defineMessage({ attributes: deviceAttributes });

export type DeviceAttributes = AttributesOf<typeof wireguardMessage>;
type Taken<T> = T extends Iterable<infer One> ? One : never;
export type PeerAttributes = Taken<NonNullable<DeviceAttributes['peers']>>;
export type AllowedIpAttributes = Taken<NonNullable<PeerAttributes['allowedIps']>>;
