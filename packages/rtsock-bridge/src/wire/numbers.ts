/** RTM_VERSION */
export const RTSOCK_VERSION = 5;

/** RTM_* of routing sockets. Not to be taken for netlink's message types. */
export enum RtsockType {
  Add = 1,
  Delete = 2,
  Change = 3,
  Get = 4,
  Losing = 5,
  Redirect = 6,
  Miss = 7,
  Lock = 8,
  Resolve = 0xb,
  NewAddress = 0xc,
  DeleteAddress = 0xd,
  InterfaceInfo = 0xe,
  NewMulticastAddress = 0xf,
  DeleteMulticastAddress = 0x10,
  InterfaceAnnounce = 0x11,
  Wireless = 0x12,
}

/** RTAX_*: the places of addresses in a message; the bit of one in `addresses` is RTA_*. */
export enum AddressSlot {
  Destination = 0,
  Gateway = 1,
  Netmask = 2,
  GenerationMask = 3,
  /** RTAX_IFP: the interface, as a link address. */
  Interface = 4,
  /** RTAX_IFA: the address of the interface. */
  InterfaceAddress = 5,
  Author = 6,
  /** RTAX_BRD: the broadcast address, or the other side of a point-to-point pair. */
  Broadcast = 7,
}
export const ADDRESS_SLOTS = 8;

/** RTF_* */
export enum RtsockFlag {
  Up = 0x1,
  Gateway = 0x2,
  Host = 0x4,
  Reject = 0x8,
  Dynamic = 0x10,
  Modified = 0x20,
  Done = 0x40,
  ExternalResolver = 0x200,
  /** RTF_LLDATA: not a route but a neighbour. */
  LinkLayer = 0x400,
  Static = 0x800,
  Blackhole = 0x1000,
  Protocol2 = 0x4000,
  Protocol1 = 0x8000,
  Protocol3 = 0x40000,
  FixedMtu = 0x80000,
  /** The kernel's own: the prefix of an address. */
  Pinned = 0x100000,
  Local = 0x200000,
  Broadcast = 0x400000,
  Multicast = 0x800000,
  Sticky = 0x10000000,
  GatewayCompatibility = 0x80000000,
}

/** RTV_*: which metrics of a request count. */
export enum MetricBit {
  Mtu = 0x1,
  HopCount = 0x2,
  Expire = 0x4,
  ReceivePipe = 0x8,
  SendPipe = 0x10,
  SlowStartThreshold = 0x20,
  RoundTripTime = 0x40,
  RoundTripTimeVariance = 0x80,
  Weight = 0x100,
}

/** AF_* of FreeBSD. */
export enum BsdFamily {
  Unspecified = 0,
  Inet = 2,
  Link = 18,
  Inet6 = 28,
}

/** IFF_* of FreeBSD. */
export enum InterfaceFlag {
  Up = 0x1,
  Broadcast = 0x2,
  Debug = 0x4,
  Loopback = 0x8,
  PointToPoint = 0x10,
  Running = 0x40,
  NoArp = 0x80,
  Promiscuous = 0x100,
  AllMulticast = 0x200,
  Active = 0x400,
  Simplex = 0x800,
  Link0 = 0x1000,
  Link1 = 0x2000,
  Link2 = 0x4000,
  Multicast = 0x8000,
}

/** IFT_* */
export enum InterfaceType {
  Other = 0x1,
  Ethernet = 0x6,
  Loopback = 0x18,
  Tunnel = 0x83,
  Vlan = 0x87,
  Aggregate = 0xa1,
  Bridge = 0xd1,
  /** IFT_GIF */
  IpInIp = 0xf0,
}

/** LINK_STATE_* */
export enum LinkState {
  Unknown = 0,
  Down = 1,
  Up = 2,
}

/** IFAN_* */
export enum Announcement {
  Arrival = 0,
  Departure = 1,
}

/** NET_RT_*: what a dump is of. */
export enum DumpKind {
  /** NET_RT_DUMP: routes. */
  Routes = 1,
  /** NET_RT_FLAGS: those with one of some flags. */
  RoutesByFlags = 2,
  /** NET_RT_IFLIST */
  Interfaces = 3,
  /** NET_RT_IFMALIST */
  MulticastAddresses = 4,
  /** NET_RT_IFLISTL */
  LongInterfaces = 5,
  /** NET_RT_NHOP */
  Nexthops = 6,
  /** NET_RT_NHGRP */
  NexthopGroups = 7,
}

/** NHF_*: nexthops in dumps. */
export enum NexthopDumpFlag {
  Reject = 0x10,
  Blackhole = 0x20,
  Default = 0x80,
  Broadcast = 0x100,
  Gateway = 0x200,
  Host = 0x400,
}

/** NHG_C_TYPE_* */
export enum GroupContainerType {
  ControlPlane = 1,
  DataPlane = 2,
}
