import { AddressFamily } from '../network/ip-bytes.js';
import { addressBytes } from '../route/ip-words.js';
import { type NexthopMessage, NexthopOperationFlag } from './nexthop-message.js';
import type { NexthopGroup, NexthopObject, SingleNexthop } from './nexthop-object.js';

/** NEXTHOP_GRP_TYPE_* */
export enum GroupType {
  HashThreshold = 0,
  Resilient = 1,
}

/** Size of `struct nexthop_grp`. */
export const GROUP_ENTRY_SIZE = 8;

const CENTISECOND_MS = 10;

/** What RTM_NEWNEXTHOP says of a nexthop object. `operationFlags` ask for more than its definition. */
export function describeNexthop(nexthop: NexthopObject, operationFlags = 0): NexthopMessage {
  return nexthop.isGroup ? describeGroup(nexthop, operationFlags) : describeSingle(nexthop);
}

function describeSingle({ id, protocol, definition }: SingleNexthop): NexthopMessage {
  const { addressFamily, scope, isBlackhole, isFdb, leg } = definition;
  const header = { addressFamily, protocol, flags: leg.flags };
  if (isBlackhole)
    return { header: { ...header, scope: 0, reserved: 0 }, attributes: { id, blackhole: true } };
  return {
    header: { ...header, scope, reserved: 0 },
    attributes: {
      id,
      ...(isFdb ? { fdb: true as const } : { interfaceIndex: leg.interfaceIndex }),
      ...(leg.gatewayFamily === AddressFamily.Unspecified
        ? {}
        : { gateway: addressBytes(leg.gateway, leg.gatewayFamily === AddressFamily.Inet ? 4 : 16) }),
    },
  };
}

function describeGroup(group: NexthopGroup, operationFlags: number): NexthopMessage {
  const { id, protocol, buckets, isFdb } = group;
  return {
    header: { addressFamily: AddressFamily.Unspecified, scope: 0, protocol, reserved: 0, flags: 0 },
    attributes: {
      id,
      ...(isFdb ? { fdb: true as const } : {}),
      groupType: buckets === undefined ? GroupType.HashThreshold : GroupType.Resilient,
      group: memberBytes(group),
      ...(buckets === undefined
        ? {}
        : {
            resilientGroup: {
              buckets: buckets.length,
              idleTimer: Math.floor(buckets.idleTimerMs / CENTISECOND_MS),
              unbalancedTimer: Math.floor(buckets.unbalancedTimerMs / CENTISECOND_MS),
              unbalancedTime: BigInt(Math.floor(buckets.unbalancedTimeMs / CENTISECOND_MS)),
            },
          }),
      ...statisticsOf(group, operationFlags),
      operationFlags: NexthopOperationFlag.WideWeights,
    },
  };
}

function memberBytes({ members }: NexthopGroup): Uint8Array {
  const bytes = new Uint8Array(members.length * GROUP_ENTRY_SIZE);
  const view = new DataView(bytes.buffer);
  members.forEach(({ nexthop, weight }, i) => {
    view.setUint32(i * GROUP_ENTRY_SIZE, nexthop.id, true);
    view.setUint16(i * GROUP_ENTRY_SIZE + 4, weight - 1, true);
  });
  return bytes;
}

/** Nobody offloads anything to hardware here. */
function statisticsOf({ members, hasHardwareStatistics }: NexthopGroup, operationFlags: number) {
  if ((operationFlags & NexthopOperationFlag.DumpStatistics) === 0) return {};
  const withHardware = (operationFlags & NexthopOperationFlag.DumpHardwareStatistics) !== 0;
  return {
    hardwareStatistics: hasHardwareStatistics ? 1 : 0,
    ...(withHardware && hasHardwareStatistics ? { hardwareStatisticsUsed: 0 } : {}),
    statistics: {
      entries: members.map(({ nexthop, packets }) => ({
        id: nexthop.id,
        packets,
        ...(withHardware ? { hardwarePackets: 0 } : {}),
      })),
    },
  };
}

/** What RTM_NEWNEXTHOPBUCKET says of a bucket of a resilient group. */
export function describeBucket({ id, protocol, buckets }: NexthopGroup, index: number): NexthopMessage {
  return {
    header: { addressFamily: AddressFamily.Unspecified, scope: 0, protocol, reserved: 0, flags: 0 },
    attributes: {
      id,
      resilientBucket: {
        index,
        nexthopId: buckets?.memberOf(index)?.nexthop.id ?? 0,
        idleTime: BigInt(Math.floor((buckets?.idleTimeMs(index) ?? 0) / CENTISECOND_MS)),
      },
    },
  };
}
