import { type Cause, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkFlag, PLAIN_FLAGS } from '../link-flags.js';
import type { LinkContext } from '../link-kind.js';
import type { LinkTable } from '../link-table.js';
import type { LinkNews } from './link-news.js';
import { followTakenAddresses } from './promiscuity.js';

/** Flags whose change no observer hears of as such. */
const QUIET_FLAGS = LinkFlag.Up | LinkFlag.Promiscuous | LinkFlag.AllMulticast;

/** The flags that requests set, UP among them, and what follows from a change. */
export class AdministrativeFlags {
  constructor(private readonly news: LinkNews) {}

  /** Changes flags as `ifi_flags` and `ifi_change` ask, and announces it. */
  change(link: Link, flags: number, mask: number, { links, cause }: LinkContext): void {
    const changed = this.apply(link, flags, mask, links);
    if (changed !== 0) this.news.announce(link, changed, cause);
    this.spread(link, changed, cause);
  }

  /** Sets a link up or down for a kind's own sake (`dev_open`, `dev_close`). */
  setUp(link: Link, isUp: boolean, links: LinkTable): void {
    const changed = this.apply(link, isUp ? LinkFlag.Up : 0, LinkFlag.Up, links);
    if (changed === 0) return;
    this.news.announce(link, LinkFlag.Up | LinkFlag.Running, NO_CAUSE);
    this.spread(link, changed, NO_CAUSE);
  }

  /** Sets those of the links down that are up (`dev_close_many`): all are down before anybody hears of one. */
  close(links: readonly Link[], home: LinkTable): void {
    const open = links.filter(({ isUp }) => isUp);
    for (const link of open) setDown(link, home);
    for (const link of open) {
      this.news.announce(link, LinkFlag.Up | LinkFlag.Running, NO_CAUSE);
      this.news.tell(link, 'down', NO_CAUSE, (observer) => observer.linkDown?.(link, NO_CAUSE));
    }
  }

  /**
   * First half of a change: nobody hears of it yet.
   *
   * @param mask the flags that `flags` speaks of; 0 means all of them.
   * @returns the flags that have changed.
   */
  apply(link: Link, flags: number, mask: number, links: LinkTable): number {
    const before = link.administrativeFlags;
    const countsBefore = countedFlags(link);
    const effectiveMask = mask === 0 ? 0xffffffff : mask;
    const wanted = (flags & effectiveMask) | (before & ~effectiveMask);
    link.administrativeFlags = (wanted & PLAIN_FLAGS) | (before & ~PLAIN_FLAGS);
    if (((wanted ^ before) & LinkFlag.Up) !== 0) {
      if (link.isUp) setDown(link, links);
      else setUp(link, links);
    }
    const watched = LinkFlag.Promiscuous | LinkFlag.AllMulticast;
    link.promiscuity += difference(link, wanted, LinkFlag.Promiscuous);
    link.allMulticast += difference(link, wanted, LinkFlag.AllMulticast);
    link.administrativeFlags = (link.administrativeFlags & ~watched) | (wanted & watched);
    return ((before ^ link.administrativeFlags) | (countsBefore ^ countedFlags(link))) >>> 0;
  }

  /** Second half, after the announcement: observers and what is stacked on the link are told. */
  spread(link: Link, changed: number, cause: Cause): void {
    if ((changed & LinkFlag.Up) !== 0) {
      // What follows from a link going up or down is not echoed to who asked for that.
      const withoutEcho = { ...cause, echo: false };
      this.news.tell(link, link.isUp ? 'up' : 'down', withoutEcho, (observer) => {
        if (link.isUp) observer.linkUp?.(link, withoutEcho);
        else observer.linkDown?.(link, withoutEcho);
      });
    }
    if (!link.isUp || (changed & ~QUIET_FLAGS) === 0) return;
    this.news.tellObservers((observer) => observer.linkFlagsChanged?.(link, changed));
    if ((changed & LinkFlag.Up) === 0) this.news.tellUppers(link, 'state', cause);
  }
}

/** A kind may refuse: the link stays down then. */
function setUp(link: Link, links: LinkTable): void {
  link.administrativeFlags |= LinkFlag.Up;
  try {
    link.behaviour.up?.(link, links);
  } catch (error) {
    link.administrativeFlags &= ~LinkFlag.Up;
    throw error;
  }
  link.hasQueue = true;
  followTakenAddresses(link);
}

function setDown(link: Link, links: LinkTable): void {
  link.administrativeFlags &= ~LinkFlag.Up;
  link.behaviour.down?.(link, links);
}

/** What others have asked for may change with a link's own flags. */
function countedFlags({ promiscuity, allMulticast }: Link): number {
  return (promiscuity > 0 ? LinkFlag.Promiscuous : 0) | (allMulticast > 0 ? LinkFlag.AllMulticast : 0);
}

function difference(link: Link, wanted: number, flag: LinkFlag): number {
  return Number((wanted & flag) !== 0) - Number(link.has(flag));
}
