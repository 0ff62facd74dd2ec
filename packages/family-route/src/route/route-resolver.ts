import { Errno, NetlinkError } from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import { type AddressWords, addressBytes, isUnspecified, readAddress } from './ip-words.js';
import { type Nexthop, RouteDescription } from './route-description.js';
import { ANY_SCOPE, type Match } from './route-lookup.js';
import { ipv4Resolution, ipv6Resolution, type RouteRequest } from './route-message.js';
import {
  RouteAttribute,
  RouteFlag,
  RouteProtocol,
  RouteScope,
  RouteTableId,
  RouteType,
} from './route-numbers.js';
import type { RouteTables } from './route-tables.js';

const LOOPBACK_INDEX = 1;
const LOOPBACK_ADDRESS = Uint32Array.of(0x7f000001, 0, 0, 0);
const LIMITED_BROADCAST = 0xffffffff;
const TOS_MASK = 0x1c;

/** RTCF_*: what the upper half of `rtm_flags` says of an IPv4 resolution. */
const LOCAL = 0x80000000;
const MULTICAST = 0x20000000;
const BROADCAST = 0x10000000;

/** 224.0.0.0/24: packets that never leave the link. */
function isLinkMulticast(address: number): boolean {
  return address >>> 8 === 0xe00000;
}

function isIpv4Multicast(address: number): boolean {
  return address >>> 28 === 0xe;
}

/** `struct rta_cacheinfo`: what is found is held by its table and by the answer. */
function cacheInfo(): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes[0] = 2;
  return bytes;
}

/** How one IPv4 packet goes. */
interface Way {
  readonly type: number;
  readonly match: Match | undefined;
  readonly interfaceIndex: number;
  readonly source: AddressWords | undefined;
}

/** Answers RTM_GETROUTE for one destination: what the kernel would do with such a packet. */
export class RouteResolver {
  readonly #description = new RouteDescription();

  constructor(private readonly tables: RouteTables) {}

  /** @throws {NetlinkError} what a sender would get. */
  resolve(request: RouteRequest): Uint8Array {
    switch (request.header.addressFamily) {
      case AddressFamily.Inet:
        return this.#resolveIpv4(request);
      case AddressFamily.Inet6:
        return this.#resolveIpv6(request);
      default:
        throw new NetlinkError(Errno.EOPNOTSUPP);
    }
  }

  #resolveIpv4(request: RouteRequest): Uint8Array {
    const { header, attributes, credentials } = request;
    checkHeader(request, 32);
    const destination = wordsOf(attributes.destination, 4);
    const source = wordsOf(attributes.source, 4);
    const output = attributes.outputInterface ?? 0;
    const input = attributes.inputInterface ?? 0;
    const typeOfService = header.typeOfService & TOS_MASK;
    const isFibMatch = (header.flags & RouteFlag.FibMatch) !== 0;
    const way =
      input === 0
        ? this.#ipv4Output(destination, source, output, typeOfService)
        : this.#ipv4Input(destination, source, input, typeOfService);
    const table = way.match === undefined ? 0 : searchedTable(way.match.table.id);
    if (isFibMatch) {
      if (way.match === undefined) throw new NetlinkError(Errno.EHOSTUNREACH);
      return this.#storedMessage(way.match, table);
    }
    const nexthop = this.#nexthopOf(way.match);
    const { metrics } = this.#storedAttributes(way.match);
    const isUnicast = way.type === RouteType.Unicast;
    const hasGateway = isUnicast && nexthop !== undefined && nexthop.gatewayFamily !== 0;
    return encodeMessageOf(
      ipv4Resolution,
      {
        header: {
          addressFamily: AddressFamily.Inet,
          destinationLength: 32,
          sourceLength: attributes.source === undefined ? 0 : 32,
          typeOfService: way.match === undefined ? 0 : this.tables.ipv4Fib.typeOfService(way.match.route),
          table: table < 256 ? table : RouteTableId.Compat,
          protocol: RouteProtocol.Unspecified,
          scope: RouteScope.Universe,
          type: way.type,
          flags:
            (RouteFlag.Cloned | (header.flags & RouteFlag.Notify) | this.#controlFlags(way, destination)) >>>
            0,
        },
        attributes: {
          table,
          destination: addressBytes(destination, 4),
          ...(attributes.source === undefined ? {} : { source: addressBytes(source, 4) }),
          outputInterface: way.interfaceIndex,
          ...(nexthop === undefined || nexthop.flow === 0 ? {} : { flow: nexthop.flow }),
          ...(input !== 0 || way.source === undefined || way.source[0] === source[0]
            ? {}
            : { preferredSource: addressBytes(way.source, 4) }),
          ...(hasGateway ? gatewayOf(nexthop, AddressFamily.Inet) : {}),
          ...(metrics === undefined || way.type === RouteType.Broadcast ? {} : { metrics }),
          ...(attributes.mark ? { mark: attributes.mark } : {}),
          ...(input === 0 ? { userId: attributes.userId ?? credentials.uid } : { inputInterface: input }),
          cacheInfo: cacheInfo(),
        },
      },
      RouteMessageType.NewRoute,
    );
  }

