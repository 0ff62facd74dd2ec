import { type Cause, Errno, MessageFlag, NetlinkError, NO_CAUSE } from '@nlspace/core';
import type { Fib } from './fib.js';
import { type AddressWords, clearHostBits, equalAddress } from './ip-words.js';
import type { Ipv6RouteChecks } from './ipv6-route-checks.js';
import { keepNexthops } from './keep-nexthops.js';
import { NexthopStates } from './nexthop-states.js';
import { NONE } from './prefix-trie.js';
import { Nexthop, RouteDescription } from './route-description.js';
import type { RouteEnvironment } from './route-environment.js';
import { announceLeg, announceRoute } from './route-events.js';
import { RouteExpiries } from './route-expiries.js';
import { IdentityRules, IPV6_ROWS, RouteAction, Twin } from './route-identity.js';
import { NexthopFlag, RouteProtocol, RouteTableId, RouteType } from './route-numbers.js';
import type { RouteReason } from './route-reason.js';
import { createRouteKey, type RouteTable } from './route-table.js';
import { compareRouteKeys } from './route-walk.js';
import { RouteWriter } from './route-writer.js';

const RULES = new IdentityRules(IPV6_ROWS);
const DOWN = NexthopFlag.Dead | NexthopFlag.LinkDown;

/** Adding, removing and losing IPv6 routes. A multipath route is one route here; in the kernel it is a ring of them. */
export class Ipv6Routes {
  readonly #writer = new RouteWriter();
  readonly #stored = new RouteDescription();
  readonly #leg = new RouteDescription();
  readonly #states: NexthopStates;
  readonly #expiries: RouteExpiries;

