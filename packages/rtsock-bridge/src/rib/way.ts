import { BsdFamily } from '../wire/numbers.js';
import type { SocketAddress } from '../wire/socket-address.js';

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
  /** Paths through it, which routes share: there may be a million of those. */
  readonly paths: Path[];
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
  /** The paths of a route that has no other. */
  readonly alone: readonly Path[];
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
      way = { ...definition, key, index: this.#allocate(), users: 0, paths: [] };
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
  takeGroup(paths: readonly Path[]): void {
    const key = groupKey(paths);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, index: this.#allocate(), paths, users: 0 };
      this.#groups.set(key, group);
    }
    group.users++;
  }

  releaseGroup(paths: readonly Path[]): void {
    const group = this.#groups.get(groupKey(paths));
    if (group === undefined || --group.users > 0) return;
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

/** The path of a way with this weight. */
export function pathThrough(way: Way, weight: number, isOwn: boolean, isTold: boolean): Path {
  const known = way.paths.find(
    (path) => path.weight === weight && path.isOwn === isOwn && path.isTold === isTold,
  );
  if (known !== undefined) return known;
  const alone: Path[] = [];
  const path: Path = { way, weight, isOwn, isTold, alone };
  alone.push(path);
  way.paths.push(path);
  return path;
}

function groupKey(paths: readonly Path[]): string {
  return paths.map(({ way, weight }) => `${way.index}*${weight}`).join();
}

/** What says the same is the same way. */
export function wayKey(definition: WayDefinition): string {
  const { interfaceIndex, addressInterfaceIndex, gateway, flags, mtu, isDefault, source } = definition;
  const head = `${interfaceIndex},${addressInterfaceIndex},${flags},${mtu},${isDefault ? 1 : 0}`;
  return `${head},${gatewayKey(gateway)},${source === undefined ? '' : characters(source)}`;
}

function gatewayKey(gateway: SocketAddress): string {
  if (gateway.family === 'raw') return characters(gateway.bytes);
  if (gateway.family === BsdFamily.Link) return `${gateway.interfaceIndex}`;
  const scope = gateway.family === BsdFamily.Inet6 ? gateway.scopeId : 0;
  return `${characters(gateway.address)}%${scope}`;
}

function characters(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
