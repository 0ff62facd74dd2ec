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
import { describeFeatures } from './descriptions.js';
import {
  type DeviceHeader,
  findLink,
  headerFor,
  isCompact,
  lookUpLink,
  omitsReply,
} from './device-header.js';
import { driverOf } from './drivers.js';
import { EthtoolCommand, EthtoolReply } from './ethtool-command.js';
import * as messages from './messages.js';
import { describeStringSets } from './string-set-description.js';
import { REFUSALS, TOPICS, type Topic } from './topics.js';

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
    for (const { command, message, answer } of REFUSALS)
      this.#operation('do', command, message, SET_OPTIONS, ({ attributes }) => {
        const link = this.#known(attributes.header);
        throw answer?.(link) ?? new NetlinkError(Errno.EOPNOTSUPP);
      });
    const strings = { reply: messages.stringSetMessage, replyType: EthtoolReply.StringSet };
    this.#operation(
      'do',
      EthtoolCommand.StringSetGet,
      messages.stringSetMessage,
      { ...strings, required: ['header'] },
      (request) => this.#stringSets(request as never),
    );
    this.#operation(
      'dump',
      EthtoolCommand.StringSetGet,
      messages.stringSetMessage,
      strings,
      ({ attributes }) => {
        this.#lookUp(attributes.header);
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
  #serve({ command, request, reply, replyCommand, describe }: Topic): void {
    const options = { reply, replyType: replyCommand };
    this.#operation('do', command, request, { ...options, required: ['header'] }, ({ attributes }) => {
      const link = this.#known(attributes.header);
      return about(link, describe(link, isCompact(attributes.header)));
    });
    this.#operation('dump', command, request, options, ({ attributes }) => {
      this.#lookUp(attributes.header);
      return this.#each((link) => describe(link, isCompact(attributes.header)));
    });
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

  *#each(describe: (link: Link) => object): Generator<MessageBody> {
    for (
      let link = this.network.links.after(0);
      link !== undefined;
      link = this.network.links.after(link.index)
    ) {
      let told: object;
      try {
        needDriver(link);
        told = describe(link);
      } catch (error) {
        if (error instanceof NetlinkError && error.errno === Errno.EOPNOTSUPP) continue;
        throw error;
      }
      yield about(link, told);
    }
  }

  #stringSets({ attributes }: RequestOf<typeof messages.stringSetMessage, 'header'>): MessageBody {
    const link = this.#lookUp(attributes.header);
    if (link !== undefined) needDriver(link);
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

const SET_OPTIONS: OperationOptions = { privilege: 'uns-admin', required: ['header'] };

function about(link: Link, attributes: object): MessageBody {
  return { attributes: { header: headerFor(link), ...attributes } as AttributeValues<never> };
}

/** Nothing is said of what nobody has looked up. */
function needDriver(link: Link): void {
  if (driverOf(link) === undefined)
    throw new NetlinkError(Errno.EOPNOTSUPP, `nlspace knows of no driver for links of kind ${link.kind}`);
}
