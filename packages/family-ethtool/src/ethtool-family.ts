import {
  type AttributeValues,
  type DumpContext,
  Errno,
  type Exchange,
  type FamilySetup,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageBody,
  type MessageSchema,
  NetlinkError,
  NO_CAUSE,
  type OperationOptions,
  type OperationRecord,
  type Request,
  type RequestOf,
  recordOperation,
} from '@nlspace/core';
import { GenericFamily } from '@nlspace/family-generic';
import { type Link, LinkEvent, NETWORK, type Network, type NetworkEvent } from '@nlspace/family-route';
import { changeChannels } from './change-channels.js';
import { changeFeatures } from './change-features.js';
import { describeFeatures, describeTimestamps } from './descriptions.js';
import {
  type DeviceHeader,
  findLink,
  headerFor,
  isCompact,
  lookUpLink,
  needNoPhy,
  omitsReply,
  wantsStatistics,
} from './device-header.js';
import { driverOf } from './drivers.js';
import { EthtoolCommand, EthtoolReply } from './ethtool-command.js';
import * as messages from './messages.js';
import { refuseReceiveScaling } from './receive-scaling.js';
import { askedGroups, describeStatistics } from './statistics.js';
import { describeStringSets, wantedSets } from './string-set-description.js';
import { REFUSALS, refuseConfiguration, TOPICS, type Topic } from './topics.js';

type AnyRequest = Request & { readonly attributes: { readonly header?: DeviceHeader } };
type Handle = (request: AnyRequest, context?: DumpContext) => unknown;

const MONITOR = 'monitor';

