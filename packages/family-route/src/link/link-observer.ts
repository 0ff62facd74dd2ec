import type { Cause } from '@nlspace/core';
import type { Link } from './link.js';

/** Who must know about links, in the order in which the kernel tells them. */
export interface LinkObserver {
  /** It is told before the links that are stacked on one. */
  readonly isEarly?: boolean;
  linkRegistered?(link: Link): void;
  linkUp?(link: Link, cause: Cause): void;
  linkDown?(link: Link, cause: Cause): void;
  /** Carrier or operational state has settled, on a link that is up. */
  linkStateChanged?(link: Link): void;
  linkRenamed?(link: Link): void;
  linkMtuChanged?(link: Link): void;
  linkAddressChanged?(link: Link): void;
  /** Flags other than UP of a link that is up. */
  linkFlagsChanged?(link: Link, changed: number): void;
  linkUnregistered?(link: Link): void;
  /** A link has become a VRF: a table is its own. */
  tableGiven?(link: Link, table: number): void;
  /** A link has come to a VRF or left one; nothing that routing knew of it holds any more. */
  linkRehomed?(link: Link): void;
  /** A link of its own accord begins or ceases to listen to a group of IPv4 or IPv6: 4 or 16 bytes. */
  groupJoined?(link: Link, group: Uint8Array): void;
  groupLeft?(link: Link, group: Uint8Array): void;
}
