import { Errno, NetlinkError } from '@nlspace/core';
import type { LinkData } from '../../link-kind.js';
import type { Bridge } from './bridge.js';
import type { bridgeData } from './bridge-message.js';
import { fromHundredths, seconds, toHundredths } from './bridge-time.js';

/** Bits of IFLA_BR_MULTI_BOOLOPT. */
enum Switch {
  NoLinkLocalLearning = 1,
  MulticastVlanSnooping = 2,
  MultipleSpanningTrees = 4,
  OffloadFailureNotification = 8,
  LocalEntriesWithoutVlan = 16,
}
const ALL_SWITCHES = 31;

/** RHT_ELASTICITY: cannot be changed any more. */
const HASH_ELASTICITY = 16;
/** What 802.1D keeps for itself: spanning tree, pause and slow protocols. */
const RESTRICTED_GROUPS = 0b111;
const LINK_LOCAL_GROUPS = [0x01, 0x80, 0xc2, 0x00, 0x00];
/** Pause, slow protocols, port access. */
const TAKEN_GROUPS = [1, 2, 3];

/** In ticks: least, most. */
const FORWARD_DELAYS = [seconds(2), seconds(30)] as const;
const HELLO_TIMES = [seconds(1), seconds(10)] as const;
const MAXIMUM_AGES = [seconds(6), seconds(40)] as const;
const QUERY_INTERVALS = [seconds(1), seconds(86_400)] as const;

/** What can be set on a bridge, as it begins. Times are in ticks. */
export function bridgeSettings() {
  return {
    forwardDelay: seconds(15),
    helloTime: seconds(2),
    maximumAge: seconds(20),
    ageingTime: seconds(300),
    groupForwardMask: 0,
    groupAddress: Uint8Array.of(...LINK_LOCAL_GROUPS, 0) as Uint8Array,
    switches: 0,
    maximumLearnedEntries: 0,
    multicastRouter: 1,
    multicastSnooping: 1,
    multicastQueryUsesAddress: 0,
    multicastQuerier: 0,
    multicastStatistics: 0,
    multicastHashLimit: 4096,
    multicastLastMemberCount: 2,
    multicastStartupQueryCount: 2,
    igmpVersion: 2,
    mldVersion: 1,
    multicastLastMemberInterval: seconds(1),
    multicastMembershipInterval: seconds(260),
    multicastQuerierInterval: seconds(255),
    multicastQueryInterval: seconds(125),
    multicastQueryResponseInterval: seconds(10),
    multicastStartupQueryInterval: Math.floor(seconds(125) / 4),
    filtersIpv4: 0,
    filtersIpv6: 0,
    filtersArp: 0,
  };
}

type Settings = ReturnType<typeof bridgeSettings>;
type Data = Parameters<typeof bridgeData.encode>[1];

/** Settings that are taken as they come. */
const PLAIN = [
  'multicastHashLimit',
  'multicastLastMemberCount',
  'multicastStartupQueryCount',
  'maximumLearnedEntries',
] as const;
/** … and those of which only matters whether they are zero. */
const FLAGS = [
  'multicastSnooping',
  'multicastQueryUsesAddress',
  'multicastQuerier',
  'multicastStatistics',
  'filtersIpv4',
  'filtersIpv6',
  'filtersArp',
] as const;
const INTERVALS = [
  'multicastLastMemberInterval',
  'multicastMembershipInterval',
  'multicastQuerierInterval',
  'multicastQueryResponseInterval',
] as const;