/** `ethtool`: what drivers say of links, and what can be asked of them. */
@GenericFamily({
  name: 'ethtool',
  commands: EthtoolCommand,
  groups: [MONITOR],
  notifications: {
    [EthtoolReply.FeaturesNotification]: messages.features,
    [EthtoolReply.ChannelsNotification]: messages.channels,
  },
})
export class EthtoolFamily {
  #unsubscribe: (() => void) | undefined;
  readonly #records: OperationRecord[] = [];

  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier<typeof MONITOR>,
  ) {
    for (const topic of TOPICS) this.#serve(topic);
    for (const { command, message, answer, isAct = false } of REFUSALS)
      this.#operation('do', command, message, isAct ? ACT_OPTIONS : SET_OPTIONS, ({ attributes }) => {
        const link = this.#known(isAct ? needHeader(attributes.header) : attributes.header);
        throw answer?.(link, attributes) ?? new NetlinkError(Errno.EOPNOTSUPP);
      });
    const strings = { reply: messages.stringSetMessage, replyType: EthtoolReply.StringSet };
    this.#operation(
      'do',
      EthtoolCommand.StringSetGet,
      messages.stringSetRequest,
      { ...strings, required: ['header'] },
      (request) => this.#stringSets(request as never),
    );
    this.#operation(
      'dump',
      EthtoolCommand.StringSetGet,
      messages.stringSetRequest,
      strings,
      ({ attributes }) => {
        this.#lookUp(attributes.header);
        wantedSets((attributes as RequestOf<typeof messages.stringSetRequest>['attributes']).stringSets);
        return this.#each((link) => describeStringSets(link, attributes));
      },
    );
    this.#operation(
      'do',
      EthtoolCommand.FeaturesSet,
      messages.featuresSet,
      { ...SET_OPTIONS, required: [], reply: messages.features, replyType: EthtoolReply.FeaturesSet },
      (request) => this.#setFeatures(request as never),
    );
    this.#operation('do', EthtoolCommand.ChannelsSet, messages.channelsSet, SET_OPTIONS, (request) =>
      this.#setChannels(request as never),
    );
    this.#serveStatistics();
    this.#serveTimestamps();
    this.#servePhys();
    this.#serveReceiveScaling();
    this.#serveModules();
    this.#operation(
      'do',
      EthtoolCommand.TimestampsConfigurationSet,
      messages.timestampsConfigurationSet,
      { ...SET_OPTIONS, replyType: EthtoolReply.TimestampsConfigurationSet },
      (request) => this.#configureTimestamps(request as never),
    );
    // nlctrl tells commands in the order in which they are declared.
    for (const record of this.#records.sort((a, b) => a.number - b.number)) recordOperation(this, record);
  }

  onLoad(): void {
    this.#unsubscribe = this.network.events.subscribe((event) => this.#notify(event));
  }

  onUnload(): void {
    this.#unsubscribe?.();
  }

  /** A topic is asked for one link, or for all that have something to say about it. */
  #serve(topic: Topic): void {
    const { command, request, reply, replyCommand, describe, isPrivileged, check, endsRefused } = topic;
    const required = endsRefused ? [] : ['header'];
    const options: OperationOptions = {
      reply,
      replyType: replyCommand,
      ...(isPrivileged ? { privilege: 'uns-admin' } : {}),
    };
    this.#operation('do', command, request, { ...options, required }, ({ attributes }) => {
      const link = this.#known(endsRefused ? needHeader(attributes.header) : attributes.header);
      check?.(attributes, 'do');
      return about(link, describe(link, isCompact(attributes.header)));
    });
    this.#operation('dump', command, request, options, ({ attributes }) => {
      this.#lookUp(attributes.header);
      check?.(attributes, 'dump');
      return this.#each((link) => describe(link, isCompact(attributes.header)), { endsRefused });
    });
  }

  #serveStatistics(): void {
    const options = { reply: messages.statistics, replyType: EthtoolReply.Statistics };
    const { statisticsGroups } = messages;
    const describe = ({ attributes }: RequestOf<typeof statisticsGroups>) => {
      const asked = askedGroups(attributes);
      return () => describeStatistics(asked, attributes);
    };
    this.#operation(
      'do',
      EthtoolCommand.StatisticsGet,
      statisticsGroups,
      { ...options, required: ['header'] },
      (request) => {
        const link = this.#known(request.attributes.header);
        return about(link, describe(request as never)());
      },
    );
    this.#operation('dump', EthtoolCommand.StatisticsGet, statisticsGroups, options, (request) => {
      this.#lookUp(request.attributes.header);
      return this.#each(describe(request as never));
    });
  }

  /** A dump that names a link is of that link, and none says that more follows. */
  #serveTimestamps(): void {
    const options = { reply: messages.timestamps, replyType: EthtoolReply.Timestamps };
    const { timestampsRequest } = messages;
    const { TimestampsGet } = EthtoolCommand;
    this.#operation(
      'do',
      TimestampsGet,
      timestampsRequest,
      { ...options, required: ['header'] },
      (request) => {
        const { header, provider } = (request as unknown as RequestOf<typeof timestampsRequest>).attributes;
        const link = this.#known(header);
        if (provider !== undefined) {
          needClock(provider);
          throw new NetlinkError(Errno.ENODEV);
        }
        return about(link, { ...describeTimestamps(link, isCompact(header)), ...noStatistics(header) });
      },
    );
    const dump = { ...options, multipart: false };
    this.#operation('dump', TimestampsGet, timestampsRequest, dump, ({ attributes: { header } }) => {
      const only = this.#lookUp(header);
      if (wantsStatistics(header)) throw new NetlinkError(Errno.EOPNOTSUPP, 'stats not supported in dump');
      const describe = (link: Link) => {
        if (driverOf(link)?.stampsTransmission === undefined) throw new NetlinkError(Errno.EOPNOTSUPP);
        return describeTimestamps(link, isCompact(header));
      };
      return this.#each(describe, { only });
    });
  }

  /** Links here have no PHYs. */
  #servePhys(): void {
    const { PhyGet } = EthtoolCommand;
    const request = messages.plainRequest('phy');
    const options = { reply: messages.plainRequest('phy'), replyType: EthtoolReply.Phy };
    this.#operation('do', PhyGet, request, { ...options, required: ['header'] }, ({ attributes }) => {
      this.#known(attributes.header);
      throw new NetlinkError(Errno.EOPNOTSUPP);
    });
    this.#operation('dump', PhyGet, request, options, ({ attributes }) => {
      this.#lookUp(attributes.header);
      return [];
    });
  }

  #serveReceiveScaling(): void {
    const { receiveScalingRequest, receiveScalingSet, receiveScalingCreate, receiveScalingDelete } = messages;
    const { ReceiveScalingGet, ReceiveScalingSet, ReceiveScalingCreate, ReceiveScalingDelete } =
      EthtoolCommand;
    const reply = messages.plainRequest('receiveScaling');
    const options = { reply, replyType: EthtoolReply.ReceiveScaling };
    type Asked = RequestOf<typeof receiveScalingRequest>['attributes'];
    const notFor = (asked: Asked, attribute: 'context' | 'startContext') => {
      if (asked[attribute] !== undefined) throw new NetlinkError(Errno.EINVAL, undefined, { attribute });
    };
    this.#operation(
      'do',
      ReceiveScalingGet,
      receiveScalingRequest,
      { ...options, required: ['header'] },
      (request) => {
        this.#known(request.attributes.header);
        notFor(request.attributes as Asked, 'startContext');
        throw new NetlinkError(Errno.EOPNOTSUPP);
      },
    );
    this.#operation('dump', ReceiveScalingGet, receiveScalingRequest, options, ({ attributes }) => {
      notFor(attributes as Asked, 'context');
      this.#lookUp(attributes.header);
      return [];
    });
    this.#operation('do', ReceiveScalingSet, receiveScalingSet, SET_OPTIONS, ({ attributes }) => {
      this.#known(attributes.header);
      refuseReceiveScaling(attributes as never);
    });
    const create = { ...ACT_OPTIONS, replyType: EthtoolReply.ReceiveScalingCreate };
    this.#operation('do', ReceiveScalingCreate, receiveScalingCreate, create, refuseAct(this.network));
    const remove = { ...ACT_OPTIONS, required: ['context'] };
    this.#operation('do', ReceiveScalingDelete, receiveScalingDelete, remove, refuseAct(this.network));
  }

  #serveModules(): void {
    this.#operation('do', EthtoolCommand.ModuleSet, messages.moduleSet, SET_OPTIONS, ({ attributes }) => {
      this.#known(attributes.header);
      if ((attributes as RequestOf<typeof messages.moduleSet>['attributes']).powerMode === undefined) return;
      const text = 'Setting power mode policy is not supported by this device';
      throw new NetlinkError(Errno.EOPNOTSUPP, text, { attribute: 'powerMode' });
    });
    const { moduleFirmwareFlash } = messages.refused;
    const text = 'Flashing module firmware is not supported by this device';
    const { ModuleFirmwareFlash } = EthtoolCommand;
    this.#operation(
      'do',
      ModuleFirmwareFlash,
      moduleFirmwareFlash,
      ACT_OPTIONS,
      refuseAct(this.network, text),
    );
  }

  #configureTimestamps({
    attributes,
  }: RequestOf<typeof messages.timestampsConfigurationSet, 'header'>): never {
    const link = this.#known(attributes.header);
    if (link.kind === 'macvlan' && attributes.provider !== undefined) {
      needClock(attributes.provider);
      throw new NetlinkError(Errno.ENODEV, 'phc not in this net device topology', { attribute: 'provider' });
    }
    return refuseConfiguration(link);
  }

  #operation(
    exchange: Exchange,
    number: number,
    message: MessageSchema,
    options: OperationOptions,
    handle: Handle,
  ): void {
    const method = `${exchange} ${EthtoolCommand[number] ?? number}`;
    Object.defineProperty(this, method, { value: handle });
    this.#records.push({ exchange, number, message, options, method });
  }

  /** Of the links that have something to tell; of all of them, or of one. */
  *#each(
    describe: (link: Link) => object,
    { only, endsRefused = false }: { only?: Link | undefined; endsRefused?: boolean } = {},
  ): Generator<MessageBody> {
    let refusal: NetlinkError | undefined;
    for (
      let link = this.network.links.after(0);
      link !== undefined;
      link = this.network.links.after(link.index)
    ) {
      if (only !== undefined && link !== only) continue;
      let told: object;
      try {
        needDriver(link);
        told = describe(link);
      } catch (error) {
        if (!(error instanceof NetlinkError) || error.errno !== Errno.EOPNOTSUPP) throw error;
        refusal = error;
        continue;
      }
      yield about(link, told);
    }
    if (endsRefused && refusal !== undefined) throw new NetlinkError(refusal.errno);
  }

  #stringSets({ attributes }: RequestOf<typeof messages.stringSetRequest, 'header'>): MessageBody {
    const link = this.#lookUp(attributes.header);
    if (link !== undefined) {
      needDriver(link);
      needNoPhy(attributes.header);
    }
    const told = describeStringSets(link, attributes);
    return link === undefined ? { attributes: told } : about(link, told);
  }

  #setFeatures({ attributes }: RequestOf<typeof messages.featuresSet>): MessageBody | undefined {
    const { header, wanted } = attributes;
    if (wanted === undefined) throw new NetlinkError(Errno.EINVAL);
    if (header === undefined) throw new NetlinkError(Errno.EINVAL, undefined, { missing: 1 });
    const link = this.#known(header);
    const { told, changed } = changeFeatures(link, wanted, isCompact(header));
    for (const one of changed) one.home.announce(one, 0, NO_CAUSE, LinkEvent.FeaturesChanged);
    return omitsReply(header) ? undefined : about(link, told);
  }

  #setChannels({ attributes }: RequestOf<typeof messages.channelsSet, 'header'>): void {
    const link = this.#known(attributes.header);
    if (!changeChannels(link, attributes)) return;
    const topic = TOPICS.find(({ command }) => command === EthtoolCommand.ChannelsGet);
    const told = topic?.describe(link, true);
    if (told !== undefined) this.groups.notify(MONITOR, EthtoolReply.ChannelsNotification, about(link, told));
  }

  #notify(event: NetworkEvent): void {
    if (event.type !== 'link-changed' || event.event !== LinkEvent.FeaturesChanged) return;
    if (!this.groups.hasListeners(MONITOR) || driverOf(event.link) === undefined) return;
    const told = about(event.link, describeFeatures(event.link, true));
    this.groups.notify(MONITOR, EthtoolReply.FeaturesNotification, told);
  }

  #lookUp(header: DeviceHeader | undefined): Link | undefined {
    return lookUpLink(this.network.links, header ?? {});
  }

  /** The link that a request is about, which has to be of a kind whose driver is known. */
  #known(header: DeviceHeader | undefined): Link {
    const link = findLink(this.network.links, header ?? {});
    needDriver(link);
    return link;
  }
}

