/** RTN_* */
export enum RouteType {
  Unspecified = 0,
  Unicast = 1,
  Local = 2,
  Broadcast = 3,
  Anycast = 4,
  Multicast = 5,
  Blackhole = 6,
  Unreachable = 7,
  Prohibit = 8,
  Throw = 9,
  Nat = 10,
  ExternalResolver = 11,
}

/** RT_SCOPE_* */
export enum RouteScope {
  Universe = 0,
  Site = 200,
  Link = 253,
  Host = 254,
  Nowhere = 255,
}

/** RTPROT_*, as far as the kernel side itself uses them. */
export enum RouteProtocol {
  Unspecified = 0,
  Kernel = 2,
  Boot = 3,
}

/** RT_TABLE_* */
export enum RouteTableId {
  Unspecified = 0,
  /** What `rtm_table` says for numbers that do not fit it. */
  Compat = 252,
  Default = 253,
  Main = 254,
  Local = 255,
}

/** RTNH_F_*: flags of a nexthop, and the low bits of `rtm_flags`. */
export enum NexthopFlag {
  Dead = 1,
  Pervasive = 2,
  OnLink = 4,
  Offload = 8,
  LinkDown = 16,
  Unresolved = 32,
  Trap = 64,
}

/** RTM_F_* */
export enum RouteFlag {
  Notify = 0x100,
  Cloned = 0x200,
  Equalize = 0x400,
  Prefix = 0x800,
  LookupTable = 0x1000,
  FibMatch = 0x2000,
}

/** RTA_* */
export enum RouteAttribute {
  Destination = 1,
  Source = 2,
  InputInterface = 3,
  OutputInterface = 4,
  Gateway = 5,
  Priority = 6,
  PreferredSource = 7,
  Metrics = 8,
  Multipath = 9,
  Flow = 11,
  CacheInfo = 12,
  Table = 15,
  Mark = 16,
  Via = 18,
  NewDestination = 19,
  Preference = 20,
  EncapsulationType = 21,
  Encapsulation = 22,
  Expires = 23,
  UserId = 25,
  TtlPropagate = 26,
  IpProtocol = 27,
  SourcePort = 28,
  DestinationPort = 29,
  NexthopId = 30,
  FlowLabel = 31,
}

/** RTAX_* */
export enum RouteMetric {
  Lock = 1,
  Mtu = 2,
  Advmss = 8,
  HopLimit = 10,
  Features = 12,
  CongestionControl = 16,
  FastOpenNoCookie = 17,
}

/** What IPv6 takes for a route without priority (IP6_RT_PRIO_USER). */
export const IPV6_DEFAULT_PRIORITY = 1024;
