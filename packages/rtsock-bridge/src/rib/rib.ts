import { AddressFamily, type Network, RouteDescription, RouteTableId } from '@nlspace/family-route';
import { bytesOf, wordsOf } from '../network/words.js';
import { BsdFamily } from '../wire/numbers.js';
import { comparePaths } from './compare-paths.js';
import { fibOfTable, tableOfFib } from './fib-number.js';
import {
  hasScope,
  isHost,
  type Prefix,
  type RibChange,
  type RibEntry,
  type RibFamily,
  scopeOf,
} from './rib-entry.js';
import { type DerivedPath, pathsOf } from './route-paths.js';
import { type Path, pathThrough, Ways, wayKey } from './way.js';

type ModelFamily = AddressFamily.Inet | AddressFamily.Inet6;

/** The entries of one FIB and address family. */
class RibTable {
  /** By `keyOf`. */
  readonly entries = new Map<string, readonly Path[]>();
  readonly ways = new Ways();
}

/** The number of no route. */
const NONE = 0;
const NO_PATHS: readonly Path[] = [];
/** Of routes that are not by source. */
const NOWHERE = new Uint32Array(4);

/**
 * The routes of a network as FreeBSD has them: one entry for a prefix, whatever metrics its routes have in the network, with
 * its paths and their numbers. It is what listeners have been told, and is compared with the network whenever that says
 * that a prefix has changed: the differences are the messages.
 */
export class Rib {
  readonly #tables = new Map<number, Record<RibFamily, RibTable>>();
  /** Prefixes whose routes name nexthop objects, which can change without a word about the routes. */
  readonly #throughObjects = new Map<string, Prefix>();
  readonly #scratch = new RouteDescription();

