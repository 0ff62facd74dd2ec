import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct ndtmsg` */
const header = defineHeader('ndtmsg', {
  addressFamily: field.u8,
  padding1: field.u8,
  padding2: field.u16,
});

/** `struct ndt_config`; times are milliseconds ago. */
const configuration = defineHeader('ndt_config', {
  addressBytes: field.u16,
  entryBytes: field.u16,
  entries: field.u32,
  lastFlush: field.u32,
  lastRandom: field.u32,
  hashSecret: field.u32,
  hashMask: field.u32,
  hashChainCollection: field.u32,
  proxyQueueLength: field.u32,
});

/** `struct ndt_stats` */
const statistics = defineHeader('ndt_stats', {
  allocs: field.u64,
  destroys: field.u64,
  hashGrows: field.u64,
  resolutionsFailed: field.u64,
  lookups: field.u64,
  hits: field.u64,
  multicastProbesReceived: field.u64,
  unicastProbesReceived: field.u64,
  periodicCollections: field.u64,
  forcedCollections: field.u64,
  tableFulls: field.u64,
});

/** `NDTPA_*` in the order in which Linux writes them; times in milliseconds. */
const parameters = defineAttributes('neighbour-parameters', {
  interfaceIndex: attr.u32(1),
  references: attr.u32(2),
  queueBytes: attr.u32(16),
  queueLength: attr.u32(8, { doc: 'The queue in full-sized frames.' }),
  proxyQueueLength: attr.u32(14),
  applicationProbes: attr.u32(9),
  unicastProbes: attr.u32(10),
  multicastProbes: attr.u32(11),
  multicastReprobes: attr.u32(17),
  reachableTimeMs: attr.u64(3),
  baseReachableTimeMs: attr.u64(4),
  staleTimeMs: attr.u64(6),
  delayProbeTimeMs: attr.u64(7),
  retransmitTimeMs: attr.u64(5),
  anycastDelayMs: attr.u64(12),
  proxyDelayMs: attr.u64(13),
  lockTimeMs: attr.u64(15),
  managedProbeIntervalMs: attr.u64(19),
});

/** `NDTA_*` in the order in which Linux writes them. */
const attributes = defineAttributes('neighbour-table', {
  name: attr.string(1),
  collectionIntervalMs: attr.u64(8),
  lowThreshold: attr.u32(2),
  highThreshold: attr.u32(3),
  limit: attr.u32(4),
  configuration: attr.struct(5, configuration),
  statistics: attr.struct(7, statistics),
  parameters: attr.nested(6, parameters),
});

/** RTM_NEWNEIGHTBL, RTM_GETNEIGHTBL, RTM_SETNEIGHTBL */
export const neighbourTable = defineMessage({ name: 'neighbour-table', header, attributes });
export type NeighbourTableMessage = MessageOf<typeof neighbourTable>;