/** What to give to a domain with `GenericNetlink`: the family over the links of a network. */
export function ethtoolFamily(network: Network): FamilySetup {
  return { family: EthtoolFamily, providers: [{ token: NETWORK, value: network }] };
}

const ACT_OPTIONS: OperationOptions = { privilege: 'uns-admin' };
const SET_OPTIONS: OperationOptions = { privilege: 'uns-admin', required: ['header'] };

function about(link: Link, attributes: object): MessageBody {
  return { attributes: { header: headerFor(link), ...attributes } as AttributeValues<never> };
}

/** Nothing is said of what nobody has looked up. */
function needDriver(link: Link): void {
  if (driverOf(link) === undefined)
    throw new NetlinkError(Errno.EOPNOTSUPP, `nlspace knows of no driver for links of kind ${link.kind}`);
}

/** What no driver of these links can be made to do, once the link is known. */
function refuseAct({ links }: Network, text?: string): Handle {
  return ({ attributes: { header } }) => {
    needDriver(findLink(links, needHeader(header)));
    throw new NetlinkError(Errno.EOPNOTSUPP, text);
  };
}

/** A clock is its index and its qualifier. */
function needClock({ index, qualifier }: { index?: number; qualifier?: number }): void {
  const missing = index === undefined ? 1 : qualifier === undefined ? 2 : undefined;
  if (missing !== undefined)
    throw new NetlinkError(Errno.EINVAL, undefined, { missing, attribute: 'provider' });
}

function needHeader(header: DeviceHeader | undefined): DeviceHeader {
  if (header === undefined) throw new NetlinkError(Errno.EINVAL, 'request header missing');
  return header;
}

/** Who asks for statistics of the stamps gets none: no driver of these links counts them. */
function noStatistics(header: DeviceHeader | undefined): object {
  return wantsStatistics(header) ? { statistics: {} } : {};
}
