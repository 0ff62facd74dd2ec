import { Errno, NetlinkError } from '@nlspace/core';
import { isZero } from '../../../network/ip-bytes.js';
import type { Bridge } from './bridge.js';
import type { BridgePort } from './bridge-port.js';
import { BridgeTimer } from './bridge-time.js';

/** ETH_P_IP, ETH_P_IPV6, or nothing for groups of Ethernet alone. */
export enum GroupProtocol {
  Ethernet = 0,
  Ipv4 = 0x0800,
  Ipv6 = 0x86dd,
}

/** MCAST_EXCLUDE and MCAST_INCLUDE */
export enum FilterMode {
  Exclude = 0,
  Include = 1,
}

/** RTPROT_KERNEL */
const BY_KERNEL = 2;

/** 224.0.0.106 and ff02::6a: all snoopers (RFC 4286). */
const ALL_SNOOPERS: readonly Uint8Array[] = [
  Uint8Array.of(224, 0, 0, 106),
  Uint8Array.of(0xff, 2, ...new Array<number>(13).fill(0), 0x6a),
];

/** Whom packets are for, and from whom: zeros for anybody. */
export interface GroupKey {
  readonly protocol: GroupProtocol;
  /** 4, 16 or 6 bytes. */
  readonly group: Uint8Array;
  /** As long as the group; empty for groups of Ethernet. */
  readonly source: Uint8Array;
  readonly vlan: number;
}

/** A port on which somebody wants the packets. */
export interface GroupPort {
  readonly port: BridgePort;
  isPermanent: boolean;
  /** It is here because it wants the group from everybody but a few. */
  isByExclusion: boolean;
  /** RTPROT_* of who added it. */
  protocol: number;
  readonly mode: FilterMode;
  readonly timer: BridgeTimer;
}

export interface MulticastGroup extends GroupKey {
  /** The host itself wants the packets. */
  isHostJoined: boolean;
  readonly hostTimer: BridgeTimer;
  ports: readonly GroupPort[];
}

export interface GroupRequest extends GroupKey {
  /** Undefined for the host. */
  readonly port: BridgePort | undefined;
  readonly isPermanent: boolean;
  /** RTPROT_* */
  readonly routeProtocol: number;
  readonly replace: boolean;
}

/** What a bridge knows of multicast: which ports want which groups, because requests say so; nobody sends reports. */
export class MulticastGroups {
  readonly #groups = new Map<string, MulticastGroup>();

  constructor(private readonly bridge: Bridge) {}

  /** Snooping is on from now on. It can end without this: with too many groups it does. */
  switchOn(): void {
    if (this.bridge.settings.multicastSnooping !== 0) return;
    this.bridge.settings.multicastSnooping = 1;
    if (this.bridge.link.isUp) this.listen();
  }

  switchOff(): void {
    if (this.bridge.settings.multicastSnooping === 0) return;
    this.bridge.settings.multicastSnooping = 0;
    for (const port of this.bridge.ports) this.forget(port, { everything: false });
    this.stopListening();
  }

  /** A bridge that snoops hears where routers are. */
  listen(): void {
    for (const group of ALL_SNOOPERS) this.bridge.links.joinGroup(this.bridge.link, group);
  }

  stopListening(): void {
    for (const group of ALL_SNOOPERS) this.bridge.links.leaveGroup(this.bridge.link, group);
  }

