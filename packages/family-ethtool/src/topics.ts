import { Errno, type MessageSchema, NetlinkError } from '@nlspace/core';
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
  describeTimestamps,
} from './descriptions.js';
import { EthtoolCommand, EthtoolReply } from './ethtool-command.js';
import * as messages from './messages.js';

/** What can be asked about a link, and how it is told. */
export interface Topic {
  readonly command: EthtoolCommand;
  readonly request: MessageSchema;
  readonly reply: MessageSchema;
  readonly replyCommand: EthtoolReply;
  /** @throws {NetlinkError} EOPNOTSUPP where the driver has nothing to say. */
  readonly describe: (link: Link, isCompact: boolean) => object;
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

const { plainRequest, statisticsRequest, phyRequest } = messages;
const { Command, Reply } = { Command: EthtoolCommand, Reply: EthtoolReply };

const ROWS: readonly Row[] = [
  [Command.LinkInfoGet, plainRequest, messages.linkInfo, Reply.LinkInfo, describeLinkInfo],
  [Command.LinkModesGet, plainRequest, messages.linkModes, Reply.LinkModes, describeLinkModes],
  [Command.LinkStateGet, statisticsRequest, messages.linkState, Reply.LinkState, describeLinkState],
  [Command.DebugGet, plainRequest, messages.debug, Reply.Debug, describeDebug],
  [Command.WakeOnLanGet, plainRequest, plainRequest, Reply.WakeOnLan, refuse()],
  [Command.FeaturesGet, plainRequest, messages.features, Reply.Features, describeFeatures],
  [Command.PrivateFlagsGet, plainRequest, plainRequest, Reply.PrivateFlags, refuse()],
  [Command.RingsGet, plainRequest, plainRequest, Reply.Rings, refuse()],
  [Command.ChannelsGet, plainRequest, messages.channels, Reply.Channels, describeChannels],
  [Command.CoalesceGet, plainRequest, messages.coalesce, Reply.Coalesce, describeCoalescing],
  [Command.PauseGet, statisticsRequest, plainRequest, Reply.Pause, refuse()],
  [Command.EnergyGet, plainRequest, plainRequest, Reply.Energy, refuse()],
  [Command.TimestampsGet, statisticsRequest, messages.timestamps, Reply.Timestamps, describeTimestamps],
  [
    Command.TunnelInfoGet,
    plainRequest,
    plainRequest,
    Reply.TunnelInfo,
    refuse('device does not report tunnel offload info'),
  ],
  [Command.ErrorCorrectionGet, statisticsRequest, plainRequest, Reply.ErrorCorrection, refuse()],
  [Command.ModuleMemoryGet, messages.refused.moduleMemory, plainRequest, Reply.ModuleMemory, refuse()],
  [Command.ClocksGet, plainRequest, plainRequest, Reply.Clocks, describeNothing],
  [Command.ModuleGet, plainRequest, plainRequest, Reply.Module, describeNothing],
];

export const TOPICS: readonly Topic[] = ROWS.map(([command, request, reply, replyCommand, describe]) => ({
  command,
  request: request as MessageSchema,
  reply: reply as MessageSchema,
  replyCommand,
  describe,
}));

/** What nothing here can be asked to do. */
export interface Refusal {
  readonly command: EthtoolCommand;
  readonly message: MessageSchema;
  /** What is said instead of a bare EOPNOTSUPP. */
  readonly answer?: (link: Link) => NetlinkError | undefined;
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
  refusal(Command.LinkModesSet, messages.linkModesSet, unmodelled('settings', 'tun')),
  refusal(Command.DebugSet, refused.debugSet, unmodelled('the message level', 'tun')),
  refusal(Command.WakeOnLanSet, refused.wakeOnLanSet),
  refusal(Command.PrivateFlagsSet, refused.privateFlagsSet),
  refusal(Command.RingsSet, refused.ringsSet),
  refusal(Command.CoalesceSet, refused.coalesceSet, unmodelled('coalescing', 'tun')),
  refusal(Command.PauseSet, refused.pauseSet),
  refusal(Command.EnergySet, refused.energySet),
  refusal(Command.ErrorCorrectionSet, refused.errorCorrectionSet),
  refusal(Command.CableTest, phyRequest),
  refusal(Command.CableTestTdr, phyRequest),
];

function refusal(command: EthtoolCommand, message: unknown, answer?: Refusal['answer']): Refusal {
  return { command, message: message as MessageSchema, ...(answer === undefined ? {} : { answer }) };
}
