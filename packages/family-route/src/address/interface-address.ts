import type { Link } from '../link/link.js';
import type { AddressFamily } from '../network/ip-bytes.js';
import type { Lifetime } from './lifetime.js';

/** An address on a link. Plain state: the rules are those of its family's table. */
export interface InterfaceAddress {
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly link: Link;
  /** The address of this side (IFA_LOCAL). */
  readonly local: Uint8Array;
  /** The other side of a point-to-point pair, else the same as `local` (IFA_ADDRESS). The prefix is taken from it. */
  peer: Uint8Array;
  readonly prefixLength: number;
  readonly scope: number;
  flags: number;
  readonly broadcast: Uint8Array | undefined;
  label: string | undefined;
  /** Metric of the prefix route (IFA_RT_PRIORITY); 0 is the family's own. */
  priority: number;
  protocol: number;
  lifetime: Lifetime;
  readonly createdAtMs: number;
  changedAtMs: number;
  /** IPv6: the table that its local route is in. */
  hostTable?: number;
}

/** A request for an address. */
export interface AddressRequest {
  readonly local: Uint8Array;
  readonly peer?: Uint8Array;
  readonly prefixLength: number;
  readonly scope?: number;
  readonly flags?: number;
  readonly broadcast?: Uint8Array;
  readonly label?: string;
  readonly priority?: number;
  readonly protocol?: number;
  readonly lifetime?: Lifetime;
  /** NLM_F_REPLACE without NLM_F_EXCL: an address that is there is changed. @default false */
  readonly replace?: boolean;
}

/** Which address a request means; what is left out matches. */
export interface AddressSelector {
  readonly local?: Uint8Array;
  readonly peer?: Uint8Array;
  readonly prefixLength: number;
  readonly label?: string;
}