  /** The youngest first. */
  all(): MulticastGroup[] {
    return [...this.#groups.values()].reverse();
  }

  /** @throws {NetlinkError} EEXIST, E2BIG and ENOMEM as `br_mdb_add` does. */
  add(request: GroupRequest): void {
    const group = this.#groupFor(request);
    const { port } = request;
    if (port === undefined) {
      this.#joinHost(group);
      return;
    }
    const known = group.ports.find((one) => one.port === port);
    if (known !== undefined) {
      if (!request.replace) {
        const what = isForAnySource(request) ? '(*, G)' : '(S, G)';
        throw new NetlinkError(Errno.EEXIST, `bridge: ${what} group is already joined by port`);
      }
      Object.assign(known, { isPermanent: request.isPermanent, protocol: request.routeProtocol });
      this.#setTimer(known);
      this.#changed(group, known);
      return;
    }
    const member = this.#insert(group, port, request);
    this.#setTimer(member);
    this.#changed(group, member);
    if (!isForAnySource(group) && this.#hasModes(group.protocol)) this.#addByExclusion(group, member);
  }

  /** @throws {NetlinkError} EINVAL for what is not there. */
  delete(key: GroupKey, port: BridgePort | undefined): void {
    const group = this.#groups.get(keyOf(key));
    if (group === undefined) throw new NetlinkError(Errno.EINVAL);
    if (port === undefined) {
      if (!group.isHostJoined) throw new NetlinkError(Errno.EINVAL);
      this.#leaveHost(group);
      return;
    }
    const member = group.ports.find((one) => one.port === port);
    if (member === undefined) throw new NetlinkError(Errno.EINVAL);
    this.#remove(group, member);
  }

  /** A port can carry nothing any more, or is a port no more. */
  forget(port: BridgePort, { everything }: { everything: boolean }): void {
    for (const group of this.all())
      for (const member of group.ports)
        if (member.port === port && (everything || !member.isPermanent)) this.#remove(group, member);
  }

  /** The bridge goes; nobody is told. */
  dismantle(): void {
    for (const { hostTimer, ports } of this.#groups.values())
      for (const timer of [hostTimer, ...ports.map((one) => one.timer)]) timer.stop();
    this.#groups.clear();
  }

  #groupFor({ protocol, group, source, vlan }: GroupKey): MulticastGroup {
    const key = keyOf({ protocol, group, source, vlan });
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const { settings, clock } = this.bridge;
    if (this.#groups.size >= settings.multicastHashLimit) {
      settings.multicastSnooping = 0;
      throw new NetlinkError(Errno.E2BIG);
    }
    const made: MulticastGroup = {
      protocol,
      group: group.slice(),
      source: source.slice(),
      vlan,
      isHostJoined: false,
      hostTimer: new BridgeTimer(clock, () => this.#leaveHost(made)),
      ports: [],
    };
    this.#groups.set(key, made);
    return made;
  }

  #joinHost(group: MulticastGroup): void {
    if (group.isHostJoined) throw new NetlinkError(Errno.EEXIST, 'bridge: Group is already joined by host');
    group.isHostJoined = true;
    if (group.protocol !== GroupProtocol.Ethernet)
      group.hostTimer.start(this.bridge.settings.multicastMembershipInterval);
    this.#changed(group, undefined);
  }

  #leaveHost(group: MulticastGroup): void {
    group.isHostJoined = false;
    group.hostTimer.stop();
    this.#removed(group, undefined);
  }

  #insert(
    group: MulticastGroup,
    port: BridgePort,
    { isPermanent, routeProtocol }: Pick<GroupRequest, 'isPermanent' | 'routeProtocol'>,
  ): GroupPort {
    const { groups, maximumGroups } = port;
    if (maximumGroups !== 0 && groups >= maximumGroups) {
      const text = `bridge: Port is already in ${groups} groups, and mcast_max_groups=${maximumGroups}`;
      throw new NetlinkError(Errno.ENOMEM, text);
    }
    const member: GroupPort = {
      port,
      isPermanent,
      isByExclusion: false,
      protocol: routeProtocol,
      mode: isForAnySource(group) ? FilterMode.Exclude : FilterMode.Include,
      timer: new BridgeTimer(this.bridge.clock, () => this.#remove(group, member)),
    };
    group.ports = [...group.ports, member];
    port.groups++;
    return member;
  }

  #setTimer({ isPermanent, timer }: GroupPort): void {
    if (isPermanent) timer.stop();
    else timer.start(this.bridge.settings.multicastMembershipInterval);
  }

  /** Ports that want the group from anybody get what comes from one source, too. */
  #addByExclusion(group: MulticastGroup, added: GroupPort): void {
    const fromAny = this.#groups.get(keyOf({ ...group, source: new Uint8Array(group.source.length) }));
    for (const { port, mode } of fromAny?.ports ?? []) {
      if (port === added.port || mode === FilterMode.Include) continue;
      if (group.ports.some((one) => one.port === port)) continue;
      const member = this.#insert(group, port, { isPermanent: false, routeProtocol: BY_KERNEL });
      this.#changed(group, member);
      member.isByExclusion = true;
    }
  }

  #remove(group: MulticastGroup, member: GroupPort): void {
    if (!group.ports.includes(member)) return;
    member.timer.stop();
    group.ports = group.ports.filter((other) => other !== member);
    member.port.groups--;
    this.#removed(group, member);
    if (isForAnySource(group)) return;
    // Those that are there because of others go with the last of these.
    if (group.ports.some(({ isByExclusion, isPermanent }) => !isByExclusion && !isPermanent)) return;
    for (const other of group.ports) if (!other.isPermanent) this.#remove(group, other);
  }

  #hasModes(protocol: GroupProtocol): boolean {
    const { igmpVersion, mldVersion } = this.bridge.settings;
    return (
      (protocol === GroupProtocol.Ipv4 && igmpVersion === 3) ||
      (protocol === GroupProtocol.Ipv6 && mldVersion === 2)
    );
  }

  #changed(group: MulticastGroup, member: GroupPort | undefined): void {
    this.bridge.links.emit({ type: 'multicast-group-changed', bridge: this.bridge.link, group, member });
  }

  #removed(group: MulticastGroup, member: GroupPort | undefined): void {
    if (group.ports.length === 0 && !group.isHostJoined) this.#groups.delete(keyOf(group));
    this.bridge.links.emit({ type: 'multicast-group-removed', bridge: this.bridge.link, group, member });
  }
}

/** (*, G): packets from anybody. */
export function isForAnySource({ source }: Pick<GroupKey, 'source'>): boolean {
  return isZero(source);
}

function keyOf({ protocol, group, source, vlan }: GroupKey): string {
  return [protocol, group, source, vlan].join(' ');
}
