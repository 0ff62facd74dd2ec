import { AddressFamily } from '../network/ip-bytes.js';
import { NexthopWriter } from './nexthop-writer.js';
import type { Nexthop } from './route-description.js';

/** The attributes that stand for a nexthop object in the messages of its routes, behind RTA_NH_ID. */
export interface NexthopExpansion {
  readonly words: Uint32Array;
  /** What `rtm_flags` say instead of what the route was given; undefined to leave that. */
  readonly flags: number | undefined;
}

/** A nexthop object as routes see it that name it (RTA_NH_ID) instead of having nexthops of their own. */
export abstract class RouteNexthop {
  #legs: readonly Nexthop[] | undefined;
  #ipv4: NexthopExpansion | undefined;
  #ipv6: NexthopExpansion | undefined;

  constructor(readonly id: number) {}

  abstract readonly isGroup: boolean;
  /** Packets of its routes are dropped, whatever the type of the route is. */
  abstract readonly isBlackhole: boolean;
  abstract readonly isFdb: boolean;
  /** Whether it is out of the question for IPv6 routes. */
  abstract readonly hasIpv4: boolean;

  /** The leg that a flow takes, by a number that stands for the flow. A packet counts as sent. */
  abstract select(flow: number): number;

  protected abstract makeLegs(): readonly Nexthop[];

  /** Where packets can go: one way, or as many as a group has members. */
  get legs(): readonly Nexthop[] {
    this.#legs ??= this.makeLegs();
    return this.#legs;
  }

  /** Whether routes show it as RTA_MULTIPATH: IPv6 ones every group, IPv4 ones those with several members. */
  isMultipathFor(addressFamily: number): boolean {
    return this.isGroup && (addressFamily === AddressFamily.Inet6 || this.legs.length > 1);
  }

  expansionFor(addressFamily: number): NexthopExpansion {
    if (addressFamily === AddressFamily.Inet) {
      this.#ipv4 ??= this.#expand(addressFamily);
      return this.#ipv4;
    }
    this.#ipv6 ??= this.#expand(addressFamily);
    return this.#ipv6;
  }

  /** To be called after every change: what was derived is made anew. */
  changed(): void {
    this.#legs = undefined;
    this.#ipv4 = undefined;
    this.#ipv6 = undefined;
  }

  #expand(addressFamily: number): NexthopExpansion {
    const legs = this.isMultipathFor(addressFamily) ? this.legs : undefined;
    const [only] = this.legs;
    const writer = new NexthopWriter(new Uint32Array(this.legs.length * 8 + 16));
    writer.write(legs, only as Nexthop, addressFamily);
    return {
      words: writer.words.slice(0, writer.length),
      flags: legs === undefined ? (only as Nexthop).flags : undefined,
    };
  }
}

/** The nexthop objects of a network, as routes see them. */
export interface RouteNexthops {
  byId(id: number): RouteNexthop | undefined;
}
