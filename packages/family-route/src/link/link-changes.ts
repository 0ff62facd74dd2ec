import { type Cause, Errno, NetlinkError } from '@nlspace/core';
import { isValidMacAddress } from './kinds/ethernet.js';
import type { Link } from './link.js';
import {
  type AddressGenerationMode,
  LinkFlag,
  LinkType,
  OperationalState,
  PLAIN_FLAGS,
} from './link-flags.js';
import type { LinkTable } from './link-table.js';

/** What a request changes on a link that is there; what is left out stays. */
export interface LinkChanges {
  readonly address?: Uint8Array;
  readonly mtu?: number;
  readonly group?: number;
  readonly name?: string;
  readonly alias?: string;
  readonly broadcast?: Uint8Array;
  readonly flags?: number;
  /** The flags that `flags` speaks of; 0 means all of them. */
  readonly flagsMask?: number;
  readonly transmitQueueLength?: number;
  readonly gsoMaximumSize?: number;
  readonly gsoMaximumSegments?: number;
  readonly groMaximumSize?: number;
  readonly gsoIpv4MaximumSize?: number;
  readonly groIpv4MaximumSize?: number;
  readonly operationalState?: number;
  readonly mode?: number;
  readonly addressGenerationMode?: AddressGenerationMode;
}

/** In the order of the kernel's `do_setlink`, with the announcements that each change makes there. */
export function applyLinkChanges(link: Link, changes: LinkChanges, links: LinkTable, cause: Cause): void {
  let isWorthAnnouncing = false;
  if (changes.address !== undefined) changeAddress(link, changes.address, links, cause);
  if (changes.mtu !== undefined) links.changeMtu(link, changes.mtu, cause);
  if (changes.group !== undefined) {
    link.group = changes.group;
    isWorthAnnouncing = true;
  }
  if (changes.name !== undefined) links.rename(link, changes.name, cause);
  if (changes.alias !== undefined) {
    link.alias = changes.alias === '' ? undefined : changes.alias;
    isWorthAnnouncing = true;
  }
  if (changes.broadcast !== undefined) {
    link.broadcast = padded(changes.broadcast, link.broadcast.length);
    links.announce(link, 0, cause);
  }
  const { flags = 0, flagsMask = 0 } = changes;
  if (flags !== 0 || flagsMask !== 0) links.changeFlags(link, flags, flagsMask, cause);
  if (changes.transmitQueueLength !== undefined && changes.transmitQueueLength !== link.transmitQueueLength) {
    link.transmitQueueLength = changes.transmitQueueLength;
    links.announce(link, 0, cause);
  }
  changeOffloads(link, changes);
  if (changes.operationalState !== undefined) requestState(link, changes.operationalState, links, cause);
  if (changes.mode !== undefined) {
    if (changes.mode !== link.mode) isWorthAnnouncing = true;
    link.mode = changes.mode;
  }
  if (changes.addressGenerationMode !== undefined && link.ipv6 !== undefined) {
    link.ipv6.addressGenerationMode = changes.addressGenerationMode;
    isWorthAnnouncing = true;
  }
  if (isWorthAnnouncing) links.announceState(link, cause);
}

/**
 * Sets administrative flags without announcing them.
 *
 * @returns the flags that have changed.
 */
export function applyFlags(link: Link, flags: number, mask: number, links: LinkTable): number {
  const before = link.administrativeFlags;
  const effectiveMask = mask === 0 ? 0xffffffff : mask;
  const wanted = (flags & effectiveMask) | (before & ~effectiveMask);
  link.administrativeFlags = (wanted & PLAIN_FLAGS) | (before & ~PLAIN_FLAGS);
  if (((wanted ^ before) & LinkFlag.Up) !== 0) {
    link.administrativeFlags ^= LinkFlag.Up;
    if (link.isUp) {
      link.hasQueue = true;
      link.behaviour.up?.(link, links);
    } else link.behaviour.down?.(link, links);
  }
  const watched = LinkFlag.Promiscuous | LinkFlag.AllMulticast;
  link.administrativeFlags = (link.administrativeFlags & ~watched) | (wanted & watched);
  return (before ^ link.administrativeFlags) >>> 0;
}

function changeAddress(link: Link, address: Uint8Array, links: LinkTable, cause: Cause): void {
  if (address.length < link.address.length)
    throw new NetlinkError(Errno.EINVAL, undefined, { attribute: 'address' });
  const wanted = address.slice(0, link.address.length);
  if (link.traits.type === LinkType.Ethernet && !isValidMacAddress(wanted)) {
    throw new NetlinkError(Errno.EADDRNOTAVAIL, undefined, { attribute: 'address' });
  }
  link.address = wanted;
  links.announce(link, 0, cause);
}

function changeOffloads(link: Link, changes: LinkChanges): void {
  const { gsoMaximumSize, gsoMaximumSegments } = changes;
  if (gsoMaximumSize !== undefined && gsoMaximumSize > link.traits.tsoMaximumSize) {
    throw new NetlinkError(Errno.EINVAL, 'too big gso_max_size', { attribute: 'gsoMaximumSize' });
  }
  if (gsoMaximumSegments !== undefined && gsoMaximumSegments > 65535) {
    throw new NetlinkError(Errno.EINVAL, 'too big gso_max_segs', { attribute: 'gsoMaximumSegments' });
  }
  link.gsoMaximumSize = gsoMaximumSize ?? link.gsoMaximumSize;
  link.gsoMaximumSegments = gsoMaximumSegments ?? link.gsoMaximumSegments;
  link.groMaximumSize = changes.groMaximumSize ?? link.groMaximumSize;
  link.gsoIpv4MaximumSize = changes.gsoIpv4MaximumSize ?? link.gsoIpv4MaximumSize;
  link.groIpv4MaximumSize = changes.groIpv4MaximumSize ?? link.groIpv4MaximumSize;
}

/** IFLA_OPERSTATE: only a dormant link can be declared up, and only a working one dormant; the rest is ignored. */
function requestState(link: Link, wanted: number, links: LinkTable, cause: Cause): void {
  const { settledState } = link;
  const allowed =
    (wanted === OperationalState.Up &&
      [OperationalState.Dormant, OperationalState.Testing, OperationalState.Unknown].includes(
        settledState,
      )) ||
    (wanted === OperationalState.Dormant && link.isOperational);
  if (!allowed) return;
  link.settledState = wanted;
  links.announceState(link, cause);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, length));
  return result;
}
