import { Errno, NetlinkError } from '@nlspace/core';
import { equalBytes, isZero } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';

/** An address that a bridge knows the way to. */
export interface ForwardingEntry {
  readonly address: Uint8Array;
  /** Where it is reached; undefined: it is the bridge's own. */
  port: Link | undefined;
  /** Its packets are for this host. */
  isLocal: boolean;
  /** Never ages. */
  isStatic: boolean;
  /** Does not move to another port. */
  isSticky: boolean;
  /** A request made it. */
  isRequested: boolean;
  /** Somebody else learns and forgets it. */
  isExternal: boolean;
  usedAtMs: number;
  updatedAtMs: number;
}

/** What a request says of an entry: of its state it chooses one. */
export interface ForwardingRequest {
  readonly address: Uint8Array;
  readonly port: Link | undefined;
  readonly state: 'permanent' | 'static' | 'dynamic';
  /** It asks for more than there is a state for, as bridge(8) does for static entries: that counts as a change. */
  readonly isInexact: boolean;
  readonly isSticky: boolean;
  readonly create: boolean;
  readonly exclusive: boolean;
}

export interface ForwardingEvents {
  changed(entry: ForwardingEntry): void;
  removed(entry: ForwardingEntry): void;
}

/** The forwarding database of a bridge. */
export class ForwardingTable {
  readonly #entries = new Map<string, ForwardingEntry>();

  constructor(
    private readonly events: ForwardingEvents,
    private readonly now: () => number,
  ) {}

  /** The youngest first. */
  all(): ForwardingEntry[] {
    return [...this.#entries.values()].reverse();
  }

  find(address: Uint8Array): ForwardingEntry | undefined {
    return this.#entries.get(address.join());
  }

  /** `NLM_F_CREATE` and `NLM_F_EXCL` mean what they say. The state is one that the caller has checked. */
  put({ address, port, state, isInexact, isSticky, create, exclusive }: ForwardingRequest): void {
    let entry = this.find(address);
    let isModified = isInexact;
    if (entry === undefined) {
      if (!create) throw new NetlinkError(Errno.ENOENT);
      entry = this.#create(address, port, { isRequested: true });
      isModified = true;
    } else {
      if (exclusive) throw new NetlinkError(Errno.EEXIST);
      if (entry.port !== port) {
        entry.port = port;
        isModified = true;
      }
      entry.isRequested = true;
    }
    const wanted = { isLocal: state === 'permanent', isStatic: state !== 'dynamic', isSticky };
    if (
      entry.isLocal !== wanted.isLocal ||
      entry.isStatic !== wanted.isStatic ||
      entry.isSticky !== isSticky
    ) {
      Object.assign(entry, wanted);
      isModified = true;
    }
    entry.usedAtMs = this.now();
    if (!isModified) return;
    entry.updatedAtMs = this.now();
    this.events.changed(entry);
  }

  /** An entry that another program looks after (NTF_EXT_LEARNED). */
  putExternal(address: Uint8Array, port: Link | undefined): void {
    const known = this.find(address);
    if (known === undefined) {
      this.events.changed(
        this.#create(address, port, { isExternal: true, isRequested: true, isLocal: port === undefined }),
      );
      return;
    }
    const isModified = known.port !== port || !known.isExternal;
    known.updatedAtMs = this.now();
    Object.assign(known, { port, isExternal: true, isRequested: true });
    if (port === undefined) known.isLocal = true;
    if (isModified) this.events.changed(known);
  }

  /** @throws {NetlinkError} ENOENT when the port has no such entry. */
  delete(address: Uint8Array, port: Link | undefined): void {
    const entry = this.find(address);
    if (entry === undefined || entry.port !== port) throw new NetlinkError(Errno.ENOENT);
    this.#remove(entry);
  }

  /** The address of a port, or of the bridge itself. Several ports may have one; the first counts. */
  addOwn(address: Uint8Array, port: Link | undefined): void {
    if (isZero(address) || ((address[0] ?? 0) & 1) !== 0) return;
    const known = this.find(address);
    if (known?.isLocal) return;
    if (known !== undefined) this.#remove(known);
    this.events.changed(this.#create(address, port, { isLocal: true, isStatic: true }));
  }

  /** An own address goes; it stays for another port or the bridge if they have the same. */
  removeOwn(entry: ForwardingEntry, bridge: Link, ports: Iterable<Link>): void {
    const { port, address } = entry;
    for (const other of ports) {
      if (other !== port && equalBytes(other.address, address)) {
        Object.assign(entry, { port: other, isRequested: false });
        return;
      }
    }
    if (port !== undefined && equalBytes(bridge.address, address)) {
      Object.assign(entry, { port: undefined, isRequested: false });
      return;
    }
    this.#remove(entry);
  }

  /** Removes what matches. */
  flush(matches: (entry: ForwardingEntry) => boolean): void {
    for (const entry of this.all()) if (matches(entry)) this.#remove(entry);
  }

  #create(address: Uint8Array, port: Link | undefined, values: Partial<ForwardingEntry>): ForwardingEntry {
    const nowMs = this.now();
    const entry: ForwardingEntry = {
      address: address.slice(),
      port,
      isLocal: false,
      isStatic: false,
      isSticky: false,
      isRequested: false,
      isExternal: false,
      usedAtMs: nowMs,
      updatedAtMs: nowMs,
      ...values,
    };
    this.#entries.set(address.join(), entry);
    return entry;
  }

  #remove(entry: ForwardingEntry): void {
    this.#entries.delete(entry.address.join());
    this.events.removed(entry);
  }
}
