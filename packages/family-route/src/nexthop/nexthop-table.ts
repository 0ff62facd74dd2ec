import { type Cause, Errno, MessageFlag, NetlinkError } from '@nlspace/core';
import { LinkFlag } from '../link/link-flags.js';
import type { LinkTable } from '../link/link-table.js';
import type { Clock } from '../network/clock.js';
import { AddressFamily } from '../network/ip-bytes.js';
import type { NetworkEvents } from '../network/network-events.js';
import type { NetworkProfile } from '../profile/network-profile.js';
import type { AddressWords } from '../route/ip-words.js';
import { Nexthop } from '../route/route-description.js';
import { RouteScope, RouteTableId } from '../route/route-numbers.js';
import type { RouteTables } from '../route/route-tables.js';
import { BucketTable, DEFAULT_IDLE_TIMER_MS } from './bucket-table.js';
import { type NexthopDefinition, NexthopGroup, type NexthopObject, SingleNexthop } from './nexthop-object.js';
import type { NexthopStore } from './nexthop-store.js';

const LOOPBACK_INDEX = 1;

/** What RTM_NEWNEXTHOP asks for: one way, or a group. */
export interface NexthopRequest {
  /** 0 for any that is free. */
  readonly id: number;
  readonly protocol: number;
  readonly single?: SingleRequest;
  readonly group?: GroupRequest;
}

export interface SingleRequest {
  readonly addressFamily: number;
  /** NexthopFlag.OnLink or 0. */
  readonly flags: number;
  readonly isBlackhole: boolean;
  readonly isFdb: boolean;
  readonly interfaceIndex?: number;
  readonly gateway?: AddressWords;
}

export interface GroupRequest {
  readonly members: ReadonlyArray<{ readonly id: number; readonly weight: number }>;
  readonly isFdb: boolean;
  readonly hasHardwareStatistics: boolean;
  /** For a resilient group: what is left out is the default, or stays as it is. */
  readonly resilient?: {
    readonly buckets?: number;
    readonly idleTimerMs?: number;
    readonly unbalancedTimerMs?: number;
  };
}

export interface NexthopSurroundings {
  readonly links: LinkTable;
  readonly clock: Clock;
  readonly events: NetworkEvents;
  readonly profile: NetworkProfile;
}

