import { type Cause, Errno, MessageFlag, NetlinkError, NO_CAUSE } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import type { KernelRoute, KernelRoutes } from '../network/kernel-routes.js';
import type { RuleTables } from '../rule/rule-tables.js';
import { Fib } from './fib.js';
import { flowTo } from './flow.js';
import { readAddress } from './ip-words.js';
import { Ipv4RouteChecks } from './ipv4-route-checks.js';
import { Ipv4Routes } from './ipv4-routes.js';
import { Ipv6RouteChecks } from './ipv6-route-checks.js';
import { Ipv6Routes } from './ipv6-routes.js';
import { RouteDescription } from './route-description.js';
import type { RouteEnvironment } from './route-environment.js';
import { messageOf } from './route-events.js';
import { RouteLookup } from './route-lookup.js';
import type { RouteNexthops } from './route-nexthop.js';
import { RouteTableId, RouteType } from './route-numbers.js';

/** The routes of a network, both address families. */
export class RouteTables implements KernelRoutes {
  readonly ipv4Fib: Fib;
  readonly ipv6Fib: Fib;
  readonly ipv4Lookup: RouteLookup;
  readonly ipv6Lookup: RouteLookup;
  readonly ipv4Checks: Ipv4RouteChecks;
  readonly ipv6Checks: Ipv6RouteChecks;
  readonly #ipv4: Ipv4Routes;
  readonly #ipv6: Ipv6Routes;
  readonly #description = new RouteDescription();

  constructor(
    readonly environment: RouteEnvironment,
    nexthops: RouteNexthops,
    rules: RuleTables,
  ) {
    this.ipv4Fib = new Fib(AddressFamily.Inet, nexthops);
    this.ipv6Fib = new Fib(AddressFamily.Inet6, nexthops);
    this.ipv4Lookup = new RouteLookup(this.ipv4Fib, rules.ipv4, environment);
    this.ipv6Lookup = new RouteLookup(this.ipv6Fib, rules.ipv6, environment);
    this.ipv6Checks = new Ipv6RouteChecks(this.ipv6Lookup, environment, nexthops);
    this.ipv4Checks = new Ipv4RouteChecks(this.ipv4Lookup, this.ipv6Checks, environment, nexthops);
    this.#ipv4 = new Ipv4Routes(this.ipv4Fib, this.ipv4Checks, environment);
    this.#ipv6 = new Ipv6Routes(this.ipv6Fib, this.ipv6Checks, environment);
  }

  fib(addressFamily: AddressFamily.Inet | AddressFamily.Inet6): Fib {
    return addressFamily === AddressFamily.Inet ? this.ipv4Fib : this.ipv6Fib;
  }

  lookup(addressFamily: AddressFamily.Inet | AddressFamily.Inet6): RouteLookup {
    return addressFamily === AddressFamily.Inet ? this.ipv4Lookup : this.ipv6Lookup;
  }

  /** RTN_* of an address by the local table, or that of the link's VRF: what packets to it are, seen from a link. */
  ipv4AddressType(address: Uint8Array, interfaceIndex: number): RouteType {
    const destination = new Uint32Array(4);
    readAddress(address, 0, address.length, destination);
    const [word = 0] = destination;
    if (word >>> 24 === 0 || word === 0xffffffff) return RouteType.Broadcast;
    if (word >>> 28 === 0xe) return RouteType.Multicast;
    const table = this.environment.links.byIndex(interfaceIndex)?.vrf?.ownTable ?? RouteTableId.Local;
    // Before the first address there is no such table.
    if (this.ipv4Fib.table(table) === undefined) return RouteType.Broadcast;
    const match = this.ipv4Lookup.lookupIn(table, flowTo(destination));
    const isHere = match !== undefined && match.errno === 0 && match.interfaceIndex === interfaceIndex;
    return isHere ? this.ipv4Lookup.typeOf(match) : RouteType.Unicast;
  }

  /**
   * Index of the link by which the host's own packets to an address leave; undefined where no route takes them.
   *
   * @param wanted only by this link; 0 for any.
   */
  outputInterface(destination: Uint8Array, wanted: number): number | undefined {
    const isIpv4 = destination.length === 4;
    const words = new Uint32Array(4);
    readAddress(destination, 0, destination.length, words);
    const lookup = isIpv4 ? this.ipv4Lookup : this.ipv6Lookup;
    const flow = flowTo(words);
    flow.outputInterface = wanted;
    flow.interfaceIndex = wanted;
    const match = lookup.lookup(flow);
    return match === undefined || match.errno !== 0 ? undefined : match.interfaceIndex;
  }

  createTable(addressFamily: number, id: number): void {
    (addressFamily === AddressFamily.Inet ? this.ipv4Fib : this.ipv6Fib).createTable(id);
  }

  /** Of both address families. */
  createTables(id: number): void {
    this.ipv4Fib.createTable(id);
    this.ipv6Fib.createTable(id);
  }

  /** The lowest number that no IPv4 table has. */
  unusedTable(): number {
    let id = 1;
    while (this.ipv4Fib.table(id) !== undefined) id++;
    return id;
  }

  /**
   * RTM_NEWROUTE. The description is completed on the way and may be used again afterwards.
   *
   * @throws {NetlinkError} as the kernel refuses.
   */
  add(route: RouteDescription, messageFlags: number, cause: Cause): void {
    this.#routes(route.addressFamily).add(route, messageFlags, cause);
  }

