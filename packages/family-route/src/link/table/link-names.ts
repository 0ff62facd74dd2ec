import { type Cause, Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link.js';
import type { LinkNews } from './link-news.js';
import type { LinkRegistry } from './link-registry.js';

/** The names of links that are there. Which ones are free, and how a new link gets one, the registry knows. */
export class LinkNames {
  constructor(
    private readonly registry: LinkRegistry,
    private readonly news: LinkNews,
  ) {}

  rename(link: Link, wanted: string, cause: Cause): void {
    if (wanted === link.name) return;
    const name = this.registry.chooseName(wanted, link);
    const formerName = link.name;
    this.registry.removeName(formerName);
    link.name = name;
    this.registry.addName(name, link);
    this.news.emit({ type: 'link-changed', link, changedFlags: 0, cause, formerName });
    this.news.tell(link, 'renamed', cause, (observer) => observer.linkRenamed?.(link));
  }

  /** @throws {NetlinkError} EEXIST when any link has the name. */
  addAlternative(link: Link, name: string): void {
    if (this.registry.byName(name) !== undefined) throw new NetlinkError(Errno.EEXIST);
    link.alternativeNames = [...link.alternativeNames, name];
    this.registry.addName(name, link);
  }

  /** @throws {NetlinkError} ENOENT when no link has the name, EINVAL when it is not an alternative name of this one. */
  removeAlternative(link: Link, name: string): void {
    if (this.registry.byName(name) === undefined) throw new NetlinkError(Errno.ENOENT);
    if (!link.alternativeNames.includes(name)) throw new NetlinkError(Errno.EINVAL);
    link.alternativeNames = link.alternativeNames.filter((other) => other !== name);
    this.registry.removeName(name);
  }
}
