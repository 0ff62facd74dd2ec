import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct if_stats_msg` */
const header = defineHeader('if_stats_msg', {
  addressFamily: field.u8,
  padding: field.u8,
  morePadding: field.u16,
  interfaceIndex: field.u32,
  filterMask: field.u32,
});

/** `BRIDGE_XSTATS_*` */
const bridge = defineAttributes('bridge-statistics', {
  multicast: attr.bytes(2, { doc: '`struct br_mcast_stats`' }),
  spanningTree: attr.bytes(4, { doc: '`struct bridge_stp_xstats`' }),
});

/** `BOND_XSTATS_*` */
const bond = defineAttributes('bond-statistics', { lacp: attr.bytes(1, { doc: '`BOND_3AD_STAT_*`' }) });

/** `LINK_XSTATS_TYPE_*` */
const ofKind = defineAttributes('kind-statistics', {
  bridge: attr.nested(1, bridge),
  bond: attr.nested(2, bond),
});

/** `IFLA_OFFLOAD_XSTATS_HW_S_INFO_*` */
const hardware = defineAttributes('hardware-statistics', { requested: attr.u8(1), used: attr.u8(2) });

/** `IFLA_OFFLOAD_XSTATS_*` of which there is information. */
const hardwareInformation = defineAttributes('hardware-statistics-information', {
  layer3: attr.flagged(attr.nested(3, hardware)),
});

/** `IFLA_OFFLOAD_XSTATS_*` */
const offload = defineAttributes('offload-statistics', {
  information: attr.flagged(attr.nested(2, hardwareInformation)),
});

const none = defineAttributes('no-statistics', {});

/** `IFLA_STATS_*`; requests have other attributes. */
const attributes = defineAttributes('statistics', {
  link64: attr.bytes(1, { doc: '`struct rtnl_link_stats64`' }),
  ofKind: attr.nested(2, ofKind),
  ofPort: attr.nested(3, ofKind),
  offload: attr.nested(4, offload),
  addressFamilies: attr.nested(5, none),
});

/** RTM_NEWSTATS */
export const statistics = defineMessage({ name: 'statistics', header, attributes });
export type StatisticsMessage = MessageOf<typeof statistics>;

/** Of all statistics only those of offloads can be filtered. */
const filters = defineAttributes('statistics-filters', {
  link64: attr.unsupported(1),
  ofKind: attr.unsupported(2),
  ofPort: attr.unsupported(3),
  offload: attr.u32(4),
  addressFamilies: attr.unsupported(5),
});

/** RTM_GETSTATS */
export const statisticsRequest = defineMessage({
  name: 'statistics-request',
  header,
  attributes: defineAttributes('statistics-request', { filters: attr.flagged(attr.nested(1, filters)) }),
});
