import type { Netlink } from '@nlspace/core';
import type { Vocabularies } from '@nlspace/middleware';

/** Middleware as the options of a command ask for it. */
export interface Layer {
  middleware(inner: Netlink, vocabularies: Vocabularies): Netlink;
  /** Tells what there is to tell when all is over. */
  finish?(): void;
}
