import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { NetworkEvents } from '../network/network-events.js';
import { Link, type LinkTraits } from './link.js';
import { applyFlags, applyLinkChanges, type LinkChanges } from './link-changes.js';
import { LinkFlag, LinkMode, LinkType, OperationalState } from './link-flags.js';
import {
  type LinkBehaviour,
  type LinkCreation,
  type LinkKindClass,
  type LinkParameters,
  linkKindName,
} from './link-kind.js';
import { chooseLinkName } from './link-name.js';

/** Who must know about links, in the order in which the kernel tells them. */
export interface LinkObserver {
  linkRegistered?(link: Link): void;
  linkUp?(link: Link, cause: Cause): void;
  linkDown?(link: Link, cause: Cause): void;
  /** Carrier or operational state has settled, on a link that is up. */
  linkStateChanged?(link: Link): void;
  linkRenamed?(link: Link): void;
  linkMtuChanged?(link: Link): void;
  linkUnregistered?(link: Link): void;
}

export interface LinkSources {
  readonly events: NetworkEvents;
  /** The address of the next Ethernet-like link that asks for none. */
  readonly macAddress: () => Uint8Array;
}

const MAX_QUEUES = 4096;
const ALL_FLAGS = 0xffffffff;

/** All links of a network: what requests do to them and what follows from it. */
export class LinkTable {
  readonly #kinds = new Map<string, LinkBehaviour>();
  readonly #byIndex = new Map<number, Link>();
  readonly #byName = new Map<string, Link>();
  readonly #observers: LinkObserver[] = [];
  readonly #unsettled = new Set<Link>();
  readonly #sources: LinkSources;
  #ordered: Link[] = [];
  #lastIndex = 0;
  #generation = 0;

  constructor(kinds: readonly LinkKindClass[], sources: LinkSources) {
    this.#sources = sources;
    for (const kind of kinds) this.#kinds.set(linkKindName(kind), new kind());
  }

  /** Observers are told in the order in which they came. */
  observe(observer: LinkObserver): void {
    this.#observers.push(observer);
  }

  /** Counts links made and removed: a dump that sees it change is not a snapshot. */
  get generation(): number {
    return this.#generation;
  }

  /** By index, ascending. */
  all(): readonly Link[] {
    return this.#ordered;
  }

  byIndex(index: number): Link | undefined {
    return this.#byIndex.get(index);
  }

  /** By name or alternative name. */
  byName(name: string): Link | undefined {
    return this.#byName.get(name);
  }

  /** A kind that requests can make, by IFLA_INFO_KIND. */
  kind(name: string): LinkBehaviour | undefined {
    const behaviour = this.#kinds.get(name);
    return behaviour?.isCreatable === false ? undefined : behaviour;
  }

  /** The first link of every network. Nobody is told: there is nobody yet. */
  addLoopback(): Link {
    const behaviour = this.#kinds.get('loopback');
    if (behaviour === undefined) throw new Error('a network needs the link kind loopback');
    return this.register('loopback', behaviour, { name: 'lo' });
  }

  /** Makes a link of a kind, companions included, and announces it. */
  create(kindName: string, parameters: LinkParameters, data: unknown, cause: Cause): Link {
    const behaviour = this.#kinds.get(kindName);
    if (behaviour === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'Unknown device type');
    behaviour.validate?.(parameters);
    const creation: LinkCreation = { parameters, data: data ?? {}, links: this, cause };
    const link = behaviour.create?.(creation) ?? this.register(kindName, behaviour, parameters);
    this.configure(link, parameters, cause);
    this.settle();
    return link;
  }

