import { MessageFlag, NO_CAUSE } from '@nlspace/core';
import {
  AddressFamily,
  type Link,
  type Network,
  Nexthop,
  RouteDescription,
  RouteMetric,
  RouteProtocol,
  RouteScope,
  RouteType,
} from '@nlspace/family-route';
import { wordsOf } from '../network/words.js';
import { tableOfFib } from '../rib/fib-number.js';
import { modelFamily, type Rib } from '../rib/rib.js';
import type { Prefix } from '../rib/rib-entry.js';
import { pathsOf, STATIC_PROTOCOL, ZEBRA_PROTOCOL } from '../rib/route-paths.js';
import { type Path, wayKey } from '../rib/way.js';
import { RtsockError } from '../rtsock-error.js';
import { BsdErrno } from '../wire/bsd-errno.js';
import { BsdFamily, MetricBit, RtsockFlag } from '../wire/numbers.js';
import type { SocketAddress } from '../wire/socket-address.js';
import type { RouteRequest } from './read-request.js';

const REFUSALS = RtsockFlag.Blackhole | RtsockFlag.Reject;
/** Flags of a request that are kept with a route, and can be changed. */
const KEPT_FLAGS = RtsockFlag.Static | RtsockFlag.Protocol1;
/** Those that the network has no place for. */
const UNKNOWN_FLAGS = RtsockFlag.Protocol2 | RtsockFlag.Protocol3;
const LARGEST_WEIGHT = 256;

/** A request that the network could not do justice to. */
function unsupported(): RtsockError {
  return new RtsockError(BsdErrno.EOPNOTSUPP);
}

/** Where a request wants packets to go. */
interface Wanted {
  readonly nexthop: Nexthop;
  readonly type: RouteType;
  readonly mtu: number | undefined;
  readonly weight: number | undefined;
  readonly protocol: number;
  readonly source: Uint8Array | undefined;
}

/**
 * RTM_ADD, RTM_DELETE and RTM_CHANGE as changes of the network, by the rules of FreeBSD: a prefix has one route, which can have
 * several paths if all have gateways.
 */
export class RouteChanges {
  constructor(
    private readonly network: Network,
    private readonly rib: Rib,
  ) {}

  /** @throws {RtsockError | NetlinkError} EEXIST, ENETUNREACH, … */
  add(request: RouteRequest, prefix: Prefix): void {
    const { flags, gateway } = request;
    if (gateway === undefined && (flags & REFUSALS) === 0) throw new RtsockError(BsdErrno.EINVAL);
    const wanted = this.#readWanted(request);
    const known = this.rib.find(prefix, request.scope);
    const route = this.#begin(prefix, wanted);
    if (known.length === 0) {
      if (wanted.weight !== undefined && wanted.weight !== 1) throw unsupported();
      route.nexthop.copyFrom(wanted.nexthop);
      this.network.routes.add(route, MessageFlag.Create | MessageFlag.Exclusive, NO_CAUSE);
      return;
    }
    const canJoin = known.every(({ way }) => (way.flags & RtsockFlag.Gateway) !== 0);
    if (!canJoin || wanted.nexthop.gatewayFamily === 0) throw new RtsockError(BsdErrno.EEXIST);
    if (known.some((path) => isSameWay(path, gateway, wanted.nexthop.interfaceIndex)))
      throw new RtsockError(BsdErrno.EEXIST);
    const { description } = this.#routes(prefix)[0] ?? {};
    if (description === undefined) throw unsupported();
    const legs = legsOf(description);
    const leg = new Nexthop();
    leg.copyFrom(wanted.nexthop);
    leg.weight = wanted.weight ?? 1;
    const keepsMtu = wanted.mtu === undefined || wanted.mtu === mtuOf(description);
    if (!keepsMtu || description.protocol !== wanted.protocol || wanted.source !== undefined)
      throw unsupported();
    this.#replace(description, [...legs, leg]);
  }

