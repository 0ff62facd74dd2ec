import { NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkFlag } from '../link-flags.js';

/** Somebody begins (+1) or ceases (−1) to need every packet that the link sees. */
export function changePromiscuity(link: Link, difference: 1 | -1): void {
  link.promiscuity += difference;
  link.home.announce(link, LinkFlag.Promiscuous, NO_CAUSE);
}

/**
 * A link that cannot choose takes every packet while it is to take addresses beside its own; nobody is told, and while it
 * is down nobody looks.
 */
export function followTakenAddresses(link: Link): void {
  const { taken } = link;
  if (!link.isUp || link.behaviour.filtersAddresses === true || taken.takesAll === taken.hasUnicast) return;
  taken.takesAll = taken.hasUnicast;
  link.promiscuity += taken.takesAll ? 1 : -1;
}
