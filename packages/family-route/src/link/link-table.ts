import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import type { MovedLink, NetworkEvent, NetworkEvents } from '../network/network-events.js';
import type { NexthopObject } from '../nexthop/nexthop-object.js';
import { isValidMacAddress } from './kinds/ethernet.js';
import { Link, type LinkTraits } from './link.js';
import { applyFlags, applyLinkChanges, type LinkChanges } from './link-changes.js';
import { LinkEvent, LinkFlag, LinkMode, LinkType, OperationalState } from './link-flags.js';
import {
  type LinkBehaviour,
  type LinkContext,
  type LinkCreation,
  type LinkKindClass,
  type LinkParameters,
  type LowerChange,
  linkKindName,
} from './link-kind.js';
import { LinkRegistry } from './link-registry.js';
import { stack, unstack } from './link-stack.js';

/** Who must know about links, in the order in which the kernel tells them. */
export interface LinkObserver {
  /** It is told before the links that are stacked on one. */
  readonly isEarly?: boolean;
  linkRegistered?(link: Link): void;
  linkUp?(link: Link, cause: Cause): void;
  linkDown?(link: Link, cause: Cause): void;
  /** Carrier or operational state has settled, on a link that is up. */
  linkStateChanged?(link: Link): void;
  linkRenamed?(link: Link): void;
  linkMtuChanged?(link: Link): void;
  linkAddressChanged?(link: Link): void;
  /** Flags other than UP of a link that is up. */
  linkFlagsChanged?(link: Link, changed: number): void;
  linkUnregistered?(link: Link): void;
  /** A link has become a VRF: a table is its own. */
  tableGiven?(link: Link, table: number): void;
  /** A link has come to a VRF or left one; nothing that routing knew of it holds any more. */
  linkRehomed?(link: Link): void;
  /** A link of its own accord begins or ceases to listen to a group of IPv4 or IPv6: 4 or 16 bytes. */
  groupJoined?(link: Link, group: Uint8Array): void;
  groupLeft?(link: Link, group: Uint8Array): void;
}

/** What the tables of all namespaces share: a link keeps its kind where it goes. */
export class LinkWorld {
  readonly kinds = new Map<string, LinkBehaviour>();
  /** Links whose carrier has changed in the operation that goes on. */
  readonly unsettled = new Set<Link>();
  /** How many links are just going: what goes along with them ends no operation. */
  leaving = 0;

  constructor(kinds: readonly LinkKindClass[]) {
    for (const kind of kinds) this.kinds.set(linkKindName(kind), new kind());
  }

  /** One more kind. Where there is one of that name, that stays. */
  add(kind: LinkKindClass): void {
    const name = linkKindName(kind);
    if (!this.kinds.has(name)) this.kinds.set(name, new kind());
  }
}

export interface LinkSources {
  readonly events: NetworkEvents;
  readonly clock: Clock;
  /** The address of the next Ethernet-like link that asks for none. */
  readonly macAddress: () => Uint8Array;
  readonly world: LinkWorld;
  /** What this namespace calls another's (nsid); it gets a number if it has none. */
  readonly namespaceNumber: (home: LinkTable) => number;
  /** Index of the link by which packets between two addresses leave, if they can. */
  /** Whether a nexthop object is still there. */
  readonly isNexthop: (nexthop: NexthopObject) => boolean;
  readonly outputInterface: (
    destination: Uint8Array,
    source: Uint8Array,
    wanted: number,
  ) => number | undefined;
}

/** Where a link goes that is moved. */
interface Departure {
  readonly target: LinkTable;
  readonly interfaceIndex: number;
}

const MAX_QUEUES = 4096;
const ALL_FLAGS = 0xffffffff;
/** Flags whose change no observer hears of as such. */
const QUIET_FLAGS = LinkFlag.Up | LinkFlag.Promiscuous | LinkFlag.AllMulticast;

/** All links of a network: what requests do to them and what follows from it. */
export class LinkTable {
  readonly #registry = new LinkRegistry();
  readonly #observers: LinkObserver[] = [];
  readonly #sources: LinkSources;
  #lastIndex = 0;
  #generation = 0;

  constructor(sources: LinkSources) {
    this.#sources = sources;
  }

  /** Observers are told in the order in which they came. */
  observe(observer: LinkObserver): void {
    this.#observers.push(observer);
  }

  /** Whether a nexthop object is still there. For kinds. */
  isNexthop(nexthop: NexthopObject): boolean {
    return this.#sources.isNexthop(nexthop);
  }

