import { type Link, LinkFlag, LinkType } from '@nlspace/family-route';
import { type InterfaceData, interfaceData } from '../wire/headers.js';
import { BsdFamily, InterfaceFlag, InterfaceType, LinkState } from '../wire/numbers.js';
import { INTERFACE_ADDRESS_LENGTH, type LinkAddress } from '../wire/socket-address.js';

/** What a link's flags are called by FreeBSD. */
const FLAGS: readonly [LinkFlag, InterfaceFlag][] = [
  [LinkFlag.Up, InterfaceFlag.Up],
  [LinkFlag.Broadcast, InterfaceFlag.Broadcast],
  [LinkFlag.Loopback, InterfaceFlag.Loopback],
  [LinkFlag.PointToPoint, InterfaceFlag.PointToPoint],
  [LinkFlag.Running, InterfaceFlag.Running],
  [LinkFlag.NoArp, InterfaceFlag.NoArp],
  [LinkFlag.Promiscuous, InterfaceFlag.Promiscuous],
  [LinkFlag.AllMulticast, InterfaceFlag.AllMulticast],
  [LinkFlag.Multicast, InterfaceFlag.Multicast],
];

/** IFT_* by the kind of a link, where it says more than the type of its addresses. */
const TYPES_OF_KINDS: Readonly<Record<string, InterfaceType>> = {
  bridge: InterfaceType.Bridge,
  vlan: InterfaceType.Vlan,
  bond: InterfaceType.Aggregate,
};

const TYPES: Readonly<Record<number, InterfaceType>> = {
  [LinkType.Ethernet]: InterfaceType.Ethernet,
  [LinkType.Loopback]: InterfaceType.Loopback,
  [LinkType.Tunnel]: InterfaceType.IpInIp,
  [LinkType.Tunnel6]: InterfaceType.IpInIp,
  [LinkType.Sit]: InterfaceType.IpInIp,
  [LinkType.Ipv4Gre]: InterfaceType.Tunnel,
  [LinkType.Ipv6Gre]: InterfaceType.Tunnel,
};

const ETHERNET_HEADER = 14;
const VLAN_HEADER = 18;

/** IFF_* */
export function interfaceFlags({ flags, traits }: Link): number {
  // Ethernet does not hear itself.
  let found: number = traits.type === LinkType.Ethernet ? InterfaceFlag.Simplex : 0;
  for (const [ours, theirs] of FLAGS) if ((flags & ours) !== 0) found |= theirs;
  return found;
}

/** IFT_* */
export function interfaceType({ kind, traits }: Link): InterfaceType {
  return TYPES_OF_KINDS[kind] ?? TYPES[traits.type] ?? InterfaceType.Other;
}

export function linkState({ hasCarrier }: Link): LinkState {
  return hasCarrier ? LinkState.Up : LinkState.Down;
}

/** Counters are zero, since no packets flow. */
export function dataOf(link: Link): InterfaceData {
  const { traits, address, kind, mtu } = link;
  const header = kind === 'vlan' ? VLAN_HEADER : ETHERNET_HEADER;
  return {
    ...interfaceData.read(new Uint8Array(interfaceData.size)),
    type: interfaceType(link),
    addressLength: hardwareAddress(link).length === 0 ? 0 : address.length,
    headerLength: traits.type === LinkType.Ethernet ? header : 0,
    linkState: linkState(link),
    dataLength: interfaceData.size,
    mtu,
    baudRate: BigInt(traits.speedMbps ?? 0) * 1_000_000n,
  };
}

/** The interface as an address: RTA_IFP. */
export function interfaceAddress(link: Link, name: string = link.name): LinkAddress {
  return {
    family: BsdFamily.Link,
    interfaceIndex: link.index,
    type: interfaceType(link),
    name,
    address: hardwareAddress(link),
    length: INTERFACE_ADDRESS_LENGTH,
  };
}

function hardwareAddress({ traits, address }: Link): Uint8Array {
  return traits.type === LinkType.Ethernet ? address : new Uint8Array(0);
}
