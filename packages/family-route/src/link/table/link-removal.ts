import { type Cause, NO_CAUSE } from '@nlspace/core';
import type { MovedLink } from '../../network/network-events.js';
import type { Link } from '../link.js';
import type { LinkContext } from '../link-kind.js';
import { unstack } from '../link-stack.js';
import type { LinkTable } from '../link-table.js';
import type { AdministrativeFlags } from './administrative-flags.js';
import type { LinkNews } from './link-news.js';
import type { LinkRegistry } from './link-registry.js';
import type { OperationalStates } from './operational-states.js';

/** Where a link goes that is moved. */
export interface Departure {
  readonly target: LinkTable;
  readonly interfaceIndex: number;
}

/** How links leave a table: for good, or to that of another namespace. */
export class LinkRemoval {
  constructor(
    private readonly registry: LinkRegistry,
    private readonly news: LinkNews,
    private readonly flags: AdministrativeFlags,
    private readonly states: OperationalStates,
  ) {}

  /** Closes links and takes them out. */
  unregister(links: readonly Link[], context: LinkContext, departure?: Departure): void {
    this.flags.close(links, context.links);
    this.registry.delete(links);
    if (departure === undefined) for (const link of links) this.states.forget(link);
    for (const link of links) this.#letGo(link, context, departure);
  }

  #letGo(link: Link, { links, cause }: LinkContext, departure: Departure | undefined): void {
    const isMoving = departure !== undefined;
    link.isDying = true;
    link.isMoving = isMoving;
    link.hasQueue = false;
    this.states.whileLeaving(() =>
      this.news.tell(link, isMoving ? 'moved' : 'removed', NO_CAUSE, (observer) =>
        observer.linkUnregistered?.(link),
      ),
    );
    if (!isMoving) for (const upper of link.uppers) unstack(link, upper);
    if (link.isAnnounced) {
      const moved = departure === undefined ? {} : { moved: movedLink(departure, links) };
      this.news.emit({ type: 'link-removed', link, cause, ...moved });
    }
    if (!isMoving) for (const lower of link.lowers) links.unstack(lower, link);
  }
}

/** Removes links together with their companions, in whatever namespaces those are. @param table where it was asked. */
export function removeWithCompanions(links: readonly Link[], table: LinkTable, cause: Cause): void {
  const gone = new Set<Link>();
  for (const link of links) {
    if (gone.has(link)) continue;
    for (const one of link.behaviour.dismantle?.(link, table) ?? [link]) gone.add(one);
  }
  // What goes together may be in several namespaces.
  for (const home of new Set([...gone].map((link) => link.home)))
    home.unregister(
      [...gone].filter((link) => link.home === home),
      cause,
    );
}

/** A namespace that has no number yet gets one when listeners hear where a link has gone. */
function movedLink({ target, interfaceIndex }: Departure, links: LinkTable): MovedLink {
  return { namespaceNumber: links.namespaceNumber(target), interfaceIndex };
}
