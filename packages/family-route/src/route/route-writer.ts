import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import { NexthopWriter } from './nexthop-writer.js';
import type { RouteDescription } from './route-description.js';
import type { RouteMetrics } from './route-metrics.js';
import { RouteAttribute, RouteMetric, RouteTableId } from './route-numbers.js';

/**
 * Where the id of the nexthop object is, if the route names one: the place of the port ID, which a stored message has no
 * use for.
 */
export const NEXTHOP_ID_WORD = 3;
/** Where, in words from the start of a stored message, `rtm_flags` and the number in RTA_TABLE are. */
export const FLAGS_WORD = 6;
export const TABLE_WORD = 8;
/** Where RTA_DST begins, if there is one. */
export const DESTINATION_WORD = 9;

/** A message has at most so many words: a 16-bit RTA_MULTIPATH and the rest. */
const CAPACITY_WORDS = 0x4000 + 0x400;

/**
 * Writes the complete RTM_NEWROUTE of a route, attributes in the kernel's order, into a buffer of its own, which the
 * next call overwrites. Everything in it is a multiple of four bytes, so words are what it writes.
 */
export class RouteWriter extends NexthopWriter {
  constructor() {
    super(new Uint32Array(CAPACITY_WORDS));
  }

  writeRoute(route: RouteDescription): void {
    const { words } = this;
    const isIpv4 = route.addressFamily === AddressFamily.Inet;
    const addressWords = isIpv4 ? 1 : 4;
    words[1] = RouteMessageType.NewRoute;
    words[2] = 0;
    words[NEXTHOP_ID_WORD] = route.nexthopId;
    words[4] =
      route.addressFamily |
      (route.destinationLength << 8) |
      ((isIpv4 ? 0 : route.sourceLength) << 16) |
      (route.typeOfService << 24);
    const shortTable = route.table < 256 ? route.table : RouteTableId.Compat;
    words[5] = shortTable | (route.protocol << 8) | (route.scope << 16) | (route.type << 24);
    words[FLAGS_WORD] = route.flags;
    this.length = FLAGS_WORD + 1;
    this.number(RouteAttribute.Table, route.table);
    if (route.destinationLength > 0)
      this.address(RouteAttribute.Destination, route.destination, addressWords);
    if (!isIpv4 && route.sourceLength > 0) this.address(RouteAttribute.Source, route.source, 4);
    if (isIpv4) {
      if (route.priority !== 0) this.number(RouteAttribute.Priority, route.priority);
      if (route.metrics !== undefined) this.#metrics(route.metrics);
      if (route.hasPreferredSource) this.address(RouteAttribute.PreferredSource, route.preferredSource, 1);
    } else {
      if (route.hasPreferredSource) this.address(RouteAttribute.PreferredSource, route.preferredSource, 4);
      if (route.metrics !== undefined) this.#metrics(route.metrics);
      this.number(RouteAttribute.Priority, route.priority);
    }
    // What a nexthop object stands for is put in when the message is copied.
    if (route.nexthopId !== 0) this.number(RouteAttribute.NexthopId, route.nexthopId);
    else this.write(route.legs, route.nexthop, route.addressFamily);
    if (!isIpv4) {
      this.#cacheInfo();
      words[this.length] = 5 | (RouteAttribute.Preference << 16);
      words[this.length + 1] = route.preference;
      this.length += 2;
    }
    words[0] = this.length * 4;
  }

  #metrics({ values, congestionControl }: RouteMetrics): void {
    const start = this.length++;
    for (let metric = 1; metric < values.length; metric++) {
      if (metric === RouteMetric.CongestionControl && congestionControl !== undefined) {
        this.#text(metric, congestionControl);
      } else if (values[metric] !== 0) {
        this.number(metric, values[metric] as number);
      }
    }
    this.words[start] = ((this.length - start) * 4) | (RouteAttribute.Metrics << 16);
  }

  #text(type: number, text: string): void {
    const size = text.length + 1;
    this.words[this.length] = (4 + size) | (type << 16);
    const count = (size + 3) >> 2;
    this.words.fill(0, this.length + 1, this.length + 1 + count);
    const at = (this.length + 1) * 4;
    for (let i = 0; i < text.length; i++) this.bytes[at + i] = text.charCodeAt(i);
    this.length += 1 + count;
  }

  /** `struct rta_cacheinfo`. What is left of a limited time is written into the copies that are sent. */
  #cacheInfo(): void {
    const { words } = this;
    const start = this.length;
    words[start] = 36 | (RouteAttribute.CacheInfo << 16);
    words.fill(0, start + 1, start + 9);
    this.length += 9;
  }
}
