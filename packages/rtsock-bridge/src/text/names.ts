import { AddressSlot, InterfaceFlag, RtsockFlag, RtsockType } from '../wire/numbers.js';

/** RTM_* as route(8) writes them. */
export const TYPE_NAMES: Readonly<Record<RtsockType, string>> = {
  [RtsockType.Add]: 'RTM_ADD',
  [RtsockType.Delete]: 'RTM_DELETE',
  [RtsockType.Change]: 'RTM_CHANGE',
  [RtsockType.Get]: 'RTM_GET',
  [RtsockType.Losing]: 'RTM_LOSING',
  [RtsockType.Redirect]: 'RTM_REDIRECT',
  [RtsockType.Miss]: 'RTM_MISS',
  [RtsockType.Lock]: 'RTM_LOCK',
  [RtsockType.Resolve]: 'RTM_RESOLVE',
  [RtsockType.NewAddress]: 'RTM_NEWADDR',
  [RtsockType.DeleteAddress]: 'RTM_DELADDR',
  [RtsockType.InterfaceInfo]: 'RTM_IFINFO',
  [RtsockType.NewMulticastAddress]: 'RTM_NEWMADDR',
  [RtsockType.DeleteMulticastAddress]: 'RTM_DELMADDR',
  [RtsockType.InterfaceAnnounce]: 'RTM_IFANNOUNCE',
  [RtsockType.Wireless]: 'RTM_IEEE80211',
};

export const SLOT_NAMES: Readonly<Record<AddressSlot, string>> = {
  [AddressSlot.Destination]: 'DST',
  [AddressSlot.Gateway]: 'GATEWAY',
  [AddressSlot.Netmask]: 'NETMASK',
  [AddressSlot.GenerationMask]: 'GENMASK',
  [AddressSlot.Interface]: 'IFP',
  [AddressSlot.InterfaceAddress]: 'IFA',
  [AddressSlot.Author]: 'AUTHOR',
  [AddressSlot.Broadcast]: 'BRD',
};

export const ROUTE_FLAG_NAMES: Readonly<Record<RtsockFlag, string>> = {
  [RtsockFlag.Up]: 'UP',
  [RtsockFlag.Gateway]: 'GATEWAY',
  [RtsockFlag.Host]: 'HOST',
  [RtsockFlag.Reject]: 'REJECT',
  [RtsockFlag.Dynamic]: 'DYNAMIC',
  [RtsockFlag.Modified]: 'MODIFIED',
  [RtsockFlag.Done]: 'DONE',
  [RtsockFlag.ExternalResolver]: 'XRESOLVE',
  [RtsockFlag.LinkLayer]: 'LLINFO',
  [RtsockFlag.Static]: 'STATIC',
  [RtsockFlag.Blackhole]: 'BLACKHOLE',
  [RtsockFlag.Protocol2]: 'PROTO2',
  [RtsockFlag.Protocol1]: 'PROTO1',
  [RtsockFlag.Protocol3]: 'PROTO3',
  [RtsockFlag.FixedMtu]: 'FIXEDMTU',
  [RtsockFlag.Pinned]: 'PINNED',
  [RtsockFlag.Local]: 'LOCAL',
  [RtsockFlag.Broadcast]: 'BROADCAST',
  [RtsockFlag.Multicast]: 'MULTICAST',
  [RtsockFlag.Sticky]: 'STICKY',
  [RtsockFlag.GatewayCompatibility]: 'GWFLAG_COMPAT',
};

export const INTERFACE_FLAG_NAMES: Readonly<Record<InterfaceFlag, string>> = {
  [InterfaceFlag.Up]: 'UP',
  [InterfaceFlag.Broadcast]: 'BROADCAST',
  [InterfaceFlag.Debug]: 'DEBUG',
  [InterfaceFlag.Loopback]: 'LOOPBACK',
  [InterfaceFlag.PointToPoint]: 'PTP',
  [InterfaceFlag.Running]: 'RUNNING',
  [InterfaceFlag.NoArp]: 'NOARP',
  [InterfaceFlag.Promiscuous]: 'PROMISC',
  [InterfaceFlag.AllMulticast]: 'ALLMULTI',
  [InterfaceFlag.Active]: 'OACTIVE',
  [InterfaceFlag.Simplex]: 'SIMPLEX',
  [InterfaceFlag.Link0]: 'LINK0',
  [InterfaceFlag.Link1]: 'LINK1',
  [InterfaceFlag.Link2]: 'LINK2',
  [InterfaceFlag.Multicast]: 'MULTICAST',
};

/** The names of the bits that are set. */
export function bitNames(bits: number, names: Readonly<Record<number, string>>): string[] {
  return Object.entries(names)
    .filter(([bit]) => (bits & Number(bit)) !== 0)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => name);
}
