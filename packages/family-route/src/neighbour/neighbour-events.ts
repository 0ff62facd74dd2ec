import type { Cause } from '@nlspace/core';
import type { Neighbour } from './neighbour.js';

/** A neighbour entry has come or changed, has gone, or is asked for with the help of programs (`app_probes`). */
export interface NeighbourEvent {
  readonly type: 'neighbour-changed' | 'neighbour-removed' | 'neighbour-solicited';
  readonly neighbour: Neighbour;
  /** Who is at work on the entry meanwhile, beside its table and its timer: the kernel counts them in. */
  readonly holders: number;
  readonly cause: Cause;
}
