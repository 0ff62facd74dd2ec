import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct nhmsg` */
const header = defineHeader('nhmsg', {
  addressFamily: field.u8,
  /** Only in replies. */
  scope: field.u8,
  protocol: field.u8,
  reserved: field.u8,
  flags: field.u32,
});

/** NHA_OP_FLAG_*: what a reader wants, and what an answer says of itself. */
export enum NexthopOperationFlag {
  DumpStatistics = 1,
  DumpHardwareStatistics = 2,
  /** The third byte of a `nexthop_grp` is the upper half of its weight, and never anything else. */
  WideWeights = 0x80000000,
}

/** `NHA_RES_GROUP_*`; times in hundredths of a second. */
const resilientGroup = defineAttributes('nexthop-resilient-group', {
  buckets: attr.u16(1),
  idleTimer: attr.u32(2),
  unbalancedTimer: attr.u32(3),
  unbalancedTime: attr.u64(4),
});

/** `NHA_RES_BUCKET_*` in the order in which the kernel writes them. */
const resilientBucket = defineAttributes('nexthop-resilient-bucket', {
  index: attr.u16(1),
  nexthopId: attr.u32(3),
  idleTime: attr.u64(2),
});

/** `NHA_GROUP_STATS_ENTRY_*` */
const statisticsEntry = defineAttributes('nexthop-group-statistics-entry', {
  id: attr.u32(1),
  packets: attr.u32(2),
  hardwarePackets: attr.u32(3),
});

const statistics = defineAttributes('nexthop-group-statistics', {
  entries: attr.many(attr.flagged(attr.nested(1, statisticsEntry))),
});

/** `NHA_*` as the kernel writes them. */
export const nexthop = defineMessage({
  name: 'nexthop',
  header,
  attributes: defineAttributes('nexthop', {
    id: attr.u32(1),
    blackhole: attr.flag(4),
    fdb: attr.flag(11),
    interfaceIndex: attr.u32(5),
    gateway: attr.bytes(6),
    encapsulationType: attr.u16(7),
    encapsulation: attr.bytes(8),
    groupType: attr.u16(3),
    group: attr.bytes(2, { doc: 'A struct nexthop_grp per member: u32 id, u16 weight - 1, u16.' }),
    groups: attr.flag(9),
    master: attr.u32(10),
    resilientGroup: attr.flagged(attr.nested(12, resilientGroup)),
    resilientBucket: attr.flagged(attr.nested(13, resilientBucket)),
    hardwareStatistics: attr.u32(16),
    hardwareStatisticsUsed: attr.u32(17),
    statistics: attr.flagged(attr.nested(15, statistics)),
    operationFlags: attr.u32(14),
  }),
});
export type NexthopMessage = MessageOf<typeof nexthop>;

const unsupported = attr.unsupported;
const encapsulation = defineAttributes('nexthop-encapsulation', {});

/** RTM_NEWNEXTHOP as requests may have it. */
export const nexthopAddition = defineMessage({
  name: 'nexthop-addition',
  header,
  attributes: defineAttributes('nexthop-addition', {
    id: attr.u32(1),
    group: attr.bytes(2),
    groupType: attr.u16(3),
    blackhole: attr.flag(4),
    interfaceIndex: attr.u32(5),
    gateway: attr.bytes(6),
    encapsulationType: attr.u16(7),
    encapsulation: attr.nested(8, encapsulation, { checked: false }),
    groups: unsupported(9),
    master: unsupported(10),
    fdb: attr.flag(11),
    resilientGroup: attr.flagged(
      attr.nested(
        12,
        defineAttributes('nexthop-resilient-group-addition', {
          buckets: attr.u16(1),
          idleTimer: attr.u32(2),
          unbalancedTimer: attr.u32(3),
        }),
      ),
    ),
    resilientBucket: unsupported(13),
    operationFlags: unsupported(14),
    statistics: unsupported(15),
    hardwareStatistics: attr.u32(16, { max: 1 }),
  }),
});

const STATISTICS_FLAGS = NexthopOperationFlag.DumpStatistics | NexthopOperationFlag.DumpHardwareStatistics;

const NOT_IN_QUERIES = {
  group: unsupported(2),
  groupType: unsupported(3),
  blackhole: unsupported(4),
  gateway: unsupported(6),
  encapsulationType: unsupported(7),
  encapsulation: unsupported(8),
};

/** RTM_DELNEXTHOP */
export const nexthopDeletion = defineMessage({
  name: 'nexthop-deletion',
  header,
  attributes: defineAttributes('nexthop-deletion', { id: attr.u32(1) }),
});

/** RTM_GETNEXTHOP of one. */
export const nexthopQuery = defineMessage({
  name: 'nexthop-query',
  header,
  attributes: defineAttributes('nexthop-query', {
    id: attr.u32(1),
    ...NOT_IN_QUERIES,
    interfaceIndex: unsupported(5),
    groups: unsupported(9),
    master: unsupported(10),
    fdb: unsupported(11),
    resilientGroup: unsupported(12),
    resilientBucket: unsupported(13),
    operationFlags: attr.u32(14, { mask: STATISTICS_FLAGS }),
  }),
});

/** RTM_GETNEXTHOP of all. */
export const nexthopDump = defineMessage({
  name: 'nexthop-dump',
  header,
  attributes: defineAttributes('nexthop-dump', {
    id: unsupported(1),
    ...NOT_IN_QUERIES,
    interfaceIndex: attr.u32(5),
    groups: attr.flag(9),
    master: attr.u32(10),
    fdb: attr.flag(11),
    resilientGroup: unsupported(12),
    resilientBucket: unsupported(13),
    operationFlags: attr.u32(14, { mask: STATISTICS_FLAGS }),
  }),
});

/** RTM_GETNEXTHOPBUCKET of one. */
export const bucketQuery = defineMessage({
  name: 'nexthop-bucket-query',
  header,
  attributes: defineAttributes('nexthop-bucket-query', {
    id: attr.u32(1),
    ...NOT_IN_QUERIES,
    interfaceIndex: unsupported(5),
    groups: unsupported(9),
    master: unsupported(10),
    fdb: unsupported(11),
    resilientGroup: unsupported(12),
    resilientBucket: attr.nested(13, defineAttributes('nexthop-bucket-query-bucket', { index: attr.u16(1) })),
  }),
});

/** RTM_GETNEXTHOPBUCKET of all. */
export const bucketDump = defineMessage({
  name: 'nexthop-bucket-dump',
  header,
  attributes: defineAttributes('nexthop-bucket-dump', {
    id: attr.u32(1),
    ...NOT_IN_QUERIES,
    interfaceIndex: attr.u32(5),
    groups: unsupported(9),
    master: attr.u32(10),
    fdb: unsupported(11),
    resilientGroup: unsupported(12),
    resilientBucket: attr.flagged(
      attr.nested(
        13,
        defineAttributes('nexthop-bucket-dump-bucket', {
          index: unsupported(1),
          idleTime: unsupported(2),
          nexthopId: attr.u32(3),
        }),
      ),
    ),
  }),
});
