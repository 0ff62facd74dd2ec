import { decodeMessage, Errno, NetlinkError } from '@nlspace/core';
import { parseRequest } from '../neighbour/parse-request.js';
import { encodeMessageOf } from '../network/encoded-dump.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import { Flow, LOOPBACK_INDEX } from './flow.js';
import { type AddressWords, addressBytes, hashAddress, isUnspecified, readAddress } from './ip-words.js';
import { type Nexthop, RouteDescription } from './route-description.js';
import type { Match } from './route-lookup.js';
import { ipv4Resolution, ipv6Resolution, type RouteRequest, route } from './route-message.js';
import {
  RouteAttribute,
  RouteFlag,
  RouteProtocol,
  RouteScope,
  RouteTableId,
  RouteType,
} from './route-numbers.js';
import type { RouteTables } from './route-tables.js';

const LOOPBACK_ADDRESS = Uint32Array.of(0x7f000001, 0, 0, 0);
const LIMITED_BROADCAST = 0xffffffff;
/** Without the bits of congestion notification. */
const DSCP_BITS = 0xfc;
const UDP = 17;
const NOBODY = 0xffffffff;

/** RTCF_*: what the upper half of `rtm_flags` says of an IPv4 resolution. */
const LOCAL = 0x80000000;
const NOTIFY = 0x10000;
const MULTICAST = 0x20000000;
const BROADCAST = 0x10000000;
/** Where `rtm_type` is in a message. */
const TYPE_OFFSET = 23;

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

const INVALID_IPV6_HEADER = 'ipv6: Invalid header for get route request';

