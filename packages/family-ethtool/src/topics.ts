import { Errno, type Exchange, type MessageSchema, NetlinkError, type Request } from '@nlspace/core';
import type { Link } from '@nlspace/family-route';
import {
  describeChannels,
  describeCoalescing,
  describeDebug,
  describeFeatures,
  describeLinkInfo,
  describeLinkModes,
  describeLinkState,
  describeNothing,
} from './descriptions.js';
import { type DeviceHeader, needNoPhy, wantsStatistics } from './device-header.js';
import { EthtoolCommand, EthtoolReply } from './ethtool-command.js';
import * as messages from './messages.js';
import {
  missingFlags,
  needMemory,
  noPhy,
  unknownRingSetting,
  wrongCableTest,
  wrongModes,
} from './wrong-settings.js';

type Attributes = Request['attributes'];

/** What can be asked about a link, and how it is told. */
export interface Topic {
  readonly command: EthtoolCommand;
  readonly request: MessageSchema;
  readonly reply: MessageSchema;
  readonly replyCommand: EthtoolReply;
  /** @throws {NetlinkError} EOPNOTSUPP where the driver has nothing to say. */
  readonly describe: (link: Link, isCompact: boolean) => object;
  /** Who may not change the link may not ask either: what is told can be a secret. */
  readonly isPrivileged: boolean;
  /** What is wrong with a request, before anything else is looked at but the link. */
  readonly check: ((attributes: Attributes, exchange: Exchange) => void) | undefined;
  /** Older than the others: a dump without anything to tell ends with the refusal, a missing header is told in words. */
  readonly endsRefused: boolean;
}

/** A MACVLAN asks the link below, and takes its refusal for a mistake. */
export function refuseConfiguration({ kind }: Link): never {
  throw new NetlinkError(kind === 'macvlan' ? Errno.EINVAL : Errno.EOPNOTSUPP);
}

function refuse(text?: string): () => never {
  return () => {
    throw new NetlinkError(Errno.EOPNOTSUPP, text);
  };
}

type Row = readonly [
  command: EthtoolCommand,
  request: unknown,
  reply: unknown,
  replyCommand: EthtoolReply,
  describe: (link: Link, isCompact: boolean) => object,
];

const { plainRequest: plain, statisticsRequest, phyRequest } = messages;
const { Command, Reply } = { Command: EthtoolCommand, Reply: EthtoolReply };

const NO_TUNNELS = 'device does not report tunnel offload info';
const NO_PHY = 'No PHY found';

const ROWS: readonly Row[] = [
  [Command.LinkInfoGet, plain('linkInfo'), messages.linkInfo, Reply.LinkInfo, describeLinkInfo],
  [Command.LinkModesGet, plain('linkModes'), messages.linkModes, Reply.LinkModes, describeLinkModes],
  [
    Command.LinkStateGet,
    statisticsRequest('linkState'),
    messages.linkState,
    Reply.LinkState,
    describeLinkState,
  ],
  [Command.DebugGet, plain('debug'), messages.debug, Reply.Debug, describeDebug],
  [Command.FeaturesGet, plain('features'), messages.features, Reply.Features, describeFeatures],
  [Command.ChannelsGet, plain('channels'), messages.channels, Reply.Channels, describeChannels],
  [Command.CoalesceGet, plain('coalesce'), messages.coalesce, Reply.Coalesce, describeCoalescing],
  silent(Command.WakeOnLanGet, plain('wakeOnLan'), Reply.WakeOnLan, refuse()),
  silent(Command.PrivateFlagsGet, plain('privateFlags'), Reply.PrivateFlags, refuse()),
  silent(Command.RingsGet, plain('rings'), Reply.Rings, refuse()),
  silent(Command.PauseGet, messages.pauseRequest, Reply.Pause, refuse()),
  silent(Command.EnergyGet, plain('energy'), Reply.Energy, refuse()),
  silent(Command.TunnelInfoGet, plain('tunnelInfo'), Reply.TunnelInfo, refuse(NO_TUNNELS)),
  silent(Command.ErrorCorrectionGet, statisticsRequest('errorCorrection'), Reply.ErrorCorrection, refuse()),
  silent(Command.ModuleMemoryGet, messages.refused.moduleMemory, Reply.ModuleMemory, refuse()),
  silent(Command.ClocksGet, plain('clocks'), Reply.Clocks, describeNothing),
  silent(Command.ModuleGet, plain('module'), Reply.Module, describeNothing),
  silent(Command.PowerSourcingGet, phyRequest('powerSourcing'), Reply.PowerSourcing, refuse(NO_PHY)),
  silent(Command.CollisionAvoidanceGet, phyRequest('collisionAvoidance'), Reply.CollisionAvoidance, refuse()),
  silent(
    Command.CollisionAvoidanceStatus,
    phyRequest('collisionAvoidanceStatus'),
    Reply.CollisionAvoidanceStatus,
    refuse(),
  ),
  silent(Command.MacMergeGet, statisticsRequest('macMerge'), Reply.MacMerge, refuse()),
  silent(
    Command.TimestampsConfigurationGet,
    plain('timestampsConfiguration'),
    Reply.TimestampsConfiguration,
    refuseConfiguration,
  ),
];