  /** First half of making a link: it is there, but not announced. For kinds. */
  register(kindName: string, behaviour: LinkBehaviour, parameters: LinkParameters): Link {
    const traits = traitsFor(behaviour.traits, parameters);
    const name = chooseLinkName(parameters.name ?? `${kindName}%d`, (taken) => this.#byName.has(taken));
    const link = new Link(this.#allocateIndex(parameters.index), name, kindName, behaviour, traits);
    if (parameters.address !== undefined) link.address = parameters.address.slice(0, 6);
    else if (traits.type === LinkType.Ethernet) link.address = this.#sources.macAddress();
    if (parameters.broadcast !== undefined) link.broadcast = parameters.broadcast.slice(0, 6);
    link.group = parameters.group ?? 0;
    link.mode = parameters.mode ?? LinkMode.Default;
    link.gsoMaximumSize = parameters.gsoMaximumSize ?? link.gsoMaximumSize;
    link.gsoMaximumSegments = parameters.gsoMaximumSegments ?? link.gsoMaximumSegments;
    link.groMaximumSize = parameters.groMaximumSize ?? link.groMaximumSize;
    if (parameters.alias !== undefined && parameters.alias !== '') link.alias = parameters.alias;
    this.#generation++;
    this.#byIndex.set(link.index, link);
    this.#byName.set(name, link);
    const position = this.#ordered.findIndex(({ index }) => index > link.index);
    this.#ordered = position === -1 ? [...this.#ordered, link] : this.#ordered.toSpliced(position, 0, link);
    for (const observer of this.#observers) observer.linkRegistered?.(link);
    return link;
  }

  /** Second half: flags that the request asked for, and the announcement. For kinds, about their companions. */
  configure(link: Link, { flags = 0, flagsMask = 0 }: LinkParameters, cause: Cause): void {
    const changed = flags === 0 && flagsMask === 0 ? 0 : applyFlags(link, flags, flagsMask, this);
    this.announce(link, ALL_FLAGS, cause);
    this.#spreadFlags(link, changed, cause);
  }

  /** Applies a request to a link, in the kernel's order; what has been applied before an error stays. */
  change(link: Link, changes: LinkChanges, cause: Cause): void {
    try {
      applyLinkChanges(link, changes, this, cause);
    } finally {
      this.settle();
    }
  }

  /** Changes flags as `ifi_flags` and `ifi_change` ask, and announces it. */
  changeFlags(link: Link, flags: number, mask: number, cause: Cause): void {
    const changed = applyFlags(link, flags, mask, this);
    if (changed !== 0) this.announce(link, changed, cause);
    this.#spreadFlags(link, changed, cause);
  }

  rename(link: Link, wanted: string, cause: Cause): void {
    if (wanted === link.name) return;
    const name = chooseLinkName(wanted, (taken) => this.#byName.has(taken) && taken !== link.name);
    this.#byName.delete(link.name);
    link.name = name;
    this.#byName.set(name, link);
    this.announce(link, 0, cause);
    for (const observer of this.#observers) observer.linkRenamed?.(link);
  }

  changeMtu(link: Link, mtu: number, cause: Cause): void {
    if (mtu === link.mtu) return;
    checkMtu(link.traits, mtu);
    link.mtu = mtu;
    this.announce(link, 0, cause);
    for (const observer of this.#observers) observer.linkMtuChanged?.(link);
  }

  /** @throws {NetlinkError} EEXIST when any link has the name. */
  addAlternativeName(link: Link, name: string): void {
    if (this.#byName.has(name)) throw new NetlinkError(Errno.EEXIST);
    link.alternativeNames = [...link.alternativeNames, name];
    this.#byName.set(name, link);
  }

  /** @throws {NetlinkError} ENOENT when no link has the name, EINVAL when it is not an alternative name of this one. */
  removeAlternativeName(link: Link, name: string): void {
    if (!this.#byName.has(name)) throw new NetlinkError(Errno.ENOENT);
    if (!link.alternativeNames.includes(name)) throw new NetlinkError(Errno.EINVAL);
    link.alternativeNames = link.alternativeNames.filter((other) => other !== name);
    this.#byName.delete(name);
  }

  /** Removes links together with their companions. */
  remove(links: readonly Link[], cause: Cause): void {
    const gone = new Set<Link>();
    for (const link of links) {
      if (gone.has(link)) continue;
      for (const one of link.behaviour.dismantle?.(link, this) ?? [link]) gone.add(one);
    }
    this.unregister([...gone], cause);
    this.settle();
  }

  /** Closes links and takes them out. For kinds; everyone else calls `remove`. */
  unregister(links: readonly Link[], cause: Cause): void {
    const open = links.filter(({ isUp }) => isUp);
    for (const link of open) {
      link.administrativeFlags &= ~LinkFlag.Up;
      link.behaviour.down?.(link, this);
    }
    for (const link of open) {
      this.announce(link, LinkFlag.Up | LinkFlag.Running, NO_CAUSE);
      for (const observer of this.#observers) observer.linkDown?.(link, NO_CAUSE);
    }
    for (const link of links) {
      this.#generation++;
      this.#unsettled.delete(link);
      this.#byIndex.delete(link.index);
      for (const name of [link.name, ...link.alternativeNames]) this.#byName.delete(name);
    }
    this.#ordered = this.#ordered.filter((link) => !links.includes(link));
    for (const link of links) {
      link.isDying = true;
      link.hasQueue = false;
      for (const observer of this.#observers) observer.linkUnregistered?.(link);
      this.#sources.events.emit({ type: 'link-removed', link, cause });
    }
  }

  /** The medium comes or goes. What follows from it waits for the end of the operation. For kinds. */
  setCarrier(link: Link, hasCarrier: boolean): void {
    if (link.hasCarrier === hasCarrier) return;
    link.hasCarrier = hasCarrier;
    if (hasCarrier) link.carrierUpCount++;
    else link.carrierDownCount++;
    this.#unsettled.add(link);
  }

  announce(link: Link, changedFlags: number, cause: Cause): void {
    this.#sources.events.emit({ type: 'link-changed', link, changedFlags, cause });
  }

  /** What the kernel does when a link that is up has changed: observers first, then the announcement. */
  announceState(link: Link, cause: Cause): void {
    if (!link.isUp) return;
    for (const observer of this.#observers) observer.linkStateChanged?.(link);
    this.announce(link, 0, cause);
  }

  /** Lets operational states follow carriers (the kernel's link watch, which runs a moment later). */
  settle(): void {
    for (const link of this.#unsettled) {
      this.#unsettled.delete(link);
      link.settledState = this.#stateOf(link);
      this.announceState(link, NO_CAUSE);
    }
  }

  #stateOf(link: Link): OperationalState {
    if (!link.hasCarrier) {
      const other = link.linkedIndex === undefined ? undefined : this.#byIndex.get(link.linkedIndex);
      return other === undefined || other === link || other.hasCarrier
        ? OperationalState.Down
        : OperationalState.LowerLayerDown;
    }
    return link.mode === LinkMode.Dormant ? OperationalState.Dormant : OperationalState.Up;
  }

  #spreadFlags(link: Link, changed: number, cause: Cause): void {
    if ((changed & LinkFlag.Up) === 0) return;
    // What follows from a link going up or down is not echoed to who asked for that.
    const withoutEcho = { ...cause, echo: false };
    for (const observer of this.#observers) {
      if (link.isUp) observer.linkUp?.(link, withoutEcho);
      else observer.linkDown?.(link, withoutEcho);
    }
  }

  #allocateIndex(wanted: number | undefined): number {
    if (wanted !== undefined && wanted > 0) {
      if (this.#byIndex.has(wanted)) throw new NetlinkError(Errno.EBUSY);
      return wanted;
    }
    do this.#lastIndex++;
    while (this.#byIndex.has(this.#lastIndex));
    return this.#lastIndex;
  }
}

export function checkMtu({ minimumMtu, maximumMtu }: LinkTraits, mtu: number): void {
  if (mtu < minimumMtu || mtu > 0x7fffffff) {
    throw new NetlinkError(Errno.EINVAL, 'mtu less than device minimum', { attribute: 'mtu' });
  }
  if (maximumMtu > 0 && mtu > maximumMtu) {
    throw new NetlinkError(Errno.EINVAL, 'mtu greater than device maximum', { attribute: 'mtu' });
  }
}

function traitsFor(traits: LinkTraits, parameters: LinkParameters): LinkTraits {
  const { transmitQueues = traits.transmitQueues, receiveQueues = traits.receiveQueues } = parameters;
  if (transmitQueues < 1 || transmitQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of transmit queues', {
      attribute: 'transmitQueues',
    });
  }
  if (receiveQueues < 1 || receiveQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of receive queues', { attribute: 'receiveQueues' });
  }
  const { mtu = traits.mtu, transmitQueueLength = traits.transmitQueueLength } = parameters;
  if (parameters.mtu !== undefined) checkMtu(traits, mtu);
  return { ...traits, mtu, transmitQueueLength, transmitQueues, receiveQueues };
}
