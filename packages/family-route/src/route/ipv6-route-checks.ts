import { Errno, NetlinkError } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { refuseEncapsulation } from './encapsulation.js';
import { flowTo, LOOPBACK_INDEX } from './flow.js';
import { type AddressWords, addressBytes, clearHostBits, isUnspecified } from './ip-words.js';
import type { Nexthop, RouteDescription } from './route-description.js';
import type { RouteEnvironment, RouteLink } from './route-environment.js';
import { ANY_SCOPE, type Match, type RouteLookup, refusalOf } from './route-lookup.js';
import type { RouteNexthop, RouteNexthops } from './route-nexthop.js';
import {
  IPV6_DEFAULT_PRIORITY,
  NexthopFlag,
  RouteProtocol,
  RouteTableId,
  RouteType,
} from './route-numbers.js';

function invalid(text?: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

const DEVICE_ONLY = 'Device only routes can not be added for IPv6 using the multipath API.';

/** Whether an IPv6 route makes sense here, and what it turns out to be: the checks and texts of net/ipv6/route.c, in order. */
export class Ipv6RouteChecks {
  constructor(
    private readonly lookup: RouteLookup,
    private readonly environment: RouteEnvironment,
    private readonly nexthops: RouteNexthops,
  ) {}

  /** What can be seen in the request alone (rtm_to_fib6_config). */
  checkRequest(route: RouteDescription, isNew: boolean): void {
    if (route.typeOfService !== 0) throw invalid('Invalid dsfield (tos): option not available for IPv6');
    const { nexthop } = route;
    if (
      route.nexthopId !== 0 &&
      (nexthop.interfaceIndex !== 0 || nexthop.gatewayFamily !== 0 || route.legs !== undefined)
    ) {
      throw invalid('Nexthop specification and nexthop id are mutually exclusive');
    }
    if (isNew && nexthop.gatewayFamily === 0 && route.legs?.some((leg) => leg.gatewayFamily === 0))
      throw invalid(DEVICE_ONLY);
    refuseEncapsulation(route);
  }

  /** What fib6_config_validate looks at. */
  checkPrefix(route: RouteDescription): void {
    if ((route.flags & 0x200) !== 0) throw invalid('Userspace can not set RTF_CACHE');
    if (route.type > RouteType.ExternalResolver) throw invalid('Invalid route type');
    if (route.destinationLength > 128) throw invalid('Invalid prefix length');
    if (route.sourceLength > 128) throw invalid('Invalid source address length');
  }

  /** What depends on links, addresses and other routes (ip6_route_info_create). Fills in links and link states. */
  complete(route: RouteDescription): void {
    if (route.protocol === RouteProtocol.Unspecified) route.protocol = RouteProtocol.Boot;
    if (route.priority === 0) route.priority = IPV6_DEFAULT_PRIORITY;
    route.scope = ANY_SCOPE;
    clearHostBits(route.destination, route.destinationLength);
    clearHostBits(route.source, route.sourceLength);
    if (route.type === RouteType.Unspecified) route.type = RouteType.Unicast;
    // Refusing routes stay.
    if (refusalOf(route.type) !== 0) route.expiresSeconds = undefined;
    const object = this.nexthopOf(route);
    if (object !== undefined) {
      this.checkNexthopObject(object);
      if (route.sourceLength !== 0) throw invalid('Nexthops can not be used with source routing');
      this.#checkSource(route, object.legs[0] as Nexthop);
      route.flags = 0;
      return;
    }
    const onLink = route.flags & NexthopFlag.OnLink;
    if (route.legs === undefined) {
      route.nexthop.flags = onLink;
      this.#checkNexthop(route, route.nexthop);
      this.#checkSource(route, route.nexthop);
      route.flags = route.nexthop.flags;
      return;
    }
    for (const leg of route.legs) {
      leg.flags = (leg.flags & NexthopFlag.OnLink) | onLink;
      // Legs take from the route what they do not say themselves.
      if (leg.interfaceIndex === 0) leg.interfaceIndex = route.nexthop.interfaceIndex;
      if (leg.gatewayFamily === 0 && route.nexthop.gatewayFamily !== 0) {
        leg.gatewayFamily = route.nexthop.gatewayFamily;
        leg.gateway.set(route.nexthop.gateway);
      }
      this.#checkNexthop(route, leg);
      this.#checkSource(route, leg);
      if (leg.gatewayFamily === 0 || refusalOf(route.type) !== 0) {
        throw invalid(DEVICE_ONLY);
      }
    }
    route.flags = 0;
    const [only] = route.legs;
    if (route.legs.length === 1 && only !== undefined) {
      route.nexthop.copyFrom(only);
      route.nexthop.weight = 1;
      route.legs = undefined;
      route.flags = only.flags;
    }
  }

  /** @throws {NetlinkError} when the route names a nexthop object that is not there. */
  nexthopOf(route: RouteDescription): RouteNexthop | undefined {
    if (route.nexthopId === 0) return undefined;
    const object = this.nexthops.byId(route.nexthopId);
    if (object === undefined) throw invalid('Nexthop id does not exist');
    return object;
  }

  /** Whether a nexthop object suits IPv6 routes (fib6_check_nexthop). */
  checkNexthopObject(object: RouteNexthop): void {
    if (object.hasIpv4) throw invalid('IPv6 routes can not use an IPv4 nexthop');
    if (object.isFdb) throw invalid('Route cannot point to a fdb nexthop');
  }

  /** Finds the link of an IPv6 nexthop object (fib6_nh_init). */
  checkNexthop(nexthop: Nexthop): void {
    const link = this.#linkOf(nexthop);
    const resolved =
      nexthop.gatewayFamily === 0 ? link : this.#checkGateway(nexthop, link, RouteTableId.Unspecified);
    this.#checkDevice(nexthop, resolved, false);
  }

  /** An IPv6 gateway in an IPv4 route. */
  checkGatewayOfIpv4(nexthop: Nexthop, table: number): void {
    const link = this.#linkOf(nexthop);
    const resolved = this.#checkGateway(nexthop, link, table);
    this.#checkDevice(nexthop, resolved, false);
  }

  #checkNexthop(route: RouteDescription, nexthop: Nexthop): void {
    const link = this.#linkOf(nexthop);
    if (refusalOf(route.type) !== 0) {
      // Refusing routes hang on the loopback link and have no gateway.
      nexthop.gatewayFamily = AddressFamily.Unspecified;
      nexthop.interfaceIndex = LOOPBACK_INDEX;
      forgetPreferences(route);
      return;
    }
    const resolved = nexthop.gatewayFamily === 0 ? link : this.#checkGateway(nexthop, link, route.table);
    const isOwn = route.type === RouteType.Local || route.type === RouteType.Anycast;
    if (resolved?.isLoopback && !isOwn) forgetPreferences(route);
    this.#checkDevice(nexthop, resolved, isOwn);
  }

  #linkOf(nexthop: Nexthop): RouteLink | undefined {
    const { interfaceIndex } = nexthop;
    const link = interfaceIndex === 0 ? undefined : this.environment.links.byIndex(interfaceIndex);
    if (interfaceIndex !== 0 && link === undefined) throw new NetlinkError(Errno.ENODEV);
    if ((nexthop.flags & NexthopFlag.OnLink) !== 0) {
      if (link === undefined) throw new NetlinkError(Errno.ENODEV, 'Nexthop device required for onlink');
      if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN, 'Nexthop device is not up');
    }
    return link;
  }

  #checkDevice(nexthop: Nexthop, link: RouteLink | undefined, isOwn: boolean): void {
    if (link === undefined) throw new NetlinkError(Errno.ENODEV);
    if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN, 'Nexthop device is not up');
    nexthop.interfaceIndex = link.index;
    if (!isOwn && !link.hasCarrier) nexthop.flags |= NexthopFlag.LinkDown;
  }

  /** ip6_validate_gw: the link by which the gateway is reached. */
  #checkGateway(nexthop: Nexthop, given: RouteLink | undefined, table: number): RouteLink {
    const { gateway } = nexthop;
    const isLinkLocal = (gateway[0] as number) >>> 22 === 0xfe80 >>> 6;
    const isOwn = (link: RouteLink): boolean =>
      this.environment.addresses.isLocal(
        AddressFamily.Inet6,
        addressBytes(gateway, 16),
        isLinkLocal ? link.index : undefined,
        link,
      );
    if (given !== undefined && isOwn(given)) throw invalid('Gateway can not be a local address');
    let link = given;
    if (!isLinkLocal) {
      if (!isUnicast(gateway)) throw invalid('Invalid gateway address');
      if ((nexthop.flags & NexthopFlag.OnLink) !== 0 && given !== undefined) {
        this.#checkOnLink(gateway, given);
      } else {
        link = this.#reach(gateway, given, table);
      }
    }
    if (link === undefined) throw invalid('Egress device not specified');
    if (link.isLoopback) throw invalid('Egress device can not be loopback device for this route');
    if (given === undefined && isOwn(link)) throw invalid('Gateway can not be a local address');
    return link;
  }

  /** The link over which a gateway is a neighbour. */
  #reach(gateway: AddressWords, link: RouteLink | undefined, table: number): RouteLink {
    const index = link?.index ?? 0;
    const flow = flowTo(gateway);
    flow.inputInterface = 0;
    flow.outputInterface = index;
    flow.interfaceIndex = index;
    const isDirect = (match: Match | undefined): match is Match =>
      match !== undefined && match.errno === 0 && !this.lookup.hasGateway(match);
    let found = this.lookup.lookupIn(table, flow);
    if (!isDirect(found)) found = this.lookup.lookup(flow, true);
    if (!isDirect(found) || (link !== undefined && link.index !== found.interfaceIndex)) {
      throw new NetlinkError(Errno.EHOSTUNREACH);
    }
    const reached = this.environment.links.byIndex(found.interfaceIndex);
    if (reached === undefined) throw new NetlinkError(Errno.EHOSTUNREACH);
    return reached;
  }

  /** What the main table, or that of the link's VRF, says of the gateway must not contradict it. */
  #checkOnLink(gateway: AddressWords, link: RouteLink): void {
    const flow = flowTo(gateway);
    flow.interfaceIndex = link.index;
    flow.acceptsOtherLinks = true;
    const found = this.lookup.lookupIn(link.vrf?.ownTable ?? RouteTableId.Main, flow);
    if (found === undefined || found.errno !== 0 || this.lookup.isDefault(found)) return;
    if (this.lookup.typeOf(found) !== RouteType.Unicast || found.interfaceIndex !== link.index) {
      throw invalid('Nexthop has invalid gateway or device mismatch');
    }
  }

  #checkSource(route: RouteDescription, nexthop: Nexthop): void {
    if (!route.hasPreferredSource) return;
    const source = addressBytes(route.preferredSource, 16);
    const isLinkLocal = (route.preferredSource[0] as number) >>> 22 === 0xfe80 >>> 6;
    const { addresses } = this.environment;
    if (!addresses.isLocal(AddressFamily.Inet6, source, isLinkLocal ? nexthop.interfaceIndex : undefined)) {
      throw invalid('Invalid source address');
    }
  }
}

/** What can be a gateway: not the unspecified address, not multicast. */
function isUnicast(address: AddressWords): boolean {
  return !isUnspecified(address) && (address[0] as number) >>> 24 !== 0xff;
}

/** Routes that refuse packets, as those over the loopback link do, are there for ever, and no better than others. */
function forgetPreferences(route: RouteDescription): void {
  route.expiresSeconds = undefined;
  route.preference = 0;
}