function invalid(text: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

/** The nexthop objects of a network: what requests and links do to them, and what follows for groups and routes. */
export class NexthopTable {
  /** By the link that they go through, the oldest first. */
  readonly #byLink = new Map<number, Set<SingleNexthop>>();

  constructor(
    readonly store: NexthopStore,
    private readonly routes: RouteTables,
    private readonly network: NexthopSurroundings,
  ) {
    network.links.observe({
      isEarly: true,
      linkDown: ({ index }) => this.#flush(index, true),
      linkStateChanged: ({ index, flags }) => {
        if ((flags & (LinkFlag.Running | LinkFlag.LowerUp)) === 0) this.#flush(index, true);
      },
      linkUnregistered: ({ index }) => this.#flush(index, false),
    });
  }

  /**
   * RTM_NEWNEXTHOP: makes a nexthop object, or with NLM_F_REPLACE changes the one that has the id.
   *
   * @throws {NetlinkError} as the kernel refuses.
   */
  put(request: NexthopRequest, messageFlags: number, cause: Cause): void {
    if ((messageFlags & MessageFlag.Replace) !== 0 && request.id === 0)
      throw invalid('Replace requires nexthop id');
    if (request.group !== undefined) this.#checkMembers(request.group);
    else this.#checkLink(request.single as SingleRequest);
    const id = request.id === 0 ? this.store.allocateId() : request.id;
    if (id === 0) throw invalid('No unused id');
    const made =
      request.group === undefined
        ? new SingleNexthop(id, request.protocol, this.#define(request.single as SingleRequest))
        : this.#makeGroup(id, request.protocol, request.group);
    const known = this.store.byId(id);
    if (known === undefined) this.#insert(made, request, messageFlags);
    else if ((messageFlags & MessageFlag.Replace) === 0 || !this.network.profile.replacesNexthops)
      throw new NetlinkError(Errno.EEXIST);
    else this.#replace(known, made, request);
    this.store.generation++;
    const nexthop = known ?? made;
    this.network.events.emit({ type: 'nexthop-changed', nexthop, messageFlags, cause });
    if (known === undefined) return;
    this.routes.nexthopReplaced(id, cause);
    for (const group of membershipsOf(known)) this.routes.nexthopReplaced(group.id, cause);
  }

  /**
   * RTM_DELNEXTHOP: takes its routes along, and its place in groups.
   *
   * @throws {NetlinkError} ENOENT when nobody has the id.
   */
  remove(id: number, messageFlags: number, cause: Cause): void {
    const nexthop = this.store.byId(id);
    if (nexthop === undefined) throw new NetlinkError(Errno.ENOENT);
    this.#remove(nexthop, { messageFlags, cause });
  }

  /** The members of a group must be there and suit each other (nh_check_attr_group_rtnl). */
  #checkMembers({ members, isFdb }: GroupRequest): void {
    let family: number = AddressFamily.Unspecified;
    for (const { id } of members) {
      const nexthop = this.store.byId(id);
      if (nexthop === undefined) throw invalid('Invalid nexthop id');
      if (nexthop.isGroup) {
        const kind = nexthop.buckets === undefined ? 'Hash-threshold' : 'Resilient';
        throw invalid(`${kind} group can not be a nexthop within a group`);
      }
      if (nexthop.isBlackhole && members.length > 1)
        throw invalid('Blackhole nexthop can not be used in a group with more than 1 path');
      if (isFdb) {
        const own = nexthop.definition.addressFamily;
        if (!nexthop.isFdb) throw invalid('FDB nexthop group can only have fdb nexthops');
        if (family !== AddressFamily.Unspecified && family !== own)
          throw invalid('FDB nexthop group cannot have mixed family nexthops');
        family = own;
      } else if (nexthop.isFdb) throw invalid('Non FDB nexthop group cannot have fdb nexthops');
    }
  }

  #checkLink({ interfaceIndex }: SingleRequest): void {
    if (interfaceIndex === undefined) return;
    const link = this.network.links.byIndex(interfaceIndex);
    if (link === undefined) throw invalid('Invalid device index');
    if (!link.isUp) throw new NetlinkError(Errno.ENETDOWN, 'Nexthop device is not up');
    if (!link.hasCarrier) throw new NetlinkError(Errno.ENETDOWN, 'Carrier for nexthop device is down');
  }

  #define(request: SingleRequest): NexthopDefinition {
    const { addressFamily, isBlackhole, isFdb, gateway } = request;
    const leg = new Nexthop();
    leg.flags = request.flags;
    leg.interfaceIndex = isBlackhole ? LOOPBACK_INDEX : (request.interfaceIndex ?? 0);
    if (gateway?.some((word) => word !== 0)) {
      leg.gatewayFamily = addressFamily;
      leg.gateway.set(gateway);
    }
    let scope: number = RouteScope.Link;
    if (!isFdb) {
      if (addressFamily === AddressFamily.Inet) {
        scope = this.routes.ipv4Checks.checkNexthop(leg, RouteTableId.Main, RouteScope.Universe);
      } else this.routes.ipv6Checks.checkNexthop(leg);
    }
    return { addressFamily, scope, isBlackhole, isFdb, leg };
  }

  #makeGroup(
    id: number,
    protocol: number,
    { members, isFdb, hasHardwareStatistics }: GroupRequest,
  ): NexthopGroup {
    const group = new NexthopGroup(
      id,
      protocol,
      members.map((member) => ({
        nexthop: this.store.byId(member.id) as SingleNexthop,
        weight: member.weight,
        packets: 0,
      })),
    );
    group.isFdb = isFdb;
    group.hasHardwareStatistics = hasHardwareStatistics;
    return group;
  }

  #insert(made: NexthopObject, { group }: NexthopRequest, messageFlags: number): void {
    const { Replace, Create } = MessageFlag;
    if ((messageFlags & (Replace | Create)) === Replace) {
      throw new NetlinkError(Errno.ENOENT, 'Replace specified without create and no entry exists');
    }
    if (made.isGroup) {
      if (group?.resilient !== undefined) made.buckets = this.#makeBuckets(made, group.resilient);
      join(made);
    } else this.#addToLink(made);
    this.store.set(made);
  }

  #makeBuckets(group: NexthopGroup, resilient: NonNullable<GroupRequest['resilient']>): BucketTable {
    const { buckets, idleTimerMs = DEFAULT_IDLE_TIMER_MS, unbalancedTimerMs = 0 } = resilient;
    if (buckets === undefined) throw invalid('Number of buckets not specified for nexthop group insertion');
    const { clock, events } = this.network;
    const onMoved = (index: number): void => events.emit({ type: 'nexthop-bucket-changed', group, index });
    const table = new BucketTable(buckets, idleTimerMs, unbalancedTimerMs, clock, onMoved);
    table.setMembers(group.members);
    return table;
  }

  #replace(known: NexthopObject, made: NexthopObject, request: NexthopRequest): void {
    this.#checkUsers(known.id, made);
    for (const group of membershipsOf(known)) {
      if (!made.isGroup && made.isBlackhole && group.members.length > 1)
        throw invalid('Blackhole nexthop can not be a member of a group with more than one path');
      this.#checkUsers(group.id, made);
    }
    if (known.isGroup) {
      if (!made.isGroup) throw invalid('Can not replace a nexthop group with a nexthop.');
      this.#replaceGroup(known, made, request.group as GroupRequest);
    } else {
      if (made.isGroup) throw invalid('Can not replace a nexthop with a nexthop group.');
      this.#replaceSingle(known, made);
    }
  }

  /** Whether the routes through a nexthop object can go through another instead. */
  #checkUsers(id: number, made: NexthopObject): void {
    const { ipv4Fib, ipv6Fib, ipv4Checks, ipv6Checks } = this.routes;
    for (const scope of ipv4Fib.scopesOfUsers(id)) ipv4Checks.checkNexthopObject(made, scope);
    if (ipv6Fib.nexthopUsers.isUsed(id)) ipv6Checks.checkNexthopObject(made);
  }

  #replaceSingle(known: SingleNexthop, made: SingleNexthop): void {
    if (known.memberships.length > 0 && known.isFdb !== made.isFdb)
      throw invalid('Cannot change nexthop FDB status while in a group');
    this.#removeFromLink(known);
    known.protocol = made.protocol;
    known.definition = made.definition;
    this.#addToLink(known);
    known.changed();
    for (const group of known.memberships) group.changed();
  }

  #replaceGroup(known: NexthopGroup, made: NexthopGroup, request: GroupRequest): void {
    const { resilient } = request;
    if ((known.buckets === undefined) !== (resilient === undefined))
      throw invalid('Can not replace a nexthop group with one of a different type.');
    const { buckets } = known;
    if (buckets !== undefined && resilient !== undefined) {
      if (resilient.buckets !== undefined && resilient.buckets !== buckets.length)
        throw invalid('Can not change number of buckets of a resilient nexthop group.');
      buckets.idleTimerMs = resilient.idleTimerMs ?? buckets.idleTimerMs;
      buckets.unbalancedTimerMs = resilient.unbalancedTimerMs ?? buckets.unbalancedTimerMs;
      buckets.setMembers(made.members);
    }
    leave(known);
    known.members = made.members;
    known.isFdb = made.isFdb;
    known.hasHardwareStatistics = made.hasHardwareStatistics;
    join(known);
    known.changed();
  }

  /** Without an announcement, nobody is told but by what IPv6 routes say of themselves. */
  #remove(nexthop: NexthopObject, announcement?: { messageFlags: number; cause: Cause }): void {
    const { events, profile } = this.network;
    if (announcement !== undefined) events.emit({ type: 'nexthop-removed', nexthop, ...announcement });
    const leavesRoutes = announcement !== undefined && profile.nexthopRemoval === 'leaves routes';
    if (leavesRoutes) this.routes.nexthopLeft(nexthop.id);
    else this.routes.nexthopRemoved(nexthop.id);
    this.store.delete(nexthop.id);
    this.store.generation++;
    if (nexthop.isGroup) {
      nexthop.buckets?.cancel();
      leave(nexthop);
      return;
    }
    this.#removeFromLink(nexthop);
    for (const group of nexthop.memberships) {
      if (group.members.length === 1) {
        this.#remove(group, announcement);
        continue;
      }
      leave(group);
      group.members = group.members.filter((member) => member.nexthop !== nexthop);
      join(group);
      group.changed();
      group.buckets?.setMembers(group.members);
      if (announcement !== undefined)
        events.emit({ type: 'nexthop-changed', nexthop: group, ...announcement });
    }
  }

  /** The nexthops through a link go without a word, the newest first. Black holes stay while there is the link. */
  #flush(interfaceIndex: number, keepBlackholes: boolean): void {
    const nexthops = [...(this.#byLink.get(interfaceIndex) ?? [])].reverse();
    for (const nexthop of nexthops) if (!(keepBlackholes && nexthop.isBlackhole)) this.#remove(nexthop);
  }

  #addToLink(nexthop: SingleNexthop): void {
    if (nexthop.isFdb) return;
    const index = nexthop.definition.leg.interfaceIndex;
    let nexthops = this.#byLink.get(index);
    if (nexthops === undefined) {
      nexthops = new Set();
      this.#byLink.set(index, nexthops);
    }
    nexthops.add(nexthop);
  }

  #removeFromLink(nexthop: SingleNexthop): void {
    const index = nexthop.definition.leg.interfaceIndex;
    const nexthops = this.#byLink.get(index);
    if (nexthops?.delete(nexthop) && nexthops.size === 0) this.#byLink.delete(index);
  }
}

function membershipsOf(nexthop: NexthopObject): readonly NexthopGroup[] {
  return nexthop.isGroup ? [] : nexthop.memberships;
}

function join(group: NexthopGroup): void {
  for (const { nexthop } of group.members) nexthop.memberships = [group, ...nexthop.memberships];
}

function leave(group: NexthopGroup): void {
  for (const { nexthop } of group.members)
    nexthop.memberships = nexthop.memberships.filter((other) => other !== group);
}
