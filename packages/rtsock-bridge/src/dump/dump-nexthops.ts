import type { Network } from '@nlspace/family-route';
import { interfaceAddress } from '../network/interface.js';
import type { Rib } from '../rib/rib.js';
import type { RibFamily } from '../rib/rib-entry.js';
import type { Path, Way } from '../rib/way.js';
import {
  groupContainer,
  groupMember,
  groupRecord,
  nexthopAddresses,
  nexthopRecord,
  routeHeader,
} from '../wire/headers.js';
import {
  BsdFamily,
  GroupContainerType,
  NexthopDumpFlag,
  RTSOCK_VERSION,
  RtsockFlag,
  RtsockType,
} from '../wire/numbers.js';
import {
  encodeSocketAddress,
  internetAddress,
  linkGateway,
  type SocketAddress,
} from '../wire/socket-address.js';

/** RTF_* as NHF_*. */
const FLAGS: readonly [RtsockFlag, NexthopDumpFlag][] = [
  [RtsockFlag.Reject, NexthopDumpFlag.Reject],
  [RtsockFlag.Blackhole, NexthopDumpFlag.Blackhole],
  [RtsockFlag.Broadcast, NexthopDumpFlag.Broadcast],
  [RtsockFlag.Gateway, NexthopDumpFlag.Gateway],
  [RtsockFlag.Host, NexthopDumpFlag.Host],
];

/** NH_TYPE_*: to be resolved on the link, or through a gateway. */
const TYPES = {
  [BsdFamily.Inet]: { direct: 1, gateway: 2 },
  [BsdFamily.Inet6]: { direct: 3, gateway: 4 },
} as const;

/** RIB_MAX_MPATH_WIDTH */
const MOST_SLOTS = 64;

/** NET_RT_NHOP: a header, what the kernel knows of the nexthop, its gateway and its source. */
export function* dumpNexthops(
  network: Network,
  rib: Rib,
  fib: number,
  family: RibFamily,
): Generator<Uint8Array> {
  for (const way of rib.ways(fib, family)?.all() ?? []) {
    const gateway = unpadded(way.gateway);
    const source = unpadded(sourceOf(network, way));
    const head = routeHeader.size + nexthopRecord.size;
    const length = nexthopAddresses.size + gateway.length + source.length;
    const bytes = new Uint8Array(head + length);
    routeHeader.write(bytes, 0, {
      length: bytes.length,
      version: RTSOCK_VERSION,
      type: RtsockType.Get,
      flags: way.flags,
    });
    const isGateway = (way.flags & RtsockFlag.Gateway) !== 0;
    nexthopRecord.write(bytes, routeHeader.size, {
      length: nexthopRecord.size,
      index: way.index,
      fib,
      interfaceIndex: way.interfaceIndex,
      addressInterfaceIndex: way.addressInterfaceIndex,
      addressFamily: family,
      type: TYPES[family][isGateway ? 'gateway' : 'direct'],
      mtu: Math.min(way.mtu === 0 ? (network.links.byIndex(way.interfaceIndex)?.mtu ?? 0) : way.mtu, 0xffff),
      flags: dumpFlags(way),
      references: BigInt(way.users),
    });
    nexthopAddresses.write(bytes, head, {
      length,
      gatewayOffset: nexthopAddresses.size,
      sourceOffset: nexthopAddresses.size + gateway.length,
    });
    bytes.set(gateway, head + nexthopAddresses.size);
    bytes.set(source, head + nexthopAddresses.size + gateway.length);
    yield bytes;
  }
}

/** NET_RT_NHGRP: a header, the group, its members with their weights, and the slots that flows fall into. */
export function* dumpGroups(rib: Rib, fib: number, family: RibFamily): Generator<Uint8Array> {
  for (const { index, users, paths } of rib.ways(fib, family)?.groups() ?? []) {
    const members = paths.map(({ way, weight }) => ({ index: way.index, weight }));
    const slots = slotsOf(paths).map((index) => ({ index, weight: 0 }));
    const containers = [
      { type: GroupContainerType.ControlPlane, items: members },
      { type: GroupContainerType.DataPlane, items: slots },
    ];
    const space = (count: number): number => groupContainer.size + count * groupMember.size;
    const size = containers.reduce((sum, { items }) => sum + space(items.length), groupRecord.size);
    const bytes = new Uint8Array(routeHeader.size + size);
    routeHeader.write(bytes, 0, { length: bytes.length, version: RTSOCK_VERSION, type: RtsockType.Get });
    groupRecord.write(bytes, routeHeader.size, { index, references: users });
    let offset = routeHeader.size + groupRecord.size;
    for (const { type, items } of containers) {
      groupContainer.write(bytes, offset, { length: space(items.length), count: items.length, type });
      offset += groupContainer.size;
      for (const item of items) {
        groupMember.write(bytes, offset, item);
        offset += groupMember.size;
      }
    }
    yield bytes;
  }
}

function dumpFlags({ flags, isDefault }: Way): number {
  let found: number = isDefault ? NexthopDumpFlag.Default : 0;
  for (const [ours, theirs] of FLAGS) if ((flags & ours) !== 0) found |= theirs;
  return found;
}

/** As often as its weight says: as few slots as do it, or as many as there can be. */
function slotsOf(paths: readonly Path[]): number[] {
  const divisor = paths.reduce((common, { weight }) => greatestDivisor(common, weight), 0);
  const total = paths.reduce((sum, { weight }) => sum + weight / divisor, 0);
  const scale = Math.min(1, MOST_SLOTS / total);
  return paths.flatMap(({ way, weight }) => {
    const count = Math.max(1, Math.floor((weight / divisor) * scale));
    return new Array<number>(count).fill(way.index);
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function sourceOf(network: Network, way: Way): SocketAddress {
  const { source, addressInterfaceIndex: index } = way;
  if (source !== undefined) return internetAddress(source, index);
  const link = network.links.byIndex(index);
  return linkGateway(index, link === undefined ? 0 : interfaceAddress(link).type);
}

/** These records have addresses as long as they say, without the padding of messages. */
function unpadded(address: SocketAddress): Uint8Array {
  const bytes = encodeSocketAddress(address);
  return bytes.subarray(0, bytes[0]);
}
