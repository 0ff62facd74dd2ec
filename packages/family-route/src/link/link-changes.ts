import { type Cause, Errno, NetlinkError } from '@nlspace/core';
import type { Link } from './link.js';
import { type AddressGenerationMode, OperationalState } from './link-flags.js';
import type { LinkContext, LinkData } from './link-kind.js';
import type { LinkTable } from './link-table.js';

const LARGEST_OFFLOAD_OF_IPV4 = 65_536;
/** GRO_MAX_SIZE */
const LARGEST_RECEIVED = 524_280;

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
  /** By IPV4_DEVCONF_*. */
  readonly ipv4Settings?: ReadonlyMap<number, number>;
  readonly ipv6Token?: Uint8Array;
  readonly addressGenerationMode?: AddressGenerationMode;
  /** Index of the master to join; 0 leaves it. */
  readonly master?: number;
  readonly hasCarrier?: boolean;
  readonly isProtocolDown?: boolean;
  /** IFLA_INFO_DATA, decoded by the link's kind. */
  readonly data?: LinkData;
  /** IFLA_INFO_SLAVE_DATA, decoded by the kind of its master. */
  readonly portData?: LinkData;
}

/** In the order of the kernel's `do_setlink`, with the announcements that each change makes there. */
export function applyLinkChanges(link: Link, changes: LinkChanges, links: LinkTable, cause: Cause): void {
  const done = { isWorthAnnouncing: false };
  try {
    applyAll(link, changes, { links, cause }, done);
  } finally {
    // Also what has been done before an error.
    if (done.isWorthAnnouncing) links.announceState(link, cause);
  }
}

