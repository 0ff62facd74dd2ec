import { Errno, NetlinkError } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { refuseEncapsulation } from './encapsulation.js';
import { type Flow, flowTo } from './flow.js';
import { type AddressWords, clearHostBits, copyAddress, equalAddress } from './ip-words.js';
import type { Ipv6RouteChecks } from './ipv6-route-checks.js';
import { bothGatewayAndVia, type Nexthop, type RouteDescription, STATE_FLAGS } from './route-description.js';
import type { RouteEnvironment } from './route-environment.js';
import { type Match, type RouteLookup, refusalOf } from './route-lookup.js';
import type { RouteNexthop, RouteNexthops } from './route-nexthop.js';
import { NexthopFlag, RouteScope, RouteTableId, RouteType } from './route-numbers.js';

/** The widest scope that a route of a type may have (fib_props). */
const WIDEST_SCOPE: readonly number[] = [
  RouteScope.Nowhere,
  RouteScope.Universe,
  RouteScope.Host,
  RouteScope.Link,
  RouteScope.Link,
  RouteScope.Universe,
  RouteScope.Universe,
  RouteScope.Universe,
  RouteScope.Universe,
  RouteScope.Universe,
  RouteScope.Nowhere,
  RouteScope.Nowhere,
];

function invalid(text?: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

/** Whether an IPv4 route makes sense here, and what it turns out to be: the checks and texts of fib_semantics.c, in order. */
export class Ipv4RouteChecks {
  readonly #prefix: AddressWords = new Uint32Array(4);

  constructor(
    private readonly lookup: RouteLookup,
    private readonly ipv6: Ipv6RouteChecks,
    private readonly environment: RouteEnvironment,
    private readonly nexthops: RouteNexthops,
  ) {}

  /** What can be seen in the request alone (rtm_to_fib_config). */
  checkRequest(route: RouteDescription): void {
    if ((route.typeOfService & 3) !== 0) throw invalid('Invalid dsfield (tos): ECN bits must be 0');
    if (route.type > RouteType.ExternalResolver) throw invalid('Invalid route type');
    if (route.destinationLength > 32) throw invalid('Invalid prefix length');
    copyAddress(route.destination, this.#prefix);
    if (clearHostBits(this.#prefix, route.destinationLength)) {
      throw invalid('Invalid prefix for given prefix length');
    }
    const { nexthop } = route;
    if (
      route.nexthopId !== 0 &&
      (nexthop.interfaceIndex !== 0 || nexthop.gatewayFamily !== 0 || route.legs !== undefined)
    ) {
      throw invalid('Nexthop specification and nexthop id are mutually exclusive');
    }
    if (route.hasGateway && nexthop.hasVia) throw bothGatewayAndVia('Nexthop configuration');
    refuseEncapsulation(route);
  }

  /** What depends on links, addresses and other routes (fib_create_info). Fills in links and link states. */
  complete(route: RouteDescription): void {
    if ((WIDEST_SCOPE[route.type] as number) > route.scope) throw invalid('Invalid scope');
    if ((route.flags & STATE_FLAGS) !== 0)
      throw invalid('Invalid rtm_flags - can not contain DEAD or LINKDOWN');
    const object = this.nexthopOf(route);
    if (route.legs !== undefined) this.#checkLegs(route, route.legs);
    const { nexthop } = route;
    if (refusalOf(route.type) !== 0) {
      if (nexthop.gatewayFamily !== 0 || nexthop.interfaceIndex !== 0 || route.legs !== undefined) {
        throw invalid('Gateway, device and multipath can not be specified for this route type');
      }
      return;
    }
    if (route.type === RouteType.Unspecified || route.type > RouteType.Multicast)
      throw invalid('Invalid route type');
    if (route.scope > RouteScope.Host) throw invalid('Invalid scope');
    if (object !== undefined) {
      this.checkNexthopObject(object, route.scope);
    } else if (route.scope === RouteScope.Host) {
      this.#checkHostScope(route);
    } else {
      const nexthops = route.legs ?? [nexthop];
      let down = 0;
      for (const each of nexthops) {
        this.checkNexthop(each, route.table, route.scope);
        if ((each.flags & NexthopFlag.LinkDown) !== 0) down++;
      }
      if (down === nexthops.length) route.flags |= NexthopFlag.LinkDown;
    }
    if (route.hasPreferredSource && !this.isValidSource(route)) throw invalid('Invalid prefsrc address');
    becomeSingle(route);
  }

  /** @throws {NetlinkError} when the route names a nexthop object that is not there. */
  nexthopOf(route: RouteDescription): RouteNexthop | undefined {
    if (route.nexthopId === 0) return undefined;
    const object = this.nexthops.byId(route.nexthopId);
    if (object === undefined) throw invalid('Nexthop id does not exist');
    return object;
  }

  /** Whether a nexthop object suits a route of that scope (fib_check_nexthop). */
  checkNexthopObject(object: RouteNexthop, scope: number): void {
    if (object.isFdb) throw invalid('Route cannot point to a fdb nexthop');
    if (object.isGroup && scope === RouteScope.Host)
      throw invalid('Route with host scope can not have multiple nexthops');
    const [first] = object.legs as readonly [Nexthop];
    if (scope === RouteScope.Host && first.gatewayFamily !== 0)
      throw invalid('Route with host scope can not have a gateway');
    if ((first.flags & NexthopFlag.OnLink) !== 0 && scope >= RouteScope.Link)
      throw invalid('Scope mismatch with nexthop');
  }

  #checkLegs(route: RouteDescription, legs: readonly Nexthop[]): void {
    for (const leg of legs) {
      if ((leg.flags & STATE_FLAGS) !== 0) {
        throw invalid('Invalid flags for nexthop - can not contain DEAD or LINKDOWN');
      }
    }
    const { nexthop } = route;
    const first = legs[0] as Nexthop;
    if (nexthop.interfaceIndex !== 0 && first.interfaceIndex !== nexthop.interfaceIndex) {
      throw invalid('Nexthop device index does not match RTA_OIF');
    }
    if (
      nexthop.gatewayFamily !== 0 &&
      (first.gatewayFamily !== nexthop.gatewayFamily || !equalAddress(first.gateway, nexthop.gateway))
    ) {
      throw invalid('Nexthop gateway does not match RTA_GATEWAY or RTA_VIA');
    }
    if (nexthop.flow !== 0 && first.flow !== nexthop.flow)
      throw invalid('Nexthop class id does not match RTA_FLOW');
  }

  #checkHostScope(route: RouteDescription): void {
    if (route.legs !== undefined && route.legs.length > 1) {
      throw invalid('Route with host scope can not have multiple nexthops');
    }
    const nexthop = route.legs?.[0] ?? route.nexthop;
    if (nexthop.gatewayFamily !== 0) throw invalid('Route with host scope can not have a gateway');
    if (this.environment.links.byIndex(nexthop.interfaceIndex) === undefined)
      throw new NetlinkError(Errno.ENODEV);
  }

  /** Finds the link of a nexthop; returns the scope in which it is reached. */
  checkNexthop(nexthop: Nexthop, table: number, scope: number): number {
    if (nexthop.gatewayFamily === AddressFamily.Inet6) {
      this.ipv6.checkGatewayOfIpv4(nexthop, table);
      // Whether there is a carrier, IPv6 keeps to itself.
      nexthop.flags &= ~NexthopFlag.LinkDown;
      return RouteScope.Link;
    }
    if (nexthop.gatewayFamily !== 0) return this.#checkGateway(nexthop, table, scope);
    this.#checkDevice(nexthop);
    return RouteScope.Host;
  }

  #checkGateway(nexthop: Nexthop, table: number, scope: number): number {
    if ((nexthop.flags & NexthopFlag.OnLink) !== 0) {
      this.#checkOnLink(nexthop, scope);
      return RouteScope.Link;
    }
    // The gateway must be reachable more directly than through another gateway.
    const flow = flowTo(nexthop.gateway);
    flow.outputInterface = nexthop.interfaceIndex;
    flow.interfaceIndex = nexthop.interfaceIndex;
    flow.scope = Math.max(scope + 1, RouteScope.Link);
    const found = this.#lookupGateway(flow, table);
    if (found === undefined || found.errno !== 0) {
      throw new NetlinkError(found?.errno ?? Errno.ENETUNREACH, 'Nexthop has invalid gateway');
    }
    const type = this.lookup.typeOf(found);
    if (type !== RouteType.Unicast && type !== RouteType.Local) throw invalid('Nexthop has invalid gateway');
    const link = this.environment.links.byIndex(found.interfaceIndex);
    if (link === undefined) throw invalid('No egress device for nexthop gateway');
    nexthop.interfaceIndex = found.interfaceIndex;
    if (!link.hasCarrier) nexthop.flags |= NexthopFlag.LinkDown;
    if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN);
    return this.lookup.scopeOf(found);
  }

  #lookupGateway(flow: Flow, table: number): Match | undefined {
    if (table !== RouteTableId.Main) {
      const found = this.lookup.lookupIn(table, flow);
      if (found !== undefined && found.errno === 0) return found;
    }
    return this.lookup.lookup(flow);
  }

  #checkOnLink(nexthop: Nexthop, scope: number): void {
    if (scope >= RouteScope.Link) throw invalid('Nexthop has invalid scope');
    const link = this.environment.links.byIndex(nexthop.interfaceIndex);
    if (link === undefined) throw new NetlinkError(Errno.ENODEV, 'Nexthop device required for onlink');
    if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN, 'Nexthop device is not up');
    if (this.addressType(nexthop.gateway, link.vrf?.ownTable) !== RouteType.Unicast) {
      throw invalid('Nexthop has invalid gateway');
    }
    if (!link.hasCarrier) nexthop.flags |= NexthopFlag.LinkDown;
  }

  #checkDevice(nexthop: Nexthop): void {
    if ((nexthop.flags & (NexthopFlag.Pervasive | NexthopFlag.OnLink)) !== 0) {
      throw invalid('Invalid flags for nexthop - PERVASIVE and ONLINK can not be set');
    }
    const link = this.environment.links.byIndex(nexthop.interfaceIndex);
    if (link?.ipv4 === undefined) throw new NetlinkError(Errno.ENODEV);
    if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN, 'Device for nexthop is not up');
    if (!link.hasCarrier) nexthop.flags |= NexthopFlag.LinkDown;
  }

  /** Whether the preferred source is an address of this host (fib_valid_prefsrc). */
  isValidSource(route: RouteDescription): boolean {
    const source = route.preferredSource;
    if (route.type === RouteType.Local && equalAddress(route.destination, source) && source[0] !== 0)
      return true;
    const first = route.table === RouteTableId.Main ? RouteTableId.Local : route.table;
    return (
      this.addressType(source, first) === RouteType.Local || this.addressType(source) === RouteType.Local
    );
  }

  /** What an address is to this host, by the local table (inet_addr_type). */
  addressType(address: AddressWords, table: number = RouteTableId.Local): number {
    const first = address[0] as number;
    if (first >>> 24 === 0 || first === 0xffff_ffff) return RouteType.Broadcast;
    if (first >>> 28 === 0xe) return RouteType.Multicast;
    const found = this.lookup.lookupIn(table, flowTo(address));
    if (found === undefined) return RouteType.Unicast;
    if (found.errno !== 0) return RouteType.Unicast;
    return this.lookup.typeOf(found);
  }
}

/** A multipath route with one leg is none. */
function becomeSingle(route: RouteDescription): void {
  const [only] = route.legs ?? [];
  if (only === undefined || route.legs?.length !== 1) return;
  route.nexthop.copyFrom(only);
  route.nexthop.weight = 1;
  route.legs = undefined;
  route.flags |= only.flags;
}