  /** ip_route_output_key_hash_rcu */
  #ipv4Output(destination: AddressWords, source: AddressWords, output: number, typeOfService: number): Way {
    const { environment, ipv4Lookup } = this.tables;
    const to = destination[0] as number;
    const from = source[0] as number;
    if (from !== 0) {
      if (isIpv4Multicast(from) || from === LIMITED_BROADCAST || from >>> 24 === 0)
        throw new NetlinkError(Errno.EINVAL);
      if (!environment.addresses.isLocal(AddressFamily.Inet, addressBytes(source, 4))) {
        throw new NetlinkError(Errno.ENETUNREACH);
      }
    }
    let chosen: AddressWords | undefined = from === 0 ? undefined : source;
    if (output !== 0) {
      const link = environment.links.byIndex(output);
      if (link === undefined) throw new NetlinkError(Errno.ENODEV);
      if (!link.isUp) throw new NetlinkError(Errno.ENETUNREACH);
      if (isLinkMulticast(to) || to === LIMITED_BROADCAST) {
        chosen ??= this.#ipv4Source(output, RouteScope.Link);
        return this.#classify(destination, {
          type: RouteType.Unicast,
          match: undefined,
          interfaceIndex: output,
          source: chosen,
        });
      }
      if (isIpv4Multicast(to)) chosen ??= this.#ipv4Source(output, RouteScope.Universe);
      else if (to === 0) chosen ??= this.#ipv4Source(output, RouteScope.Host);
    }
    if (to === 0) {
      return {
        type: RouteType.Local,
        match: undefined,
        interfaceIndex: LOOPBACK_INDEX,
        source: chosen ?? LOOPBACK_ADDRESS,
      };
    }
    const match = ipv4Lookup.lookup({ destination, interfaceIndex: output, scope: ANY_SCOPE, typeOfService });
    if (match === undefined || match.errno !== 0) {
      if (output === 0 || match !== undefined) throw new NetlinkError(match?.errno ?? Errno.ENETUNREACH);
      // With a link named, what no route covers is taken to be on that link.
      chosen ??= this.#ipv4Source(output, RouteScope.Link);
      return this.#classify(destination, {
        type: RouteType.Unicast,
        match: undefined,
        interfaceIndex: output,
        source: chosen,
      });
    }
    const type = ipv4Lookup.typeOf(match);
    const preferred = this.#preferredSource(match);
    if (type === RouteType.Local) {
      return { type, match, interfaceIndex: LOOPBACK_INDEX, source: chosen ?? preferred ?? destination };
    }
    chosen ??= preferred ?? this.#ipv4SourceFor(match);
    return this.#classify(destination, { type, match, interfaceIndex: match.interfaceIndex, source: chosen });
  }

  /** ip_route_input_slow of a host that does not forward. */
  #ipv4Input(destination: AddressWords, source: AddressWords, input: number, typeOfService: number): Way {
    const { environment, ipv4Lookup } = this.tables;
    if (environment.links.byIndex(input) === undefined) throw new NetlinkError(Errno.ENODEV);
    const to = destination[0] as number;
    const from = source[0] as number;
    if (isIpv4Multicast(from) || from >>> 24 === 0 || from >>> 24 === 127 || from === LIMITED_BROADCAST) {
      throw new NetlinkError(Errno.EINVAL);
    }
    if (to >>> 24 === 0 || to >>> 24 === 127) throw new NetlinkError(Errno.EINVAL);
    if (environment.addresses.isLocal(AddressFamily.Inet, addressBytes(source, 4)))
      throw new NetlinkError(Errno.EINVAL);
    const match = ipv4Lookup.lookup({ destination, interfaceIndex: 0, scope: ANY_SCOPE, typeOfService });
    const type = match === undefined || match.errno !== 0 ? undefined : ipv4Lookup.typeOf(match);
    if (type === RouteType.Local || type === RouteType.Broadcast) {
      return { type, match, interfaceIndex: LOOPBACK_INDEX, source: undefined };
    }
    throw new NetlinkError(Errno.EHOSTUNREACH);
  }

  /** What kind of packet it is, by where it goes (__mkroute_output). */
  #classify(destination: AddressWords, way: Way): Way {
    const to = destination[0] as number;
    if (to === LIMITED_BROADCAST) return { ...way, type: RouteType.Broadcast };
    if (isIpv4Multicast(to)) return { ...way, type: RouteType.Multicast };
    if (to >>> 24 === 0) throw new NetlinkError(Errno.EINVAL);
    return way;
  }

  #controlFlags({ type }: Way, destination: AddressWords): number {
    switch (type) {
      case RouteType.Local:
        return LOCAL;
      case RouteType.Broadcast:
        return LOCAL | BROADCAST;
      case RouteType.Multicast:
        // Every link listens to the group of all hosts.
        return destination[0] === 0xe0000001 ? LOCAL | MULTICAST : MULTICAST;
      default:
        return 0;
    }
  }

  #ipv4Source(interfaceIndex: number, scope: number, destination?: Uint8Array): AddressWords | undefined {
    const found = this.tables.environment.addresses.selectSource(
      AddressFamily.Inet,
      interfaceIndex,
      scope,
      destination,
    );
    return found === undefined ? undefined : wordsOf(found, 4);
  }

  /** fib_info_update_nhc_saddr: the address that suits the gateway, else the link. */
  #ipv4SourceFor(match: Match): AddressWords | undefined {
    const nexthop = this.#nexthopOf(match);
    const gateway =
      nexthop?.gatewayFamily === AddressFamily.Inet ? addressBytes(nexthop.gateway, 4) : undefined;
    return this.#ipv4Source(match.interfaceIndex, this.tables.ipv4Fib.scope(match.route), gateway);
  }

  #resolveIpv6(request: RouteRequest): Uint8Array {
    const { header, attributes } = request;
    checkHeader(request, 128);
    const { environment, ipv6Lookup, ipv6Fib } = this.tables;
    const destination = wordsOf(attributes.destination, 16);
    const source = wordsOf(attributes.source, 16);
    const output = attributes.outputInterface ?? 0;
    const input = attributes.inputInterface ?? 0;
    for (const index of [input, output]) {
      if (index !== 0 && environment.links.byIndex(index) === undefined) throw new NetlinkError(Errno.ENODEV);
    }
    const isLinkBound = isIpv6LinkBound(destination);
    const isStrict = output !== 0 && (isLinkBound || isUnspecified(source));
    const flow = { destination, scope: ANY_SCOPE, typeOfService: 0 };
    const match =
      (output === 0 ? undefined : ipv6Lookup.lookup({ ...flow, interfaceIndex: output })) ??
      (isStrict
        ? undefined
        : ipv6Lookup.lookup({ ...flow, interfaceIndex: input !== 0 && isLinkBound ? input : 0 }));
    if (match === undefined || match.errno !== 0) throw new NetlinkError(match?.errno ?? Errno.ENETUNREACH);
    const table = match.table.id;
    if ((header.flags & RouteFlag.FibMatch) !== 0) return this.#storedMessage(match, table);
    const nexthop = this.#nexthopOf(match) as Nexthop;
    const type = ipv6Lookup.typeOf(match);
    const isLocal = type === RouteType.Local || type === RouteType.Anycast;
    const { metrics } = this.#storedAttributes(match);
    const outputInterface = isLocal ? LOOPBACK_INDEX : match.interfaceIndex;
    const chosen =
      this.#preferredSource(match) ??
      environment.addresses.selectSource(
        AddressFamily.Inet6,
        isLocal ? undefined : match.interfaceIndex,
        RouteScope.Universe,
        addressBytes(destination, 16),
      );
    return encodeMessageOf(
      ipv6Resolution,
      {
        header: {
          addressFamily: AddressFamily.Inet6,
          destinationLength: 128,
          sourceLength: 128,
          table: table < 256 ? table : RouteTableId.Compat,
          protocol: ipv6Fib.protocol(match.route),
          scope: RouteScope.Universe,
          type,
          flags: 0,
        },
        attributes: {
          table,
          destination: addressBytes(destination, 16),
          source: addressBytes(source, 16),
          ...(input !== 0
            ? { inputInterface: input }
            : chosen === undefined
              ? {}
              : { preferredSource: chosen instanceof Uint8Array ? chosen : addressBytes(chosen, 16) }),
          ...(metrics === undefined ? {} : { metrics }),
          priority: ipv6Fib.priority(match.route),
          ...(nexthop.gatewayFamily === 0 ? {} : gatewayOf(nexthop, AddressFamily.Inet6)),
          outputInterface,
          cacheInfo: cacheInfo(),
          preference: this.#description.preference,
        },
      },
      RouteMessageType.NewRoute,
    );
  }

  /** The route itself (RTM_F_FIB_MATCH), as stored, in the table that was searched. */
  #storedMessage(match: Match, table: number): Uint8Array {
    const fib = this.tables.fib(match.table.addressFamily as AddressFamily.Inet);
    const bytes = fib.copyMessage(match.route, this.tables.environment.clock.now());
    const view = new DataView(bytes.buffer);
    bytes[20] = table < 256 ? table : RouteTableId.Compat;
    view.setUint32(32, table, true);
    return bytes;
  }

  #nexthopOf(match: Match | undefined): Nexthop | undefined {
    if (match === undefined) return undefined;
    return this.tables
      .fib(match.table.addressFamily as AddressFamily.Inet)
      .describe(match.route, this.#description).nexthops[match.leg];
  }

  #preferredSource(match: Match): AddressWords | undefined {
    const { hasPreferredSource, preferredSource } = this.tables
      .fib(match.table.addressFamily as AddressFamily.Inet)
      .describe(match.route, this.#description);
    return hasPreferredSource ? preferredSource.slice() : undefined;
  }

  /** Attributes that are given out as they are stored. */
  #storedAttributes(match: Match | undefined): { metrics?: Uint8Array } {
    if (match === undefined) return {};
    const message = this.tables
      .fib(match.table.addressFamily as AddressFamily.Inet)
      .arena.message(match.route);
    const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    for (let offset = 28; offset < message.length; ) {
      const length = view.getUint16(offset, true);
      if (view.getUint16(offset + 2, true) === RouteAttribute.Metrics)
        return { metrics: message.slice(offset + 4, offset + length) };
      offset += (length + 3) & ~3;
    }
    return {};
  }
}

