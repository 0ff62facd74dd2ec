import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '@nlspace/family-route';
import { type Bits, type BitsetValues, readBits, writeBits } from './bitset.js';
import { FEATURE_NAMES, featuresOf, NAMEABLE, wantFeatures } from './features.js';

/** What came of a request for features. */
export interface FeatureChange {
  /** What was asked for in vain, and what has changed. */
  readonly told: object;
  /** The links that have other features now. */
  readonly changed: readonly Link[];
}

/** @throws {NetlinkError} EINVAL or EOPNOTSUPP for bits that do not fit. */
export function changeFeatures(link: Link, asked: BitsetValues, isCompact: boolean): FeatureChange {
  const before = featuresOf(link);
  if (before === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  const { value, mask } = readBits(asked, FEATURE_NAMES, 'wanted');
  if ((mask & ~NAMEABLE) !== 0n)
    throw new NetlinkError(Errno.EINVAL, 'attempt to change non-ethtool features');
  const wanted = (before.wanted & ~mask) | value;
  const changed = wanted === before.wanted ? [] : wantFeatures(link, wanted);
  const active = featuresOf(link)?.active ?? before.active;
  const write = (bits: bigint, which: bigint) => {
    const all: Bits = { size: FEATURE_NAMES.length, value: bits & which, mask: which, names: FEATURE_NAMES };
    return writeBits(all, isCompact);
  };
  return {
    told: {
      wanted: write(wanted, (wanted ^ active) & mask),
      active: write(active, before.active ^ active),
    },
    changed,
  };
}
