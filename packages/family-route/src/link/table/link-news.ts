import { type Cause, NO_CAUSE } from '@nlspace/core';
import type { NetworkEvent, NetworkEvents } from '../../network/network-events.js';
import type { Link } from '../link.js';
import { LinkEvent } from '../link-flags.js';
import type { LowerChange } from '../link-kind.js';
import type { LinkObserver } from '../link-observer.js';

/** `ifi_change` of a link that is new. */
export const ALL_FLAGS = 0xffffffff;

/**
 * Who hears of what happens to the links of a table, in which order: observers and what is stacked on a link are told, because
 * something follows from it for them; to listeners outside it is announced.
 */
export class LinkNews {
  readonly #observers: LinkObserver[] = [];

  constructor(private readonly events: NetworkEvents) {}

  /** Observers are told in the order in which they came. */
  observe(observer: LinkObserver): void {
    this.#observers.push(observer);
  }

  emit(event: NetworkEvent): void {
    this.events.emit(event);
  }

  /** A link that is on its way out is not heard of before it is gone. */
  announce(link: Link, changedFlags: number, cause: Cause, event?: LinkEvent): void {
    if (link.isDying && !link.isMoving) return;
    this.events.emit({
      type: 'link-changed',
      link,
      changedFlags,
      cause,
      ...(event === undefined ? {} : { event }),
    });
  }

  /** Tells observers, then announces: what the kernel does when a link that is up has changed. */
  announceState(link: Link, cause: Cause): void {
    if (!link.isUp) return;
    this.tell(link, 'state', cause, (observer) => observer.linkStateChanged?.(link));
    this.announce(link, 0, cause);
  }

  announceAddress(link: Link, cause: Cause): void {
    this.announce(link, 0, cause);
    this.tell(link, 'address', cause, (observer) => observer.linkAddressChanged?.(link));
  }

  /** Of a link's features no observer asks. */
  announceFeatures(link: Link): void {
    this.announce(link, 0, NO_CAUSE, LinkEvent.FeaturesChanged);
    this.tell(link, 'features', NO_CAUSE, () => {});
  }

  /** Observers and what is stacked on a link, in the order in which the parts of the kernel have asked to be told. */
  tell(link: Link, change: LowerChange, cause: Cause, tellObserver: (observer: LinkObserver) => void): void {
    for (const observer of this.#observers) if (observer.isEarly === true) tellObserver(observer);
    tellUppers(link, change, cause, (upper) => upper.behaviour.isToldLate !== true);
    for (const observer of this.#observers) if (observer.isEarly !== true) tellObserver(observer);
    tellUppers(link, change, cause, (upper) => upper.behaviour.isToldLate === true);
  }

  /** Only observers, for what concerns nobody who is stacked on the link. */
  tellObservers(tellObserver: (observer: LinkObserver) => void): void {
    for (const observer of this.#observers) tellObserver(observer);
  }

  /** Only what is stacked on the link. */
  tellUppers(link: Link, change: LowerChange, cause: Cause): void {
    tellUppers(link, change, cause, () => true);
  }
}

function tellUppers(lower: Link, change: LowerChange, cause: Cause, isTold: (upper: Link) => boolean): void {
  if (lower.uppers.size === 0) return;
  for (const upper of [...lower.uppers].filter(isTold)) {
    // Another one may have taken it along.
    if (!lower.uppers.has(upper)) continue;
    upper.behaviour.lowerChanged?.(upper, lower, change, { links: upper.home, cause });
  }
}
