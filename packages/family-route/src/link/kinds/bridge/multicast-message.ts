import {
  type AttributeKind,
  attr,
  bytesKind,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  field,
  type MessageOf,
} from '@nlspace/core';
import { AddressFamily } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import type { Bridge } from './bridge.js';
import { type GroupPort, GroupProtocol, isForAnySource, type MulticastGroup } from './multicast-groups.js';

/** `struct br_port_msg` */
const header = defineHeader('br_port_msg', {
  addressFamily: field.u8,
  padding: field.pad(3),
  interfaceIndex: field.u32,
});

/** `struct br_mdb_entry`: the link's index, state, flags, VLAN, address and protocol. */
const ENTRY_SIZE = 28;
const ADDRESS_AT = 8;
const PROTOCOL_AT = 24;

/** MDB_PERMANENT and MDB_FLAGS_STAR_EXCL */
const PERMANENT = 1;
const BY_EXCLUSION = 4;

export interface GroupEntry {
  readonly interfaceIndex: number;
  readonly isPermanent: boolean;
  readonly vlan: number;
  readonly protocol: GroupProtocol;
  readonly group: Uint8Array;
}

/** Read only after it has been checked. */
export function readEntry(bytes: Uint8Array): GroupEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, ENTRY_SIZE);
  const protocol = view.getUint16(PROTOCOL_AT) as GroupProtocol;
  const length = LENGTHS[protocol] ?? 0;
  return {
    interfaceIndex: view.getUint32(0, true),
    isPermanent: view.getUint8(4) === PERMANENT,
    vlan: view.getUint16(6, true),
    protocol,
    group: bytes.slice(ADDRESS_AT, ADDRESS_AT + length),
  };
}

const LENGTHS: Readonly<Record<number, number>> = {
  [GroupProtocol.Ethernet]: 6,
  [GroupProtocol.Ipv4]: 4,
  [GroupProtocol.Ipv6]: 16,
};

const MAX_VLAN = 4094;

/** What the kernel finds wrong with an entry of a request (`rtnl_validate_mdb_entry`). */
function faultOf(bytes: Uint8Array): string | undefined {
  if (bytes.length !== ENTRY_SIZE) return 'Invalid attribute length';
  const { interfaceIndex, vlan, protocol, group } = readEntry(bytes);
  if (interfaceIndex === 0) return 'Zero entry ifindex is not allowed';
  const [first = 0, second = 0, third = 0] = group;
  switch (protocol) {
    case GroupProtocol.Ipv4:
      if (first >> 4 !== 14 && first !== 0) return 'IPv4 entry group address is not multicast or 0.0.0.0';
      if (first === 224 && second === 0 && third === 0) return 'IPv4 entry group address is local multicast';
      break;
    case GroupProtocol.Ipv6:
      if (
        first === 0xff &&
        second === 2 &&
        group.subarray(2, 15).every((byte) => byte === 0) &&
        group[15] === 1
      )
        return 'IPv6 entry group address is link-local all nodes';
      break;
    case GroupProtocol.Ethernet:
      if ((first & 1) === 0) return 'L2 entry group is not multicast';
      break;
    default:
      return 'Unknown entry protocol';
  }
  if ((bytes[4] ?? 0) > PERMANENT) return 'Unknown entry state';
  return vlan > MAX_VLAN ? 'Invalid entry VLAN id' : undefined;
}

const entryKind: AttributeKind<Uint8Array> = {
  ...bytesKind(),
  check(view, offset, length) {
    if (length > ENTRY_SIZE) return { errno: Errno.ERANGE, text: 'Attribute failed policy validation' };
    const text = faultOf(new Uint8Array(view.buffer, view.byteOffset + offset, length));
    // The kernel does not say where.
    return text === undefined ? undefined : { errno: Errno.EINVAL, text, offset: undefined };
  },
};

/** `MDBE_ATTR_*`; those of VXLANs are not among them. */
export const groupOptions = defineAttributes('multicast-group-options', {
  source: attr.bytes(1, { min: 4, max: 16 }),
  sources: attr.nested(2, defineAttributes('multicast-group-sources', {}), { checked: false }),
  mode: attr.u8(3, { max: 1 }),
  routeProtocol: attr.u8(4, { min: 4 }),
});

