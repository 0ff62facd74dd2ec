import { type Cause, Errno, NetlinkError } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import type { NetworkEvent, NetworkEvents } from '../network/network-events.js';
import type { NexthopObject } from '../nexthop/nexthop-object.js';
import type { Link, LinkTraits } from './link.js';
import { applyLinkChanges, type LinkChanges } from './link-changes.js';
import type { LinkEvent } from './link-flags.js';
import type { LinkBehaviour, LinkCreation, LinkParameters } from './link-kind.js';
import type { LinkObserver } from './link-observer.js';
import type { LinkWorld } from './link-world.js';
import { AdministrativeFlags } from './table/administrative-flags.js';
import { LinkMoves, type WantedPlace } from './table/link-moves.js';
import { LinkNames } from './table/link-names.js';
import { LinkNews } from './table/link-news.js';
import { LinkRegistry } from './table/link-registry.js';
import { type Departure, LinkRemoval, removeWithCompanions } from './table/link-removal.js';
import { LinkSettings } from './table/link-settings.js';
import { LinkStacking, putOn, takeOff } from './table/link-stacking.js';
import { NewLinks } from './table/new-links.js';
import { changePromiscuity, followTakenAddresses } from './table/promiscuity.js';

/** What a table knows of the network around it. */
export interface LinkSources {
  readonly events: NetworkEvents;
  readonly clock: Clock;
  /** The address of the next Ethernet-like link that asks for none. */
  readonly macAddress: () => Uint8Array;
  readonly world: LinkWorld;
  /** What this namespace calls another's (nsid); it gets a number if it has none. */
  readonly namespaceNumber: (home: LinkTable) => number;
  /** Whether a nexthop object is still there. */
  readonly isNexthop: (nexthop: NexthopObject) => boolean;
  /** Index of the link by which packets between two addresses leave, if they can. */
  readonly outputInterface: (
    destination: Uint8Array,
    source: Uint8Array,
    wanted: number,
  ) => number | undefined;
}

/**
 * All links of a network: what requests, kinds and whoever has the network can ask of them. What that means and what follows
 * from it is in the parts, `table/`; here is which part does it.
 */
export class LinkTable {
  readonly #sources: LinkSources;
  readonly #registry = new LinkRegistry();
  readonly #news: LinkNews;
  readonly #names: LinkNames;
  readonly #flags: AdministrativeFlags;
  readonly #settings: LinkSettings;
  readonly #stacking: LinkStacking;
  readonly #newLinks: NewLinks;
  readonly #removal: LinkRemoval;
  readonly #moves: LinkMoves;

  constructor(sources: LinkSources) {
    const { world, events, macAddress } = sources;
    const registry = this.#registry;
    const news = new LinkNews(events);
    const flags = new AdministrativeFlags(news);
    this.#sources = sources;
    this.#news = news;
    this.#flags = flags;
    this.#names = new LinkNames(registry, news);
    this.#settings = new LinkSettings(news);
    this.#stacking = new LinkStacking(registry, news);
    this.#newLinks = new NewLinks(registry, news, flags, macAddress);
    this.#removal = new LinkRemoval(registry, news, flags, world.states);
    this.#moves = new LinkMoves(registry, news);
  }

  /** Observers are told in the order in which they came. */
  observe(observer: LinkObserver): void {
    this.#news.observe(observer);
  }

  // Which links there are.

  /** Counts links made and removed: a dump that sees it change is not a snapshot. */
  get generation(): number {
    return this.#registry.generation;
  }

  /** By index, ascending. */
  all(): readonly Link[] {
    return this.#registry.all();
  }

  /** The first link with a higher index: how a dump goes on over changes. */
  after(index: number): Link | undefined {
    return this.#registry.after(index);
  }

  byIndex(index: number): Link | undefined {
    return this.#registry.byIndex(index);
  }

  /** By name or alternative name. */
  byName(name: string): Link | undefined {
    return this.#registry.byName(name);
  }

  // What kinds need to know of the network.

  /** Whether a nexthop object is still there. For kinds. */
  isNexthop(nexthop: NexthopObject): boolean {
    return this.#sources.isNexthop(nexthop);
  }

  /** For kinds with timers. */
  get clock(): Clock {
    return this.#sources.clock;
  }

  /** A MAC address that nobody has chosen. For kinds. */
  randomAddress(): Uint8Array {
    return this.#sources.macAddress();
  }

  /**
   * The link by which packets between two addresses leave; undefined where there is no way. For kinds.
   *
   * @param source zeros for any.
   * @param wanted index of a link; 0 for any.
   */
  outputLink(destination: Uint8Array, source: Uint8Array, wanted: number): Link | undefined {
    const index = this.#sources.outputInterface(destination, source, wanted);
    return index === undefined ? undefined : this.byIndex(index);
  }

