import { type AttributeValues, attr, defineAttributes, Errno, NetlinkError } from '@nlspace/core';
import type { Link, LinkTable } from '@nlspace/family-route';

/** `ETHTOOL_FLAG_*` */
enum HeaderFlag {
  CompactBitsets = 1,
  OmitReply = 2,
  Statistics = 4,
}

const identity = {
  index: attr.u32(1),
  name: attr.string(2, { max: 127, terminated: true }),
};
const PLAIN_FLAGS = HeaderFlag.CompactBitsets | HeaderFlag.OmitReply;

/** `ETHTOOL_A_HEADER_*`: three policies, by what a request can be about. */
const plain = defineAttributes('header', { ...identity, flags: attr.u32(3, { mask: PLAIN_FLAGS }) });
const withStatistics = defineAttributes('header', {
  ...identity,
  flags: attr.u32(3, { mask: PLAIN_FLAGS | HeaderFlag.Statistics }),
});
const withPhy = defineAttributes('header', {
  ...identity,
  flags: attr.u32(3, { mask: PLAIN_FLAGS }),
  phy: attr.u32(4, { min: 1 }),
});

export type DeviceHeader = AttributeValues<typeof plain.shape> & { phy?: number };

/** The first attribute of every message but those about statistics. */
export const headerOf = {
  second: attr.flagged(attr.nested(2, plain)),
  plain: attr.flagged(attr.nested(1, plain)),
  withStatistics: attr.flagged(attr.nested(1, withStatistics)),
  withPhy: attr.flagged(attr.nested(1, withPhy)),
};

/** @throws {NetlinkError} ENODEV for no such link, EINVAL where none is named. */
export function findLink(links: LinkTable, header: DeviceHeader): Link {
  const link = lookUpLink(links, header);
  if (link === undefined)
    throw new NetlinkError(Errno.EINVAL, 'neither ifindex nor name specified', { attribute: 'header' });
  return link;
}

/** The same for requests that need no link. */
export function lookUpLink(links: LinkTable, { index, name }: DeviceHeader): Link | undefined {
  let link: Link | undefined;
  if (index !== undefined) {
    link = links.byIndex(index);
    if (link === undefined) throw noDevice('no device matches ifindex', 'header.index');
    if (name !== undefined && links.byName(name) !== link)
      throw noDevice('ifindex and name do not match', 'header');
  } else if (name !== undefined) {
    link = links.byName(name);
    if (link === undefined) throw noDevice('no device matches name', 'header.name');
  }
  return link;
}

/** No link here has a PHY. Where that is all that is wanted the kernel says that it cannot, else that there is none. */
export function needNoPhy({ phy }: DeviceHeader = {}, errno: Errno = Errno.ENODEV): void {
  if (phy !== undefined) throw new NetlinkError(errno, 'no phy matching phyindex', { attribute: 'header' });
}

function noDevice(text: string, attribute: string): NetlinkError {
  return new NetlinkError(Errno.ENODEV, text, { attribute });
}

export function headerFor({ index, name }: Link): DeviceHeader {
  return { index, name };
}

export function isCompact({ flags = 0 }: DeviceHeader = {}): boolean {
  return (flags & HeaderFlag.CompactBitsets) !== 0;
}

export function wantsStatistics({ flags = 0 }: DeviceHeader = {}): boolean {
  return (flags & HeaderFlag.Statistics) !== 0;
}

export function omitsReply({ flags = 0 }: DeviceHeader = {}): boolean {
  return (flags & HeaderFlag.OmitReply) !== 0;
}