  /** @throws {RtsockError | NetlinkError} ESRCH, EADDRINUSE for the routes of addresses, … */
  delete({ gateway, flags, scope }: RouteRequest, prefix: Prefix): void {
    const known = this.rib.find(prefix, scope);
    const matching = gateway === undefined ? known : known.filter((path) => isSameWay(path, gateway, 0));
    const [path] = matching;
    if (path === undefined || (gateway === undefined && known.length > 1))
      throw new RtsockError(BsdErrno.ESRCH);
    if (known.length === 1 && (path.way.flags & RtsockFlag.Pinned) !== 0) {
      if ((flags & RtsockFlag.Pinned) === 0) throw new RtsockError(BsdErrno.EADDRINUSE);
      if (path.isOwn) throw unsupported();
    }
    const { description, leg, isFirst } = this.#holderOf(prefix, path);
    const legs = legsOf(description);
    if (legs.length === 1) {
      this.network.routes.remove(asSelector(description), NO_CAUSE);
      return;
    }
    if (!isFirst) throw unsupported();
    this.#replace(
      description,
      legs.filter((_, i) => i !== leg),
    );
  }

  /** @throws {RtsockError | NetlinkError} ESRCH, … */
  change(request: RouteRequest, prefix: Prefix): void {
    const { gateway, flags, scope } = request;
    const known = this.rib.find(prefix, scope);
    const isGroup = known.length > 1;
    const path =
      isGroup && gateway !== undefined ? known.find((path) => isSameWay(path, gateway, 0)) : known[0];
    if (path === undefined) throw new RtsockError(BsdErrno.ESRCH);
    if (path.isOwn) throw unsupported();
    const { description, leg, isFirst } = this.#holderOf(prefix, path);
    const isRefusal = (path.way.flags & REFUSALS) !== 0;
    const wantsRefusal = flags & REFUSALS;
    if (wantsRefusal !== 0 && wantsRefusal !== (path.way.flags & REFUSALS)) throw unsupported();
    if (!isFirst || (isRefusal && gateway !== undefined && wantsRefusal === 0)) throw unsupported();
    const wanted = this.#readWanted(request);
    const legs = legsOf(description);
    const single = legs.length === 1;
    if (wanted.source !== undefined) throw unsupported();
    if (wanted.mtu !== undefined && wanted.mtu !== mtuOf(description)) {
      if (!single) throw unsupported();
      description.metrics = metricsWith(wanted.mtu);
    }
    if (wanted.protocol !== description.protocol && changesKeptFlags(path, flags)) {
      if (!single) throw unsupported();
      description.protocol = wanted.protocol;
    }
    const changed = legs[leg] as Nexthop;
    const isInterfaceNamed = wanted.nexthop.interfaceIndex !== 0;
    if (gateway !== undefined && !isRefusal) {
      changed.gatewayFamily = wanted.nexthop.gatewayFamily;
      changed.gateway.set(wanted.nexthop.gateway);
      changed.hasVia = wanted.nexthop.hasVia;
      changed.interfaceIndex = wanted.nexthop.interfaceIndex;
      changed.flags = 0;
    } else if (isInterfaceNamed && !isRefusal) changed.interfaceIndex = wanted.nexthop.interfaceIndex;
    if (wanted.weight !== undefined && wanted.weight !== changed.weight) {
      if (single) throw unsupported();
      changed.weight = wanted.weight;
    }
    this.#replace(description, legs);
  }

  #readWanted(request: RouteRequest): Wanted {
    const { flags, family, header } = request;
    const { inits, metrics } = header;
    if ((flags & UNKNOWN_FLAGS) !== 0) throw unsupported();
    const sets = (bit: MetricBit): boolean => (inits & BigInt(bit)) !== 0n;
    if (sets(MetricBit.Expire) && metrics.expire !== 0n) throw unsupported();
    const weight = sets(MetricBit.Weight) ? Number(metrics.weight) : undefined;
    // 0 is as good as none.
    if (weight !== undefined && weight > LARGEST_WEIGHT) throw unsupported();
    const nexthop = new Nexthop();
    if ((flags & REFUSALS) === 0) this.#readNexthop(request, nexthop);
    const { source } = request;
    // One that is nobody's is not looked at.
    const isOwn = source !== undefined && this.network.addresses.isLocal(modelFamily(family), source);
    return {
      nexthop,
      type:
        (flags & RtsockFlag.Blackhole) !== 0
          ? RouteType.Blackhole
          : (flags & RtsockFlag.Reject) !== 0
            ? RouteType.Prohibit
            : RouteType.Unicast,
      mtu: sets(MetricBit.Mtu) ? Number(BigInt.asUintN(32, metrics.mtu)) : undefined,
      weight: weight === 0 ? undefined : weight,
      protocol: protocolOf(flags),
      source: isOwn ? source : undefined,
    };
  }

  /** rt_getifa_fib: the link and, if there is one, the gateway. */
  #readNexthop({ flags, gateway, family, link: wantedLink, scope }: RouteRequest, nexthop: Nexthop): void {
    const named = wantedLink === undefined ? undefined : this.#linkNamed(wantedLink);
    if (named !== undefined) nexthop.interfaceIndex = named.index;
    if (gateway === undefined) return;
    if (gateway.family === 'raw') throw new RtsockError(BsdErrno.EINVAL);
    if (gateway.family === BsdFamily.Link) {
      const link = this.network.links.byIndex(gateway.interfaceIndex);
      if (link === undefined && named === undefined) throw new RtsockError(BsdErrno.ENETUNREACH);
      if (link === undefined) throw new RtsockError(BsdErrno.EINVAL);
      nexthop.interfaceIndex = named?.index ?? link.index;
      return;
    }
    if (family === BsdFamily.Inet6 && gateway.family === BsdFamily.Inet)
      throw new RtsockError(BsdErrno.EINVAL);
    const gatewayFamily = modelFamily(gateway.family);
    const owner = this.network.addresses.localLink(gatewayFamily, gateway.address);
    // An address of the host's own stands for its link.
    if ((flags & RtsockFlag.Gateway) === 0 || owner !== undefined) {
      const index = named?.index ?? owner ?? this.#linkToward(gateway);
      if (index === undefined) throw new RtsockError(BsdErrno.ENETUNREACH);
      nexthop.interfaceIndex = index;
      return;
    }
    nexthop.gatewayFamily = gatewayFamily;
    nexthop.gateway.set(wordsOf(gateway.address));
    nexthop.hasVia = gateway.family !== family;
    if (gateway.family === BsdFamily.Inet6 && gateway.scopeId !== 0) nexthop.interfaceIndex = gateway.scopeId;
    if (nexthop.interfaceIndex === 0 && scope !== 0) nexthop.interfaceIndex = scope;
  }

  #linkNamed({ interfaceIndex, name }: { interfaceIndex: number; name: string }): Link | undefined {
    const { links } = this.network;
    return interfaceIndex === 0 ? links.byName(name) : links.byIndex(interfaceIndex);
  }

  /** ifa_ifwithnet: the link with an address in whose prefix another is. */
  #linkToward(gateway: SocketAddress): number | undefined {
    if (gateway.family !== BsdFamily.Inet && gateway.family !== BsdFamily.Inet6) return undefined;
    return this.network.routes.outputInterface(gateway.address, 0);
  }

  #begin({ fib, family, destination, length }: Prefix, wanted: Wanted): RouteDescription {
    const table = tableOfFib(fib);
    if (table === undefined) throw new RtsockError(BsdErrno.EINVAL);
    const route = new RouteDescription();
    route.addressFamily = modelFamily(family);
    route.table = table;
    route.destination.set(wordsOf(destination));
    route.destinationLength = length;
    route.type = wanted.type;
    route.protocol = wanted.protocol;
    const { gatewayFamily } = wanted.nexthop;
    const isDirect = wanted.type === RouteType.Unicast && gatewayFamily === 0;
    route.scope = family === BsdFamily.Inet && isDirect ? RouteScope.Link : RouteScope.Universe;
    route.hasGateway = gatewayFamily === route.addressFamily;
    if (wanted.mtu) route.metrics = metricsWith(wanted.mtu);
    if (wanted.source !== undefined) {
      route.hasPreferredSource = true;
      route.preferredSource.set(wordsOf(wanted.source));
    }
    return route;
  }

  /** Copies, so that they outlive the changes. */
  #routes(prefix: Prefix): { description: RouteDescription; isFirst: boolean }[] {
    const routes: { description: RouteDescription; isFirst: boolean }[] = [];
    for (const found of this.rib.routesOf(prefix)) {
      const description = new RouteDescription();
      description.copyFrom(found);
      const isFirst = routes.every(({ description: other }) => other.priority !== description.priority);
      routes.push({ description, isFirst });
    }
    return routes;
  }

  /** The route that a path is of, and which of its legs the path is. */
  #holderOf(prefix: Prefix, path: Path): { description: RouteDescription; leg: number; isFirst: boolean } {
    for (const { description, isFirst } of this.#routes(prefix)) {
      const leg = pathsOf(this.network, description).findIndex(({ way }) => wayKey(way) === path.way.key);
      if (leg >= 0) return { description, leg, isFirst };
    }
    throw unsupported();
  }

  /** Sets a route anew, with these legs of its own. */
  #replace(route: RouteDescription, legs: readonly Nexthop[]): void {
    const isIpv4 = route.addressFamily === AddressFamily.Inet;
    for (const leg of legs) leg.flags = 0;
    const [first] = legs as readonly [Nexthop];
    route.nexthopId = 0;
    route.flags = 0;
    route.nexthop.reset();
    if (legs.length === 1) {
      route.legs = undefined;
      if (route.type === RouteType.Unicast) route.nexthop.copyFrom(first);
      route.nexthop.hasVia = first.hasVia;
    } else route.legs = [...legs];
    route.hasGateway = legs.length === 1 && route.nexthop.gatewayFamily === route.addressFamily;
    if (isIpv4 && route.type === RouteType.Unicast)
      route.scope = legs.every(({ gatewayFamily }) => gatewayFamily === 0)
        ? RouteScope.Link
        : RouteScope.Universe;
    this.network.routes.add(route, MessageFlag.Replace, NO_CAUSE);
  }
}