  /** Knows what is in the network already. */
  constructor(private readonly network: Network) {
    for (const family of [AddressFamily.Inet, AddressFamily.Inet6] as const) {
      const fib = network.routes.fib(family);
      for (const table of fib.tables) {
        const walk = table.walkRoutes();
        walk.start();
        for (let route = walk.next(); route !== NONE; route = walk.next()) {
          const prefix = this.prefixOf(fib.describe(route, this.#scratch));
          if (prefix !== undefined) this.refresh(prefix);
        }
      }
    }
  }

  /** The prefix that a route is for; undefined for routes that FreeBSD has not got. */
  prefixOf(route: RouteDescription): Prefix | undefined {
    const isIpv4 = route.addressFamily === AddressFamily.Inet;
    const length = route.destinationLength;
    const isOwn = route.table === RouteTableId.Local && length === (isIpv4 ? 32 : 128);
    const fib = isOwn ? 0 : fibOfTable(route.table);
    if (fib === undefined || route.sourceLength !== 0 || route.typeOfService !== 0) return undefined;
    const family = isIpv4 ? BsdFamily.Inet : BsdFamily.Inet6;
    return { fib, family, destination: bytesOf(route.destination, isIpv4 ? 4 : 16), length };
  }

  /**
   * Looks at a prefix of the network again.
   *
   * @param without a route that is still there, but on its way out.
   * @param isReplaced a route has taken the place of another, perhaps of one that was the same.
   */
  refresh(prefix: Prefix, without?: RouteDescription, isReplaced = false): RibChange[] {
    const table = this.#table(prefix);
    const key = keyOf(prefix);
    const before = table.entries.get(key) ?? NO_PATHS;
    const derived = this.#derive(prefix, key);
    for (const gone of without === undefined ? [] : pathsOf(this.network, without)) {
      const at = derived.findIndex((path) => isSameDerived(path, gone));
      if (at >= 0) derived.splice(at, 1);
    }
    if (before.length === 0 && derived.length === 0) return [];
    const paths = takePaths(table.ways, derived);
    for (const group of this.#groupsOf(prefix, paths)) table.ways.takeGroup(group);
    if (paths.length === 0) table.entries.delete(key);
    else table.entries.set(key, paths);
    const changes = comparePaths(prefix, before, paths, isReplaced);
    for (const group of this.#groupsOf(prefix, before)) table.ways.releaseGroup(group);
    for (const { way } of before) table.ways.release(way);
    return changes;
  }

  /** Looks again at all prefixes that nexthop objects stand behind. */
  refreshObjects(): RibChange[] {
    return [...this.#throughObjects.values()].flatMap((prefix) => this.refresh(prefix));
  }

  /** @param scope the link of a link-local prefix; of no meaning for others. */
  find(prefix: Prefix, scope: number): readonly Path[] {
    const paths = this.#tableOrNone(prefix)?.entries.get(keyOf(prefix)) ?? NO_PATHS;
    return hasScope(prefix) ? paths.filter((path) => scopeOf(prefix, path) === scope) : paths;
  }

  /** The longest prefix that an address is in. */
  match(fib: number, family: RibFamily, address: Uint8Array, scope: number): Prefix | undefined {
    for (let length = address.length * 8; length >= 0; length--) {
      const prefix = { fib, family, destination: maskedTo(address, length), length };
      if (this.find(prefix, scope).length > 0) return prefix;
    }
    return undefined;
  }

  /** In the order of addresses, for the same address the longest prefix first. */
  entries(fib: number, family: RibFamily): RibEntry[] {
    const stored = this.#tableOrNone({ fib, family })?.entries ?? new Map<string, readonly Path[]>();
    const entries = Array.from(stored, ([key, paths]): RibEntry => ({ fib, family, ...readKey(key), paths }));
    return entries.sort((a, b) => compareBytes(a.destination, b.destination) || b.length - a.length);
  }

  ways(fib: number, family: RibFamily): Ways | undefined {
    return this.#tableOrNone({ fib, family })?.ways;
  }

  /** The routes of the network behind a prefix of a FIB, one after the other in the same description. */
  *routesOf(prefix: Prefix): Generator<RouteDescription> {
    const table = tableOfFib(prefix.fib);
    if (table !== undefined) yield* this.#routesIn(table, prefix);
  }

  #derive(prefix: Prefix, key: string): DerivedPath[] {
    const tables = [
      tableOfFib(prefix.fib),
      ...(prefix.fib === 0 && isHost(prefix) ? [RouteTableId.Local] : []),
    ];
    const derived: DerivedPath[] = [];
    let isThroughObject = false;
    for (const table of tables) {
      for (const route of table === undefined ? [] : this.#routesIn(table, prefix, this.#scratch)) {
        derived.push(...pathsOf(this.network, route));
        if (route.nexthopId !== 0) isThroughObject = true;
      }
    }
    if (!isThroughObject && this.#throughObjects.size === 0) return derived;
    const objectKey = `${prefix.fib}/${prefix.family}/${key}`;
    if (isThroughObject) this.#throughObjects.set(objectKey, prefix);
    else this.#throughObjects.delete(objectKey);
    return derived;
  }

  *#routesIn(
    tableId: number,
    { family, destination, length }: Prefix,
    description = new RouteDescription(),
  ): Generator<RouteDescription> {
    const fib = this.network.routes.fib(modelFamily(family));
    const key = {
      destination: wordsOf(destination),
      destinationLength: length,
      source: NOWHERE,
      sourceLength: 0,
    };
    for (let route = fib.table(tableId)?.first(key) ?? NONE; route !== NONE; route = fib.next(route))
      yield fib.describe(route, description);
  }

  /** The paths that are together: all of a prefix, but for those of a link-local one, which are on a link each. */
  #groupsOf(prefix: Prefix, paths: readonly Path[]): (readonly Path[])[] {
    if (paths.length < 2) return [];
    if (!hasScope(prefix)) return [paths];
    const scopes = new Set(paths.map((path) => scopeOf(prefix, path)));
    return [...scopes]
      .map((scope) => paths.filter((path) => scopeOf(prefix, path) === scope))
      .filter(({ length }) => length > 1);
  }

  #table(prefix: Pick<Prefix, 'fib' | 'family'>): RibTable {
    let tables = this.#tables.get(prefix.fib);
    if (tables === undefined) {
      tables = { [BsdFamily.Inet]: new RibTable(), [BsdFamily.Inet6]: new RibTable() };
      this.#tables.set(prefix.fib, tables);
    }
    return tables[prefix.family];
  }

  #tableOrNone({ fib, family }: Pick<Prefix, 'fib' | 'family'>): RibTable | undefined {
    return this.#tables.get(fib)?.[family];
  }
}

export function modelFamily(family: RibFamily): ModelFamily {
  return family === BsdFamily.Inet ? AddressFamily.Inet : AddressFamily.Inet6;
}

/** The address with the bits behind a prefix cleared. */
export function maskedTo(address: Uint8Array, length: number): Uint8Array {
  return address.map((byte, i) => byte & ~(0xff >> Math.min(8, Math.max(0, length - i * 8))));
}

/** Short text, since there may be a million: a character for the length and one for each byte. */
function keyOf({ destination, length }: Pick<Prefix, 'destination' | 'length'>): string {
  return String.fromCharCode(length, ...destination);
}

function readKey(key: string): Pick<Prefix, 'destination' | 'length'> {
  const destination = Uint8Array.from({ length: key.length - 1 }, (_, i) => key.charCodeAt(i + 1));
  return { destination, length: key.charCodeAt(0) };
}

/** In the order of their ways. */
function takePaths(ways: Ways, derived: readonly DerivedPath[]): readonly Path[] {
  const paths = derived.map(({ way, weight, isOwn, isTold }) =>
    pathThrough(ways.take(way), weight, isOwn, isTold),
  );
  const [only, ...others] = paths;
  if (only !== undefined && others.length === 0) return only.alone;
  return paths.sort((a, b) => a.way.index - b.way.index || a.weight - b.weight);
}

function isSameDerived(a: DerivedPath, b: DerivedPath): boolean {
  return a.isOwn === b.isOwn && a.weight === b.weight && wayKey(a.way) === wayKey(b.way);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return 0;
}