/** RTM_NEWMDB, RTM_DELMDB as requests, RTM_GETMDB. */
export const groupRequest = defineMessage({
  name: 'multicast-group-request',
  header,
  attributes: defineAttributes('multicast-group-request', {
    entry: attr.custom(1, entryKind),
    options: attr.nested(2, groupOptions, { checked: false }),
  }),
});

/** `br_mdb_entry`, and behind it `MDBA_MDB_EATTR_*`. */
const memberAttributes = defineAttributes('multicast-group-member', {
  timer: attr.u32(1),
  source: attr.bytes(4),
  protocol: attr.u8(5),
  mode: attr.u8(3),
});
type Member = { entry: Uint8Array } & Parameters<typeof memberAttributes.encode>[1];

const memberKind: AttributeKind<Member> = {
  name: 'multicast-group-member',
  policyType: bytesKind().policyType,
  check: () => undefined,
  read(view, offset, length) {
    const entry = new Uint8Array(view.buffer, view.byteOffset + offset, Math.min(length, ENTRY_SIZE));
    return { entry, ...memberAttributes.decode(view, offset + ENTRY_SIZE, offset + length) };
  },
  write(writer, { entry, ...attributes }) {
    writer.append(entry);
    memberAttributes.encode(writer, attributes);
  },
};

const groupAttributes = defineAttributes('multicast-group', {
  members: attr.many(attr.custom(1, memberKind)),
});
const groupList = defineAttributes('multicast-groups', {
  groups: attr.many(attr.nested(1, groupAttributes)),
});

/** RTM_NEWMDB and RTM_DELMDB as notifications, and the answer of a dump. */
export const multicastGroups = defineMessage({
  name: 'multicast-groups',
  header,
  attributes: defineAttributes('multicast-group-database', { database: attr.nested(1, groupList) }),
});
type Message = MessageOf<typeof multicastGroups>;

/** All that a bridge knows. */
export function describeGroups(bridge: Bridge): Message {
  const groups = bridge.multicast.all().map((group) => ({
    members: [
      ...(group.isHostJoined ? [describeMember(bridge, group, undefined)] : []),
      ...group.ports.map((member) => describeMember(bridge, group, member)),
    ],
  }));
  return {
    header: { addressFamily: AddressFamily.Unspecified, interfaceIndex: bridge.link.index },
    attributes: { database: { groups } },
  };
}

/** One port of a group, or the host (undefined). */
export function describeGroup(bridge: Bridge, group: MulticastGroup, member: GroupPort | undefined): Message {
  return {
    header: { addressFamily: AddressFamily.Bridge, interfaceIndex: bridge.link.index },
    attributes: { database: { groups: [{ members: [describeMember(bridge, group, member)] }] } },
  };
}

/** Of a link that knows nothing. */
export function describeNoGroups(link: Link): Message {
  return {
    header: { addressFamily: AddressFamily.Bridge, interfaceIndex: link.index },
    attributes: { database: {} },
  };
}

function describeMember(bridge: Bridge, group: MulticastGroup, member: GroupPort | undefined): Member {
  const { protocol, source, hostTimer } = group;
  const entry = new Uint8Array(ENTRY_SIZE);
  const view = new DataView(entry.buffer);
  const isPermanent = protocol === GroupProtocol.Ethernet || (member?.isPermanent ?? false);
  view.setUint32(0, (member?.port.link ?? bridge.link).index, true);
  view.setUint8(4, isPermanent ? PERMANENT : 0);
  view.setUint8(5, member?.isByExclusion ? BY_EXCLUSION : 0);
  view.setUint16(6, group.vlan, true);
  entry.set(group.group, ADDRESS_AT);
  view.setUint16(PROTOCOL_AT, protocol);
  const { igmpVersion, mldVersion } = bridge.settings;
  const tellsMode =
    (protocol === GroupProtocol.Ipv4 && igmpVersion === 3) ||
    (protocol === GroupProtocol.Ipv6 && mldVersion === 2);
  return {
    entry,
    timer: Number((member?.timer ?? hostTimer).remaining),
    ...(isForAnySource(group) ? {} : { source }),
    ...(member === undefined ? {} : { protocol: member.protocol }),
    ...(member === undefined || !tellsMode ? {} : { mode: member.mode }),
  };
}
