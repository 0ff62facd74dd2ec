import type { Ipv4Configuration } from './ipv4-configuration.js';
import type { Ipv6Configuration } from './ipv6-configuration.js';
import { LinkFlag, LinkMode, LinkType, OperationalState } from './link-flags.js';
import type { LinkBehaviour } from './link-kind.js';
import type { LinkTable } from './link-table.js';
import { TakenAddresses } from './taken-addresses.js';

/** What a link is born with; a kind gives it, a request may override some of it. */
export interface LinkTraits {
  readonly type: LinkType;
  readonly flags: number;
  /** Bytes of its addresses. @default 6 */
  readonly addressLength?: number;
  readonly mtu: number;
  readonly minimumMtu: number;
  readonly maximumMtu: number;
  readonly transmitQueueLength: number;
  readonly transmitQueues: number;
  readonly receiveQueues: number;
  readonly tsoMaximumSize: number;
  /** Megabits, where a link claims to have a speed. */
  readonly speedMbps?: number;
  /** What queues its packets once it has been up. @default 'noqueue' */
  readonly queueingDiscipline?: string;
  /** Whether the kernel forbids moving it to another network namespace (IFLA_NETNS_IMMUTABLE). */
  readonly namespaceBound: boolean;
}

/** A network interface. Plain state: rules and consequences are the `LinkTable`'s. */
export class Link {
  name: string;
  /** As set by requests; UP is the administrative state. */
  administrativeFlags: number;
  mtu: number;
  transmitQueueLength: number;
  address: Uint8Array;
  broadcast: Uint8Array;
  alias: string | undefined;
  group = 0;
  mode: LinkMode | number = LinkMode.Default;
  /** As last settled (RFC 2863); `operationalState` says what a peer sees. */
  settledState: OperationalState = OperationalState.Unknown;
  hasCarrier = true;
  /** The link below waits for something, or is under test. */
  isDormant = false;
  isTested = false;
  carrierUpCount = 0;
  carrierDownCount = 0;
  /** The link at the other end or below, in whatever namespace it is. */
  linked: Link | undefined;
  /** IFLA_LINK while there is no such link; undefined where the kind needs none. */
  loneIndex: number | undefined;
  /** Where its packets go in and out, if that is no link but a namespace: a tunnel stays in the one it was made in. */
  workplace: LinkTable | undefined;
  alternativeNames: readonly string[] = [];
  /** The bridge, bond or VRF that it is a port of (IFLA_MASTER). */
  master: Link | undefined;
  /** What it is made of: the ports of a master, the link under a VLAN. In the order in which they came. */
  readonly lowers = new Set<Link>();
  /** Its master, and what is stacked on it. */
  readonly uppers = new Set<Link>();
  /** How many have asked it to take every packet, or every multicast: requests (once) and what is stacked on it. */
  promiscuity = 0;
  allMulticast = 0;
  /** Addresses beside its own that requests and what is stacked on it have asked it to take. */
  readonly taken = new TakenAddresses();
  /** Bytes that the kind wants to be free before a packet (IFLA_HEADROOM). */
  headroom = 0;
  /** A request gave the address (NET_ADDR_SET): no kind changes it on its own. */
  hasChosenAddress = false;
  /** Tells links apart that have one MAC address (`dev_id`); 0 for all others. */
  deviceNumber = 0;
  isProtocolDown = false;
  tsoMaximumSize: number;
  /** The queueing discipline is attached by the first `up`. */
  hasQueue = false;
  gsoMaximumSize = 65536;
  gsoMaximumSegments = 65535;
  groMaximumSize = 65536;
  gsoIpv4MaximumSize = 65536;
  groIpv4MaximumSize = 65536;
  /** The routing table that is this link's own: that of a VRF (`l3mdev_fib_table`). */
  ownTable: number | undefined;
  /** IPv6 leaves it alone: a slave of a bond (IFF_NO_ADDRCONF). */
  isPassive = false;
  /** Undefined while IPv4 is off: below an MTU of 68. */
  ipv4: Ipv4Configuration | undefined;
  /** Undefined while IPv6 is off: below an MTU of 1280. */
  ipv6: Ipv6Configuration | undefined;
  /** Listeners have heard of it. */
  isAnnounced = false;
  /** On its way out: addresses and routes leave without ceremony. */
  isDying = false;
  /** On its way to another namespace: like one that goes, but what is taken from it is still told of. */
  isMoving = false;

  constructor(
    /** Another one in another namespace. */
    public index: number,
    /** The table that it is in: that of its network namespace. */
    public home: LinkTable,
    name: string,
    readonly kind: string,
    readonly behaviour: LinkBehaviour,
    readonly traits: LinkTraits,
  ) {
    this.name = name;
    this.administrativeFlags = traits.flags;
    this.mtu = traits.mtu;
    this.transmitQueueLength = traits.transmitQueueLength;
    this.tsoMaximumSize = traits.tsoMaximumSize;
    const { addressLength = 6 } = traits;
    this.address = new Uint8Array(addressLength);
    this.broadcast = new Uint8Array(addressLength).fill(traits.type === LinkType.Ethernet ? 0xff : 0);
  }

  /** IFLA_LINK */
  get linkedIndex(): number | undefined {
    return this.linked?.index ?? this.loneIndex;
  }

  /** The VRF that it is or belongs to. */
  get vrf(): Link | undefined {
    if (this.ownTable !== undefined) return this;
    return this.master?.ownTable === undefined ? undefined : this.master;
  }

  get isUp(): boolean {
    return this.has(LinkFlag.Up);
  }

  get isLoopback(): boolean {
    return this.has(LinkFlag.Loopback);
  }

  /** IFLA_OPERSTATE: a link that is down is DOWN, whatever was settled. */
  get operationalState(): OperationalState {
    return this.isUp ? this.settledState : OperationalState.Down;
  }

  /** Whether packets could flow: UP, or UNKNOWN for links that cannot tell. */
  get isOperational(): boolean {
    return this.settledState === OperationalState.Up || this.settledState === OperationalState.Unknown;
  }

  /** `ifi_flags`: the administrative flags and the computed ones. */
  get flags(): number {
    let flags = this.administrativeFlags;
    if (this.isUp) {
      if (this.isOperational) flags |= LinkFlag.Running;
      if (this.hasCarrier) flags |= LinkFlag.LowerUp;
      if (this.isDormant) flags |= LinkFlag.Dormant;
    }
    return flags;
  }

  has(flag: LinkFlag): boolean {
    return (this.administrativeFlags & flag) !== 0;
  }
}
