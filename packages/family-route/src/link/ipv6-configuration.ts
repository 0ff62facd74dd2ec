import type { AddressGenerationMode } from './link-flags.js';

/** IPv6 on one link (`inet6_dev`). */
export interface Ipv6Configuration {
  addressGenerationMode: AddressGenerationMode;
  /** The MTU that IPv6 goes by: it learns of a new one only after everybody has been told. */
  mtu: number;
  /** The lower half of the link-local address where the mode is random; drawn when it is first needed. */
  randomIdentifier: Uint8Array | undefined;
  /** The lower half of addresses that routers would give prefixes for (IFLA_INET6_TOKEN); 16 bytes, zeros for none. */
  token: Uint8Array;
  /** The link can carry traffic, so link-local addresses are made and duplicates looked for (IF_READY). */
  isReady: boolean;
  /** With the first link-local address that can be used, routers are asked for (IF_RS_SENT). */
  hasSolicited: boolean;
  /** Of neighbour discovery on the link. */
  readonly neighbours: { readonly reachableTimeMs: number; readonly retransmitTimeMs: number };
  /** When this configuration last changed: milliseconds of the network's clock. */
  changedAtMs: number;
}
