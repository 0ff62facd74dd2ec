/** `ifi_flags` (IFF_*). */
export enum LinkFlag {
  Up = 0x1,
  Broadcast = 0x2,
  Loopback = 0x8,
  PointToPoint = 0x10,
  NoTrailers = 0x20,
  /** Operational: computed, never set by request. */
  Running = 0x40,
  NoArp = 0x80,
  Promiscuous = 0x100,
  AllMulticast = 0x200,
  /** Of bonds. */
  Master = 0x400,
  /** Of the ports of a bond. */
  Slave = 0x800,
  Multicast = 0x1000,
  PortSelect = 0x2000,
  AutoMedia = 0x4000,
  Dynamic = 0x8000,
  /** Has carrier: computed, never set by request. */
  LowerUp = 0x10000,
  Dormant = 0x20000,
}

/** What a request can change on any link, beside UP, PROMISC and ALLMULTI, which mean more than a bit. */
export const PLAIN_FLAGS =
  LinkFlag.NoTrailers |
  LinkFlag.NoArp |
  LinkFlag.Dynamic |
  LinkFlag.Multicast |
  LinkFlag.PortSelect |
  LinkFlag.AutoMedia;

/** `ifi_type` (ARPHRD_*). */
export enum LinkType {
  Ethernet = 1,
  Tunnel = 768,
  Tunnel6 = 769,
  Loopback = 772,
  Sit = 776,
  Ipv4Gre = 778,
  Ipv6Gre = 823,
  /** Packets without a header of the link. */
  None = 0xfffe,
}

/** IFLA_OPERSTATE: the states of RFC 2863. */
export enum OperationalState {
  Unknown = 0,
  NotPresent = 1,
  Down = 2,
  LowerLayerDown = 3,
  Testing = 4,
  Dormant = 5,
  Up = 6,
}

/** IFLA_LINKMODE */
export enum LinkMode {
  Default = 0,
  Dormant = 1,
  Testing = 2,
}

/** IFLA_INET6_ADDR_GEN_MODE */
export enum AddressGenerationMode {
  Eui64 = 0,
  None = 1,
  StablePrivacy = 2,
  Random = 3,
}

/** IFLA_EVENT: why a link is announced, where the kernel says so. */
export enum LinkEvent {
  FeaturesChanged = 2,
  BondingFailover = 3,
  NotifyPeers = 4,
  BondingOptions = 6,
}
