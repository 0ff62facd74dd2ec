import { Errno, NetlinkError } from '@nlspace/core';
import { equalBytes, isZero } from '../../network/ip-bytes.js';
import type { NexthopObject } from '../../nexthop/nexthop-object.js';

/** NUD_* as far as VXLANs look at them. */
export const PERMANENT = 0x80;
export const NOARP = 0x40;
export const REACHABLE = 0x02;

/** NTF_* as far as VXLANs look at them; what is above a byte is not told. */
export const USE = 0x01;
export const SELF = 0x02;
export const EXTERNALLY_LEARNED = 0x10;
const ADDED_BY_USER = 0x100;

/** Where frames go (`struct vxlan_rdst`). */
export interface Destination {
  /** Of 4 or 16 bytes; zeros for none. */
  readonly address: Uint8Array;
  /** UDP */
  readonly port: number;
  readonly vni: number;
  /** The link that they leave by; 0 for any. */
  readonly interfaceIndex: number;
}

/** An Ethernet address that frames go to, or all others (zeros), and where that is. */
export interface VxlanEntry {
  readonly address: Uint8Array;
  /** Of the frames; only external links look at it. */
  readonly sourceVni: number;
  state: number;
  flags: number;
  usedAtMs: number;
  updatedAtMs: number;
  destinations: readonly Destination[];
  /** A group of tunnel ends, instead of destinations. */
  nexthop: NexthopObject | undefined;
}

export interface VxlanEntryRequest {
  readonly address: Uint8Array;
  readonly sourceVni: number;
  readonly state: number;
  readonly flags: number;
  readonly destination: Destination;
  /** Looked for only when it is needed; may refuse. */
  readonly nexthop?: { readonly id: number; find(): NexthopObject };
  readonly create: boolean;
  readonly exclusive: boolean;
  readonly replace: boolean;
  readonly append: boolean;
}

/** Which entries a flush means. */
export interface VxlanFlush {
  readonly state: number;
  readonly stateMask: number;
  readonly flags: number;
  readonly flagsMask: number;
  /** 0 for any. */
  readonly sourceVni?: number;
  /** 0 for any, and for none. */
  readonly nexthopId?: number;
  /** Only destinations that are so, and entries that have no other. */
  readonly destination?: Partial<Destination>;
}

/** What of its link a table looks at. */
export interface VxlanForwardingProperties {
  readonly vni: number;
  readonly isExternal: boolean;
  /** How many entries there may be; 0 for any number. */
  readonly limit: number;
}

export interface VxlanEntryEvents {
  /** @param destination undefined for entries with a nexthop. */
  changed(entry: VxlanEntry, destination: Destination | undefined): void;
  removed(entry: VxlanEntry, destination: Destination | undefined): void;
}

/** The forwarding database of a VXLAN link. */
export class VxlanForwarding {
  readonly #entries = new Map<string, VxlanEntry>();

  constructor(
    private readonly properties: () => VxlanForwardingProperties,
    private readonly events: VxlanEntryEvents,
    private readonly now: () => number,
    private readonly isAlive: (nexthop: NexthopObject) => boolean,
  ) {}

