import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkType } from '../link-flags.js';
import type { LinkContext, LinkParameters, LowerChange } from '../link-kind.js';
import { refuseTaken } from '../link-stack.js';
import type { LinkTable } from '../link-table.js';

/** How a kind refuses; some say why. */
type Refusal = (errno: Errno, text: string) => never;

function refuseSilently(errno: Errno): never {
  throw new NetlinkError(errno);
}

/** The link that a request wants another one to be stacked on (IFLA_LINK). */
export function lowerLinkOf(
  { link }: LinkParameters,
  links: LinkTable,
  refuse: Refusal = refuseSilently,
): Link {
  if (link === undefined) return refuse(Errno.EINVAL, 'link not specified');
  return links.byIndex(link) ?? refuse(Errno.ENODEV, 'link does not exist');
}

/**
 * What a link receives is shared out among those on it only where it is an Ethernet, and nobody else takes it.
 *
 * @throws {NetlinkError} EINVAL or EBUSY for a link that cannot be shared out so.
 */
export function refuseUnsharable(lower: Link): void {
  if (lower.traits.type !== LinkType.Ethernet || lower.isLoopback) throw new NetlinkError(Errno.EINVAL);
  refuseTaken(lower);
}

/** Puts a link that has just been made on the one below: its carrier and its offloads are the link's own, too. */
export function putOnLower(link: Link, lower: Link, links: LinkTable): void {
  link.hasCarrier = lower.hasCarrier;
  link.tsoMaximumSize = lower.tsoMaximumSize;
  link.linked = lower;
  try {
    links.stack(lower, link);
  } catch (error) {
    links.remove([link], NO_CAUSE);
    throw error;
  }
  links.watch(link);
}

/** What any link does when something happens to the one below: state and MTU follow, and it goes with it. */
export function followLower(
  link: Link,
  lower: Link,
  change: LowerChange,
  { links, cause }: LinkContext,
): void {
  switch (change) {
    case 'up':
    case 'down':
    case 'state':
      links.transferState(lower, link);
      return;
    case 'mtu':
      if (link.mtu > lower.mtu) links.changeMtu(link, lower.mtu, cause);
      return;
    case 'removed':
      removeSiblings(link, lower, links, cause);
  }
}

/** What goes with the link below it goes together with all of its kind, the eldest first. */
function removeSiblings(link: Link, lower: Link, links: LinkTable, cause: Cause): void {
  links.remove(siblings(link, lower), cause);
}

/** Links of one kind on the same link, in the order in which they came. */
export function siblings(link: Link, lower: Link): Link[] {
  return [...lower.uppers].filter(({ behaviour }) => behaviour === link.behaviour);
}

/** A link goes: the one below is told first. */
export function leaveLower(link: Link, lower: Link, links: LinkTable): readonly Link[] {
  links.unstack(lower, link);
  return [link];
}
