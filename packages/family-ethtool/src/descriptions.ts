import { Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '@nlspace/family-route';
import { allBits, type Bits, type BitsetValues, writeBits } from './bitset.js';
import { type Driver, driverOf, type LinkSettings } from './drivers.js';
import { FEATURE_NAMES, featuresOf, NEVER_CHANGED } from './features.js';
import { STRING_SETS, StringSet } from './string-sets.js';

/** Nothing beside the link itself: there is nothing to tell, and no error either. */
export function describeNothing(): object {
  return {};
}

export function describeLinkInfo(link: Link): object {
  const { port } = settingsOf(link);
  return { port, phyAddress: 0, crossover: 0, crossoverControl: 0, transceiver: 0 };
}

export function describeLinkModes(link: Link, isCompact: boolean): object {
  const { speed, duplex } = settingsOf(link);
  const names = STRING_SETS.get(StringSet.LinkModes) ?? [];
  // Neither supported nor advertised: a list of both, where others have a list only.
  const ours = writeBits({ size: names.length, value: 0n, mask: 0n, names }, isCompact);
  return { autonegotiation: 0, ours, speed, duplex, rateMatching: 0 };
}

export function describeLinkState(link: Link): object {
  return driverOf(link)?.reportsCarrier === true ? { link: link.isUp && link.hasCarrier ? 1 : 0 } : {};
}

export function describeDebug(link: Link, isCompact: boolean): object {
  const level = supported(driverOf(link)?.messageLevel);
  return { messageMask: list(StringSet.MessageClasses, BigInt(level), isCompact) };
}

export function describeFeatures(link: Link, isCompact: boolean): object {
  const { changeable, wanted, active } = supported(featuresOf(link));
  const write = (value: bigint, mask?: bigint): BitsetValues => {
    const bits: Bits = { size: FEATURE_NAMES.length, value, names: FEATURE_NAMES };
    return writeBits(mask === undefined ? bits : { ...bits, mask }, isCompact);
  };
  return {
    changeable: write(changeable, allBits(FEATURE_NAMES.length)),
    wanted: write(wanted),
    active: write(active),
    neverChanged: write(NEVER_CHANGED),
  };
}

export function describeChannels(link: Link): object {
  const { receiveChannels, transmitChannels, combinedChannels } = driverOf(link) ?? ({} as Driver);
  if (combinedChannels !== undefined)
    return { combinedMaximum: combinedChannels.maximum, combinedCount: combinedChannels.count };
  const receive = supported(receiveChannels)(link);
  const transmit = supported(transmitChannels)(link);
  return {
    receiveMaximum: receive.maximum,
    receiveCount: receive.count,
    transmitMaximum: transmit.maximum,
    transmitCount: transmit.count,
  };
}

export function describeCoalescing(link: Link): object {
  return { receiveFrames: supported(driverOf(link)?.coalescedFrames) };
}

const SOFTWARE_TRANSMIT = 1n << 1n;
const SOFTWARE_RECEIVE = 1n << 3n;
const SOFTWARE_CLOCK = 1n << 4n;

export function describeTimestamps(link: Link, isCompact: boolean): object {
  const transmits = driverOf(link)?.stampsTransmission?.(link) === true ? SOFTWARE_TRANSMIT : 0n;
  const value = transmits | SOFTWARE_RECEIVE | SOFTWARE_CLOCK;
  return { capabilities: list(StringSet.TimestampCapabilities, value, isCompact) };
}

function list(set: StringSet, value: bigint, isCompact: boolean): BitsetValues {
  const names = STRING_SETS.get(set) ?? [];
  return writeBits({ size: names.length, value, names }, isCompact);
}

function settingsOf(link: Link): LinkSettings {
  const settings = driverOf(link)?.settings?.(link);
  if (settings === undefined) throw new NetlinkError(Errno.EOPNOTSUPP, 'failed to retrieve link settings');
  return settings;
}

function supported<T>(value: T | undefined): T {
  if (value === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
  return value;
}