  /** The youngest first. */
  all(): VxlanEntry[] {
    this.#forgetNexthops();
    return [...this.#entries.values()].reverse();
  }

  /** Links that are not external look for their own number, whatever the entry was made with. */
  find(address: Uint8Array, sourceVni: number): VxlanEntry | undefined {
    this.#forgetNexthops();
    const { isExternal, vni } = this.properties();
    return this.#entries.get(keyOf(address, isExternal ? sourceVni : vni));
  }

  /** @throws {NetlinkError} as `vxlan_fdb_update` does. */
  put(request: VxlanEntryRequest): void {
    const known = this.find(request.address, request.sourceVni);
    if (known === undefined) {
      if (!request.create) throw new NetlinkError(Errno.ENOENT);
      this.#create(request);
    } else {
      if (request.exclusive) throw new NetlinkError(Errno.EEXIST);
      this.#update(known, request);
    }
  }

  /**
   * Takes away one destination, or the entry with its last one.
   *
   * @param destination undefined for all of them.
   * @throws {NetlinkError} ENOENT for no such entry; a destination that is not there is no error.
   */
  delete(address: Uint8Array, sourceVni: number, destination: Destination | undefined): void {
    const entry = this.find(address, sourceVni);
    if (entry === undefined) throw new NetlinkError(Errno.ENOENT);
    const found = entry.destinations.find((one) => destination !== undefined && isSame(one, destination));
    if (destination !== undefined && found === undefined) return;
    if (found !== undefined && entry.destinations.length > 1) {
      entry.destinations = entry.destinations.filter((one) => one !== found);
      this.events.removed(entry, found);
    } else this.#remove(entry);
  }

  flush(wanted: VxlanFlush): void {
    const { destination = {} } = wanted;
    for (const entry of this.all()) {
      if (!isMeant(entry, wanted)) continue;
      if (Object.keys(destination).length === 0) this.#remove(entry);
      else this.#flushDestinations(entry, destination);
    }
  }

  /** Removes what has not been used for so long. @returns when the next is due. */
  expire(ageMs: number): number | undefined {
    let next: number | undefined;
    for (const entry of this.all()) {
      if ((entry.state & (PERMANENT | NOARP)) !== 0 || (entry.flags & EXTERNALLY_LEARNED) !== 0) continue;
      const due = entry.usedAtMs + ageMs;
      if (due <= this.now()) {
        entry.state = STALE;
        this.#remove(entry);
      } else next = Math.min(next ?? due, due);
    }
    return next;
  }

  #create(request: VxlanEntryRequest): void {
    const { address, sourceVni, state, flags, destination, nexthop } = request;
    if (request.replace && !isUnicast(address)) throw new NetlinkError(Errno.EOPNOTSUPP);
    const { limit } = this.properties();
    if (limit !== 0 && this.#entries.size >= limit) throw new NetlinkError(Errno.ENOSPC);
    const found = nexthop?.find();
    const key = keyOf(address, sourceVni);
    if (this.#entries.has(key)) throw new NetlinkError(Errno.EEXIST);
    const nowMs = this.now();
    const entry: VxlanEntry = {
      address: address.slice(),
      sourceVni,
      state,
      flags: flags & ~USE,
      usedAtMs: nowMs,
      updatedAtMs: nowMs,
      destinations: found === undefined ? [destination] : [],
      nexthop: found,
    };
    this.#entries.set(key, entry);
    this.events.changed(entry, entry.destinations[0]);
  }

  #update(entry: VxlanEntry, request: VxlanEntryRequest): void {
    const { state, destination, nexthop, replace, append } = request;
    const flags = request.flags & ~USE;
    const refuse = (text: string) => new NetlinkError(Errno.EOPNOTSUPP, text);
    if (nexthop !== undefined && entry.nexthop === undefined)
      throw refuse('Cannot replace an existing non nexthop fdb with a nexthop');
    if (nexthop !== undefined && append) throw refuse('Cannot append to a nexthop fdb');
    let isChanged = false;
    // What somebody else has learned does not take the place of what a user has said.
    if ((flags & EXTERNALLY_LEARNED) === 0 || (entry.flags & ADDED_BY_USER) === 0) {
      isChanged = entry.state !== state || entry.flags !== flags;
      if (isChanged) Object.assign(entry, { state, flags, updatedAtMs: this.now() });
    }
    let added: Destination | undefined;
    if (replace) {
      if (!isUnicast(entry.address)) throw refuse('Cannot replace non-unicast fdb entries');
      if (nexthop !== undefined) {
        if (nexthop.id !== entry.nexthop?.id) {
          entry.nexthop = nexthop.find();
          isChanged = true;
        }
      } else if (
        entry.destinations.length > 0 &&
        !entry.destinations.some((one) => isSame(one, destination))
      ) {
        entry.destinations = [destination, ...entry.destinations.slice(1)];
        isChanged = true;
      }
    }
    if (append && !isUnicast(entry.address) && !entry.destinations.some((one) => isSame(one, destination))) {
      added = destination;
      entry.destinations = [...entry.destinations, destination];
      isChanged = true;
    }
    if ((request.flags & USE) !== 0) entry.usedAtMs = this.now();
    if (isChanged) this.events.changed(entry, added ?? entry.destinations[0]);
  }

  #remove(entry: VxlanEntry): void {
    this.#entries.delete(keyOf(entry.address, entry.sourceVni));
    if (entry.nexthop !== undefined) this.events.removed(entry, undefined);
    else for (const destination of entry.destinations) this.events.removed(entry, destination);
  }

  #flushDestinations(entry: VxlanEntry, wanted: Partial<Destination>): void {
    const { destinations } = entry;
    for (const one of destinations) {
      if (!isSame(one, { ...one, ...wanted })) continue;
      entry.destinations = entry.destinations.filter((other) => other !== one);
      this.events.removed(entry, one);
    }
    if (destinations.length > 0 && entry.destinations.length === 0)
      this.#entries.delete(keyOf(entry.address, entry.sourceVni));
  }

  /** Entries go with their nexthop, and nobody is told. */
  #forgetNexthops(): void {
    for (const [key, { nexthop }] of this.#entries)
      if (nexthop !== undefined && !this.isAlive(nexthop)) this.#entries.delete(key);
  }
}

function isMeant(entry: VxlanEntry, wanted: VxlanFlush): boolean {
  const { state, stateMask, flags, flagsMask, sourceVni = 0, nexthopId = 0 } = wanted;
  return (
    (stateMask === 0 || (entry.state & stateMask) === state) &&
    (flagsMask === 0 || (entry.flags & flagsMask) === flags) &&
    (sourceVni === 0 || entry.sourceVni === sourceVni) &&
    (nexthopId === 0 || entry.nexthop?.id === nexthopId)
  );
}

/** The flags of what a request adds. */
export function byUser(flags: number): number {
  return flags | ADDED_BY_USER;
}

const STALE = 0x04;

function keyOf(address: Uint8Array, vni: number): string {
  return `${address.join()} ${vni}`;
}

function isSame(one: Destination, other: Destination): boolean {
  return (
    equalBytes(one.address, other.address) &&
    one.port === other.port &&
    one.vni === other.vni &&
    one.interfaceIndex === other.interfaceIndex
  );
}

function isUnicast(address: Uint8Array): boolean {
  return ((address[0] ?? 0) & 1) === 0 && !isZero(address);
}