type ReceivedRequest = Pick<RouteRequest, 'payload' | 'strict' | 'credentials'>;
/** What is asked, once it has been read. */
type Question = Pick<RouteRequest, 'header' | 'attributes' | 'strict' | 'credentials'>;

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
  resolve(received: ReceivedRequest): Uint8Array {
    const { payload, strict, credentials } = received;
    const isIpv4 = payload[0] === AddressFamily.Inet;
    if (payload.length < route.header.size) {
      const text = isIpv4 ? 'ipv4: Invalid header for route get request' : INVALID_IPV6_HEADER;
      throw new NetlinkError(Errno.EINVAL, text);
    }
    if (strict) checkHeader(decodeMessage(route, payload.subarray(0, route.header.size)).header, isIpv4);
    const { header, attributes } = parseRequest(route, payload, strict);
    const request = { header, attributes, strict, credentials };
    return isIpv4 ? this.#resolveIpv4(request) : this.#resolveIpv6(request);
  }

  #resolveIpv4(request: Question): Uint8Array {
    const { header, attributes, credentials } = request;
    checkAttributes(request, true);
    const destination = ipv4WordsOf(attributes.destination, 'destination');
    const source = ipv4WordsOf(attributes.source, 'source');
    const output = attributes.outputInterface ?? 0;
    const input = attributes.inputInterface ?? 0;
    const isFibMatch = (header.flags & RouteFlag.FibMatch) !== 0;
    const way =
      input === 0
        ? this.#ipv4Output(request, destination, source, output)
        : this.#ipv4Input(request, destination, source, input);
    const table = this.#ipv4TableOf(way.match, header.flags);
    if (isFibMatch) {
      if (way.match === undefined) throw new NetlinkError(Errno.EHOSTUNREACH);
      const message = this.#storedMessage(way.match, table);
      message[TYPE_OFFSET] = way.type;
      return message;
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
            (RouteFlag.Cloned |
              ((header.flags & RouteFlag.Notify) !== 0 ? RouteFlag.Notify | NOTIFY : 0) |
              this.#controlFlags(way, destination)) >>>
            0,
        },
        attributes: {
          table,
          destination: addressBytes(destination, 4),
          ...(attributes.source === undefined ? {} : { source: addressBytes(source, 4) }),
          outputInterface: way.interfaceIndex,
          ...realmsOf(nexthop, way.match),
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
  #ipv4Output(request: Question, destination: AddressWords, source: AddressWords, output: number): Way {
    const { environment, ipv4Lookup } = this.tables;
    const to = destination[0] as number;
    const from = source[0] as number;
    if (from !== 0) {
      if (isIpv4Multicast(from) || from === LIMITED_BROADCAST || from >>> 24 === 0)
        throw new NetlinkError(Errno.EINVAL);
      const owner = environment.addresses.localLink(AddressFamily.Inet, addressBytes(source, 4));
      if (owner === undefined) throw new NetlinkError(Errno.ENETUNREACH);
      if (output === 0 && (isIpv4Multicast(to) || to === LIMITED_BROADCAST)) {
        // A packet for many leaves by the link of its source.
        const way = { type: RouteType.Unicast, match: undefined, interfaceIndex: owner, source };
        return this.#classify(destination, way);
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
    const flow = this.#flow(request, destination, chosen ?? source);
    flow.outputInterface = output;
    flow.interfaceIndex = output;
    const match = ipv4Lookup.lookup(flow);
    if (match !== undefined) this.#takeThroughGroup(match, destination, flow.interfaceIndex);
    if (match === undefined || match.errno !== 0) {
      const isConfined = flow.vrf !== 0 && !isIpv4Multicast(to);
      if (output === 0 || isConfined) throw new NetlinkError(match?.errno ?? Errno.ENETUNREACH);
      // With a link named, what no route covers, or one refuses, is taken to be on that link.
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
      return this.#classify(destination, {
        type,
        match,
        interfaceIndex: this.#ownLink(match),
        source: chosen ?? preferred ?? destination,
      });
    }
    chosen ??= preferred ?? this.#ipv4SourceFor(match);
    return this.#classify(destination, { type, match, interfaceIndex: match.interfaceIndex, source: chosen });
  }

  /** ip_route_input_slow of a host that does not forward. */
  #ipv4Input(request: Question, destination: AddressWords, source: AddressWords, input: number): Way {
    const { environment, ipv4Lookup } = this.tables;
    if (environment.links.byIndex(input) === undefined) throw new NetlinkError(Errno.ENODEV);
    const to = destination[0] as number;
    const from = source[0] as number;
    if (isIpv4Multicast(from) || from === LIMITED_BROADCAST) throw new NetlinkError(Errno.EINVAL);
    if (to === LIMITED_BROADCAST) return this.#broadcastInput(request, destination, source, input);
    if (from >>> 24 === 0 || from >>> 24 === 127) throw new NetlinkError(Errno.EINVAL);
    if (to >>> 24 === 0 || to >>> 24 === 127) throw new NetlinkError(Errno.EINVAL);
    const flow = this.#flow(request, destination, source);
    flow.inputInterface = input;
    flow.userId = 0;
    const match = ipv4Lookup.lookup(flow)?.copy();
    if (match?.errno === 0) this.#checkIpv4Sender(flow);
    const type = match === undefined || match.errno !== 0 ? undefined : ipv4Lookup.typeOf(match);
    if (match !== undefined && (type === RouteType.Local || type === RouteType.Broadcast)) {
      return { type, match, interfaceIndex: this.#ownLink(match), source: undefined };
    }
    throw new NetlinkError(Errno.EHOSTUNREACH);
  }

  /** Everybody is meant, so nothing is looked up; who has no address yet may say so. */
  #broadcastInput(request: Question, destination: AddressWords, source: AddressWords, input: number): Way {
    if ((source[0] as number) >>> 24 !== 0) {
      const flow = this.#flow(request, destination, source);
      flow.inputInterface = input;
      flow.userId = 0;
      this.#checkIpv4Sender(flow);
    }
    const interfaceIndex = this.tables.environment.links.byIndex(input)?.vrf?.index ?? LOOPBACK_INDEX;
    return { type: RouteType.Broadcast, match: undefined, interfaceIndex, source: undefined };
  }

  /** Where packets to the host itself go: to its VRF, or to the loopback link. */
  #ownLink({ interfaceIndex }: Match): number {
    return this.tables.environment.links.byIndex(interfaceIndex)?.vrf?.index ?? LOOPBACK_INDEX;
  }

  /** Whether a packet with this source may come in (fib_validate_source): not with an address of ours. */
  #checkIpv4Sender({ source, destination, typeOfService, mark, vrf, vrfTable }: Flow): void {
    const { environment, ipv4Lookup } = this.tables;
    let isOurs = environment.addresses.isLocal(AddressFamily.Inet, addressBytes(source, 4));
    if (ipv4Lookup.hasCustomRules) {
      const back = new Flow();
      back.destination = source;
      back.source = destination;
      back.typeOfService = typeOfService;
      back.mark = mark;
      back.vrf = vrf;
      back.vrfTable = vrfTable;
      const match = ipv4Lookup.lookup(back);
      isOurs = match?.errno === 0 && ipv4Lookup.typeOf(match) !== RouteType.Unicast;
    }
    if (isOurs) throw new NetlinkError(Errno.EINVAL);
  }

  /** What rules and routes see of the packet that is asked about. */
  #flow(
    { header, attributes, credentials }: Question,
    destination: AddressWords,
    source: AddressWords,
  ): Flow {
    const isIpv4 = header.addressFamily === AddressFamily.Inet;
    const hasInput = (attributes.inputInterface ?? 0) !== 0;
    const flow = new Flow();
    flow.destination = destination;
    flow.source = source;
    flow.typeOfService = header.typeOfService & DSCP_BITS;
    flow.mark = attributes.mark ?? 0;
    flow.userId = attributes.userId ?? (hasInput ? NOBODY : credentials.uid);
    flow.ipProtocol = ipProtocolOf(attributes.ipProtocol, isIpv4) ?? (isIpv4 ? UDP : 0);
    flow.sourcePort = attributes.sourcePort ?? 0;
    flow.destinationPort = attributes.destinationPort ?? 0;
    flow.flowLabel = attributes.flowLabel ?? 0;
    return flow;
  }

  /** The table that an answer names: main, unless the question asks for the one that was searched. */
  #ipv4TableOf(match: Match | undefined, flags: number): number {
    if ((flags & RouteFlag.LookupTable) === 0) return RouteTableId.Main;
    if (match === undefined) return 0;
    const { id } = match.table;
    return this.tables.ipv4Lookup.isMerged && id === RouteTableId.Local ? RouteTableId.Main : id;
  }

  /** What kind of packet it is, by where it goes (__mkroute_output). */
  #classify(destination: AddressWords, way: Way): Way {
    const to = destination[0] as number;
    if (to === LIMITED_BROADCAST) return { ...way, type: RouteType.Broadcast };
    if (isIpv4Multicast(to)) return { ...way, type: RouteType.Multicast };
    if (to >>> 24 === 0 && way.type !== RouteType.Local) throw new NetlinkError(Errno.EINVAL);
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

  #resolveIpv6(request: Question): Uint8Array {
    const { header, attributes } = request;
    checkAttributes(request, false);
    const { environment, ipv6Lookup, ipv6Fib } = this.tables;
    const destination = wordsOf(attributes.destination, 16);
    const source = wordsOf(attributes.source, 16);
    const output = attributes.outputInterface ?? 0;
    const input = attributes.inputInterface ?? 0;
    if (input !== 0 && environment.links.byIndex(input) === undefined) throw new NetlinkError(Errno.ENODEV);
    const isLinkBound = isIpv6LinkBound(destination);
    const flow = this.#flow(request, destination, source);
    if (input !== 0) flow.inputInterface = input;
    else flow.outputInterface = output;
    flow.interfaceIndex = input === 0 ? output : input;
    flow.acceptsOtherLinks = !isLinkBound && (input !== 0 || !isUnspecified(source));
    const match =
      isLinkBound && output !== 0 && input === 0 ? this.#lookupOnLink(flow, output) : ipv6Lookup.lookup(flow);
    if (match === undefined || match.errno !== 0) throw new NetlinkError(match?.errno ?? Errno.ENETUNREACH);
    this.#takeThroughGroup(match, destination, flow.interfaceIndex);
    const table = match.table.id;
    if ((header.flags & RouteFlag.FibMatch) !== 0) return this.#storedMessage(match, table);
    const nexthop = this.#nexthopOf(match) as Nexthop;
    const type = ipv6Lookup.typeOf(match);
    const isLocal = type === RouteType.Local || type === RouteType.Anycast;
    const { metrics } = this.#storedAttributes(match);
    const outputInterface = isLocal ? this.#ownLink(match) : match.interfaceIndex;
    const chosen =
      this.#preferredSource(match) ??
      environment.addresses.selectSource(
        AddressFamily.Inet6,
        isLocal && outputInterface === LOOPBACK_INDEX ? undefined : outputInterface,
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

  /** IPv6: what means something on one link only is looked up in the table of that link's VRF, whatever the rules say. */
  #lookupOnLink(flow: Flow, output: number): Match | undefined {
    const { environment, ipv6Lookup } = this.tables;
    const vrf = environment.links.byIndex(output)?.vrf;
    if (vrf === undefined) return ipv6Lookup.lookup(flow);
    // A VRF has no link-local address.
    return vrf.index === output ? undefined : ipv6Lookup.lookupIn(vrf.ownTable ?? 0, flow);
  }

  /** Where no link is asked for, a group of nexthops chooses the leg (fib_select_path, fib6_select_path). */
  #takeThroughGroup(match: Match, destination: AddressWords, output: number): void {
    if (match.errno !== 0 || output !== 0) return;
    const fib = this.tables.fib(match.table.addressFamily as AddressFamily.Inet);
    if (fib.nexthopId(match.route) === 0 || !fib.isMultipath(match.route)) return;
    const group = fib.nexthopOf(match.route);
    match.leg = group.select(hashAddress(destination));
    match.interfaceIndex = (group.legs[match.leg] as Nexthop).interfaceIndex;
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

