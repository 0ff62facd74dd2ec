import { encodeSocketAddress, type SocketAddress } from '../wire/socket-address.js';

/** Where packets can go: what FreeBSD calls a nexthop. Those of all routes that say the same are one. */
export interface WayDefinition {
  /** Index of the link that packets leave by: the loopback link for those that refuse or are the host's own. */
  readonly interfaceIndex: number;
  /** Index of the link that the address belongs to: another one for the host's own addresses only. */
  readonly addressInterfaceIndex: number;
  /** The gateway, or the link where there is none. */
  readonly gateway: SocketAddress;
  /** RTF_*, but for UP and DONE. */
  readonly flags: number;
  /** As requested; 0 for that of the link. */
  readonly mtu: number;
  readonly isDefault: boolean;
  /** The preferred source. */
  readonly source: Uint8Array | undefined;
}

/** One way, and how many paths use it. */
export interface Way extends WayDefinition {
  /** `nhidx`: the lowest that was free when the way came. */
  readonly index: number;
  readonly key: string;
  users: number;
}

/** Several ways with their weights, as routes share them. */
export interface WayGroup {
  readonly index: number;
  readonly key: string;
  readonly paths: readonly Path[];
  users: number;
}

/** One of the ways of a route. */
export interface Path {
  readonly way: Way;
  readonly weight: number;
  /** Not of the FIB but one of the host's own addresses, which FreeBSD keeps in the same table. */
  readonly isOwn: boolean;
  /** Of the host's own: whether FreeBSD tells about it. */
  readonly isTold: boolean;
}

/** The ways and groups of one FIB and address family, numbered as FreeBSD does: from one, the lowest free one first. */
export class Ways {
  readonly #ways = new Map<string, Way>();
  readonly #groups = new Map<string, WayGroup>();
  readonly #taken = new Set<number>();
  #lowestFree = 1;

  /** Counts as a use. */
  take(definition: WayDefinition): Way {
    const key = wayKey(definition);
    let way = this.#ways.get(key);
    if (way === undefined) {
      way = { ...definition, key, index: this.#allocate(), users: 0 };
      this.#ways.set(key, way);
    }
    way.users++;
    return way;
  }

  release(way: Way): void {
    if (--way.users > 0) return;
    this.#ways.delete(way.key);
    this.#free(way.index);
  }

  /** Counts as a use. */
  takeGroup(paths: readonly Path[]): WayGroup {
    const key = paths.map(({ way, weight }) => `${way.index}*${weight}`).join();
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, index: this.#allocate(), paths, users: 0 };
      this.#groups.set(key, group);
    }
    group.users++;
    return group;
  }

  releaseGroup(group: WayGroup): void {
    if (--group.users > 0) return;
    this.#groups.delete(group.key);
    this.#free(group.index);
  }

  all(): Way[] {
    return [...this.#ways.values()].sort((a, b) => a.index - b.index);
  }

  groups(): WayGroup[] {
    return [...this.#groups.values()].sort((a, b) => a.index - b.index);
  }

  #allocate(): number {
    const index = this.#lowestFree;
    this.#taken.add(index);
    do this.#lowestFree++;
    while (this.#taken.has(this.#lowestFree));
    return index;
  }

  #free(index: number): void {
    this.#taken.delete(index);
    this.#lowestFree = Math.min(this.#lowestFree, index);
  }
}

/** What says the same is the same way. */
export function wayKey(definition: WayDefinition): string {
  const { interfaceIndex, addressInterfaceIndex, gateway, flags, mtu, isDefault, source } = definition;
  const numbers = [interfaceIndex, addressInterfaceIndex, flags, mtu, isDefault ? 1 : 0];
  return [...numbers, encodeSocketAddress(gateway).join('.'), source?.join('.') ?? ''].join();
}
