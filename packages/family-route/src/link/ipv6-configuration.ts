import type { AddressGenerationMode } from './link-flags.js';

/** IPv6 on one link (`inet6_dev`). */
export interface Ipv6Configuration {
  addressGenerationMode: AddressGenerationMode;
  /** The lower half of the link-local address where the mode is random; drawn when it is first needed. */
  randomIdentifier: Uint8Array | undefined;
  /** The link can carry traffic, so link-local addresses are made and duplicates looked for (IF_READY). */
  isReady: boolean;
  /** Of neighbour discovery on the link. */
  readonly neighbours: { readonly reachableTimeMs: number; readonly retransmitTimeMs: number };
  /** When this configuration last changed: milliseconds of the network's clock. */
  changedAtMs: number;
}
