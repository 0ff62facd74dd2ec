/** The generic netlink family that configures WireGuard, and links of its kind. It runs in a browser. */
export type { AllowedIp } from './allowed-ips.js';
export type { Endpoint } from './endpoint.js';
export type { WireguardDevice } from './wireguard-device.js';
export { WireguardFamily, wireguardFamily } from './wireguard-family.js';
export { WIREGUARD, WireguardKind } from './wireguard-kind.js';
export * from './wireguard-message.js';
export type { WireguardPeer } from './wireguard-peer.js';