/** Local and main are searched as one table, which bears the number of main. */
function searchedTable(id: number): number {
  return id === RouteTableId.Local ? RouteTableId.Main : id;
}

function gatewayOf(
  { gatewayFamily, gateway }: Nexthop,
  addressFamily: number,
): { gateway: Uint8Array } | { via: Uint8Array } {
  if (gatewayFamily === addressFamily)
    return { gateway: addressBytes(gateway, gatewayFamily === AddressFamily.Inet ? 4 : 16) };
  return {
    via: Uint8Array.of(
      gatewayFamily,
      0,
      ...addressBytes(gateway, gatewayFamily === AddressFamily.Inet ? 4 : 16),
    ),
  };
}

/** Multicast and link-local destinations mean something on one link only. */
function isIpv6LinkBound(address: AddressWords): boolean {
  const first = address[0] as number;
  return first >>> 24 === 0xff || first >>> 22 === 0xfe80 >>> 6;
}

function wordsOf(bytes: Uint8Array | undefined, length: number): AddressWords {
  const words = new Uint32Array(4);
  if (bytes !== undefined) {
    if (bytes.length < length) throw new NetlinkError(Errno.ERANGE, 'Attribute failed policy validation');
    readAddress(bytes, 0, length, words);
  }
  return words;
}