  /** What this namespace calls that of another table. */
  namespaceNumber(home: LinkTable): number {
    return this.#sources.namespaceNumber(home);
  }

  // How links come and go.

  /** A kind that requests can make, by IFLA_INFO_KIND. */
  kind(name: string): LinkBehaviour | undefined {
    const behaviour = this.#sources.world.kind(name);
    return behaviour?.isCreatable === false ? undefined : behaviour;
  }

  /** The first link of every network. Nobody is told: there is nobody yet. */
  addLoopback(): Link {
    const behaviour = this.#sources.world.kind('loopback');
    if (behaviour === undefined) throw new Error('a network needs the link kind loopback');
    return this.register('loopback', behaviour, { name: 'lo' });
  }

  /** Makes a link of a kind, companions included, and announces it. */
  create(
    kindName: string,
    parameters: LinkParameters,
    data: unknown,
    cause: Cause,
    companionLinks: LinkCreation['companionLinks'] = () => this,
    lowerLinks: LinkTable = this,
  ): Link {
    const behaviour = this.#sources.world.kind(kindName);
    if (behaviour === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'Unknown device type');
    const creation = { parameters, data: data ?? {}, links: this, lowerLinks, cause, companionLinks };
    const link = this.#newLinks.create(kindName, behaviour, creation);
    this.settle();
    return link;
  }

  /**
   * First half of making a link: it is there, but not announced. For kinds.
   *
   * @param kindTraits where links of a kind are not all born alike.
   */
  register(
    kindName: string,
    behaviour: LinkBehaviour,
    parameters: LinkParameters,
    kindTraits: LinkTraits = behaviour.traits,
  ): Link {
    return this.#newLinks.register(kindName, behaviour, parameters, kindTraits, this);
  }

  /**
   * Second half: flags that the request asked for, and the announcement. For kinds, about their companions, or about a link
   * that is to be heard of before something else is.
   */
  configure(link: Link, parameters: LinkParameters, cause: Cause): void {
    this.#newLinks.configure(link, parameters, { links: this, cause });
  }

  /** Removes links together with their companions. */
  remove(links: readonly Link[], cause: Cause): void {
    removeWithCompanions(links, this, cause);
    this.settle();
  }

  /** Closes links and takes them out. For kinds; everyone else calls `remove`. */
  unregister(links: readonly Link[], cause: Cause, departure?: Departure): void {
    this.#removal.unregister(links, { links: this, cause }, departure);
  }

  /**
   * Moves a link here from another namespace (`__dev_change_net_namespace`): it leaves there as if removed and comes as if
   * made, down, with the same index if that is free.
   *
   * @param wanted a name, if its own is taken here, or an index.
   * @throws {NetlinkError} EINVAL for a link that may not move, EEXIST or EBUSY where names or index are taken.
   */
  take(link: Link, wanted: WantedPlace, cause: Cause): void {
    this.#moves.take(link, wanted, { links: this, cause });
  }

  // How links change.

  /** Applies a request to a link, in the kernel's order; what has been applied before an error stays. */
  change(link: Link, changes: LinkChanges, cause: Cause): void {
    try {
      applyLinkChanges(link, changes, this, cause);
    } finally {
      this.settle();
    }
  }

  rename(link: Link, wanted: string, cause: Cause): void {
    this.#names.rename(link, wanted, cause);
  }

  /** @throws {NetlinkError} EEXIST when any link has the name. */
  addAlternativeName(link: Link, name: string): void {
    this.#names.addAlternative(link, name);
  }

  /** @throws {NetlinkError} ENOENT when no link has the name, EINVAL when it is not an alternative name of this one. */
  removeAlternativeName(link: Link, name: string): void {
    this.#names.removeAlternative(link, name);
  }

  /** @throws {NetlinkError} EINVAL beyond the limits of the link, and what the kind refuses. */
  changeMtu(link: Link, mtu: number, cause: Cause): void {
    this.#settings.changeMtu(link, mtu, { links: this, cause });
  }

  /**
   * Gives a link another address.
   *
   * @throws {NetlinkError} EOPNOTSUPP where the kind has none to change, EADDRNOTAVAIL for what cannot be one, and what the kind
   * refuses.
   */
  changeAddress(link: Link, address: Uint8Array, cause: Cause): void {
    this.#settings.changeAddress(link, address, { links: this, cause });
  }

