import { type AttributeValues, Errno, NetlinkError } from '@nlspace/core';
import { hasBit, readBits } from './bitset.js';
import type { statisticsGroups } from './messages.js';
import { STRING_SETS, StringSet } from './string-sets.js';

type Asked = AttributeValues<(typeof statisticsGroups)['attributes']['shape']>;

/** The sets of names that the groups have, in their order. */
const SETS: readonly StringSet[] = [
  StringSet.PhyStatistics,
  StringSet.MacStatistics,
  StringSet.ControlStatistics,
  StringSet.RmonStatistics,
  StringSet.PhyDeviceStatistics,
];

/**
 * The groups that are asked for, by number.
 *
 * @throws {NetlinkError} EINVAL where there is none, and what bits that do not fit are refused with.
 */
export function askedGroups({ groups }: Asked): readonly number[] {
  const names = STRING_SETS.get(StringSet.StatisticsGroups) ?? [];
  const wanted = groups === undefined ? 0n : readBits(groups, names, 'groups').value;
  const asked = [...names.keys()].filter((group) => hasBit(wanted, group));
  if (asked.length === 0) throw new NetlinkError(Errno.EINVAL, 'no stats requested');
  return asked;
}

/**
 * Standard statistics, of which no driver of these links keeps any: the groups are empty.
 *
 * @throws {NetlinkError} EOPNOTSUPP for one half of a MAC, which these links have not.
 */
export function describeStatistics(asked: readonly number[], { source = 0 }: Asked): object {
  if (source !== 0)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'ethtool_nl: Device does not support MAC merge layer');
  return { source, group: asked.map((id) => ({ id, stringSet: SETS[id] ?? 0 })) };
}
