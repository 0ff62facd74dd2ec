import { align4, Errno, NetlinkError } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { type AddressWords, copyAddress, readAddress } from './ip-words.js';
import { type RouteMetrics, readMetrics } from './route-metrics.js';
import type { RouteNexthop } from './route-nexthop.js';
import { NexthopFlag, RouteAttribute, RouteScope, RouteTableId, RouteType } from './route-numbers.js';

/** Size of `struct rtmsg`. */
export const ROUTE_HEADER_SIZE = 12;
/** Size of `struct rtnexthop`. */
const NEXTHOP_HEADER_SIZE = 8;

/** One way a packet can leave: the only one of most routes, or a leg of a multipath route. */
export class Nexthop {
  interfaceIndex = 0;
  /** Of the gateway; `Unspecified` without one. IPv4 routes may go via an IPv6 gateway. */
  gatewayFamily: number = AddressFamily.Unspecified;
  readonly gateway: AddressWords = new Uint32Array(4);
  /** NexthopFlag bits. */
  flags = 0;
  /** How often a flow takes this leg, from 1. */
  weight = 1;
  /** Realms (RTA_FLOW). */
  flow = 0;
  hasVia = false;

  reset(): void {
    this.interfaceIndex = 0;
    this.gatewayFamily = AddressFamily.Unspecified;
    this.gateway.fill(0);
    this.flags = 0;
    this.weight = 1;
    this.flow = 0;
    this.hasVia = false;
  }

  copyFrom(other: Nexthop): void {
    this.interfaceIndex = other.interfaceIndex;
    this.gatewayFamily = other.gatewayFamily;
    copyAddress(other.gateway, this.gateway);
    this.flags = other.flags;
    this.weight = other.weight;
    this.flow = other.flow;
  }
}

/**
 * A route in words and numbers, between the request and the stored message: what `read` finds, checks complete and the
 * writer writes. Meant to be used again and again: an insert allocates none.
 */
export class RouteDescription {
  addressFamily: number = AddressFamily.Unspecified;
  table: number = RouteTableId.Main;
  destinationLength = 0;
  sourceLength = 0;
  typeOfService = 0;
  protocol = 0;
  scope: number = RouteScope.Universe;
  type: number = RouteType.Unspecified;
  /** `rtm_flags` */
  flags = 0;
  readonly destination: AddressWords = new Uint32Array(4);
  /** IPv6: the route is for packets from this prefix only, if it has a length. */
  readonly source: AddressWords = new Uint32Array(4);
  priority = 0;
  hasPreferredSource = false;
  readonly preferredSource: AddressWords = new Uint32Array(4);
  metrics: RouteMetrics | undefined;
  /** The nexthop of a route without legs. */
  readonly nexthop = new Nexthop();
  /** The legs of a multipath route, else undefined. */
  legs: Nexthop[] | undefined;
  hasGateway = false;
  nexthopId = 0;
  encapsulationType: number | undefined;
  hasEncapsulation = false;
  /** RTA_PREF: 0 medium, 1 high, 3 low. */
  preference = 0;
  /** Seconds until the route goes by itself; undefined for never. */
  expiresSeconds: number | undefined;

  /** A route to nowhere in particular. */
  reset(): void {
    this.table = RouteTableId.Main;
    this.destinationLength = 0;
    this.sourceLength = 0;
    this.typeOfService = 0;
    this.destination.fill(0);
    this.source.fill(0);
    this.priority = 0;
    this.hasPreferredSource = false;
    this.metrics = undefined;
    this.nexthop.reset();
    this.legs = undefined;
    this.hasGateway = false;
    this.nexthopId = 0;
    this.encapsulationType = undefined;
    this.hasEncapsulation = false;
    this.preference = 0;
    this.expiresSeconds = undefined;
  }

  copyFrom(other: RouteDescription): void {
    this.addressFamily = other.addressFamily;
    this.table = other.table;
    this.destinationLength = other.destinationLength;
    this.sourceLength = other.sourceLength;
    this.typeOfService = other.typeOfService;
    this.protocol = other.protocol;
    this.scope = other.scope;
    this.type = other.type;
    this.flags = other.flags;
    copyAddress(other.destination, this.destination);
    copyAddress(other.source, this.source);
    this.priority = other.priority;
    this.hasPreferredSource = other.hasPreferredSource;
    copyAddress(other.preferredSource, this.preferredSource);
    this.metrics = other.metrics;
    this.nexthop.copyFrom(other.nexthop);
    this.legs = other.legs;
    this.hasGateway = other.hasGateway;
    this.nexthopId = other.nexthopId;
    this.encapsulationType = other.encapsulationType;
    this.hasEncapsulation = other.hasEncapsulation;
    this.preference = other.preference;
    this.expiresSeconds = other.expiresSeconds;
  }

  /** Takes over the nexthops of the nexthop object that the route names. */
  adoptNexthop(object: RouteNexthop): void {
    const [first] = object.legs;
    if (first !== undefined) this.nexthop.copyFrom(first);
    this.legs = object.isMultipathFor(this.addressFamily) ? [...object.legs] : undefined;
  }

