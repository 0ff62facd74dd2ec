import {
  type AttributeSet,
  type AttributeShape,
  attr,
  bytesKind,
  defineAttributes,
  defineMessage,
} from '@nlspace/core';
import { bitsetAttribute } from './bitset.js';
import { headerOf } from './device-header.js';
import { untold } from './untold.js';

const { plain: header, withStatistics, withPhy } = headerOf;

/** `RXH_*`: the fields of a packet that can be hashed, and that what is left over is dropped. */
const HASH_FIELDS = 0x8000_01fen;

/** Numbers that a message has no use for are known below its highest, and refused in other words than those above. */
function message<S extends AttributeShape>(name: string, shape: S) {
  const numbers = new Set(Object.values(shape).map(({ type }) => type));
  const gaps: Record<string, AttributeShape[string]> = {};
  for (let type = 1; type < Math.max(...numbers); type++)
    if (!numbers.has(type)) gaps[`unused${type}`] = attr.unsupported(type);
  const attributes = defineAttributes(name, { ...shape, ...gaps }) as unknown as AttributeSet<S>;
  return defineMessage({ attributes });
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

/** Requests name sets by their numbers only. */
const wantedSet = defineAttributes('stringSet', { id: attr.u32(1) });
const wantedSets = defineAttributes('stringSetList', {
  stringSet: attr.many(attr.flagged(attr.nested(1, wantedSet))),
});
export const stringSetRequest = message('stringSets', {
  header: withPhy,
  stringSets: attr.flagged(attr.custom(2, untold(wantedSets))),
  countsOnly: attr.flag(3),
});

/** `ETHTOOL_A_STRSET_*` */
export const stringSetMessage = message('stringSets', {
  header: withPhy,
  stringSets: attr.flagged(attr.custom(2, untold(stringSets))),
  countsOnly: attr.flag(3),
});

/** Requests that only name a link: one for each topic, since nlctrl tells of each. */
export const plainRequest = (topic: string) => message(topic, { header });
export const statisticsRequest = (topic: string) => message(topic, { header: withStatistics });
export const phyRequest = (topic: string) => message(topic, { header: withPhy });

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

/** `ETHTOOL_A_TS_HWTSTAMP_PROVIDER_*`: a clock, in a policy of its own for each message. */
const provider = () =>
  defineAttributes('timestampProvider', { index: attr.u32(1), qualifier: attr.u32(2, { max: 1 }) });

/** `ETHTOOL_A_TSINFO_*` */
export const timestampsRequest = message('timestamps', {
  header: withStatistics,
  provider: attr.flagged(attr.nested(7, provider())),
});
export const timestamps = message('timestamps', {
  header,
  capabilities: bitsetAttribute(2),
  statistics: attr.flagged(attr.nested(6, defineAttributes('timestampStatistics', {}))),
});

/** `ETHTOOL_A_STATS_*` */
export const statisticsGroups = message('statistics', {
  header: headerOf.second,
  groups: bitsetAttribute(3),
  source: attr.u32(5, { max: 2 }),
});
const group = defineAttributes('statisticsGroup', { id: attr.u32(2), stringSet: attr.u32(3) });
export const statistics = message('statistics', {
  header: headerOf.second,
  source: attr.u32(5),
  group: attr.many(attr.flagged(attr.nested(4, group))),
});

/** `ETHTOOL_A_RSS_*` */
export const receiveScalingRequest = message('receiveScaling', {
  header,
  context: attr.u32(2),
  startContext: attr.u32(7),
});
const anyBytes = (type: number) => attr.custom(type, bytesKind({ min: 1, ranged: true }));
const hashFields = Object.fromEntries(
  // Of which packet, no word says here: nobody can set any.
  Array.from({ length: 27 }, (_, index) => [`flow${index + 1}`, attr.uint(index + 1, { mask: HASH_FIELDS })]),
);
export const receiveScalingSet = message('receiveScaling', {
  header,
  context: attr.u32(2),
  hashFunction: attr.u32(3, { min: 1 }),
  indirection: attr.bytes(4),
  key: anyBytes(5),
  inputTransformation: attr.u32(6, { max: 2 }),
  flowHash: attr.flagged(attr.nested(8, defineAttributes('receiveScalingFlow', hashFields))),
});
export const receiveScalingCreate = message('receiveScaling', {
  header,
  context: attr.u32(2, { min: 1 }),
  hashFunction: attr.u32(3, { min: 1 }),
  indirection: anyBytes(4),
  key: anyBytes(5),
  inputTransformation: attr.u32(6, { max: 2 }),
});
export const receiveScalingDelete = message('receiveScaling', { header, context: attr.u32(2, { min: 1 }) });

/** `ETHTOOL_A_MODULE_*` */
export const moduleSet = message('module', { header, powerMode: attr.u8(2, { min: 1, max: 2 }) });

/** `ETHTOOL_A_TSCONFIG_*` */
export const timestampsConfigurationSet = message('timestampsConfiguration', {
  header,
  provider: attr.flagged(attr.nested(2, provider())),
  transmitTypes: bitsetAttribute(3),
  receiveFilters: bitsetAttribute(4),
  flags: bitsetAttribute(5),
});

/** `ETHTOOL_A_CABLE_TEST_TDR_CFG_*` */
const cableTestConfiguration = defineAttributes('cableTestConfiguration', {
  first: attr.u32(1),
  last: attr.u32(2),
  step: attr.u32(3),
  pair: attr.u8(4),
});
const moderation = defineAttributes('interruptModeration', {
  microseconds: attr.u32(1),
  packets: attr.u32(2),
  completions: attr.u32(3),
});
const profile = defineAttributes('moderationProfile', {
  moderation: attr.many(attr.flagged(attr.nested(1, moderation))),
});

/** `ETHTOOL_A_PAUSE_*`: where the statistics come from is for who asks for any. */
export const pauseRequest = message('pause', { header: withStatistics, source: attr.u32(6, { max: 2 }) });

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
    receiveProfile: attr.flagged(attr.nested(29, profile)),
    transmitProfile: attr.flagged(attr.nested(30, profile)),
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
  cableTest: phyRequest('cableTest'),
  cableTestTdr: message('cableTestTdr', {
    header: withPhy,
    configuration: attr.flagged(attr.custom(2, untold(cableTestConfiguration))),
  }),
  powerSourcingSet: message('powerSourcing', {
    header: withPhy,
    powerAdministration: attr.u32(3, { min: 2, max: 3 }),
    classAdministration: attr.u32(6, { min: 2, max: 3 }),
    powerLimit: attr.u32(12),
    priority: attr.u32(16),
  }),
  collisionAvoidanceSet: message('collisionAvoidance', {
    header: withPhy,
    isEnabled: attr.u8(3, { max: 1 }),
    nodes: attr.u32(5, { min: 1, max: 255 }),
    node: attr.u32(6, { max: 255 }),
    opportunityTimer: attr.u32(7, { max: 255 }),
    burstCount: attr.u32(8, { max: 255 }),
    burstTimer: attr.u32(9, { max: 255 }),
  }),
  macMergeSet: message('macMerge', {
    header,
    verifies: attr.u8(2, { max: 1 }),
    transmits: attr.u8(3, { max: 1 }),
    smallestFragment: attr.u32(5, { min: 60, max: 252 }),
    isEnabled: attr.u8(7, { max: 1 }),
    verifyTime: attr.u32(9, { min: 1, max: 128 }),
  }),
  moduleFirmwareFlash: message('moduleFirmware', {
    header,
    file: attr.string(2, { terminated: true }),
    password: attr.u32(3),
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
