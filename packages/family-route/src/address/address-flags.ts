/** `ifa_flags`, IFA_FLAGS (IFA_F_*). */
export enum AddressFlag {
  /** IPv4: not the first of its prefix. IPv6: temporary. */
  Secondary = 0x1,
  NoDuplicateDetection = 0x2,
  Optimistic = 0x4,
  DuplicateDetected = 0x8,
  HomeAddress = 0x10,
  Deprecated = 0x20,
  Tentative = 0x40,
  Permanent = 0x80,
  ManageTemporary = 0x100,
  NoPrefixRoute = 0x200,
  MulticastAutojoin = 0x400,
  StablePrivacy = 0x800,
}

/** What has no meaning for IPv4 and is dropped there. */
export const IPV6_ONLY_FLAGS =
  AddressFlag.NoDuplicateDetection |
  AddressFlag.Optimistic |
  AddressFlag.DuplicateDetected |
  AddressFlag.HomeAddress |
  AddressFlag.Tentative |
  AddressFlag.ManageTemporary |
  AddressFlag.StablePrivacy;

/** What a request can set on an IPv6 address; being optimistic takes a setting that only /proc/sys changes. */
export const IPV6_REQUESTED_FLAGS =
  AddressFlag.NoDuplicateDetection |
  AddressFlag.HomeAddress |
  AddressFlag.ManageTemporary |
  AddressFlag.NoPrefixRoute |
  AddressFlag.MulticastAutojoin;

/** IFA_PROTO: where an address came from. */
export enum AddressProtocol {
  Unspecified = 0,
  KernelLoopback = 1,
  KernelRouterAdvertisement = 2,
  KernelLinkLocal = 3,
}
