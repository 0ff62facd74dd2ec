import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import type { LinkContext, LinkPorts } from '../link-kind.js';
import { stack, unstack } from '../link-stack.js';
import type { LinkNews } from './link-news.js';
import type { LinkRegistry } from './link-registry.js';

/** Masters and ports, and what else stands on other links: who may, and who hears of it. What a pile is, `link-stack.ts` knows. */
export class LinkStacking {
  constructor(
    private readonly registry: LinkRegistry,
    private readonly news: LinkNews,
  ) {}

  /**
   * Makes a link the port of another, or of none (index 0).
   *
   * @throws {NetlinkError} EINVAL for no such link, EOPNOTSUPP for one that takes no ports, and what the kind refuses.
   */
  setMaster(link: Link, masterIndex: number, context: LinkContext): void {
    const { master: before } = link;
    if (before !== undefined) {
      if (before.index === masterIndex) return;
      portsOf(before).release(before, link, context);
    }
    if (masterIndex === 0) return;
    const master = this.registry.byIndex(masterIndex);
    if (master === undefined) throw new NetlinkError(Errno.EINVAL);
    portsOf(master).enslave(master, link, context);
  }

  join(port: Link, master: Link): void {
    stack(port, master, true);
    this.#tellOfPort(port, master);
  }

  leave(port: Link, master: Link): void {
    unstack(port, master);
    this.#tellOfPort(port, master);
  }

  #tellOfPort(port: Link, master: Link): void {
    this.news.announce(port, 0, NO_CAUSE);
    if (master.ownTable !== undefined) this.news.tellObservers((observer) => observer.linkRehomed?.(port));
  }
}

function portsOf(master: Link): LinkPorts {
  const { ports } = master.behaviour;
  if (ports === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  return ports;
}

/** A link is put on another, in whatever namespace that is, without being its master. */
export function putOn(lower: Link, upper: Link): void {
  stack(lower, upper, false);
  lower.home.announce(lower, 0, NO_CAUSE);
}

/** A link is taken from the one below it, if it stands on it. */
export function takeOff(lower: Link, upper: Link): void {
  if (!lower.uppers.has(upper)) return;
  unstack(lower, upper);
  lower.home.announce(lower, 0, NO_CAUSE);
}