/** The realms of the nexthop; where it says nothing of one half, the rule's (set_class_tag). */
function realmsOf(nexthop: Nexthop | undefined, match: Match | undefined): { flow?: number } {
  const own = nexthop?.flow ?? 0;
  const rule = match?.realms ?? 0;
  const low = (own & 0xffff) === 0 ? rule & 0xffff : own & 0xffff;
  const high = own >>> 16 === 0 ? rule >>> 16 : own >>> 16;
  const flow = high * 0x10000 + low;
  return flow === 0 ? {} : { flow };
}

const ICMP = 1;
const TCP = 6;
const ICMPV6 = 58;

/** @throws {NetlinkError} EOPNOTSUPP for protocols that the kernel cannot think of a packet of. */
function ipProtocolOf(protocol: number | undefined, isIpv4: boolean): number | undefined {
  if (protocol === undefined) return undefined;
  if (protocol === TCP || protocol === UDP || protocol === (isIpv4 ? ICMP : ICMPV6)) return protocol;
  throw new NetlinkError(Errno.EOPNOTSUPP, 'Unsupported ip proto');
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

/** Of an attribute that is checked like a number. */
function ipv4WordsOf(bytes: Uint8Array | undefined, attribute: string): AddressWords {
  if (bytes !== undefined && bytes.length < 4)
    throw new NetlinkError(Errno.ERANGE, 'Attribute failed policy validation', { attribute });
  return wordsOf(bytes, 4);
}

function wordsOf(bytes: Uint8Array | undefined, length: number): AddressWords {
  const words = new Uint32Array(4);
  if (bytes !== undefined) {
    if (bytes.length < length) throw new NetlinkError(Errno.EINVAL);
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

/** What strict checking does not accept in a header (inet_rtm_valid_getroute_req, inet6_rtm_valid_getroute_req). */
function checkHeader(header: Question['header'], isIpv4: boolean): void {
  const bits = isIpv4 ? 32 : 128;
  const { sourceLength, destinationLength, table, protocol, scope, type, flags } = header;
  const isWhole = (length: number): boolean => length === 0 || length === bits;
  const hasOthers = table !== 0 || protocol !== 0 || scope !== 0 || type !== 0;
  if (!isWhole(sourceLength) || !isWhole(destinationLength) || hasOthers)
    throw invalid(isIpv4, `Invalid values in header for ${wanted(isIpv4)} request`);
  const allowed = isIpv4 ? RouteFlag.Notify | RouteFlag.LookupTable | RouteFlag.FibMatch : RouteFlag.FibMatch;
  if ((flags & ~allowed) === 0) return;
  throw invalid(
    isIpv4,
    isIpv4 ? 'Unsupported rtm_flags for route get request' : 'Invalid flags for get route request',
  );
}

/** The same of its attributes. */
function checkAttributes({ header, attributes, strict }: Question, isIpv4: boolean): void {
  if (!strict) return;
  const { sourceLength, destinationLength } = header;
  const hasLengths =
    (attributes.source === undefined || sourceLength !== 0) &&
    (attributes.destination === undefined || destinationLength !== 0);
  const bits = isIpv4 ? 32 : 128;
  if (!hasLengths)
    throw invalid(isIpv4, `rtm_src_len and rtm_dst_len must be ${bits} for IPv${isIpv4 ? 4 : 6}`);
  if (Object.keys(attributes).some((key) => !ASKABLE.has(key)))
    throw invalid(isIpv4, `Unsupported attribute in ${wanted(isIpv4)} request`);
}

function wanted(isIpv4: boolean): string {
  return isIpv4 ? 'route get' : 'get route';
}

function invalid(isIpv4: boolean, text: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, `${isIpv4 ? 'ipv4' : 'ipv6'}: ${text}`);
}