  constructor(
    private readonly fib: Fib,
    private readonly checks: Ipv6RouteChecks,
    private readonly environment: RouteEnvironment,
  ) {
    this.#states = new NexthopStates(fib, this.#writer);
    this.#expiries = new RouteExpiries(fib, environment.clock, (route) =>
      this.#remove(route, NO_CAUSE, 'expiry'),
    );
    // As in a fresh network of the kernel; others come with their first route.
    fib.createTable(RouteTableId.Local);
    fib.createTable(RouteTableId.Main);
  }

  add(route: RouteDescription, messageFlags: number, cause: Cause): void {
    this.checks.checkRequest(route, true);
    this.checks.checkPrefix(route);
    this.fib.createTable(route.table);
    this.checks.complete(route);
    this.#insert(route, messageFlags, cause, 'request');
  }

  /** A route of the kernel side itself: believed, and no matter if it is there already. */
  addOwn(route: RouteDescription, cause: Cause): void {
    const { expiresSeconds } = route;
    const link = this.environment.links.byIndex(route.nexthop.interfaceIndex);
    if (link === undefined) return;
    const isOwn = route.type === RouteType.Local || route.type === RouteType.Anycast;
    if (!isOwn && !link.hasCarrier) route.flags |= NexthopFlag.LinkDown;
    this.fib.createTable(route.table);
    clearHostBits(route.destination, route.destinationLength);
    try {
      this.#insert(route, MessageFlag.Create, cause, 'kernel');
    } catch (error) {
      if (!(error instanceof NetlinkError && error.errno === Errno.EEXIST)) throw error;
      this.#renew(route, expiresSeconds);
    }
  }

  /** The route of an address that is there already lives as long as the address does now, unless it lives for ever. */
  #renew(route: RouteDescription, expiresSeconds: number | undefined): void {
    const { fib } = this;
    const table = fib.createTable(route.table);
    for (let other = table.first(route); other !== NONE; other = fib.next(other)) {
      if (
        fib.priority(other) === route.priority &&
        fib.interfaceIndex(other) === route.nexthop.interfaceIndex &&
        fib.deadlines.has(other)
      ) {
        this.#expiries.set(other, expiresSeconds);
      }
    }
  }

  #insert(route: RouteDescription, messageFlags: number, cause: Cause, reason: RouteReason): void {
    const { fib } = this;
    const table = fib.createTable(route.table);
    const canJoin = route.legs !== undefined || route.nexthop.gatewayFamily !== 0;
    const first = table.first(route);
    let last: number = NONE;
    let known: number = NONE;
    let alike: number = NONE;
    let twin = Twin.None;
    let repeated: number = NONE;
    for (
      let other = first;
      other !== NONE && fib.priority(other) <= route.priority;
      other = fib.next(other)
    ) {
      last = other;
      if (fib.priority(other) !== route.priority) continue;
      if (known === NONE) known = other;
      if (alike === NONE && this.#canBeJoined(other) === canJoin) alike = other;
      if (twin === Twin.None && this.#shareNexthop(other, route)) {
        twin = Twin.First;
        repeated = other;
      }
    }
    if (repeatsItself(route.legs)) throw new NetlinkError(Errno.EEXIST);
    const isJoinable = canJoin && alike !== NONE;
    const row = RULES.decide(messageFlags, known !== NONE, twin, isJoinable);
    let inserted: number;
    switch (row.action) {
      case RouteAction.ReplaceFirst:
        this.#writer.writeRoute(route);
        inserted = fib.replace(table, alike === NONE ? known : alike, route, this.#writer);
        break;
      case RouteAction.Join:
        inserted = this.#join(alike, route);
        if (route.legs === undefined) {
          this.#announceJoined(inserted, route.metrics, row.flags ?? 0, cause, reason);
          return;
        }
        break;
      case RouteAction.InsertLast:
        this.#writer.writeRoute(route);
        inserted = fib.insert(table, route, this.#writer, first, last);
        break;
      default:
        if (row.errno === Errno.ENOENT && !this.#hasNode(table, route)) {
          throw new NetlinkError(Errno.ENOENT, 'Can not replace route - no match found');
        }
        // What is there already lives as long as the request says, if its time is limited.
        if ((messageFlags & MessageFlag.Exclusive) === 0 && fib.deadlines.has(repeated))
          this.#expiries.set(repeated, route.expiresSeconds);
        if (row.errno === Errno.EEXIST && isJoinable && (messageFlags & MessageFlag.Exclusive) === 0)
          this.#joinAndLeave(alike, route, messageFlags, cause);
        throw new NetlinkError(row.errno as Errno);
    }
    if (row.action !== RouteAction.Join) this.#expiries.set(inserted, route.expiresSeconds);
    const flags = route.legs === undefined ? (row.flags ?? 0) : multipathFlags(messageFlags);
    if (row.action === RouteAction.Join) {
      announceLeg(this.environment, fib, inserted, {
        type: 'route-changed',
        messageFlags: flags,
        cause,
        reason,
      });
    } else announceRoute(this.environment, fib, inserted, 'route-changed', flags, cause, reason);
  }

  /** Whether the tree has a node for the prefix, be it without routes. The empty prefix is the root. */
  #hasNode({ trie, sources }: RouteTable, route: RouteDescription): boolean {
    const { destination, destinationLength, source, sourceLength } = route;
    const tree = sources?.find(route);
    if (sourceLength > 0) return tree !== undefined && tree.find(source, sourceLength) !== NONE;
    return (
      destinationLength === 0 || tree !== undefined || trie.find(destination, destinationLength) !== NONE
    );
  }

  /** Whether a route takes legs: one with a gateway of its own, not that of a nexthop object. */
  #canBeJoined(route: number): boolean {
    return this.fib.nexthopId(route) === 0 && this.fib.hasGateway(route);
  }

  /** Whether a route has a nexthop of the new one: the same link, the same gateway; or the same nexthop object. */
  #shareNexthop(other: number, route: RouteDescription): boolean {
    const nexthopId = this.fib.nexthopId(other);
    if (nexthopId !== 0 || route.nexthopId !== 0) return nexthopId === route.nexthopId;
    const stored = this.fib.describe(other, this.#stored).nexthops;
    return route.nexthops.some((nexthop) => stored.some((known) => isSameWay(known, nexthop)));
  }

  /** Legs join one by one; those before the first that is there already are told of and leave again. */
  #joinAndLeave(route: number, added: RouteDescription, messageFlags: number, cause: Cause): void {
    const { fib } = this;
    const stored = [...legsOf(fib.describe(route, this.#stored))];
    const legs = [...legsOf(added)];
    legs.splice(legs.findIndex((leg) => stored.some((known) => isSameWay(known, leg))));
    if (legs.length === 0) return;
    const table = fib.tableOf(route);
    const previous = fib.previous(table, route);
    const partial = this.#leg;
    partial.copyFrom(added);
    partial.legs = legs;
    let joined = this.#join(route, partial);
    announceRoute(
      this.environment,
      fib,
      joined,
      'route-changed',
      multipathFlags(messageFlags),
      cause,
      'request',
    );
    for (const _leg of legs) {
      this.#removeLeg(joined, stored.length, cause, 'request');
      joined = previous === NONE ? table.first(added) : fib.next(previous);
    }
  }

  #join(route: number, added: RouteDescription): number {
    const { fib } = this;
    const joined = fib.describe(route, this.#stored);
    joined.legs = [...legsOf(joined), ...legsOf(added)];
    joined.flags = 0;
    this.#writer.writeRoute(joined);
    return fib.replace(fib.tableOf(route), route, joined, this.#writer);
  }

  /** A leg that has joined comes first in the announcement, with its own metrics, the others behind it. */
  #announceJoined(
    route: number,
    metrics: RouteDescription['metrics'],
    messageFlags: number,
    cause: Cause,
    reason: RouteReason,
  ): void {
    const { fib } = this;
    const joined = fib.describe(route, this.#stored);
    const legs = [...legsOf(joined)];
    joined.legs = [...legs.slice(-1), ...legs.slice(0, -1)];
    joined.metrics = metrics;
    this.#writer.writeRoute(joined);
    const message = new Uint8Array(this.#writer.words.buffer, 0, this.#writer.length * 4);
    announceLeg(this.environment, fib, route, {
      type: 'route-changed',
      message,
      messageFlags,
      cause,
      reason,
    });
  }

  remove(route: RouteDescription, cause: Cause, reason: RouteReason = 'request'): void {
    this.checks.checkRequest(route, false);
    this.checks.nexthopOf(route);
    const { fib } = this;
    const table = fib.table(route.table);
    if (table === undefined) throw new NetlinkError(Errno.ESRCH, 'FIB table does not exist');
    clearHostBits(route.destination, route.destinationLength);
    clearHostBits(route.source, route.sourceLength);
    // As in fib6_locate, a source means nothing where the destination has no routes by source.
    if (route.sourceLength > 0 && table.sources?.find(route) === undefined) route.sourceLength = 0;
    if (route.legs !== undefined) {
      this.#removeLegs(route, route.legs, cause, reason);
      return;
    }
    const { nexthop } = route;
    for (let other = table.first(route); other !== NONE; other = fib.next(other)) {
      if (route.priority !== 0 && fib.priority(other) !== route.priority) continue;
      if (route.protocol !== 0 && fib.protocol(other) !== route.protocol) continue;
      const nexthopId = fib.nexthopId(other);
      if (route.nexthopId !== 0 && nexthopId !== route.nexthopId) continue;
      // A route through a nexthop object is meant whatever gateway or link the request names.
      if (nexthopId !== 0) {
        this.#remove(other, cause, reason);
        return;
      }
      const { nexthops } = fib.describe(other, this.#stored);
      const leg = nexthops.findIndex((known) => fits(known, nexthop));
      if (leg < 0) continue;
      // Naming the gateway means that leg, anything else the whole route.
      if (nexthop.gatewayFamily !== 0 && nexthops.length > 1) this.#removeLeg(other, leg, cause, reason);
      else this.#remove(other, cause, reason);
      return;
    }
    throw new NetlinkError(this.#meansNullEntry(table, route) ? Errno.ENOENT : Errno.ESRCH);
  }

  /** A prefix route is whatever device route the prefix has on the link, whoever made it (addrconf_get_prefix_route). */
  removeOwn(route: RouteDescription, cause: Cause): void {
    if (route.type !== RouteType.Unicast) {
      this.remove(route, cause, 'kernel');
      return;
    }
    const { fib } = this;
    const table = fib.table(route.table);
    clearHostBits(route.destination, route.destinationLength);
    let found = table?.first(route) ?? NONE;
    while (
      found !== NONE &&
      (fib.hasGateway(found) || fib.interfaceIndex(found) !== route.nexthop.interfaceIndex)
    ) {
      found = fib.next(found);
    }
    if (found === NONE) throw new NetlinkError(Errno.ESRCH);
    this.#remove(found, cause, 'kernel');
  }

  /** Where a table has no default route the kernel keeps a placeholder, which can be found but not deleted. */
  #meansNullEntry(table: RouteTable, route: RouteDescription): boolean {
    const { destinationLength, sourceLength, nexthop, priority, protocol } = route;
    return (
      destinationLength === 0 &&
      sourceLength === 0 &&
      table.first(route) === NONE &&
      nexthop.interfaceIndex <= 1 &&
      nexthop.gatewayFamily === 0 &&
      (priority === 0 || priority === 0xffffffff) &&
      (protocol === RouteProtocol.Unspecified || protocol === RouteProtocol.Kernel)
    );
  }

  /** RTA_MULTIPATH in a deletion: each leg is a deletion of its own, and the last failure counts. */
  #removeLegs(route: RouteDescription, legs: readonly Nexthop[], cause: Cause, reason: RouteReason): void {
    let failure: unknown;
    for (const leg of legs) {
      const single = this.#leg;
      single.copyFrom(route);
      single.legs = undefined;
      if (leg.interfaceIndex !== 0) single.nexthop.interfaceIndex = leg.interfaceIndex;
      if (leg.gatewayFamily !== 0) {
        single.nexthop.gatewayFamily = leg.gatewayFamily;
        single.nexthop.gateway.set(leg.gateway);
      }
      try {
        this.remove(single, cause, reason);
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  #remove(route: number, cause: Cause, reason: RouteReason): void {
    announceRoute(this.environment, this.fib, route, 'route-removed', 0, cause, reason);
    this.fib.remove(route);
  }

  /** Takes one leg out of a multipath route and announces that leg as the route that is gone. */
  #removeLeg(route: number, index: number, cause: Cause, reason: RouteReason): void {
    const { fib } = this;
    const remaining = fib.describe(route, this.#stored);
    const legs = [...legsOf(remaining)];
    const [gone] = legs.splice(index, 1);
    if (gone === undefined) throw new RangeError(`a route with ${legs.length} legs has no leg ${index}`);
    const single = this.#leg;
    single.copyFrom(remaining);
    becomeSingle(single, gone);
    this.#writer.writeRoute(single);
    const message = new Uint8Array(this.#writer.words.buffer, 0, this.#writer.length * 4).slice();
    const [only] = legs;
    if (legs.length === 1 && only !== undefined) becomeSingle(remaining, only);
    else remaining.legs = legs;
    this.#writer.writeRoute(remaining);
    const left = fib.replace(fib.tableOf(route), route, remaining, this.#writer);
    announceLeg(this.environment, fib, left, {
      type: 'route-removed',
      message,
      messageFlags: 0,
      cause,
      reason,
    });
  }

  /** Routes over the link go and are announced; legs die, and a route whose legs are all dead goes too. */
  linkDown(interfaceIndex: number, cause: Cause): void {
    const { fib } = this;
    for (const route of this.#inDumpOrder(interfaceIndex)) {
      if (!fib.isMultipath(route)) {
        this.#remove(route, cause, 'link');
        continue;
      }
      // Legs that go with the route are not told to have died before (fib6_ifdown).
      const isLost = ({ interfaceIndex: index, flags }: Nexthop): boolean =>
        index === interfaceIndex || (flags & NexthopFlag.Dead) !== 0;
      if (legsOf(fib.describe(route, this.#stored)).every(isLost)) this.#removeLegByLeg(route, cause);
      else this.#states.set(route, interfaceIndex, DOWN);
    }
  }

  linkRemoved(interfaceIndex: number, cause: Cause): void {
    const { fib } = this;
    for (const route of this.#inDumpOrder(interfaceIndex)) {
      let current = route;
      for (;;) {
        const description = fib.describe(current, this.#stored);
        const { legs } = description;
        if (legs === undefined) {
          if (description.nexthop.interfaceIndex === interfaceIndex) this.#remove(current, cause, 'link');
          break;
        }
        const index = legs.findIndex((leg) => leg.interfaceIndex === interfaceIndex);
        if (index < 0) break;
        current = this.#removeLegOf(current, index, cause);
      }
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
      const type = this.fib.type(route);
      if (type === RouteType.Local || type === RouteType.Anycast) continue;
      if (hasCarrier) this.#states.clear(route, interfaceIndex, NexthopFlag.LinkDown);
      else this.#states.set(route, interfaceIndex, NexthopFlag.LinkDown);
    }
  }

  /** Routes through a nexthop object that goes go with it, the newest first. */
  nexthopRemoved(nexthopId: number): void {
    for (const route of this.fib.nexthopUsers.routesOf(nexthopId)) this.#remove(route, NO_CAUSE, 'nexthop');
  }

  /** Routes through a nexthop object that goes keep its ways. */
  nexthopLeft(nexthopId: number): void {
    keepNexthops(this.fib, nexthopId, { description: this.#stored, writer: this.#writer });
  }

  /** Routes that prefer the address stay, without a preference; those through nexthop objects even keep that. */
  addressRemoved(address: AddressWords): void {
    const { fib } = this;
    for (const route of fib.routesFrom(address)) {
      if (fib.nexthopId(route) !== 0) continue;
      const description = fib.describe(route, this.#stored);
      description.hasPreferredSource = false;
      this.#writer.writeRoute(description);
      fib.replace(fib.tableOf(route), route, description, this.#writer);
    }
  }

  #removeLegByLeg(route: number, cause: Cause): void {
    let current = route;
    while (this.fib.isMultipath(current)) current = this.#removeLegOf(current, 0, cause);
    this.#remove(current, cause, 'link');
  }

  #removeLegOf(route: number, index: number, cause: Cause): number {
    const { fib } = this;
    const table = fib.tableOf(route);
    const key = createRouteKey();
    fib.readKey(route, key);
    const previous = fib.previous(table, route);
    this.#removeLeg(route, index, cause, 'link');
    return previous === NONE ? table.first(key) : fib.next(previous);
  }

  /** The routes over a link in the order in which a dump would show them. */
  #inDumpOrder(interfaceIndex: number): number[] {
    const { fib } = this;
    const routes = fib.links.routesOf(interfaceIndex).map((route, index) => {
      const key = createRouteKey();
      fib.readKey(route, key);
      return { route, index, key, table: fib.tables.indexOf(fib.tableOf(route)) };
    });
    routes.sort(
      (a, b) =>
        a.table - b.table ||
        compareRouteKeys(a.key, b.key) ||
        fib.priority(a.route) - fib.priority(b.route) ||
        b.index - a.index,
    );
    return routes.map(({ route }) => route);
  }
}

function legsOf(route: RouteDescription): readonly Nexthop[] {
  if (route.legs !== undefined) return route.legs;
  const leg = new Nexthop();
  leg.copyFrom(route.nexthop);
  return [leg];
}

function becomeSingle(route: RouteDescription, leg: Nexthop): void {
  route.legs = undefined;
  route.nexthop.copyFrom(leg);
  route.flags = leg.flags;
}

function isSameWay(a: Nexthop, b: Nexthop): boolean {
  return (
    a.interfaceIndex === b.interfaceIndex &&
    a.gatewayFamily === b.gatewayFamily &&
    equalAddress(a.gateway, b.gateway)
  );
}

function repeatsItself(legs: readonly Nexthop[] | undefined): boolean {
  return legs?.some((leg, i) => legs.slice(0, i).some((earlier) => isSameWay(earlier, leg))) ?? false;
}

function fits(known: Nexthop, wanted: Nexthop): boolean {
  return (
    (wanted.interfaceIndex === 0 || wanted.interfaceIndex === known.interfaceIndex) &&
    (wanted.gatewayFamily === 0 || (known.gatewayFamily !== 0 && equalAddress(wanted.gateway, known.gateway)))
  );
}

/** A multipath route goes in leg by leg and is announced by what was asked for (ip6_route_multipath_add). */
function multipathFlags(messageFlags: number): number {
  const { Replace, Create, Append } = MessageFlag;
  return ((messageFlags & Replace) !== 0 ? Replace : Create) | (messageFlags & Append);
}