  /**
   * IFLA_INET6_TOKEN: the lower half of addresses from routers, of which there are none here.
   *
   * @throws {NetlinkError} EINVAL for links where routers are not asked.
   */
  setIpv6Token(link: Link, token: Uint8Array): void {
    this.#settings.setIpv6Token(link, token);
  }

  /** Makes a link that has just been registered a VRF. For kinds. */
  giveTable(link: Link, table: number): void {
    link.ownTable = table;
    this.#news.tellObservers((observer) => observer.tableGiven?.(link, table));
  }

  // Flags, carriers and operational states.

  /** Changes flags as `ifi_flags` and `ifi_change` ask, and announces it. */
  changeFlags(link: Link, flags: number, mask: number, cause: Cause): void {
    this.#flags.change(link, flags, mask, { links: this, cause });
  }

  /** Sets a link up or down for a kind's own sake (`dev_open`, `dev_close`). For kinds. */
  setUp(link: Link, isUp: boolean): void {
    this.#flags.setUp(link, isUp, this);
  }

  /** Somebody begins (+1) or ceases (−1) to need every packet that the link sees. For kinds. */
  changePromiscuity(link: Link, difference: 1 | -1): void {
    changePromiscuity(link, difference);
  }

  /**
   * A link that cannot choose takes every packet while it is to take addresses beside its own; nobody is told, and while it
   * is down nobody looks. For kinds.
   */
  followTakenAddresses(link: Link): void {
    followTakenAddresses(link);
  }

  /** The medium comes or goes. What follows from it waits for the end of the operation. For kinds. */
  setCarrier(link: Link, hasCarrier: boolean): void {
    this.#sources.world.states.setCarrier(link, hasCarrier);
  }

  /** The operational state of a link is looked at at the end of the operation, whether or not its carrier changes. For kinds. */
  watch(link: Link): void {
    this.#sources.world.states.watch(link);
  }

  /** Carrier and dormancy of a link follow those of the one below it (`netif_stacked_transfer_operstate`). For kinds. */
  transferState(lower: Link, upper: Link): void {
    this.#sources.world.states.transfer(lower, upper);
  }

  /** Lets operational states follow carriers (the kernel's link watch, which runs a moment later). */
  settle(): void {
    this.#sources.world.states.settle();
  }

  // What stands on what, and who listens to what.

  /**
   * Makes a link the port of another, or of none (index 0).
   *
   * @throws {NetlinkError} EINVAL for no such link, EOPNOTSUPP for one that takes no ports, and what the kind refuses.
   */
  setMaster(link: Link, masterIndex: number, cause: Cause): void {
    this.#stacking.setMaster(link, masterIndex, { links: this, cause });
  }

  /** A link becomes a port of its master, and says so. For kinds. */
  join(port: Link, master: Link): void {
    this.#stacking.join(port, master);
  }

  /** A link is no port of its master any more, and says so. For kinds. */
  leave(port: Link, master: Link): void {
    this.#stacking.leave(port, master);
  }

  /** A link is put on another without being its master, as a VLAN is. For kinds; removing either ends it. */
  stack(lower: Link, upper: Link): void {
    putOn(lower, upper);
  }

  /** A link is taken from the one below it. For kinds. */
  unstack(lower: Link, upper: Link): void {
    takeOff(lower, upper);
  }

  /** A link begins to listen to a group of IPv4 or IPv6, where that protocol is on. For kinds. */
  joinGroup(link: Link, group: Uint8Array): void {
    this.#news.tellObservers((observer) => observer.groupJoined?.(link, group));
  }

  /** A link listens to a group no more, unless somebody else needs it; none that it does not listen to. For kinds. */
  leaveGroup(link: Link, group: Uint8Array): void {
    this.#news.tellObservers((observer) => observer.groupLeft?.(link, group));
  }

  // Who hears of it.

  /** Lets the network's listeners know of something that only a kind knows. For kinds. */
  emit(event: NetworkEvent): void {
    this.#news.emit(event);
  }

  /** A link that is on its way out is not heard of before it is gone. */
  announce(link: Link, changedFlags: number, cause: Cause, event?: LinkEvent): void {
    this.#news.announce(link, changedFlags, cause, event);
  }

  /** What the kernel does when a link that is up has changed: observers first, then the announcement. */
  announceState(link: Link, cause: Cause): void {
    this.#news.announceState(link, cause);
  }

  /** Tells everyone that a kind has given a link another address. For kinds. */
  announceAddress(link: Link, cause: Cause): void {
    this.#news.announceAddress(link, cause);
  }

  /** What a link can do by itself has changed. For kinds. */
  announceFeatures(link: Link): void {
    this.#news.announceFeatures(link);
  }
}
