import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable, NO_CAUSE } from '@nlspace/core';
import { encodeMessageOf } from '../network/encoded-dump.js';
import type { Network } from '../network/network.js';
import type { LinkChangedEvent, LinkIpv6ChangedEvent, LinkRemovedEvent } from '../network/network-events.js';
import { NETWORK } from '../network/network-token.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Link } from './link.js';
import { describeLink, describeLinkIpv6 } from './link-description.js';
import { type LinkMessage, linkIpv6 } from './link-message.js';

const ALL_FLAGS = 0xffffffff;

/** Tells the groups about links. */
@injectable()
export class LinkNotifier {
  constructor(
    @inject(NETWORK) private readonly network: Network,
    @inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier,
  ) {}

  notify(event: LinkChangedEvent | LinkRemovedEvent | LinkIpv6ChangedEvent): void {
    switch (event.type) {
      case 'link-changed':
      case 'link-removed': {
        const isGone = event.type === 'link-removed';
        // Only who asked for an echo sees itself named.
        const cause = event.cause.echo ? event.cause : NO_CAUSE;
        if (!this.groups.hasListeners(ROUTE_GROUPS.link, cause)) return;
        const type = isGone ? RouteMessageType.DeleteLink : RouteMessageType.NewLink;
        const body = isGone
          ? describeRemoval(event)
          : describeLink(event.link, event.changedFlags, 0, event.event);
        if (!isGone && event.formerName !== undefined) this.#notifyFormer(event.link, event.formerName);
        this.groups.notify(ROUTE_GROUPS.link, type, body, { cause });
        return;
      }
      case 'link-ipv6-changed': {
        const { link } = event;
        if (link.ipv6 === undefined || !this.groups.hasListeners(ROUTE_GROUPS.ipv6Link)) return;
        const message = encodeMessageOf(
          linkIpv6,
          describeLinkIpv6(link, link.ipv6),
          RouteMessageType.NewLink,
        );
        this.groups.notifyRaw(ROUTE_GROUPS.ipv6Link, message);
      }
    }
  }

  /** The link of the name that a link has had is gone, if that is how a new name is told. */
  #notifyFormer(link: Link, name: string): void {
    if (this.network.profile.linkRename === 'change') return;
    const message = describeLink(link, 0);
    this.groups.notify(ROUTE_GROUPS.link, RouteMessageType.DeleteLink, {
      ...message,
      attributes: { ...message.attributes, name },
    });
  }
}

/** RTM_DELLINK; of a link that was moved it says where to. */
function describeRemoval({ link, moved }: LinkRemovedEvent): LinkMessage {
  const message = describeLink(link, ALL_FLAGS);
  if (moved === undefined) return message;
  const { namespaceNumber, interfaceIndex: newInterfaceIndex } = moved;
  const newNamespaceId = new Uint8Array(Int32Array.of(namespaceNumber).buffer);
  return { ...message, attributes: { ...message.attributes, newNamespaceId, newInterfaceIndex } };
}
