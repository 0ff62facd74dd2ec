import { AddressFamily } from '../network/ip-bytes.js';
import { Nexthop } from '../route/route-description.js';
import { RouteNexthop } from '../route/route-nexthop.js';
import type { BucketTable } from './bucket-table.js';

/** What a nexthop that is no group is, and what replacing it exchanges. */
export interface NexthopDefinition {
  readonly addressFamily: number;
  /** RT_SCOPE_* */
  readonly scope: number;
  readonly isBlackhole: boolean;
  /** For bridges: it names a tunnel's end and has no interface. */
  readonly isFdb: boolean;
  readonly leg: Nexthop;
}

/** A nexthop by itself. Plain state: rules and consequences are the `NexthopTable`'s. */
export class SingleNexthop extends RouteNexthop {
  readonly isGroup = false;
  /** The groups it is in, the newest first. */
  memberships: readonly NexthopGroup[] = [];

  constructor(
    id: number,
    public protocol: number,
    public definition: NexthopDefinition,
  ) {
    super(id);
  }

  select(): number {
    return 0;
  }

  protected makeLegs(): readonly Nexthop[] {
    return [this.definition.leg];
  }

  get isBlackhole(): boolean {
    return this.definition.isBlackhole;
  }

  get isFdb(): boolean {
    return this.definition.isFdb;
  }

  get hasIpv4(): boolean {
    return this.definition.addressFamily === AddressFamily.Inet;
  }
}

/** One of a group, with how often flows take it and how many packets did. */
export interface GroupMember {
  readonly nexthop: SingleNexthop;
  /** From 1 to 65535. */
  readonly weight: number;
  packets: number;
}

/** Several nexthops among which flows are spread. */
export class NexthopGroup extends RouteNexthop {
  readonly isGroup = true;
  /** Undefined for hash-threshold groups. */
  buckets: BucketTable | undefined;
  hasHardwareStatistics = false;
  isFdb = false;

  constructor(
    id: number,
    readonly protocol: number,
    public members: readonly GroupMember[],
  ) {
    super(id);
  }

  /** By bucket where there are any, else by weight. */
  select(flow: number): number {
    const { members, buckets } = this;
    let chosen: number;
    if (buckets !== undefined) {
      chosen = members.indexOf(buckets.use(flow % buckets.length) as GroupMember);
    } else {
      let left = flow % members.reduce((sum, { weight }) => sum + weight, 0);
      chosen = members.findIndex(({ weight }) => {
        left -= weight;
        return left < 0;
      });
    }
    (members[chosen] as GroupMember).packets++;
    return chosen;
  }

  protected makeLegs(): readonly Nexthop[] {
    return this.members.map(({ nexthop, weight }) => {
      const leg = new Nexthop();
      leg.copyFrom(nexthop.definition.leg);
      leg.weight = weight;
      return leg;
    });
  }

  get isBlackhole(): boolean {
    return this.members.length === 1 && (this.members[0] as GroupMember).nexthop.isBlackhole;
  }

  get hasIpv4(): boolean {
    return this.members.some(({ nexthop }) => nexthop.hasIpv4);
  }
}

/** What RTM_NEWNEXTHOP makes. */
export type NexthopObject = SingleNexthop | NexthopGroup;
