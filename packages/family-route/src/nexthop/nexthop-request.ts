import { Errno, NetlinkError, type RequestOf } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { type AddressWords, readAddress } from '../route/ip-words.js';
import { NexthopFlag } from '../route/route-numbers.js';
import { GROUP_ENTRY_SIZE, GroupType } from './nexthop-description.js';
import type { nexthopAddition } from './nexthop-message.js';
import type { GroupRequest, NexthopRequest, SingleRequest } from './nexthop-table.js';

type Request = RequestOf<typeof nexthopAddition>;

const CENTISECOND_MS = 10;
/** LWTUNNEL_ENCAP_MAX */
const LAST_ENCAPSULATION_TYPE = 10;

function invalid(text: string): NetlinkError {
  return new NetlinkError(Errno.EINVAL, text);
}

/**
 * What RTM_NEWNEXTHOP asks for, as far as the request alone tells (rtm_to_nh_config).
 *
 * @throws {NetlinkError} in the kernel's order.
 */
export function readNexthopRequest(request: Request): NexthopRequest {
  const { header, attributes } = request;
  const { addressFamily, protocol, flags } = header;
  const { id = 0 } = attributes;
  if (header.reserved !== 0 || header.scope !== 0) throw invalid('Invalid values in ancillary header');
  if ((flags & ~NexthopFlag.OnLink) !== 0) throw invalid('Invalid nexthop flags in ancillary header');
  const isIp = addressFamily === AddressFamily.Inet || addressFamily === AddressFamily.Inet6;
  const isGroup = attributes.group !== undefined;
  if (!isIp && !(isGroup && addressFamily === AddressFamily.Unspecified))
    throw invalid('Invalid address family');
  if (attributes.fdb) {
    if (
      attributes.interfaceIndex !== undefined ||
      attributes.blackhole ||
      attributes.encapsulation !== undefined ||
      attributes.encapsulationType !== undefined
    ) {
      throw invalid('Fdb attribute can not be used with encap, oif or blackhole');
    }
    if (flags !== 0) throw invalid('Unsupported nexthop flags in ancillary header');
  }
  if (isGroup) {
    if (isIp) throw invalid('Invalid family for group');
    return { id, protocol, group: readGroup(request) };
  }
  return { id, protocol, single: readSingle(request) };
}

function readGroup({ attributes }: Request): GroupRequest {
  const { groupType = GroupType.HashThreshold, resilientGroup } = attributes;
  if (groupType > GroupType.Resilient) throw invalid('Invalid group type');
  const members = readMembers(attributes.group as Uint8Array);
  const isResilient = groupType === GroupType.Resilient;
  if (
    attributes.blackhole ||
    attributes.interfaceIndex !== undefined ||
    attributes.gateway !== undefined ||
    attributes.encapsulation !== undefined ||
    attributes.encapsulationType !== undefined ||
    (resilientGroup !== undefined && !isResilient)
  ) {
    throw invalid('No other attributes can be set in nexthop groups');
  }
  const group = {
    members,
    isFdb: attributes.fdb === true,
    hasHardwareStatistics: attributes.hardwareStatistics === 1,
  };
  if (!isResilient) return group;
  const { buckets, idleTimer, unbalancedTimer } = resilientGroup ?? {};
  if (buckets === 0) throw invalid('Number of buckets needs to be non-0');
  return {
    ...group,
    resilient: {
      ...(buckets === undefined ? {} : { buckets }),
      ...(idleTimer === undefined ? {} : { idleTimerMs: idleTimer * CENTISECOND_MS }),
      ...(unbalancedTimer === undefined ? {} : { unbalancedTimerMs: unbalancedTimer * CENTISECOND_MS }),
    },
  };
}

function readMembers(bytes: Uint8Array): { id: number; weight: number }[] {
  if (bytes.length === 0 || bytes.length % GROUP_ENTRY_SIZE !== 0)
    throw invalid('Invalid length for nexthop group attribute');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: { id: number; weight: number }[] = [];
  const ids = new Map<number, number>();
  for (let offset = 0; offset < bytes.length; offset += GROUP_ENTRY_SIZE) {
    const id = view.getUint32(offset, true);
    ids.set(id, (ids.get(id) ?? 0) + 1);
  }
  for (let offset = 0; offset < bytes.length; offset += GROUP_ENTRY_SIZE) {
    const id = view.getUint32(offset, true);
    if (view.getUint16(offset + 6, true) !== 0) throw invalid('Reserved field in nexthop_grp must be 0');
    const weight = view.getUint16(offset + 4, true) + 1;
    if (weight > 0xffff) throw invalid('Invalid value for weight');
    if ((ids.get(id) as number) > 1) throw invalid('Nexthop id can not be used twice in a group');
    members.push({ id, weight });
  }
  return members;
}

function readSingle({ header, attributes }: Request): SingleRequest {
  const { addressFamily, flags } = header;
  const isFdb = attributes.fdb === true;
  const { interfaceIndex, encapsulation, encapsulationType } = attributes;
  if (attributes.blackhole) {
    if (
      attributes.gateway !== undefined ||
      interfaceIndex !== undefined ||
      encapsulation !== undefined ||
      encapsulationType !== undefined ||
      isFdb
    ) {
      throw invalid('Blackhole attribute can not be used with gateway, oif, encap or fdb');
    }
    return { addressFamily, flags, isBlackhole: true, isFdb };
  }
  if (!isFdb && interfaceIndex === undefined)
    throw invalid('Device attribute required for non-blackhole and non-fdb nexthops');
  const gateway = readGateway(addressFamily, attributes.gateway);
  if (gateway === undefined && (flags & NexthopFlag.OnLink) !== 0)
    throw invalid('ONLINK flag can not be set for nexthop without a gateway');
  if (encapsulation !== undefined) {
    if (encapsulationType === undefined) throw invalid('LWT encapsulation type is missing');
    refuseEncapsulationType(encapsulationType);
  } else if (encapsulationType !== undefined) throw invalid('LWT encapsulation attribute is missing');
  if (attributes.hardwareStatistics !== undefined)
    throw invalid('Cannot enable nexthop hardware statistics for non-group nexthops');
  return {
    addressFamily,
    flags,
    isBlackhole: false,
    isFdb,
    ...(interfaceIndex === undefined ? {} : { interfaceIndex }),
    ...(gateway === undefined ? {} : { gateway }),
  };
}

function readGateway(addressFamily: number, bytes: Uint8Array | undefined): AddressWords | undefined {
  if (bytes === undefined) return undefined;
  if (bytes.length !== (addressFamily === AddressFamily.Inet ? 4 : 16)) throw invalid('Invalid gateway');
  const words = new Uint32Array(4);
  readAddress(bytes, 0, bytes.length, words);
  return words;
}

/** Lightweight tunnels are not modelled; a kernel that lacks them says the same. */
function refuseEncapsulationType(type: number): never {
  if (type === 0 || type > LAST_ENCAPSULATION_TYPE) throw invalid('Unknown lwt encapsulation type');
  throw new NetlinkError(Errno.EOPNOTSUPP, 'lwt encapsulation type not supported');
}