function applyAll(
  link: Link,
  changes: LinkChanges,
  context: LinkContext,
  done: { isWorthAnnouncing: boolean },
): void {
  const { links, cause } = context;
  refuseOffloads(link, changes);
  if (changes.data !== undefined) {
    if (link.behaviour.change === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    link.behaviour.change(link, changes.data, context);
    done.isWorthAnnouncing = true;
  }
  if (changes.portData !== undefined) {
    const { master } = link;
    const change = master?.behaviour.ports?.change;
    if (master === undefined || change === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    change.call(master.behaviour.ports, master, link, changes.portData, context);
    done.isWorthAnnouncing = true;
  }
  if (changes.address !== undefined) changeAddress(link, changes.address, links, cause);
  if (changes.mtu !== undefined) links.changeMtu(link, changes.mtu, cause);
  if (changes.group !== undefined) {
    link.group = changes.group;
    done.isWorthAnnouncing = true;
  }
  if (changes.name !== undefined) links.rename(link, changes.name, cause);
  if (changes.alias !== undefined) {
    link.alias = changes.alias === '' ? undefined : changes.alias;
    done.isWorthAnnouncing = true;
  }
  if (changes.broadcast !== undefined) {
    link.broadcast = padded(changes.broadcast, link.broadcast.length);
    links.announceAddress(link, cause);
  }
  const { flags = 0, flagsMask = 0 } = changes;
  if (flags !== 0 || flagsMask !== 0) links.changeFlags(link, flags, flagsMask, cause);
  if (changes.master !== undefined) links.setMaster(link, changes.master, cause);
  if (changes.hasCarrier !== undefined) {
    if (link.behaviour.changeCarrier === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
    link.behaviour.changeCarrier(link, changes.hasCarrier, context);
  }
  if (changes.transmitQueueLength !== undefined && changes.transmitQueueLength !== link.transmitQueueLength) {
    link.transmitQueueLength = changes.transmitQueueLength;
    links.announce(link, 0, cause);
  }
  changeOffloads(link, changes);
  if (changes.operationalState !== undefined) requestState(link, changes.operationalState, links, cause);
  if (changes.mode !== undefined) {
    if (changes.mode !== link.mode) done.isWorthAnnouncing = true;
    link.mode = changes.mode;
  }
  for (const [setting, value] of changes.ipv4Settings ?? []) link.ipv4?.changed.set(setting, value);
  if (changes.ipv4Settings !== undefined) done.isWorthAnnouncing = true;
  if (changes.ipv6Token !== undefined) {
    links.setIpv6Token(link, changes.ipv6Token);
    done.isWorthAnnouncing = true;
  }
  if (changes.addressGenerationMode !== undefined && link.ipv6 !== undefined) {
    link.ipv6.addressGenerationMode = changes.addressGenerationMode;
    done.isWorthAnnouncing = true;
  }
  if (changes.isProtocolDown !== undefined) {
    if (link.behaviour.canBeProtocolDown !== true)
      throw new NetlinkError(Errno.EOPNOTSUPP, 'Protodown not supported by device');
    links.setCarrier(link, !changes.isProtocolDown);
    link.isProtocolDown = changes.isProtocolDown;
    done.isWorthAnnouncing = true;
  }
}

function changeAddress(link: Link, address: Uint8Array, links: LinkTable, cause: Cause): void {
  if (address.length < link.address.length) throw new NetlinkError(Errno.EINVAL);
  links.changeAddress(link, address.slice(0, link.address.length), cause);
}

/** Looked at before anything is changed. */
function refuseOffloads(link: Link, changes: LinkChanges): void {
  const { gsoMaximumSize, gsoMaximumSegments, groMaximumSize, gsoIpv4MaximumSize, groIpv4MaximumSize } =
    changes;
  if (gsoMaximumSize !== undefined && gsoMaximumSize > link.tsoMaximumSize) {
    throw new NetlinkError(Errno.EINVAL, 'too big gso_max_size');
  }
  if (gsoMaximumSegments !== undefined && gsoMaximumSegments > 65535) {
    throw new NetlinkError(Errno.EINVAL, 'too big gso_max_segs');
  }
  if (groMaximumSize !== undefined && groMaximumSize > LARGEST_RECEIVED) {
    throw new NetlinkError(Errno.EINVAL, 'too big gro_max_size');
  }
  if (gsoIpv4MaximumSize !== undefined && gsoIpv4MaximumSize > link.tsoMaximumSize) {
    throw new NetlinkError(Errno.EINVAL, 'too big gso_ipv4_max_size');
  }
  if (groIpv4MaximumSize !== undefined && groIpv4MaximumSize > LARGEST_RECEIVED) {
    throw new NetlinkError(Errno.EINVAL, 'too big gro_ipv4_max_size');
  }
}

/** What IPv4 could ever do is for both. */
function alsoForIpv4(size: number | undefined): number | undefined {
  return size !== undefined && size <= LARGEST_OFFLOAD_OF_IPV4 ? size : undefined;
}

function changeOffloads(link: Link, changes: LinkChanges): void {
  const { gsoMaximumSize, gsoMaximumSegments } = changes;
  link.gsoMaximumSize = gsoMaximumSize ?? link.gsoMaximumSize;
  link.gsoMaximumSegments = gsoMaximumSegments ?? link.gsoMaximumSegments;
  link.groMaximumSize = changes.groMaximumSize ?? link.groMaximumSize;
  link.gsoIpv4MaximumSize =
    changes.gsoIpv4MaximumSize ?? alsoForIpv4(gsoMaximumSize) ?? link.gsoIpv4MaximumSize;
  link.groIpv4MaximumSize =
    changes.groIpv4MaximumSize ?? alsoForIpv4(changes.groMaximumSize) ?? link.groIpv4MaximumSize;
}

/** IFLA_OPERSTATE: only a dormant link or one under test can be declared up, and only a working one these; the rest is ignored. */
function requestState(link: Link, wanted: number, links: LinkTable, cause: Cause): void {
  const { settledState } = link;
  const allowed =
    (wanted === OperationalState.Up &&
      [OperationalState.Dormant, OperationalState.Testing, OperationalState.Unknown].includes(
        settledState,
      )) ||
    ((wanted === OperationalState.Dormant || wanted === OperationalState.Testing) && link.isOperational);
  if (!allowed) return;
  link.settledState = wanted;
  links.announceState(link, cause);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  const result = new Uint8Array(length);
  result.set(bytes.subarray(0, length));
  return result;
}
