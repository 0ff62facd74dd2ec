import type { Netlink, OpenOptions } from '@nlspace/core';
import type { SeenMessage } from '../rules/seen-message.js';

/** What the links of a network are called. */
export interface LinkNames {
  /** Of every link that a request is about; undefined for one that nobody knows. */
  of(message: SeenMessage): ReadonlyArray<string | undefined>;
}

/** Finds the names of the links that a socket with these options is about. */
export type LinkNamesOf = (inner: Netlink, options: OpenOptions) => Promise<LinkNames>;
