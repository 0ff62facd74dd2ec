import { type AttributeValues, Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '@nlspace/family-route';
import { driverOf } from './drivers.js';
import type { stringSetRequest } from './messages.js';
import { STRING_SETS, StringSet } from './string-sets.js';

type Asked = AttributeValues<(typeof stringSetRequest)['attributes']['shape']>;

/** Those that each link has of its own. */
const PER_LINK: readonly StringSet[] = [
  StringSet.Tests,
  StringSet.Statistics,
  StringSet.PrivateFlags,
  StringSet.PhyCounters,
];
const LAST_SET = StringSet.TimestampFlags;

/**
 * The sets that are asked for; without a word about which, all that there are: of a link, or of none.
 *
 * @throws {NetlinkError} EOPNOTSUPP for a set that there is not, EINVAL for one that only links have.
 */
export function describeStringSets(link: Link | undefined, { stringSets, countsOnly }: Asked): object {
  const wanted = wantedSets(stringSets);
  if (link === undefined && wanted.some((id) => PER_LINK.includes(id)))
    throw new NetlinkError(Errno.EINVAL, 'requested per device strings without dev');
  const usual = link === undefined ? [...STRING_SETS.keys()] : PER_LINK;
  // Without a word about which, their strings come in any case.
  const isCounted = countsOnly === true && stringSets !== undefined;
  const told = [];
  for (const id of wanted.length > 0 ? [...new Set(wanted)].sort((a, b) => a - b) : usual) {
    const names = PER_LINK.includes(id) ? namesOf(link, id) : STRING_SETS.get(id);
    if (names === undefined || names.length === 0) {
      if (id === StringSet.NtupleFilters) throw new NetlinkError(Errno.EOPNOTSUPP);
      continue;
    }
    const strings = { string: names.map((value, index) => ({ index, value })) };
    told.push({ id, count: names.length, ...(isCounted ? {} : { strings }) });
  }
  return { stringSets: { stringSet: told } };
}

/** @throws {NetlinkError} where one has no number, or one that there is not. */
export function wantedSets(stringSets: Asked['stringSets']): readonly StringSet[] {
  return stringSets?.stringSet?.map(({ id }) => needKnown(id)) ?? [];
}

function namesOf(link: Link | undefined, id: StringSet): readonly string[] | undefined {
  if (link === undefined || id !== StringSet.Statistics) return undefined;
  return driverOf(link)?.counters?.(link);
}

function needKnown(id: number | undefined): StringSet {
  if (id === undefined) {
    throw new NetlinkError(Errno.EINVAL, undefined, { missing: 1, attribute: 'stringSets.stringSet' });
  }
  if (id > LAST_SET)
    throw new NetlinkError(Errno.EOPNOTSUPP, 'unknown string set id', { attribute: 'stringSets.stringSet' });
  return id;
}