/** Attributes that a request may have under strict checking. */
const ASKABLE: ReadonlySet<string> = new Set([
  'destination',
  'source',
  'inputInterface',
  'outputInterface',
  'mark',
  'userId',
  'ipProtocol',
  'sourcePort',
  'destinationPort',
  'flowLabel',
]);

/** What strict checking does not accept (inet_rtm_valid_getroute_req, inet6_rtm_valid_getroute_req). */
function checkHeader({ header, attributes, strict }: RouteRequest, bits: 32 | 128): void {
  if (!strict) return;
  const isIpv4 = bits === 32;
  const refuse = (text: string): never => {
    throw new NetlinkError(Errno.EINVAL, `${isIpv4 ? 'ipv4' : 'ipv6'}: ${text}`);
  };
  const { sourceLength, destinationLength, table, protocol, scope, type, flags } = header;
  const isWhole = (length: number): boolean => length === 0 || length === bits;
  if (
    !isWhole(sourceLength) ||
    !isWhole(destinationLength) ||
    table !== 0 ||
    protocol !== 0 ||
    scope !== 0 ||
    type !== 0
  ) {
    refuse('Invalid values in header for route get request');
  }
  const allowed = isIpv4 ? RouteFlag.Notify | RouteFlag.LookupTable | RouteFlag.FibMatch : RouteFlag.FibMatch;
  if ((flags & ~allowed) !== 0) {
    refuse(isIpv4 ? 'Unsupported rtm_flags for route get request' : 'Invalid flags for get route request');
  }
  const hasLengths =
    (attributes.source === undefined || sourceLength !== 0) &&
    (attributes.destination === undefined || destinationLength !== 0);
  if (!hasLengths) refuse(`rtm_src_len and rtm_dst_len must be ${bits} for IPv${isIpv4 ? 4 : 6}`);
  if (Object.keys(attributes).some((key) => !ASKABLE.has(key)))
    refuse('Unsupported attribute in route get request');
}