  /**
   * RTM_DELROUTE: removes the first route that fits what the description says.
   *
   * @throws {NetlinkError} ESRCH when none does.
   */
  remove(route: RouteDescription, cause: Cause): void {
    this.#routes(route.addressFamily).remove(route, cause);
  }

  addKernelRoute(route: KernelRoute, cause: Cause): void {
    const description = this.#describe(route);
    this.#routes(route.addressFamily).addOwn(description, cause);
  }

  removeKernelRoute(route: KernelRoute, cause: Cause): void {
    try {
      this.#routes(route.addressFamily).removeOwn(this.#describe(route), cause);
    } catch (error) {
      // Routes that have gone by themselves, with their link for instance, need no removing.
      if (!(error instanceof NetlinkError && error.errno === Errno.ESRCH)) throw error;
    }
  }

  /** A nexthop object is about to go, and with it the routes that name it. */
  nexthopRemoved(nexthopId: number): void {
    this.#ipv4.nexthopRemoved(nexthopId);
    this.#ipv6.nexthopRemoved(nexthopId);
  }

  /** A nexthop object is about to go; the routes that name it stay, with its ways as their own. */
  nexthopLeft(nexthopId: number): void {
    this.#ipv4.nexthopLeft(nexthopId);
    this.#ipv6.nexthopLeft(nexthopId);
  }

  /** The routes that name a nexthop object show what has become of it. */
  nexthopReplaced(nexthopId: number, cause: Cause): void {
    for (const fib of [this.ipv4Fib, this.ipv6Fib]) {
      if (!fib.nexthopUsers.isUsed(nexthopId)) continue;
      const { addressFamily } = fib;
      const messages = (): Iterable<Uint8Array> => this.#updatedMessages(fib, nexthopId);
      this.environment.emit({ type: 'routes-updated', addressFamily, cause, messages });
    }
  }

  *#updatedMessages(fib: Fib, nexthopId: number): Generator<Uint8Array> {
    // IPv6 routes the newest first.
    const routes =
      fib.addressFamily === AddressFamily.Inet
        ? fib.usersByAddress(nexthopId)
        : fib.nexthopUsers.routesOf(nexthopId);
    const { clock } = this.environment;
    for (const route of routes) yield messageOf(fib, route, MessageFlag.Replace, clock.now());
  }

  linkUp(interfaceIndex: number, _cause: Cause): void {
    this.#ipv4.linkUp(interfaceIndex);
    this.#ipv6.linkUp(interfaceIndex);
  }

  linkDown(interfaceIndex: number, cause: Cause): void {
    this.#ipv4.linkDown(interfaceIndex, false);
    this.#ipv6.linkDown(interfaceIndex, cause);
  }

  ipv6Disabled(interfaceIndex: number, cause: Cause): void {
    this.#ipv6.linkDown(interfaceIndex, cause);
  }

  linkStateChanged(interfaceIndex: number, hasCarrier: boolean, isOperational: boolean): void {
    this.#ipv4.carrierChanged(interfaceIndex, hasCarrier);
    this.#ipv6.carrierChanged(interfaceIndex, isOperational);
  }

  linkRemoved(interfaceIndex: number, cause: Cause): void {
    this.#ipv4.linkDown(interfaceIndex, true);
    this.#ipv6.linkRemoved(interfaceIndex, cause);
  }

  /** What died for want of an address lives again. */
  addressAdded(interfaceIndex: number): void {
    if (this.environment.links.byIndex(interfaceIndex)?.isUp) this.#ipv4.linkUp(interfaceIndex);
  }

  lastAddressRemoved(interfaceIndex: number): void {
    this.#ipv4.lastAddressRemoved(interfaceIndex);
  }

  addressRemoved(
    addressFamily: AddressFamily.Inet | AddressFamily.Inet6,
    address: Uint8Array,
    _cause: Cause = NO_CAUSE,
    table: number = RouteTableId.Main,
  ): void {
    const words = new Uint32Array(4);
    readAddress(address, 0, address.length, words);
    if (addressFamily === AddressFamily.Inet) this.#ipv4.addressRemoved(words, table);
    else this.#ipv6.addressRemoved(words);
  }

  linkRehomed(interfaceIndex: number): void {
    this.#ipv4.lastAddressRemoved(interfaceIndex);
  }

  #routes(addressFamily: number): Ipv4Routes | Ipv6Routes {
    return addressFamily === AddressFamily.Inet ? this.#ipv4 : this.#ipv6;
  }

  #describe(route: KernelRoute): RouteDescription {
    const description = this.#description;
    const { destination } = route;
    description.reset();
    description.addressFamily = route.addressFamily;
    description.table = route.table;
    readAddress(destination, 0, destination.length, description.destination);
    description.destinationLength = route.prefixLength;
    description.type = route.type;
    description.scope = route.scope;
    description.protocol = route.protocol;
    description.flags = route.flags ?? 0;
    description.priority = route.priority ?? 0;
    description.nexthop.interfaceIndex = route.interfaceIndex;
    if (route.preferredSource !== undefined) {
      description.hasPreferredSource = true;
      readAddress(route.preferredSource, 0, route.preferredSource.length, description.preferredSource);
    }
    description.expiresSeconds = route.lifetimeSeconds;
    return description;
  }
}