  /** For kinds with timers. */
  get clock(): Clock {
    return this.#sources.clock;
  }

  /** Counts links made and removed: a dump that sees it change is not a snapshot. */
  get generation(): number {
    return this.#generation;
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

  /** A kind that requests can make, by IFLA_INFO_KIND. */
  kind(name: string): LinkBehaviour | undefined {
    const behaviour = this.#sources.world.kinds.get(name);
    return behaviour?.isCreatable === false ? undefined : behaviour;
  }

  /** The first link of every network. Nobody is told: there is nobody yet. */
  addLoopback(): Link {
    const behaviour = this.#sources.world.kinds.get('loopback');
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
    const behaviour = this.#sources.world.kinds.get(kindName);
    if (behaviour === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'Unknown device type');
    behaviour.validate?.(parameters, data ?? {});
    // Before companions are made.
    traitsFor(behaviour.traits, parameters);
    const creation: LinkCreation = {
      parameters,
      data: data ?? {},
      links: this,
      lowerLinks,
      cause,
      companionLinks,
    };
    const link = behaviour.create?.(creation) ?? this.register(kindName, behaviour, parameters);
    try {
      this.configure(link, parameters, cause);
      if (parameters.master !== undefined) this.setMaster(link, parameters.master, cause);
    } catch (error) {
      this.remove([link], NO_CAUSE);
      throw error;
    }
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
    const traits = traitsFor(kindTraits, parameters);
    const name = this.#registry.chooseName(parameters.name ?? `${kindName}%d`);
    const link = new Link(this.#allocateIndex(parameters.index), this, name, kindName, behaviour, traits);
    if (parameters.address !== undefined) {
      link.address = parameters.address.slice(0, link.address.length);
      link.hasChosenAddress = true;
    } else if (traits.type === LinkType.Ethernet) link.address = this.#sources.macAddress();
    if (parameters.broadcast !== undefined)
      link.broadcast = parameters.broadcast.slice(0, link.broadcast.length);
    link.group = parameters.group ?? 0;
    link.mode = parameters.mode ?? LinkMode.Default;
    link.gsoMaximumSize = parameters.gsoMaximumSize ?? link.gsoMaximumSize;
    link.gsoMaximumSegments = parameters.gsoMaximumSegments ?? link.gsoMaximumSegments;
    link.groMaximumSize = parameters.groMaximumSize ?? link.groMaximumSize;
    if (parameters.alias !== undefined && parameters.alias !== '') link.alias = parameters.alias;
    this.#generation++;
    this.#registry.add(link);
    for (const observer of this.#observers) observer.linkRegistered?.(link);
    return link;
  }

  /**
   * Second half: flags that the request asked for, and the announcement. For kinds, about their companions, or about a link
   * that is to be heard of before something else is.
   */
  configure(link: Link, { flags = 0, flagsMask = 0 }: LinkParameters, cause: Cause): void {
    const changed = flags === 0 && flagsMask === 0 ? 0 : applyFlags(link, flags, flagsMask, this);
    if (!link.isAnnounced) {
      link.isAnnounced = true;
      this.announce(link, ALL_FLAGS, cause);
    } else if (changed !== 0) this.announce(link, changed, cause);
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

  /** Sets a link up or down for a kind's own sake (`dev_open`, `dev_close`). For kinds. */
  setUp(link: Link, isUp: boolean): void {
    const changed = applyFlags(link, isUp ? LinkFlag.Up : 0, LinkFlag.Up, this);
    if (changed === 0) return;
    this.announce(link, LinkFlag.Up | LinkFlag.Running, NO_CAUSE);
    this.#spreadFlags(link, changed, NO_CAUSE);
  }

  /** A MAC address that nobody has chosen. For kinds. */
  randomAddress(): Uint8Array {
    return this.#sources.macAddress();
  }

  rename(link: Link, wanted: string, cause: Cause): void {
    if (wanted === link.name) return;
    const name = this.#registry.chooseName(wanted, link);
    const formerName = link.name;
    this.#registry.removeName(formerName);
    link.name = name;
    this.#registry.addName(name, link);
    this.emit({ type: 'link-changed', link, changedFlags: 0, cause, formerName });
    this.#tell(link, 'renamed', cause, (observer) => observer.linkRenamed?.(link));
  }

  changeMtu(link: Link, mtu: number, cause: Cause): void {
    if (mtu === link.mtu) return;
    checkMtu(link.traits, mtu);
    link.behaviour.changeMtu?.(link, mtu, { links: this, cause });
    link.mtu = mtu;
    this.announce(link, 0, cause);
    this.#tell(link, 'mtu', cause, (observer) => observer.linkMtuChanged?.(link));
  }

  /**
   * Gives a link another address.
   *
   * @throws {NetlinkError} EOPNOTSUPP where the kind has none to change, EADDRNOTAVAIL for what cannot be one, and what the kind
   * refuses.
   */
  changeAddress(link: Link, address: Uint8Array, cause: Cause): void {
    if (link.behaviour.hasFixedAddress === true) throw new NetlinkError(Errno.EOPNOTSUPP);
    if (link.traits.type === LinkType.Ethernet && !isValidMacAddress(address)) {
      throw new NetlinkError(Errno.EADDRNOTAVAIL);
    }
    const isRefused = link.behaviour.changeAddress?.(link, address, { links: this, cause }) === false;
    if (!isRefused) link.address = address;
    link.hasChosenAddress = true;
    this.announceAddress(link, cause);
  }

  /** Tells everyone that a kind has given a link another address. For kinds. */
  announceAddress(link: Link, cause: Cause): void {
    this.announce(link, 0, cause);
    this.#tell(link, 'address', cause, (observer) => observer.linkAddressChanged?.(link));
  }

  /**
   * Makes a link the port of another, or of none (index 0).
   *
   * @throws {NetlinkError} EINVAL for no such link, EOPNOTSUPP for one that takes no ports, and what the kind refuses.
   */
  setMaster(link: Link, masterIndex: number, cause: Cause): void {
    const context = { links: this, cause };
    if (link.master !== undefined) {
      if (link.master.index === masterIndex) return;
      const { master } = link;
      if (master.behaviour.ports === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
      master.behaviour.ports.release(master, link, context);
    }
    if (masterIndex === 0) return;
    const master = this.byIndex(masterIndex);
    if (master === undefined) throw new NetlinkError(Errno.EINVAL);
    if (master.behaviour.ports === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    master.behaviour.ports.enslave(master, link, context);
  }

  /** A link becomes a port of its master, and says so. For kinds. */
  join(port: Link, master: Link): void {
    stack(port, master, true);
    this.announce(port, 0, NO_CAUSE);
    if (master.ownTable !== undefined) for (const observer of this.#observers) observer.linkRehomed?.(port);
  }

  /** A link is no port of its master any more, and says so. For kinds. */
  leave(port: Link, master: Link): void {
    unstack(port, master);
    this.announce(port, 0, NO_CAUSE);
    if (master.ownTable !== undefined) for (const observer of this.#observers) observer.linkRehomed?.(port);
  }

  /** Makes a link that has just been registered a VRF. For kinds. */
  giveTable(link: Link, table: number): void {
    link.ownTable = table;
    for (const observer of this.#observers) observer.tableGiven?.(link, table);
  }

  /** A link begins to listen to a group of IPv4 or IPv6, where that protocol is on. For kinds. */
  joinGroup(link: Link, group: Uint8Array): void {
    for (const observer of this.#observers) observer.groupJoined?.(link, group);
  }

  /** A link listens to a group no more, unless somebody else needs it; none that it does not listen to. For kinds. */
  leaveGroup(link: Link, group: Uint8Array): void {
    for (const observer of this.#observers) observer.groupLeft?.(link, group);
  }

  /** A link is put on another without being its master, as a VLAN is. For kinds; removing either ends it. */
  stack(lower: Link, upper: Link): void {
    stack(lower, upper, false);
    lower.home.announce(lower, 0, NO_CAUSE);
  }

  /** A link is taken from the one below it. For kinds. */
  unstack(lower: Link, upper: Link): void {
    if (!lower.uppers.has(upper)) return;
    unstack(lower, upper);
    lower.home.announce(lower, 0, NO_CAUSE);
  }

  /** Somebody begins (+1) or ceases (−1) to need every packet that the link sees. For kinds. */
  changePromiscuity(link: Link, difference: 1 | -1): void {
    link.promiscuity += difference;
    link.home.announce(link, LinkFlag.Promiscuous, NO_CAUSE);
  }

  /**
   * A link that cannot choose takes every packet while it is to take addresses beside its own; nobody is told, and while it
   * is down nobody looks. For kinds.
   */
  followTakenAddresses(link: Link): void {
    const { taken } = link;
    if (!link.isUp || link.behaviour.filtersAddresses === true || taken.takesAll === taken.hasUnicast) return;
    taken.takesAll = taken.hasUnicast;
    link.promiscuity += taken.takesAll ? 1 : -1;
  }

  /** The operational state of a link is looked at at the end of the operation, whether or not its carrier changes. For kinds. */
  watch(link: Link): void {
    this.#sources.world.unsettled.add(link);
  }

  /** Carrier and dormancy of a link follow those of the one below it (`netif_stacked_transfer_operstate`). For kinds. */
  transferState(lower: Link, upper: Link): void {
    const isDormant = lower.settledState === OperationalState.Dormant;
    const isTested = lower.settledState === OperationalState.Testing;
    if (isDormant !== upper.isDormant || isTested !== upper.isTested) this.watch(upper);
    upper.isDormant = isDormant;
    upper.isTested = isTested;
    this.setCarrier(upper, lower.hasCarrier);
  }

  /**
   * IFLA_INET6_TOKEN: the lower half of addresses from routers, of which there are none here.
   *
   * @throws {NetlinkError} EINVAL for links where routers are not asked.
   */
  setIpv6Token(link: Link, token: Uint8Array): void {
    const refuse = (text: string): never => {
      throw new NetlinkError(Errno.EINVAL, `ipv6: ${text}`);
    };
    if (link.isLoopback) refuse('Device is loopback');
    if (link.has(LinkFlag.NoArp)) refuse('Device does not do neighbour discovery');
    if (link.ipv6 === undefined) throw new NetlinkError(Errno.EAFNOSUPPORT);
    link.ipv6.token = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, ...token.subarray(8, 16));
    this.emit({ type: 'link-ipv6-changed', link, cause: NO_CAUSE });
  }

  /** @throws {NetlinkError} EEXIST when any link has the name. */
  addAlternativeName(link: Link, name: string): void {
    if (this.byName(name) !== undefined) throw new NetlinkError(Errno.EEXIST);
    link.alternativeNames = [...link.alternativeNames, name];
    this.#registry.addName(name, link);
  }

  /** @throws {NetlinkError} ENOENT when no link has the name, EINVAL when it is not an alternative name of this one. */
  removeAlternativeName(link: Link, name: string): void {
    if (this.byName(name) === undefined) throw new NetlinkError(Errno.ENOENT);
    if (!link.alternativeNames.includes(name)) throw new NetlinkError(Errno.EINVAL);
    link.alternativeNames = link.alternativeNames.filter((other) => other !== name);
    this.#registry.removeName(name);
  }

  /** Removes links together with their companions. */
  remove(links: readonly Link[], cause: Cause): void {
    const gone = new Set<Link>();
    for (const link of links) {
      if (gone.has(link)) continue;
      for (const one of link.behaviour.dismantle?.(link, this) ?? [link]) gone.add(one);
    }
    // What goes together may be in several namespaces.
    for (const home of new Set([...gone].map((link) => link.home)))
      home.unregister(
        [...gone].filter((link) => link.home === home),
        cause,
      );
    this.settle();
  }

  /**
   * Moves a link here from another namespace (`__dev_change_net_namespace`): it leaves there as if removed and comes as if
   * made, down, with the same index if that is free.
   *
   * @param wanted a name, if its own is taken here, or an index.
   * @throws {NetlinkError} EINVAL for a link that may not move, EEXIST or EBUSY where names or index are taken.
   */
  take(link: Link, wanted: { readonly name?: string; readonly index?: number }, cause: Cause): void {
    const { home } = link;
    if (home === this) return;
    if (link.traits.namespaceBound) throw new NetlinkError(Errno.EINVAL, 'The interface netns is immutable');
    const name = this.#nameHere(link, wanted.name);
    for (const other of link.alternativeNames)
      if (this.byName(other) !== undefined)
        throw new NetlinkError(
          Errno.EEXIST,
          `An interface with the altname ${other} exists in the target netns`,
        );
    const index = wanted.index ?? (this.byIndex(link.index) === undefined ? link.index : undefined);
    if (index !== undefined && this.byIndex(index) !== undefined) {
      throw new NetlinkError(Errno.EBUSY, `The ifindex ${index} is not available in the target netns`);
    }
    const newIndex = this.#allocateIndex(index);
    if (link.master !== undefined) home.setMaster(link, 0, cause);
    home.#release(link, this, newIndex, cause);
    link.home = this;
    link.index = newIndex;
    link.name = name;
    link.isDying = false;
    link.isMoving = false;
    this.#generation++;
    this.#registry.add(link);
    for (const other of link.alternativeNames) this.#registry.addName(other, link);
    for (const observer of this.#observers) observer.linkRegistered?.(link);
    this.announce(link, ALL_FLAGS, NO_CAUSE);
  }

  /** The part of a move that the old namespace sees. */
  #release(link: Link, target: LinkTable, newIndex: number, cause: Cause): void {
    this.unregister([link], cause, { target, interfaceIndex: newIndex });
  }

  /** A namespace that has no number yet gets one when listeners hear where a link has gone. */
  #movedLink({ target, interfaceIndex }: Departure): MovedLink {
    return { namespaceNumber: this.namespaceNumber(target), interfaceIndex };
  }

  #nameHere(link: Link, wanted: string | undefined): string {
    if (this.byName(link.name) === undefined) return link.name;
    if (wanted !== undefined) return this.#registry.chooseName(wanted);
    throw new NetlinkError(Errno.EEXIST, 'An interface with the same name exists in the target netns');
  }

  /** What this namespace calls that of another table. */
  namespaceNumber(home: LinkTable): number {
    return this.#sources.namespaceNumber(home);
  }

  /** Closes links and takes them out. For kinds; everyone else calls `remove`. */
  unregister(links: readonly Link[], cause: Cause, moved?: Departure): void {
    const open = links.filter(({ isUp }) => isUp);
    for (const link of open) {
      link.administrativeFlags &= ~LinkFlag.Up;
      link.behaviour.down?.(link, this);
    }
    for (const link of open) {
      this.announce(link, LinkFlag.Up | LinkFlag.Running, NO_CAUSE);
      this.#tell(link, 'down', NO_CAUSE, (observer) => observer.linkDown?.(link, NO_CAUSE));
    }
    this.#generation += links.length;
    this.#registry.delete(links);
    if (moved === undefined) for (const link of links) this.#sources.world.unsettled.delete(link);
    for (const link of links) {
      link.isDying = true;
      link.isMoving = moved !== undefined;
      link.hasQueue = false;
      const change = moved === undefined ? 'removed' : 'moved';
      const { world } = this.#sources;
      world.leaving++;
      try {
        this.#tell(link, change, NO_CAUSE, (observer) => observer.linkUnregistered?.(link));
      } finally {
        world.leaving--;
      }
      if (moved === undefined) for (const upper of link.uppers) unstack(link, upper);
      if (link.isAnnounced)
        this.#sources.events.emit({
          type: 'link-removed',
          link,
          cause,
          ...(moved === undefined ? {} : { moved: this.#movedLink(moved) }),
        });
      if (moved === undefined) for (const lower of link.lowers) this.unstack(lower, link);
    }
  }

  /** The medium comes or goes. What follows from it waits for the end of the operation. For kinds. */
  setCarrier(link: Link, hasCarrier: boolean): void {
    if (link.hasCarrier === hasCarrier) return;
    link.hasCarrier = hasCarrier;
    if (hasCarrier) link.carrierUpCount++;
    else link.carrierDownCount++;
    this.#sources.world.unsettled.add(link);
  }

  /** A link that is on its way out is not heard of before it is gone. */
  announce(link: Link, changedFlags: number, cause: Cause, event?: LinkEvent): void {
    if (link.isDying && !link.isMoving) return;
    this.#sources.events.emit({
      type: 'link-changed',
      link,
      changedFlags,
      cause,
      ...(event === undefined ? {} : { event }),
    });
  }

  /** What a link can do by itself has changed. For kinds. */
  announceFeatures(link: Link): void {
    this.announce(link, 0, NO_CAUSE, LinkEvent.FeaturesChanged);
    this.#tell(link, 'features', NO_CAUSE, () => {});
  }

  /** Lets the network's listeners know of something that only a kind knows. For kinds. */
  emit(event: NetworkEvent): void {
    this.#sources.events.emit(event);
  }

  /** What the kernel does when a link that is up has changed: observers first, then the announcement. */
  announceState(link: Link, cause: Cause): void {
    if (!link.isUp) return;
    this.#tell(link, 'state', cause, (observer) => observer.linkStateChanged?.(link));
    this.announce(link, 0, cause);
  }

  /** Lets operational states follow carriers (the kernel's link watch, which runs a moment later). */
  settle(): void {
    const { unsettled, leaving } = this.#sources.world;
    if (leaving > 0) return;
    for (const link of unsettled) {
      unsettled.delete(link);
      const state = this.#stateOf(link);
      // What does not change is not looked at more closely.
      if (state !== link.settledState) link.settledState = waitingState(link, state);
      link.home.announceState(link, NO_CAUSE);
    }
  }

  #stateOf(link: Link): OperationalState {
    if (link.isTested) return OperationalState.Testing;
    if (!link.hasCarrier) {
      // By index, in its own namespace, whatever that finds there: so does the kernel (default_operstate).
      const other = link.linkedIndex === undefined ? undefined : link.home.byIndex(link.linkedIndex);
      return other === undefined || other === link || other.hasCarrier
        ? OperationalState.Down
        : OperationalState.LowerLayerDown;
    }
    return link.isDormant ? OperationalState.Dormant : OperationalState.Up;
  }

  /** Observers and what is stacked on a link, in the order in which the parts of the kernel have asked to be told. */
  #tell(link: Link, change: LowerChange, cause: Cause, tellObserver: (observer: LinkObserver) => void): void {
    for (const observer of this.#observers) if (observer.isEarly === true) tellObserver(observer);
    this.#tellUppers(link, change, cause, (upper) => upper.behaviour.isToldLate !== true);
    for (const observer of this.#observers) if (observer.isEarly !== true) tellObserver(observer);
    this.#tellUppers(link, change, cause, (upper) => upper.behaviour.isToldLate === true);
  }

  #tellUppers(lower: Link, change: LowerChange, cause: Cause, isTold: (upper: Link) => boolean): void {
    if (lower.uppers.size === 0) return;
    for (const upper of [...lower.uppers].filter(isTold)) {
      // Another one may have taken it along.
      if (!lower.uppers.has(upper)) continue;
      const context: LinkContext = { links: upper.home, cause };
      upper.behaviour.lowerChanged?.(upper, lower, change, context);
    }
  }

  #spreadFlags(link: Link, changed: number, cause: Cause): void {
    if ((changed & LinkFlag.Up) !== 0) {
      // What follows from a link going up or down is not echoed to who asked for that.
      const withoutEcho = { ...cause, echo: false };
      this.#tell(link, link.isUp ? 'up' : 'down', withoutEcho, (observer) => {
        if (link.isUp) observer.linkUp?.(link, withoutEcho);
        else observer.linkDown?.(link, withoutEcho);
      });
    }
    if (!link.isUp || (changed & ~QUIET_FLAGS) === 0) return;
    for (const observer of this.#observers) observer.linkFlagsChanged?.(link, changed);
    if ((changed & LinkFlag.Up) === 0) this.#tellUppers(link, 'state', cause, () => true);
  }

  #allocateIndex(wanted: number | undefined): number {
    if (wanted !== undefined && wanted > 0) {
      if (this.byIndex(wanted) !== undefined) throw new NetlinkError(Errno.EBUSY);
      return wanted;
    }
    do this.#lastIndex++;
    while (this.byIndex(this.#lastIndex) !== undefined);
    return this.#lastIndex;
  }
}

/** A link that could work waits until a request says that it does, if its mode is so (rfc2863_policy). */
function waitingState({ mode }: Link, state: OperationalState): OperationalState {
  if (state !== OperationalState.Up) return state;
  if (mode === LinkMode.Testing) return OperationalState.Testing;
  return mode === LinkMode.Dormant ? OperationalState.Dormant : state;
}

export function checkMtu({ minimumMtu, maximumMtu }: LinkTraits, mtu: number): void {
  if (mtu < minimumMtu || mtu > 0x7fffffff) {
    throw new NetlinkError(Errno.EINVAL, 'mtu less than device minimum');
  }
  if (maximumMtu > 0 && mtu > maximumMtu) {
    throw new NetlinkError(Errno.EINVAL, 'mtu greater than device maximum');
  }
}

function traitsFor(traits: LinkTraits, parameters: LinkParameters): LinkTraits {
  const { transmitQueues = traits.transmitQueues, receiveQueues = traits.receiveQueues } = parameters;
  if (transmitQueues < 1 || transmitQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of transmit queues');
  }
  if (receiveQueues < 1 || receiveQueues > MAX_QUEUES) {
    throw new NetlinkError(Errno.EINVAL, 'Invalid number of receive queues');
  }
  const { mtu = traits.mtu, transmitQueueLength = traits.transmitQueueLength } = parameters;
  if (parameters.mtu !== undefined) checkMtu(traits, mtu);
  return { ...traits, mtu, transmitQueueLength, transmitQueues, receiveQueues };
}
