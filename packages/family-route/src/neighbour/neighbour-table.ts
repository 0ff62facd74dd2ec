import { type Cause, Errno, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link/link.js';
import type { Clock } from '../network/clock.js';
import type { PackedBytes } from '../network/packed-bytes.js';
import { Neighbour } from './neighbour.js';
import { NeighbourAgeing } from './neighbour-ageing.js';
import { NeighbourCollection } from './neighbour-collection.js';
import type { NeighbourEvent } from './neighbour-events.js';
import type { NeighbourFamily } from './neighbour-family.js';
import {
  CONNECTED_STATES,
  NeighbourFlag,
  NeighbourState,
  TIMED_STATES,
  VALID_STATES,
} from './neighbour-numbers.js';
import { DEFAULT_TIMING, NeighbourParameters } from './neighbour-parameters.js';
import { NeighbourStatistics } from './neighbour-statistics.js';
import { ProxyNeighbours } from './proxy-neighbours.js';

export interface NeighbourSources {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly emit: (event: NeighbourEvent) => void;
}

/** RTM_NEWNEIGH for an entry. */
export interface NeighbourRequest {
  readonly address: PackedBytes;
  readonly linkLayerAddress?: PackedBytes;
  /** NUD_*; may be several. */
  readonly state: number;
  /** NTF_* */
  readonly flags: number;
  readonly protocol: number;
  /** NLM_F_CREATE */
  readonly create: boolean;
  /** NLM_F_EXCL */
  readonly exclusive: boolean;
  /** NLM_F_REPLACE: without it an address that is known stays, silently. */
  readonly replace: boolean;
}

/** What an administrator wants of an entry that is there. */
interface NeighbourChange {
  readonly state: number;
  readonly flags: number;
  readonly linkLayerAddress?: PackedBytes | undefined;
  readonly overrides: boolean;
}

const UPDATED_FLAGS =
  NeighbourFlag.ExternallyLearned | NeighbourFlag.Managed | NeighbourFlag.ExternallyValidated;
/** Such requests do not set a state: the entry finds its own. */
const USING_FLAGS = NeighbourFlag.Use | NeighbourFlag.Managed;

/** The neighbour cache of one protocol: entries, proxies, and the parameters of each link. */
export class NeighbourTable {
  readonly statistics = new NeighbourStatistics();
  readonly proxies: ProxyNeighbours;
  readonly collection: NeighbourCollection;
  /** What new links begin with. */
  readonly defaults: NeighbourParameters;
  readonly #byLink = new Map<Link, Map<PackedBytes, Neighbour>>();
  readonly #parameters = new Map<Link, NeighbourParameters>();
  readonly #ageing: NeighbourAgeing;
  readonly #sources: NeighbourSources;
  #size = 0;

  constructor(
    readonly family: NeighbourFamily,
    sources: NeighbourSources,
  ) {
    this.#sources = sources;
    const { clock, random } = sources;
    const timing = { ...DEFAULT_TIMING, lockTimeMs: family.lockTimeMs };
    this.defaults = new NeighbourParameters(family.addressFamily, undefined, timing, random);
    this.proxies = new ProxyNeighbours(family.addressBytes);
    this.#ageing = new NeighbourAgeing(clock, sources.emit, () => this.statistics.resolutionsFailed++);
    this.collection = new NeighbourCollection(this.statistics, {
      clock,
      defaults: this.defaults,
      isMulticast: family.isMulticast,
      size: () => this.#size,
      entries: () => this.entries(),
      remove: (neighbour) => this.#remove(neighbour),
      refresh: (neighbour) => this.#ageing.use(neighbour, false),
    });
  }

  get size(): number {
    return this.#size;
  }

  /** In no particular order; goes on over changes, giving nothing twice and skipping nothing that stays. */
  *entries(link?: Link): Generator<Neighbour> {
    const maps = link === undefined ? this.#byLink.values() : [this.#byLink.get(link) ?? new Map()];
    for (const neighbours of maps) yield* neighbours.values();
  }

  /** Of the links that have the protocol, the newest first. */
  allParameters(): readonly NeighbourParameters[] {
    return [...this.#parameters.values()].reverse();
  }

  parametersOf(link: Link): NeighbourParameters | undefined {
    return this.#parameters.get(link);
  }

  /** NDTPA_REFCNT: the entries that go by the parameters, and the link itself. */
  holdersOf({ link }: NeighbourParameters): number {
    return 1 + (link === undefined ? 0 : (this.#byLink.get(link)?.size ?? 0));
  }

  /** The protocol begins on a link. */
  attach(link: Link): NeighbourParameters {
    const { addressFamily } = this.family;
    const parameters = new NeighbourParameters(addressFamily, link, this.defaults, this.#sources.random);
    this.#parameters.set(link, parameters);
    this.#byLink.set(link, new Map());
    return parameters;
  }

  /** The protocol ends on a link. */
  detach(link: Link): void {
    this.flush(link);
    this.#parameters.delete(link);
    this.#byLink.delete(link);
  }

  find(link: Link, address: PackedBytes): Neighbour | undefined {
    const found = this.#byLink.get(link)?.get(address);
    this.statistics.lookups++;
    if (found !== undefined) this.statistics.hits++;
    return found;
  }

  /**
   * Adds an entry, or changes the one that is there.
   *
   * @throws {NetlinkError} EEXIST, ENOENT, EINVAL, ENOBUFS as the kernel. An entry that could be made but not brought
   * into the state that was asked for stays.
   */
  put(link: Link, request: NeighbourRequest, cause: Cause): void {
    const { flags, state, linkLayerAddress } = request;
    const known = this.find(link, request.address);
    const neighbour = known ?? this.#create(link, request);
    if (known !== undefined) {
      if (request.exclusive) throw new NetlinkError(Errno.EEXIST);
      const kept = (flags & USING_FLAGS) !== 0 ? known.state & ~NeighbourState.Permanent : state;
      checkValidation(flags, kept, 'Cannot mark neighbor as externally validated with an invalid state');
    }
    if (request.protocol !== 0) neighbour.protocol = request.protocol;
    const overrides = known === undefined || request.replace;
    this.#update(neighbour, { state, flags, linkLayerAddress, overrides }, cause);
    if ((flags & USING_FLAGS) !== 0) this.#ageing.use(neighbour, true);
  }

  /** @throws {NetlinkError} ENOENT when there is none. */
  delete(link: Link, address: PackedBytes, cause: Cause): void {
    const found = this.find(link, address);
    if (found === undefined) throw new NetlinkError(Errno.ENOENT);
    this.#update(found, { state: NeighbourState.Failed, flags: 0, overrides: true }, cause);
    this.#remove(found);
  }

  /** The link goes down, or stands for something else: nothing that was known about it holds. */
  flush(link: Link): void {
    this.#flushEntries(link, () => true);
    this.proxies.flush(link);
  }

  /** The link's own address, or whether it resolves any, has changed: proxies stay. */
  forget(link: Link): void {
    this.#flushEntries(link, () => true);
  }

  /** The link has lost its carrier: what was learned goes. */
  evict(link: Link): void {
    this.#flushEntries(
      link,
      (neighbour) =>
        !neighbour.isIn(NeighbourState.Permanent) && !neighbour.has(NeighbourFlag.ExternallyValidated),
    );
    this.proxies.flush(link, ({ isPermanent }) => !isPermanent);
  }

  #flushEntries(link: Link, goes: (neighbour: Neighbour) => boolean): void {
    const neighbours = this.#byLink.get(link);
    if (neighbours === undefined || neighbours.size === 0) return;
    for (const neighbour of [...neighbours.values()].reverse()) if (goes(neighbour)) this.#remove(neighbour);
  }

  #create(link: Link, { address, state, flags, create }: NeighbourRequest): Neighbour {
    if (!create) throw new NetlinkError(Errno.ENOENT);
    const isPermanent = (state & NeighbourState.Permanent) !== 0;
    if (isPermanent && (flags & NeighbourFlag.Managed) !== 0)
      throw new NetlinkError(Errno.EINVAL, 'Invalid NTF_* flag for permanent entry');
    const begins = (flags & USING_FLAGS) !== 0 ? NeighbourState.None : state;
    checkValidation(flags, begins, 'Cannot create externally validated neighbor with an invalid state');
    const isExempt =
      isPermanent || (flags & (NeighbourFlag.ExternallyLearned | NeighbourFlag.ExternallyValidated)) !== 0;
    if (!isExempt) this.collection.makeRoom();
    const parameters = this.#parameters.get(link);
    const neighbours = this.#byLink.get(link);
    if (parameters === undefined || neighbours === undefined) throw new NetlinkError(Errno.EINVAL);
    const birth = this.family.birth(link, address);
    // What several addresses stand for may be there already.
    const known = birth.address === address ? undefined : neighbours.get(birth.address);
    if (known !== undefined) return known;
    const { clock } = this.#sources;
    const neighbour = new Neighbour(parameters, link, birth.address, birth.type, Math.floor(clock.now()));
    neighbour.state = birth.state;
    neighbour.flags = flags & UPDATED_FLAGS;
    if (birth.linkLayerAddress !== undefined) neighbour.linkLayerAddress = birth.linkLayerAddress;
    neighbours.set(birth.address, neighbour);
    this.#size++;
    this.statistics.allocated(this.#size);
    this.collection.file(neighbour);
    return neighbour;
  }

  #update(neighbour: Neighbour, change: NeighbourChange, cause: Cause): void {
    const changedFlags = (neighbour.flags ^ change.flags) & UPDATED_FLAGS;
    neighbour.flags ^= changedFlags;
    let isWorthTelling = changedFlags !== 0;
    const lacksAddress = this.#lacksAddress(neighbour, change);
    if ((change.flags & USING_FLAGS) !== 0) neighbour.state &= ~NeighbourState.Permanent;
    else if ((change.state & VALID_STATES) === 0) isWorthTelling = this.#invalidate(neighbour, change.state);
    else if (!lacksAddress) isWorthTelling = this.#validate(neighbour, change) || isWorthTelling;
    this.collection.file(neighbour);
    if (isWorthTelling) this.#tell('neighbour-changed', neighbour, 1, cause);
    if (lacksAddress) throw new NetlinkError(Errno.EINVAL, 'No link layer address given');
  }

  #lacksAddress({ link, state }: Neighbour, change: NeighbourChange): boolean {
    const needsAddress = (change.flags & USING_FLAGS) === 0 && (change.state & VALID_STATES) !== 0;
    const hasAddress = change.linkLayerAddress !== undefined || (state & VALID_STATES) !== 0;
    return needsAddress && !hasAddress && link.address.length > 0;
  }

  /** @returns whether it is worth telling. */
  #invalidate(neighbour: Neighbour, state: number): boolean {
    const wasValid = neighbour.isIn(VALID_STATES);
    const gaveUp =
      neighbour.isIn(NeighbourState.Incomplete | NeighbourState.Probe) &&
      (state & NeighbourState.Failed) !== 0;
    if (neighbour.isIn(TIMED_STATES)) this.#ageing.stop(neighbour);
    neighbour.state = state;
    if (gaveUp) {
      this.statistics.resolutionsFailed++;
      neighbour.updatedMs = this.#now;
    }
    return wasValid || gaveUp;
  }

  /** @returns whether it is worth telling. */
  #validate(neighbour: Neighbour, { state, flags, linkLayerAddress, overrides }: NeighbourChange): boolean {
    const now = this.#now;
    const wasValid = neighbour.isIn(VALID_STATES);
    const newAddress =
      neighbour.link.address.length === 0 || (wasValid && linkLayerAddress === neighbour.linkLayerAddress)
        ? undefined
        : linkLayerAddress;
    let isWorthTelling = false;
    if ((state & CONNECTED_STATES) !== 0) neighbour.confirmedMs = now;
    if (wasValid && newAddress !== undefined && !overrides) return false;
    if (state !== neighbour.state || newAddress !== undefined) neighbour.updatedMs = now;
    if (state !== neighbour.state) {
      this.#ageing.stop(neighbour);
      if ((state & NeighbourState.Probe) !== 0) neighbour.probes = 0;
      neighbour.state = state;
      if ((state & TIMED_STATES) !== 0) {
        const isReachable = (state & NeighbourState.Reachable) !== 0;
        this.#ageing.start(neighbour, now + (isReachable ? neighbour.parameters.reachableTimeMs : 0));
      }
      isWorthTelling = true;
    }
    if (newAddress !== undefined) {
      neighbour.linkLayerAddress = newAddress;
      if ((state & CONNECTED_STATES) === 0)
        neighbour.confirmedMs = now - 2 * neighbour.parameters.baseReachableTimeMs;
      isWorthTelling = true;
    }
    if (overrides && ((neighbour.flags ^ flags) & NeighbourFlag.Router) !== 0) {
      neighbour.flags ^= NeighbourFlag.Router;
      isWorthTelling = true;
    }
    return isWorthTelling;
  }

  #remove(neighbour: Neighbour): void {
    const { link, address } = neighbour;
    this.#ageing.stop(neighbour);
    this.#byLink.get(link)?.delete(address);
    this.#size--;
    this.statistics.destroys++;
    this.collection.forget(neighbour);
    this.#tell('neighbour-removed', neighbour, 0, NO_CAUSE);
  }

  get #now(): number {
    return Math.floor(this.#sources.clock.now());
  }

  #tell(type: NeighbourEvent['type'], neighbour: Neighbour, holders: number, cause: Cause): void {
    this.#sources.emit({ type, neighbour, holders, cause });
  }
}

function checkValidation(flags: number, state: number, text: string): void {
  if ((flags & NeighbourFlag.ExternallyValidated) !== 0 && (state & VALID_STATES) === 0)
    throw new NetlinkError(Errno.EINVAL, text);
}
