import { Errno } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Fib, RouteTable } from './fib.js';
import type { AddressWords } from './ip-words.js';
import { NONE } from './prefix-trie.js';
import { type Nexthop, RouteDescription } from './route-description.js';
import { NexthopFlag, RouteScope, RouteTableId, RouteType } from './route-numbers.js';

/** What is looked up. */
export interface Flow {
  readonly destination: AddressWords;
  /** Only routes over this link; 0 for any. */
  readonly interfaceIndex: number;
  /** IPv4: only routes of this scope or a narrower one. */
  readonly scope: number;
  readonly typeOfService: number;
}

/** What was found. */
export interface Match {
  readonly table: RouteTable;
  readonly route: number;
  /** Not 0 when the route refuses: what a sender gets. */
  readonly errno: number;
  /** Which of a multipath route's legs; 0 for the only nexthop. */
  readonly leg: number;
  readonly interfaceIndex: number;
}

/** The policy in front of the tables: which are asked, and in which order. */
export interface RoutePolicy {
  /**
   * Groups of tables by number. Tables of one group are searched as one, the longest prefix of all winning; the next
   * group is only asked when the last gave nothing.
   */
  tables(addressFamily: number, flow: Flow): readonly (readonly number[])[];
}

/** The rules of a network that has been given none. Local and main are one trie then, in IPv4. */
export const DEFAULT_POLICY: RoutePolicy = {
  tables: (addressFamily) => (addressFamily === AddressFamily.Inet ? IPV4_TABLES : IPV6_TABLES),
};
const IPV4_TABLES = [[RouteTableId.Local, RouteTableId.Main], [RouteTableId.Default]] as const;
const IPV6_TABLES = [[RouteTableId.Local], [RouteTableId.Main]] as const;

/** The errno of the types that refuse; throw sends the search on. */
const REFUSALS: Readonly<Record<number, number>> = {
  [RouteType.Blackhole]: Errno.EINVAL,
  [RouteType.Unreachable]: Errno.EHOSTUNREACH,
  [RouteType.Prohibit]: Errno.EACCES,
  [RouteType.Throw]: Errno.EAGAIN,
};

export function refusalOf(type: number): number {
  return REFUSALS[type] ?? 0;
}

/** Prefixes of one key: at most one per length, in two tables. */
const MAX_MATCHES = 130;

/** Longest-prefix lookup in the tables of a FIB. */
export class RouteLookup {
  readonly #matches = [new Int32Array(MAX_MATCHES), new Int32Array(MAX_MATCHES)];
  readonly #description = new RouteDescription();

  constructor(
    private readonly fib: Fib,
    public policy: RoutePolicy,
  ) {}

  /** Asks the tables that the policy names. A throw route sends the search on to the next, unless it is to count as found. */
  lookup(flow: Flow, throwEnds = false): Match | undefined {
    for (const ids of this.policy.tables(this.fib.addressFamily, flow)) {
      const found = this.#search(ids, flow);
      if (found !== undefined && (throwEnds || found.errno !== Errno.EAGAIN)) return found;
    }
    return undefined;
  }

  lookupIn(tableId: number, flow: Flow): Match | undefined {
    return this.#search([tableId], flow);
  }

  typeOf(match: Match): number {
    return this.fib.effectiveType(match.route);
  }

  scopeOf(match: Match): number {
    return this.fib.scope(match.route);
  }

  hasGateway(match: Match): boolean {
    return this.fib.hasGateway(match.route);
  }

  /** Whether two matches of one lookup key have the same prefix. */
  isSamePrefix(a: Match, b: Match): boolean {
    return a.table === b.table && this.fib.prefixLength(a.route) === this.fib.prefixLength(b.route);
  }

  /** Whether the prefix that was found is the empty one. */
  isDefault(match: Match): boolean {
    return this.fib.prefixLength(match.route) === 0;
  }

  #search(ids: readonly number[], flow: Flow): Match | undefined {
    const { fib } = this;
    const tables: RouteTable[] = [];
    const counts: number[] = [];
    for (const id of ids) {
      const table = fib.table(id);
      if (table === undefined) continue;
      counts.push(table.trie.matches(flow.destination, this.#matches[tables.length] as Int32Array));
      tables.push(table);
    }
    for (;;) {
      // The longest prefix that is left; the first table wins a draw.
      let longest = -1;
      let best = -1;
      for (let i = 0; i < tables.length; i++) {
        const left = counts[i] as number;
        if (left === 0) continue;
        const length = (tables[i] as RouteTable).trie.prefixLength(
          (this.#matches[i] as Int32Array)[left - 1] as number,
        );
        if (length > longest) {
          longest = length;
          best = i;
        }
      }
      if (best < 0) return undefined;
      const table = tables[best] as RouteTable;
      const left = (counts[best] as number) - 1;
      counts[best] = left;
      const found = this.#among(
        table,
        table.trie.payload((this.#matches[best] as Int32Array)[left] as number),
        flow,
      );
      if (found !== undefined) return found;
    }
  }

  /** The first route of a prefix that suits. */
  #among(table: RouteTable, first: number, flow: Flow): Match | undefined {
    const { fib } = this;
    const isIpv4 = fib.addressFamily === AddressFamily.Inet;
    for (let route = first; route !== NONE; route = fib.next(route)) {
      if (isIpv4) {
        const typeOfService = fib.typeOfService(route);
        if (typeOfService !== 0 && typeOfService !== flow.typeOfService) continue;
        if (fib.scope(route) < flow.scope) continue;
      }
      const errno = refusalOf(fib.effectiveType(route));
      if (errno !== 0) {
        if (!isIpv4 && flow.interfaceIndex !== 0 && fib.interfaceIndex(route) !== flow.interfaceIndex)
          continue;
        return { table, route, errno, leg: 0, interfaceIndex: fib.interfaceIndex(route) };
      }
      if ((fib.flags(route) & NexthopFlag.Dead) !== 0) continue;
      if (!fib.isMultipath(route)) {
        const interfaceIndex = fib.interfaceIndex(route);
        if (flow.interfaceIndex !== 0 && interfaceIndex !== flow.interfaceIndex) continue;
        return { table, route, errno: 0, leg: 0, interfaceIndex };
      }
      const { legs } = fib.describe(route, this.#description);
      const leg = (legs ?? []).findIndex((candidate) => suits(candidate, flow));
      if (leg < 0) continue;
      return {
        table,
        route,
        errno: 0,
        leg,
        interfaceIndex: ((legs as Nexthop[])[leg] as Nexthop).interfaceIndex,
      };
    }
    return undefined;
  }
}

function suits(leg: Nexthop, flow: Flow): boolean {
  return (
    (leg.flags & NexthopFlag.Dead) === 0 &&
    (flow.interfaceIndex === 0 || leg.interfaceIndex === flow.interfaceIndex)
  );
}

/** A scope that every route has. */
export const ANY_SCOPE = RouteScope.Universe;
