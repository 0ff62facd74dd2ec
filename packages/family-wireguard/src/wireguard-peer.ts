import type { AllowedIp } from './allowed-ips.js';
import type { Endpoint } from './endpoint.js';
import { NO_KEY } from './keys.js';

/** What a device knows of another one. Plain state: rules are the `WireguardDevice`'s. */
export class WireguardPeer {
  presharedKey: Uint8Array = NO_KEY;
  endpoint: Endpoint | undefined;
  /** 0: none are sent. */
  persistentKeepaliveSeconds = 0;
  /** By their names, in the order in which they became this peer's. Only `AllowedIps` changes it. */
  readonly allowedIps = new Map<string, AllowedIp>();

  constructor(readonly publicKey: Uint8Array) {}
}
