import { type Cause, Errno, MessageFlag, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { Fib } from './fib.js';
import { type AddressWords, equalAddress } from './ip-words.js';
import type { Ipv4RouteChecks } from './ipv4-route-checks.js';
import { keepNexthops } from './keep-nexthops.js';
import { NexthopStates } from './nexthop-states.js';
import { NONE } from './prefix-trie.js';
import { type Nexthop, RouteDescription } from './route-description.js';
import type { RouteEnvironment } from './route-environment.js';
import { announceRoute } from './route-events.js';
import { IdentityRules, IPV4_ROWS, RouteAction, Twin } from './route-identity.js';
import { NexthopFlag, RouteScope, RouteTableId } from './route-numbers.js';
import type { RouteReason } from './route-reason.js';
import { RouteWriter } from './route-writer.js';

const RULES = new IdentityRules(IPV4_ROWS);

/** Adding, removing and losing IPv4 routes. */
export class Ipv4Routes {
  readonly #writer = new RouteWriter();
  readonly #stored = new RouteDescription();
  readonly #states: NexthopStates;

  constructor(
    private readonly fib: Fib,
    private readonly checks: Ipv4RouteChecks,
    private readonly environment: RouteEnvironment,
  ) {
    this.#states = new NexthopStates(fib, this.#writer);
    // As in a fresh network of the kernel; others come with their first route.
    fib.createTable(RouteTableId.Main);
  }

  add(route: RouteDescription, messageFlags: number, cause: Cause): void {
    this.checks.checkRequest(route);
    this.fib.createTable(route.table);
    this.checks.complete(route);
    this.#insert(route, messageFlags, cause, 'request');
  }

  /** A route of the kernel side itself: believed, and no matter if it is there already. */
  addOwn(route: RouteDescription, cause: Cause): void {
    const link = this.environment.links.byIndex(route.nexthop.interfaceIndex);
    if (route.scope !== RouteScope.Host) {
      if (link === undefined || !link.isUp) return;
      if (!link.hasCarrier) route.flags |= NexthopFlag.LinkDown;
    }
    if (route.hasPreferredSource && !this.checks.isValidSource(route)) return;
    this.fib.createTable(route.table);
    try {
      this.#insert(route, MessageFlag.Create | MessageFlag.Append, cause, 'kernel');
    } catch (error) {
      if (!(error instanceof NetlinkError && error.errno === Errno.EEXIST)) throw error;
    }
  }

  #insert(route: RouteDescription, messageFlags: number, cause: Cause, reason: RouteReason): void {
    const { fib } = this;
    const writer = this.#writer;
    const table = fib.createTable(route.table);
    writer.writeRoute(route);
    const first = table.first(route);
    // Routes of a prefix are ordered by TOS, highest first, then by priority, lowest first.
    let before: number = NONE;
    let known = first;
    while (known !== NONE && this.#comesBefore(known, route)) {
      before = known;
      known = fib.next(known);
    }
    let last = before;
    let twin = Twin.None;
    if (known !== NONE && !this.#hasKey(known, route)) known = NONE;
    for (let other = known; other !== NONE && this.#hasKey(other, route); other = fib.next(other)) {
      if (twin === Twin.None && fib.equals(other, writer)) twin = other === known ? Twin.First : Twin.Later;
      last = other;
    }
    const row = RULES.decide(messageFlags, known !== NONE, twin, false);
    let inserted: number;
    switch (row.action) {
      case RouteAction.Keep:
        return;
      case RouteAction.ReplaceFirst:
        inserted = fib.replace(table, known, route, writer);
        break;
      case RouteAction.InsertFirst:
        inserted = fib.insert(table, route, writer, first, before);
        break;
      case RouteAction.InsertLast:
        inserted = fib.insert(table, route, writer, first, last);
        break;
      default:
        throw new NetlinkError(row.errno as Errno);
    }
    announceRoute(this.environment, fib, inserted, 'route-changed', row.flags ?? 0, cause, reason);
  }

  #comesBefore(other: number, route: RouteDescription): boolean {
    const typeOfService = this.fib.typeOfService(other);
    if (typeOfService !== route.typeOfService) return typeOfService > route.typeOfService;
    return this.fib.priority(other) < route.priority;
  }

  #hasKey(other: number, route: RouteDescription): boolean {
    return (
      this.fib.priority(other) === route.priority && this.fib.typeOfService(other) === route.typeOfService
    );
  }

  remove(route: RouteDescription, cause: Cause, reason: RouteReason = 'request'): void {
    this.checks.checkRequest(route);
    this.checks.nexthopOf(route);
    const { fib } = this;
    const table = fib.table(route.table);
    if (table === undefined) throw new NetlinkError(Errno.ESRCH, 'FIB table does not exist');
    let found = table.first(route);
    while (found !== NONE && !this.#fits(found, route)) found = fib.next(found);
    if (found === NONE) throw new NetlinkError(Errno.ESRCH);
    this.#remove(found, cause, reason);
  }

  removeOwn(route: RouteDescription, cause: Cause): void {
    this.remove(route, cause, 'kernel');
  }

  #remove(route: number, cause: Cause, reason: RouteReason): void {
    announceRoute(this.environment, this.fib, route, 'route-removed', 0, cause, reason);
    this.fib.remove(route);
  }

  /** Whether a route is what a request to delete means (fib_table_delete, fib_nh_match). */
  #fits(other: number, route: RouteDescription): boolean {
    const { fib } = this;
    if (fib.typeOfService(other) !== route.typeOfService) return false;
    if (route.type !== 0 && fib.type(other) !== route.type) return false;
    if (route.scope !== RouteScope.Nowhere && fib.scope(other) !== route.scope) return false;
    if (route.protocol !== 0 && fib.protocol(other) !== route.protocol) return false;
    if (route.priority !== 0 && fib.priority(other) !== route.priority) return false;
    const { nexthop, legs } = route;
    const storedId = fib.nexthopId(other);
    if (route.nexthopId !== 0 && route.nexthopId !== storedId) return false;
    const needsNexthops = nexthop.interfaceIndex !== 0 || nexthop.gatewayFamily !== 0 || legs !== undefined;
    if (needsNexthops && storedId !== 0) return false;
    if (!needsNexthops && !route.hasPreferredSource && route.metrics === undefined) return true;
    const stored = fib.describe(other, this.#stored);
    if (
      route.hasPreferredSource &&
      !(stored.hasPreferredSource && equalAddress(stored.preferredSource, route.preferredSource))
    ) {
      return false;
    }
    if (route.metrics !== undefined && !metricsFit(stored, route)) return false;
    if (nexthop.interfaceIndex !== 0 || nexthop.gatewayFamily !== 0) {
      return nexthopFits(stored.nexthops[0] as Nexthop, nexthop);
    }
    return legs === undefined || legsFit(stored.nexthops, legs);
  }

  /**
   * Routes without a living nexthop go; those of the host's own addresses stay. A link that is removed takes along every
   * route with a leg over it.
   */
  linkDown(interfaceIndex: number, isRemoved: boolean): void {
    const { fib } = this;
    for (const route of fib.links.routesOf(interfaceIndex)) {
      if (isRemoved) {
        this.#remove(route, NO_CAUSE, 'link');
      } else if (fib.scope(route) !== RouteScope.Host) {
        const marked = this.#states.set(route, interfaceIndex, NexthopFlag.Dead | NexthopFlag.LinkDown);
        if ((fib.flags(marked) & NexthopFlag.Dead) !== 0) this.#remove(marked, NO_CAUSE, 'link');
      }
    }
  }

  /** Without addresses on a link nothing goes through it: all its routes go, but for legs of others. */
  lastAddressRemoved(interfaceIndex: number): void {
    const { fib } = this;
    for (const route of fib.links.routesOf(interfaceIndex)) {
      const marked = this.#states.set(route, interfaceIndex, NexthopFlag.Dead | NexthopFlag.LinkDown);
      if ((fib.flags(marked) & NexthopFlag.Dead) !== 0) this.#remove(marked, NO_CAUSE, 'addresses');
    }
  }

  linkUp(interfaceIndex: number): void {
    const hasCarrier = this.environment.links.byIndex(interfaceIndex)?.hasCarrier;
    const cleared = NexthopFlag.Dead | (hasCarrier ? NexthopFlag.LinkDown : 0);
    for (const route of this.fib.links.routesOf(interfaceIndex))
      this.#states.clear(route, interfaceIndex, cleared);
  }

  carrierChanged(interfaceIndex: number, hasCarrier: boolean): void {
    for (const route of this.fib.links.routesOf(interfaceIndex)) {
      if (this.fib.scope(route) === RouteScope.Host) continue;
      if (hasCarrier) this.#states.clear(route, interfaceIndex, NexthopFlag.LinkDown);
      else this.#states.set(route, interfaceIndex, NexthopFlag.LinkDown);
    }
  }

  /** Routes through a nexthop object that goes go with it. */
  nexthopRemoved(nexthopId: number): void {
    for (const route of this.fib.nexthopUsers.routesOf(nexthopId)) this.#remove(route, NO_CAUSE, 'nexthop');
  }

  /** Routes through a nexthop object that goes keep its ways. */
  nexthopLeft(nexthopId: number): void {
    keepNexthops(this.fib, nexthopId, { description: this.#stored, writer: this.#writer });
  }

  /** Routes of the table that prefer the address go. */
  addressRemoved(address: AddressWords, table: number): void {
    for (const route of this.fib.routesFrom(address)) {
      if (this.fib.tableOf(route).id !== table) continue;
      this.#remove(route, NO_CAUSE, 'source');
    }
  }
}

function nexthopFits(stored: Nexthop, wanted: Nexthop): boolean {
  if (wanted.interfaceIndex !== 0 && wanted.interfaceIndex !== stored.interfaceIndex) return false;
  if (wanted.flow !== 0 && wanted.flow !== stored.flow) return false;
  return (
    wanted.gatewayFamily === AddressFamily.Unspecified ||
    (wanted.gatewayFamily === stored.gatewayFamily && equalAddress(wanted.gateway, stored.gateway))
  );
}

function legsFit(stored: readonly Nexthop[], wanted: readonly Nexthop[]): boolean {
  return stored.every((leg, i) => wanted[i] !== undefined && nexthopFits(leg, wanted[i]));
}

function metricsFit(stored: RouteDescription, wanted: RouteDescription): boolean {
  if (wanted.metrics?.congestionControl !== undefined) {
    if (stored.metrics?.congestionControl !== wanted.metrics.congestionControl) return false;
  }
  return (
    wanted.metrics?.values.every(
      (value, metric) => value === 0 || stored.metrics?.values[metric] === value,
    ) ?? true
  );
}