/** match_nhop_gw, and the link if it is said. */
export function isSameWay(
  { way }: Path,
  gateway: SocketAddress | undefined,
  interfaceIndex: number,
): boolean {
  if (gateway === undefined || (interfaceIndex !== 0 && interfaceIndex !== way.interfaceIndex)) return false;
  const { gateway: own } = way;
  if (own.family === BsdFamily.Link)
    return gateway.family === BsdFamily.Link && gateway.interfaceIndex === own.interfaceIndex;
  if (own.family === 'raw' || gateway.family !== own.family) return false;
  if (own.family === BsdFamily.Inet6 && gateway.family === BsdFamily.Inet6 && gateway.scopeId !== own.scopeId)
    return false;
  return own.address.every((byte, i) => byte === gateway.address[i]);
}

/** A copy of what a route goes through. */
function legsOf(route: RouteDescription): Nexthop[] {
  return route.nexthops.map((nexthop) => {
    const leg = new Nexthop();
    leg.copyFrom(nexthop);
    leg.hasVia = nexthop.gatewayFamily !== 0 && nexthop.gatewayFamily !== route.addressFamily;
    return leg;
  });
}

/** What means this route and no other of its prefix. */
function asSelector(route: RouteDescription): RouteDescription {
  if (route.nexthopId !== 0) {
    route.nexthop.reset();
    route.legs = undefined;
  }
  if (route.type !== RouteType.Unicast) route.nexthop.reset();
  route.nexthop.hasVia =
    route.nexthop.gatewayFamily !== 0 && route.nexthop.gatewayFamily !== route.addressFamily;
  route.hasGateway = route.nexthop.gatewayFamily === route.addressFamily;
  return route;
}

function protocolOf(flags: number): number {
  if ((flags & RtsockFlag.Protocol1) !== 0) return ZEBRA_PROTOCOL;
  if ((flags & RtsockFlag.Pinned) !== 0) return RouteProtocol.Kernel;
  return (flags & RtsockFlag.Static) !== 0 ? STATIC_PROTOCOL : RouteProtocol.Boot;
}

function changesKeptFlags({ way }: Path, flags: number): boolean {
  return ((way.flags ^ flags) & KEPT_FLAGS) !== 0;
}

function mtuOf({ metrics }: RouteDescription): number {
  return metrics?.values[RouteMetric.Mtu] ?? 0;
}

function metricsWith(mtu: number): NonNullable<RouteDescription['metrics']> | undefined {
  if (mtu === 0) return undefined;
  const values = new Uint32Array(RouteMetric.FastOpenNoCookie + 1);
  values[RouteMetric.Mtu] = mtu;
  return { values, congestionControl: undefined };
}