  /** The nexthops, one or several. */
  get nexthops(): readonly Nexthop[] {
    return this.legs ?? [this.nexthop];
  }

  get addressLength(): number {
    return this.addressFamily === AddressFamily.Inet ? 4 : 16;
  }

  /**
   * Reads a message behind its message header, a request as well as a stored one.
   *
   * @throws {NetlinkError} what the kernel's parser says of attributes that are too short or contradict each other.
   */
  read(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < ROUTE_HEADER_SIZE) throw new NetlinkError(Errno.EINVAL, 'Invalid header length');
    this.reset();
    this.addressFamily = bytes[start] as number;
    this.destinationLength = bytes[start + 1] as number;
    this.sourceLength = bytes[start + 2] as number;
    this.typeOfService = bytes[start + 3] as number;
    this.table = bytes[start + 4] as number;
    this.protocol = bytes[start + 5] as number;
    this.scope = bytes[start + 6] as number;
    this.type = bytes[start + 7] as number;
    this.flags = readU32(bytes, start + 8);
    this.nexthop.flags = this.flags & 0xff;
    let multipath = -1;
    let metrics = -1;
    for (let offset = start + ROUTE_HEADER_SIZE; end - offset >= 4; ) {
      const length = readU16(bytes, offset);
      if (length < 4 || offset + length > end) break;
      const payload = offset + 4;
      const size = length - 4;
      switch (readU16(bytes, offset + 2) & 0x3fff) {
        case RouteAttribute.Destination:
          this.#readDestination(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.Source:
          if (this.addressFamily === AddressFamily.Inet6)
            readPrefix(bytes, payload, size, this.sourceLength, this.source);
          break;
        case RouteAttribute.OutputInterface:
          this.nexthop.interfaceIndex = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.Gateway:
          requireSize(size, this.addressLength, offset - start);
          this.hasGateway = true;
          readAddress(bytes, payload, this.addressLength, this.nexthop.gateway);
          this.nexthop.gatewayFamily = this.addressFamily;
          break;
        case RouteAttribute.Priority:
          this.priority = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.Table:
          this.table = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.PreferredSource:
          requireSize(size, this.addressLength, offset - start);
          readAddress(bytes, payload, this.addressLength, this.preferredSource);
          this.hasPreferredSource = true;
          break;
        case RouteAttribute.Metrics:
          metrics = offset;
          break;
        case RouteAttribute.Multipath:
          requireSize(size, NEXTHOP_HEADER_SIZE, offset - start);
          multipath = offset;
          break;
        case RouteAttribute.Flow:
          // IPv6 knows no realms and does not look.
          if (this.addressFamily === AddressFamily.Inet)
            this.nexthop.flow = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.Via:
          this.#readVia(this.nexthop, bytes, payload, size);
          break;
        case RouteAttribute.Preference:
          requireSize(size, 1, offset - start);
          this.preference = bytes[payload] === 1 || bytes[payload] === 3 ? (bytes[payload] as number) : 0;
          break;
        case RouteAttribute.Expires:
          this.expiresSeconds = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.NexthopId:
          this.nexthopId = checkedU32(bytes, payload, size, offset - start);
          break;
        case RouteAttribute.EncapsulationType:
          requireSize(size, 2, offset - start);
          this.encapsulationType = readU16(bytes, payload);
          break;
        case RouteAttribute.Encapsulation:
          this.hasEncapsulation = true;
          break;
        default:
          // The rest means nothing in a route, as in the kernel.
          break;
      }
      offset += align4(length);
    }
    if (this.table === RouteTableId.Unspecified) this.table = RouteTableId.Main;
    // IPv4 has no routes by source.
    if (this.addressFamily === AddressFamily.Inet) this.sourceLength = 0;
    // A gateway of zeros is none in IPv4, and an IPv6 source of zeros is none.
    if (this.addressFamily === AddressFamily.Inet && this.nexthop.gateway[0] === 0 && !this.nexthop.hasVia) {
      this.nexthop.gatewayFamily = AddressFamily.Unspecified;
    }
    if (this.hasPreferredSource && this.preferredSource.every((word) => word === 0))
      this.hasPreferredSource = false;
    if (metrics >= 0) this.metrics = readMetrics(bytes, metrics + 4, metrics + readU16(bytes, metrics));
    if (multipath >= 0) this.#readLegs(bytes, multipath + 4, multipath + readU16(bytes, multipath));
  }

  #readDestination(bytes: Uint8Array, payload: number, size: number, offset: number): void {
    if (this.addressFamily === AddressFamily.Inet) {
      requireSize(size, 4, offset);
      readAddress(bytes, payload, 4, this.destination);
      return;
    }
    readPrefix(bytes, payload, size, this.destinationLength, this.destination);
  }

  #readVia(nexthop: Nexthop, bytes: Uint8Array, payload: number, size: number): void {
    if (this.addressFamily !== AddressFamily.Inet) {
      throw new NetlinkError(Errno.EINVAL, 'IPv6 does not support RTA_VIA attribute');
    }
    if (size < 3) throw new NetlinkError(Errno.EINVAL, 'Invalid attribute length for RTA_VIA');
    const family = readU16(bytes, payload);
    const length = family === AddressFamily.Inet ? 4 : 16;
    if (family !== AddressFamily.Inet && family !== AddressFamily.Inet6) {
      throw new NetlinkError(Errno.EINVAL, 'Unsupported address family in RTA_VIA');
    }
    if (size - 2 !== length) {
      const name = length === 4 ? 'IPv4' : 'IPv6';
      throw new NetlinkError(Errno.EINVAL, `Invalid ${name} address in RTA_VIA`);
    }
    readAddress(bytes, payload + 2, length, nexthop.gateway);
    nexthop.gatewayFamily = family;
    nexthop.hasVia = true;
  }

  #readLegs(bytes: Uint8Array, start: number, end: number): void {
    const legs: Nexthop[] = [];
    let offset = start;
    while (end - offset >= NEXTHOP_HEADER_SIZE) {
      const length = readU16(bytes, offset);
      if (length < NEXTHOP_HEADER_SIZE || offset + length > end) break;
      legs.push(this.#readLeg(bytes, offset, offset + length));
      offset += align4(length);
    }
    if (legs.length === 0 || offset < end) {
      const text =
        this.addressFamily === AddressFamily.Inet
          ? 'Invalid nexthop configuration - extra data after nexthops'
          : 'Invalid nexthop configuration - no valid nexthops';
      // IPv6 only complains when there is no valid leg at all.
      if (legs.length === 0 || this.addressFamily === AddressFamily.Inet)
        throw new NetlinkError(Errno.EINVAL, text);
    }
    this.legs = legs;
  }

  #readLeg(bytes: Uint8Array, start: number, end: number): Nexthop {
    const leg = new Nexthop();
    leg.flags = bytes[start + 2] as number;
    leg.weight = (bytes[start + 3] as number) + 1;
    leg.interfaceIndex = readU32(bytes, start + 4);
    let hasGateway = false;
    for (let offset = start + NEXTHOP_HEADER_SIZE; end - offset >= 4; ) {
      const length = readU16(bytes, offset);
      if (length < 4 || offset + length > end) break;
      const payload = offset + 4;
      switch (readU16(bytes, offset + 2) & 0x3fff) {
        case RouteAttribute.Gateway:
          if (length - 4 < this.addressLength) {
            throw new NetlinkError(
              Errno.EINVAL,
              `Invalid ${this.addressLength === 4 ? 'IPv4' : 'IPv6'} address in RTA_GATEWAY`,
            );
          }
          readAddress(bytes, payload, this.addressLength, leg.gateway);
          hasGateway = true;
          if (this.addressLength === 16 || leg.gateway[0] !== 0) leg.gatewayFamily = this.addressFamily;
          break;
        case RouteAttribute.Via:
          if (hasGateway) throw bothGatewayAndVia('Nexthop configuration');
          this.#readVia(leg, bytes, payload, length - 4);
          break;
        case RouteAttribute.Flow:
          if (length - 4 < 4) throw new NetlinkError(Errno.EINVAL, 'Invalid RTA_FLOW');
          if (this.addressFamily === AddressFamily.Inet) leg.flow = readU32(bytes, payload);
          break;
        case RouteAttribute.Encapsulation:
          this.hasEncapsulation = true;
          break;
        case RouteAttribute.EncapsulationType:
          this.encapsulationType = readU16(bytes, payload);
          break;
        default:
          break;
      }
      offset += align4(length);
    }
    if (leg.hasVia && hasGateway) throw bothGatewayAndVia('Nexthop configuration');
    return leg;
  }
}

export function bothGatewayAndVia(subject: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, `${subject} can not contain both GATEWAY and VIA`);
}

/** Flags that a request must not bring along: the kernel side decides about them. */
export const STATE_FLAGS = NexthopFlag.Dead | NexthopFlag.LinkDown;

/** IPv6 takes as many bytes as the prefix has. */
function readPrefix(
  bytes: Uint8Array,
  payload: number,
  size: number,
  bits: number,
  into: AddressWords,
): void {
  const length = (bits + 7) >> 3;
  if (size < length) throw new NetlinkError(Errno.EINVAL);
  if (length <= 16) readAddress(bytes, payload, length, into);
}

function requireSize(size: number, needed: number, offset: number): void {
  if (size < needed) {
    throw new NetlinkError(Errno.ERANGE, 'Attribute failed policy validation', { offset: offset + 16 });
  }
}

function checkedU32(bytes: Uint8Array, payload: number, size: number, offset: number): number {
  requireSize(size, 4, offset);
  return readU32(bytes, payload);
}

function readU16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

function readU32(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset] as number) |
      ((bytes[offset + 1] as number) << 8) |
      ((bytes[offset + 2] as number) << 16) |
      ((bytes[offset + 3] as number) << 24)) >>>
    0
  );
}