/** Applies IFLA_INFO_DATA in the kernel's order; what has been applied before an error stays. */
export function changeBridge(bridge: Bridge, data: Data): void {
  const { settings, tree } = bridge;
  if (data.forwardDelay !== undefined) {
    const ticks = fromHundredths(data.forwardDelay);
    settings.forwardDelay = tree.isEnabled ? within(ticks, FORWARD_DELAYS) : ticks;
  }
  if (data.helloTime !== undefined) settings.helloTime = within(fromHundredths(data.helloTime), HELLO_TIMES);
  if (data.maximumAge !== undefined)
    settings.maximumAge = within(fromHundredths(data.maximumAge), MAXIMUM_AGES);
  if (data.ageingTime !== undefined) {
    settings.ageingTime = fromHundredths(data.ageingTime);
    bridge.collection.start(0);
  }
  if (data.spanningTree !== undefined) changeSpanningTree(bridge, data.spanningTree !== 0);
  if (data.priority !== undefined) tree.changePriority(data.priority);
  // Bridges of this kernel do not look at VLANs.
  if (data.vlanFiltering !== undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  if (data.groupForwardMask !== undefined) {
    if ((data.groupForwardMask & RESTRICTED_GROUPS) !== 0) throw new NetlinkError(Errno.EINVAL);
    settings.groupForwardMask = data.groupForwardMask;
  }
  if (data.groupAddress !== undefined) settings.groupAddress = groupAddress(data.groupAddress);
  if (data.flush !== undefined) bridge.forwarding.flush(({ isStatic }) => !isStatic);
  changeMulticast(bridge, data);
  for (const key of ['filtersIpv4', 'filtersIpv6', 'filtersArp'] as const) copyFlag(settings, data, key);
  if (data.switches !== undefined) changeSwitches(settings, data.switches);
  if (data.maximumLearnedEntries !== undefined) settings.maximumLearnedEntries = data.maximumLearnedEntries;
}

/** IFLA_INFO_DATA of a bridge. */
export function describeBridge({ settings, tree, collection }: Bridge): LinkData {
  const values: Data = {
    helloTimer: tree.helloTimer.remaining,
    topologyChangeNoticeTimer: 0n,
    topologyChangeTimer: tree.changeTimer.remaining,
    collectionTimer: collection.remaining,
    forwardDelay: toHundredths(settings.forwardDelay),
    helloTime: toHundredths(settings.helloTime),
    maximumAge: toHundredths(settings.maximumAge),
    ageingTime: toHundredths(tree.shownAgeingTime),
    spanningTree: tree.isEnabled ? 1 : 0,
    priority: tree.priority,
    vlanFiltering: 0,
    groupForwardMask: settings.groupForwardMask,
    bridgeId: tree.id,
    rootId: tree.id,
    rootPort: 0,
    rootPathCost: 0,
    topologyChange: tree.isChanging ? 1 : 0,
    topologyChangeDetected: tree.hasDetectedChange ? 1 : 0,
    groupAddress: settings.groupAddress,
    switches: { values: settings.switches, mask: ALL_SWITCHES },
    learnedEntries: 0,
    multicastHashElasticity: HASH_ELASTICITY,
    multicastRouter: settings.multicastRouter,
    igmpVersion: settings.igmpVersion,
    mldVersion: settings.mldVersion,
    multicastQueryInterval: BigInt(toHundredths(settings.multicastQueryInterval)),
    multicastStartupQueryInterval: BigInt(toHundredths(settings.multicastStartupQueryInterval)),
  };
  for (const key of [...PLAIN, ...FLAGS]) values[key] = settings[key];
  for (const key of INTERVALS) values[key] = BigInt(toHundredths(settings[key]));
  return values;
}

function changeSpanningTree({ settings, tree }: Bridge, isEnabled: boolean): void {
  if (isEnabled && !tree.isEnabled) {
    const [least, most] = FORWARD_DELAYS;
    settings.forwardDelay = Math.min(most, Math.max(least, settings.forwardDelay));
  }
  tree.switch(isEnabled);
}

function changeMulticast({ settings, multicast }: Bridge, data: Data): void {
  if (data.multicastRouter !== undefined) settings.multicastRouter = oneOf(data.multicastRouter, [0, 1, 2]);
  if (data.multicastSnooping !== undefined) {
    if (data.multicastSnooping === 0) multicast.switchOff();
    else multicast.switchOn();
  }
  for (const key of ['multicastQueryUsesAddress', 'multicastQuerier'] as const) copyFlag(settings, data, key);
  for (const key of PLAIN) {
    const value = data[key];
    if (value !== undefined && key !== 'maximumLearnedEntries') settings[key] = value;
  }
  for (const key of INTERVALS) {
    const value = data[key];
    if (value !== undefined) settings[key] = fromHundredths(value);
  }
  for (const key of ['multicastQueryInterval', 'multicastStartupQueryInterval'] as const) {
    const value = data[key];
    const [least, most] = QUERY_INTERVALS;
    if (value !== undefined) settings[key] = Math.min(most, Math.max(least, fromHundredths(value)));
  }
  copyFlag(settings, data, 'multicastStatistics');
  if (data.igmpVersion !== undefined) settings.igmpVersion = oneOf(data.igmpVersion, [2, 3]);
  if (data.mldVersion !== undefined) settings.mldVersion = oneOf(data.mldVersion, [1, 2]);
}

function changeSwitches(settings: Settings, { values, mask }: { values: number; mask: number }): void {
  const unknown = mask & ~ALL_SWITCHES;
  if (unknown !== 0) {
    const number = 31 - Math.clz32(unknown & -unknown);
    throw new NetlinkError(Errno.EINVAL, `bridge: Unknown boolean option ${number}`);
  }
  for (let bit = 1; bit <= ALL_SWITCHES; bit <<= 1) {
    if ((mask & bit) === 0) continue;
    const isOn = (values & bit) !== 0;
    if (bit === Switch.MulticastVlanSnooping && isOn) {
      const text = 'bridge: Cannot enable multicast vlan snooping with vlan filtering disabled';
      throw new NetlinkError(Errno.EINVAL, text);
    }
    if (bit === Switch.MultipleSpanningTrees) throw new NetlinkError(Errno.EOPNOTSUPP);
    settings.switches = isOn ? settings.switches | bit : settings.switches & ~bit;
  }
}

function groupAddress(address: Uint8Array): Uint8Array {
  const last = address[5] ?? 0;
  const isLinkLocal = LINK_LOCAL_GROUPS.every((byte, n) => address[n] === byte) && last < 16;
  if (address.length !== 6 || !isLinkLocal || TAKEN_GROUPS.includes(last))
    throw new NetlinkError(Errno.EINVAL);
  return address.slice();
}

function copyFlag(settings: Settings, data: Data, key: (typeof FLAGS)[number]): void {
  const value = data[key];
  if (value !== undefined) settings[key] = value === 0 ? 0 : 1;
}

function within(ticks: number, [least, most]: readonly [number, number]): number {
  if (ticks < least || ticks > most) throw new NetlinkError(Errno.ERANGE);
  return ticks;
}

function oneOf(value: number, allowed: readonly number[]): number {
  if (!allowed.includes(value)) throw new NetlinkError(Errno.EINVAL);
  return value;
}
