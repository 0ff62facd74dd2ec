import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from './link.js';

/** MAX_NEST_DEV: how many links may be stacked on each other. */
const MAX_LEVELS = 8;

/** Whether `upper` is somewhere above `link`. */
export function isAbove(upper: Link, link: Link): boolean {
  for (const one of link.uppers) if (one === upper || isAbove(upper, one)) return true;
  return false;
}

/**
 * Puts `upper` on `lower`, as its master or else.
 *
 * @throws {NetlinkError} EBUSY for what would be a loop or a second master, EEXIST for what is so already, EMLINK for too high a pile.
 */
export function stack(lower: Link, upper: Link, asMaster: boolean): void {
  if (lower === upper || isAbove(lower, upper)) throw new NetlinkError(Errno.EBUSY);
  if (levels(lower, 'lowers') + levels(upper, 'uppers') > MAX_LEVELS) throw new NetlinkError(Errno.EMLINK);
  if (asMaster && lower.master !== undefined) {
    throw new NetlinkError(lower.master === upper ? Errno.EEXIST : Errno.EBUSY);
  }
  if (!asMaster && isAbove(upper, lower)) throw new NetlinkError(Errno.EEXIST);
  lower.uppers.add(upper);
  upper.lowers.add(lower);
  if (asMaster) lower.master = upper;
}

export function unstack(lower: Link, upper: Link): void {
  lower.uppers.delete(upper);
  upper.lowers.delete(lower);
  if (lower.master === upper) lower.master = undefined;
}

/**
 * What a link receives goes to one taker only (`netdev_rx_handler_register`), and not every kind lets it go.
 *
 * @throws {NetlinkError} EBUSY when there is a taker, EINVAL when there cannot be one.
 */
export function refuseTaken(link: Link): void {
  for (const { behaviour } of link.uppers) if (behaviour.takesPackets) throw new NetlinkError(Errno.EBUSY);
  if (link.behaviour.keepsPackets) throw new NetlinkError(Errno.EINVAL);
}

/** A link alone counts as one. */
function levels(link: Link, direction: 'uppers' | 'lowers'): number {
  let most = 0;
  for (const one of link[direction]) most = Math.max(most, levels(one, direction));
  return most + 1;
}