/** A topic about which no link here has more to say than its name. */
function silent(
  command: EthtoolCommand,
  request: MessageSchema,
  replyCommand: EthtoolReply,
  describe: Topic['describe'],
): Row {
  return [command, request, plain(request.name), replyCommand, describe];
}

const CHECKS: ReadonlyMap<EthtoolCommand, Topic['check']> = new Map<EthtoolCommand, Topic['check']>([
  [Command.PauseGet, needStatisticsFlag],
  [Command.ModuleMemoryGet, needMemory],
  [Command.PowerSourcingGet, needsNoPhy(Errno.ENODEV)],
  [Command.CollisionAvoidanceGet, needsNoPhy(Errno.EOPNOTSUPP)],
  [Command.CollisionAvoidanceStatus, needsNoPhy(Errno.EOPNOTSUPP)],
]);

/** A dump is not about one. */
function needsNoPhy(errno: Errno): Topic['check'] {
  return ({ header }, exchange) => {
    if (exchange === 'do') needNoPhy(header as DeviceHeader, errno);
  };
}

export const TOPICS: readonly Topic[] = ROWS.map(([command, request, reply, replyCommand, describe]) => ({
  command,
  request: request as MessageSchema,
  reply: reply as MessageSchema,
  replyCommand,
  describe,
  isPrivileged: command === Command.WakeOnLanGet || command === Command.ModuleMemoryGet,
  check: CHECKS.get(command),
  endsRefused: command === Command.TunnelInfoGet,
}));

function needStatisticsFlag(attributes: Attributes): void {
  const { header, source } = attributes as { header?: DeviceHeader; source?: number };
  if (source !== undefined && !wantsStatistics(header))
    throw new NetlinkError(
      Errno.EINVAL,
      'ethtool_nl: ETHTOOL_FLAG_STATS must be set when requesting a source of stats',
    );
}

/** What nothing here can be asked to do. */
export interface Refusal {
  readonly command: EthtoolCommand;
  readonly message: MessageSchema;
  /** What is said instead of a bare EOPNOTSUPP. */
  readonly answer?: (link: Link, attributes: Attributes) => NetlinkError | undefined;
  /** It is something to be done, not a setting: a request that names no link is told so in words. */
  readonly isAct?: boolean;
}

/** Where the kernel would do it, nlspace says that it does not. */
function unmodelled(what: string, ...kinds: readonly string[]): (link: Link) => NetlinkError | undefined {
  return ({ kind }) =>
    kinds.includes(kind)
      ? new NetlinkError(Errno.EOPNOTSUPP, `nlspace does not change ${what} of links of kind ${kind}`)
      : undefined;
}

const { refused } = messages;

export const REFUSALS: readonly Refusal[] = [
  refusal(Command.LinkInfoSet, messages.linkInfoSet, unmodelled('settings', 'tun')),
  refusal(
    Command.LinkModesSet,
    messages.linkModesSet,
    (link, attributes) => wrongModes(attributes) ?? unmodelled('settings', 'tun')(link),
  ),
  refusal(Command.DebugSet, refused.debugSet, unmodelled('the message level', 'tun')),
  refusal(Command.WakeOnLanSet, refused.wakeOnLanSet),
  refusal(Command.PrivateFlagsSet, refused.privateFlagsSet, (_link, attributes) => missingFlags(attributes)),
  refusal(Command.RingsSet, refused.ringsSet, (_link, attributes) => unknownRingSetting(attributes)),
  refusal(Command.CoalesceSet, refused.coalesceSet, unmodelled('coalescing', 'tun')),
  refusal(Command.PauseSet, refused.pauseSet),
  refusal(Command.EnergySet, refused.energySet),
  refusal(Command.ErrorCorrectionSet, refused.errorCorrectionSet),
  { ...refusal(Command.CableTest, refused.cableTest, (_link, { header }) => noPhy(header)), isAct: true },
  {
    ...refusal(
      Command.CableTestTdr,
      refused.cableTestTdr,
      (_link, attributes) => wrongCableTest(attributes) ?? noPhy(attributes['header']),
    ),
    isAct: true,
  },
  refusal(Command.PowerSourcingSet, refused.powerSourcingSet, (_link, { header }) =>
    noPhy(header, 'No PHY is attached', true),
  ),
  refusal(Command.CollisionAvoidanceSet, refused.collisionAvoidanceSet, (_link, { header }) => noPhy(header)),
  refusal(Command.MacMergeSet, refused.macMergeSet),
];

function refusal(command: EthtoolCommand, message: unknown, answer?: Refusal['answer']): Refusal {
  return { command, message: message as MessageSchema, ...(answer === undefined ? {} : { answer }) };
}
