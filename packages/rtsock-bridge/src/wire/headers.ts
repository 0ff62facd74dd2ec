import { is, Layout, type ValuesOf } from './layout.js';

/** `struct rt_metrics` */
export const routeMetrics = new Layout('rt_metrics', {
  locks: is.u64,
  mtu: is.u64,
  hopCount: is.u64,
  /** Seconds of the wall clock; 0 for never. */
  expire: is.u64,
  receivePipe: is.u64,
  sendPipe: is.u64,
  slowStartThreshold: is.u64,
  roundTripTime: is.u64,
  roundTripTimeVariance: is.u64,
  packetsSent: is.u64,
  weight: is.u64,
  nexthopIndex: is.u64,
  filler0: is.u64,
  filler1: is.u64,
});
export type RouteMetrics = ValuesOf<typeof routeMetrics>;

/** `struct rt_msghdr` */
export const routeHeader = new Layout('rt_msghdr', {
  length: is.u16,
  version: is.u8,
  type: is.u8,
  interfaceIndex: is.u16,
  spare: is.u16,
  /** RTF_* */
  flags: is.u32,
  /** RTA_* */
  addresses: is.u32,
  pid: is.s32,
  sequence: is.s32,
  errno: is.s32,
  flagMask: is.u32,
  /** RTV_* */
  inits: is.u64,
  metrics: is.struct(routeMetrics),
});
export type RouteHeader = ValuesOf<typeof routeHeader>;

/** `struct timeval` */
const timeValue = new Layout('timeval', { seconds: is.u64, microseconds: is.u64 });

/** `struct if_data` */
export const interfaceData = new Layout('if_data', {
  /** IFT_* */
  type: is.u8,
  physical: is.u8,
  addressLength: is.u8,
  headerLength: is.u8,
  /** LINK_STATE_* */
  linkState: is.u8,
  vhid: is.u8,
  dataLength: is.u16,
  mtu: is.u32,
  metric: is.u32,
  baudRate: is.u64,
  inputPackets: is.u64,
  inputErrors: is.u64,
  outputPackets: is.u64,
  outputErrors: is.u64,
  collisions: is.u64,
  inputBytes: is.u64,
  outputBytes: is.u64,
  inputMulticasts: is.u64,
  outputMulticasts: is.u64,
  inputQueueDrops: is.u64,
  outputQueueDrops: is.u64,
  noProtocol: is.u64,
  hardwareAssistance: is.u64,
  epoch: is.u64,
  lastChange: is.struct(timeValue),
});
export type InterfaceData = ValuesOf<typeof interfaceData>;

const shortInterfaceFields = {
  length: is.u16,
  version: is.u8,
  type: is.u8,
  addresses: is.u32,
  flags: is.u32,
  interfaceIndex: is.u16,
  spare: is.u16,
} as const;

/** `struct if_msghdr` */
export const interfaceHeader = new Layout('if_msghdr', {
  ...shortInterfaceFields,
  data: is.struct(interfaceData),
});

/** `struct if_msghdrl`: of NET_RT_IFLISTL. */
export const longInterfaceHeader = new Layout('if_msghdrl', {
  ...shortInterfaceFields,
  headerLength: is.u16,
  dataOffset: is.u16,
  spare2: is.s32,
  data: is.struct(interfaceData),
});

/** `struct ifa_msghdr` */
export const addressHeader = new Layout('ifa_msghdr', { ...shortInterfaceFields, metric: is.s32 });

/** `struct ifa_msghdrl`: of NET_RT_IFLISTL. */
export const longAddressHeader = new Layout('ifa_msghdrl', {
  ...shortInterfaceFields,
  headerLength: is.u16,
  dataOffset: is.u16,
  metric: is.s32,
  data: is.struct(interfaceData),
});

/** `struct ifma_msghdr` */
export const multicastHeader = new Layout('ifma_msghdr', shortInterfaceFields);

/** `struct if_announcemsghdr` */
export const announcementHeader = new Layout('if_announcemsghdr', {
  length: is.u16,
  version: is.u8,
  type: is.u8,
  interfaceIndex: is.u16,
  name: is.bytes(16),
  what: is.u16,
});

/** `struct nhop_external`: behind a `rt_msghdr`, of NET_RT_NHOP. */
export const nexthopRecord = new Layout('nhop_external', {
  length: is.u32,
  index: is.u32,
  fib: is.u32,
  interfaceIndex: is.u32,
  addressInterfaceIndex: is.u32,
  prependLength: is.u8,
  addressFamily: is.u8,
  /** NH_TYPE_* */
  type: is.u16,
  mtu: is.u16,
  /** NHF_* */
  flags: is.u16,
  gateway: is.bytes(4),
  source: is.bytes(4),
  packetsSent: is.u64,
  prepend: is.bytes(64),
  references: is.u64,
});

/** `struct nhop_addrs`: behind that; where the gateway and the source stand, counted from here. */
export const nexthopAddresses = new Layout('nhop_addrs', {
  length: is.u32,
  gatewayOffset: is.u16,
  sourceOffset: is.u16,
});

/** `struct nhgrp_external`: behind a `rt_msghdr`, of NET_RT_NHGRP. */
export const groupRecord = new Layout('nhgrp_external', { index: is.u32, references: is.u32 });

/** `struct nhgrp_container`: what of a group follows. */
export const groupContainer = new Layout('nhgrp_container', {
  length: is.u32,
  count: is.u16,
  /** NHG_C_TYPE_* */
  type: is.u8,
  subtype: is.u8,
});

/** `struct nhgrp_nhop_external` */
export const groupMember = new Layout('nhgrp_nhop_external', { index: is.u32, weight: is.u32 });
