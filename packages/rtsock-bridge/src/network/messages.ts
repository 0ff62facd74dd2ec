import {
  AddressFamily,
  type InterfaceAddress,
  type Link,
  LinkFlag,
  type MulticastEvent,
} from '@nlspace/family-route';
import type {
  AddressMessage,
  AnnouncementMessage,
  InterfaceMessage,
  MulticastMessage,
} from '../wire/message.js';
import { AddressSlot, Announcement, BsdFamily, InterfaceType, RtsockType } from '../wire/numbers.js';
import { internetAddress, type LinkAddress, netmaskOf } from '../wire/socket-address.js';
import { dataOf, interfaceAddress, interfaceFlags, interfaceType } from './interface.js';

/** IFA_ROUTE: the prefix of the address is routed. */
export const ADDRESS_HAS_ROUTE = 1;

/** RTM_IFINFO. Told without addresses; dumps name the interface. */
export function interfaceMessage(link: Link, isDumped: boolean): InterfaceMessage {
  return {
    kind: 'interface',
    type: RtsockType.InterfaceInfo,
    header: { flags: interfaceFlags(link), interfaceIndex: link.index, spare: 0, data: dataOf(link) },
    addresses: isDumped ? { [AddressSlot.Interface]: interfaceAddress(link) } : {},
  };
}

/** RTM_IFANNOUNCE */
export function announcementMessage(
  link: Link,
  what: Announcement,
  name: string = link.name,
): AnnouncementMessage {
  return {
    kind: 'announcement',
    type: RtsockType.InterfaceAnnounce,
    interfaceIndex: link.index,
    name,
    what,
    data: new Uint8Array(0),
  };
}

/** RTM_NEWADDR, RTM_DELADDR */
export function addressMessage(
  { link, local, peer, prefixLength, broadcast, addressFamily }: InterfaceAddress,
  type: AddressMessage['type'],
  flags: number,
): AddressMessage {
  const bytes = addressFamily === AddressFamily.Inet ? 4 : 16;
  const isPair = peer.some((byte, i) => byte !== local[i]);
  const second = isPair ? peer : (broadcast ?? ipv4Broadcast(link, local, prefixLength));
  return {
    kind: 'address',
    type,
    header: { flags, interfaceIndex: link.index, spare: 0, metric: 0 },
    addresses: {
      [AddressSlot.Netmask]: netmaskOf(prefixLength, bytes),
      [AddressSlot.Interface]: interfaceAddress(link),
      [AddressSlot.InterfaceAddress]: internetAddress(local, link.index),
      ...(second === undefined ? {} : { [AddressSlot.Broadcast]: internetAddress(second, link.index) }),
    },
  };
}

/** What FreeBSD takes where nobody says one: IPv4 addresses always have a second address there. */
function ipv4Broadcast(link: Link, local: Uint8Array, prefixLength: number): Uint8Array | undefined {
  if (local.length !== 4) return undefined;
  if (link.isLoopback) return local;
  if (!link.has(LinkFlag.Broadcast)) return undefined;
  // RFC 3021: two hosts, and no address to spare.
  if (prefixLength === 31) return Uint8Array.of(255, 255, 255, 255);
  return local.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefixLength - i * 8))));
}

/** RTM_NEWMADDR, RTM_DELMADDR */
export function multicastMessage(
  { link, address }: MulticastEvent['membership'],
  type: MulticastMessage['type'],
): MulticastMessage {
  const hardware =
    interfaceType(link) === InterfaceType.Loopback ? undefined : multicastHardware(link, address);
  return {
    kind: 'multicast',
    type,
    header: { flags: 0, interfaceIndex: link.index, spare: 0 },
    addresses: {
      ...(hardware === undefined ? {} : { [AddressSlot.Gateway]: hardware }),
      [AddressSlot.Interface]: interfaceAddress(link),
      [AddressSlot.InterfaceAddress]: internetAddress(address, link.index),
    },
  };
}

/** The Ethernet address that stands for a group: 01:00:5e and 23 bits, or 33:33 and 32. */
function multicastHardware(link: Link, group: Uint8Array): LinkAddress | undefined {
  if (interfaceAddress(link).address.length === 0) return undefined;
  const address =
    group.length === 4
      ? Uint8Array.of(1, 0, 0x5e, (group[1] as number) & 0x7f, group[2] as number, group[3] as number)
      : Uint8Array.of(0x33, 0x33, ...group.subarray(12));
  const { index: interfaceIndex } = link;
  return { family: BsdFamily.Link, interfaceIndex, type: interfaceType(link), name: '', address, length: 54 };
}
