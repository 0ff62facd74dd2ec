import { Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import type { LinkContext } from '../link-kind.js';
import { ALL_FLAGS, type LinkNews } from './link-news.js';
import type { LinkRegistry } from './link-registry.js';

/** What a link that comes from elsewhere may be called here: a name, if its own is taken, or an index. */
export interface WantedPlace {
  readonly name?: string;
  readonly index?: number;
}

/** How links come to a table from that of another namespace. */
export class LinkMoves {
  constructor(
    private readonly registry: LinkRegistry,
    private readonly news: LinkNews,
  ) {}

  /**
   * A link leaves where it is as if removed and comes as if made, down, with the same index if that is free.
   *
   * @throws {NetlinkError} EINVAL for a link that may not move, EEXIST or EBUSY where names or index are taken.
   */
  take(link: Link, wanted: WantedPlace, { links, cause }: LinkContext): void {
    const { home } = link;
    if (home === links) return;
    if (link.traits.namespaceBound) throw new NetlinkError(Errno.EINVAL, 'The interface netns is immutable');
    const name = this.#nameFor(link, wanted.name);
    this.#refuseTakenNames(link.alternativeNames);
    const index = this.registry.chooseIndex(this.#indexFor(link, wanted.index));
    if (link.master !== undefined) home.setMaster(link, 0, cause);
    home.unregister([link], cause, { target: links, interfaceIndex: index });
    link.home = links;
    link.index = index;
    link.name = name;
    link.isDying = false;
    link.isMoving = false;
    this.registry.add(link);
    this.news.tellObservers((observer) => observer.linkRegistered?.(link));
    this.news.announce(link, ALL_FLAGS, NO_CAUSE);
  }

  #nameFor(link: Link, wanted: string | undefined): string {
    if (this.registry.byName(link.name) === undefined) return link.name;
    if (wanted !== undefined) return this.registry.chooseName(wanted);
    throw new NetlinkError(Errno.EEXIST, 'An interface with the same name exists in the target netns');
  }

  #refuseTakenNames(names: readonly string[]): void {
    for (const name of names)
      if (this.registry.byName(name) !== undefined)
        throw new NetlinkError(
          Errno.EEXIST,
          `An interface with the altname ${name} exists in the target netns`,
        );
  }

  /** Undefined where any will do. */
  #indexFor(link: Link, wanted: number | undefined): number | undefined {
    const index = wanted ?? (this.registry.byIndex(link.index) === undefined ? link.index : undefined);
    if (index !== undefined && this.registry.byIndex(index) !== undefined) {
      throw new NetlinkError(Errno.EBUSY, `The ifindex ${index} is not available in the target netns`);
    }
    return index;
  }
}
