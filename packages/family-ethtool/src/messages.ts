import { attr, defineAttributes, defineMessage } from '@nlspace/core';
import { bitsetAttribute } from './bitset.js';
import { headerOf } from './device-header.js';
import { untold } from './untold.js';

const { plain: header, withStatistics, withPhy } = headerOf;

function message<S extends Parameters<typeof defineAttributes>[1]>(name: string, shape: S) {
  return defineMessage({ attributes: defineAttributes(name, shape) });
}

const string = defineAttributes('string', { index: attr.u32(1), value: attr.string(2) });
const strings = defineAttributes('strings', { string: attr.many(attr.flagged(attr.nested(1, string))) });
const stringSet = defineAttributes('stringSet', {
  id: attr.u32(1),
  count: attr.u32(2),
  strings: attr.flagged(attr.nested(3, strings)),
});
const stringSets = defineAttributes('stringSetList', {
  stringSet: attr.many(attr.flagged(attr.nested(1, stringSet))),
});

/** `ETHTOOL_A_STRSET_*` */
export const stringSetMessage = message('stringSets', {
  header: withPhy,
  stringSets: attr.flagged(attr.custom(2, untold(stringSets))),
  countsOnly: attr.flag(3),
});

/** Requests that only name a link. */
export const plainRequest = message('ethtool', { header });
export const statisticsRequest = message('ethtool', { header: withStatistics });
export const phyRequest = message('ethtool', { header: withPhy });

/** `ETHTOOL_A_LINKINFO_*` */
export const linkInfo = message('linkInfo', {
  header,
  port: attr.u8(2),
  phyAddress: attr.u8(3),
  crossover: attr.u8(4),
  crossoverControl: attr.u8(5),
  transceiver: attr.u8(6),
});
export const linkInfoSet = message('linkInfo', {
  header,
  port: attr.u8(2),
  phyAddress: attr.u8(3),
  crossoverControl: attr.u8(5),
});

/** `ETHTOOL_A_LINKMODES_*` */
export const linkModes = message('linkModes', {
  header,
  autonegotiation: attr.u8(2),
  ours: bitsetAttribute(3),
  speed: attr.u32(5),
  duplex: attr.u8(6),
  rateMatching: attr.u8(10),
});
export const linkModesSet = message('linkModes', {
  header,
  autonegotiation: attr.u8(2),
  ours: bitsetAttribute(3),
  speed: attr.u32(5),
  duplex: attr.u8(6),
  masterSlave: attr.u8(7),
  lanes: attr.u32(9, { min: 1, max: 8 }),
});

/** `ETHTOOL_A_LINKSTATE_*` */
export const linkState = message('linkState', { header, link: attr.u8(2) });

/** `ETHTOOL_A_DEBUG_*` */
export const debug = message('debug', { header, messageMask: bitsetAttribute(2) });

/** `ETHTOOL_A_FEATURES_*` */
export const features = message('features', {
  header,
  changeable: bitsetAttribute(2),
  wanted: bitsetAttribute(3),
  active: bitsetAttribute(4),
  neverChanged: bitsetAttribute(5),
});
export const featuresSet = message('features', { header, wanted: bitsetAttribute(3) });

/** `ETHTOOL_A_CHANNELS_*`, in the order in which the kernel writes them. */
export const channels = message('channels', {
  header,
  receiveMaximum: attr.u32(2),
  receiveCount: attr.u32(6),
  transmitMaximum: attr.u32(3),
  transmitCount: attr.u32(7),
  otherMaximum: attr.u32(4),
  otherCount: attr.u32(8),
  combinedMaximum: attr.u32(5),
  combinedCount: attr.u32(9),
});
export const channelsSet = message('channels', {
  header,
  receiveCount: attr.u32(6),
  transmitCount: attr.u32(7),
  otherCount: attr.u32(8),
  combinedCount: attr.u32(9),
});

/** `ETHTOOL_A_COALESCE_*`, of which links here have one. */
export const coalesce = message('coalesce', { header, receiveFrames: attr.u32(3) });

/** `ETHTOOL_A_TSINFO_*` */
export const timestamps = message('timestamps', { header, capabilities: bitsetAttribute(2) });

/** What only drivers of hardware can do, with what the kernel checks before it says that this one cannot. */
export const refused = {
  wakeOnLanSet: message('wakeOnLan', {
    header,
    modes: bitsetAttribute(2),
    password: attr.bytes(3, { max: 6 }),
  }),
  debugSet: message('debug', { header, messageMask: bitsetAttribute(2) }),
  privateFlagsSet: message('privateFlags', { header, flags: bitsetAttribute(2) }),
  ringsSet: message('rings', {
    header,
    receive: attr.u32(6),
    receiveMini: attr.u32(7),
    receiveJumbo: attr.u32(8),
    transmit: attr.u32(9),
    receiveBufferLength: attr.u32(10, { min: 1 }),
    tcpDataSplit: attr.u8(11, { max: 2 }),
    completionSize: attr.u32(12, { min: 1 }),
    transmitPush: attr.u8(13, { max: 1 }),
    receivePush: attr.u8(14, { max: 1 }),
    transmitPushBufferLength: attr.u32(15),
    headerSplitThreshold: attr.u32(17),
  }),
  coalesceSet: message('coalesce', {
    header,
    receiveMicroseconds: attr.u32(2),
    receiveFrames: attr.u32(3),
    receiveMicrosecondsInterrupt: attr.u32(4),
    receiveFramesInterrupt: attr.u32(5),
    transmitMicroseconds: attr.u32(6),
    transmitFrames: attr.u32(7),
    transmitMicrosecondsInterrupt: attr.u32(8),
    transmitFramesInterrupt: attr.u32(9),
    statisticsMicroseconds: attr.u32(10),
    adaptiveReceive: attr.u8(11),
    adaptiveTransmit: attr.u8(12),
    lowRate: attr.u32(13),
    receiveMicrosecondsLow: attr.u32(14),
    receiveFramesLow: attr.u32(15),
    transmitMicrosecondsLow: attr.u32(16),
    transmitFramesLow: attr.u32(17),
    highRate: attr.u32(18),
    receiveMicrosecondsHigh: attr.u32(19),
    receiveFramesHigh: attr.u32(20),
    transmitMicrosecondsHigh: attr.u32(21),
    transmitFramesHigh: attr.u32(22),
    sampleInterval: attr.u32(23),
    completionModeTransmit: attr.u8(24, { max: 1 }),
    completionModeReceive: attr.u8(25, { max: 1 }),
    aggregationBytes: attr.u32(26),
    aggregationFrames: attr.u32(27),
    aggregationMicroseconds: attr.u32(28),
  }),
  pauseSet: message('pause', {
    header,
    autonegotiation: attr.u8(2),
    receive: attr.u8(3),
    transmit: attr.u8(4),
  }),
  energySet: message('energy', {
    header,
    ours: bitsetAttribute(2),
    isEnabled: attr.u8(5),
    transmitIsEnabled: attr.u8(6),
    transmitTimer: attr.u32(7),
  }),
  errorCorrectionSet: message('errorCorrection', {
    header,
    modes: bitsetAttribute(2),
    isAutomatic: attr.u8(3, { max: 1 }),
  }),
  moduleMemory: message('moduleMemory', {
    header,
    offset: attr.u32(2, { max: 255 }),
    length: attr.u32(3, { min: 1, max: 128 }),
    page: attr.u8(4),
    bank: attr.u8(5),
    address: attr.u8(6, { max: 127 }),
  }),
};
