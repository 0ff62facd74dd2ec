import { attr, defineAttributes, defineMessage, type MessageOf } from '@nlspace/core';
import { AddressFamily } from '../../../network/ip-bytes.js';
import type { Link } from '../../link.js';
import { link as linkMessage } from '../../link-message.js';
import { bridgePortData } from './bridge-message.js';

/** RTM_NEWLINK and RTM_DELLINK of AF_BRIDGE: what a bridge knows of a port. */
export const bridgePortLink = defineMessage({
  name: 'bridge-port-link',
  header: linkMessage.header,
  attributes: defineAttributes('bridge-port-link', {
    name: attr.string(3),
    master: attr.u32(10),
    mtu: attr.u32(4),
    operationalState: attr.u8(16),
    address: attr.bytes(1),
    link: attr.u32(5),
    protocolInformation: attr.flagged(attr.nested(12, bridgePortData)),
  }),
});

/** @param isGone then there is nothing more to say of it as a port. */
export function describePortLink(
  bridge: Link,
  link: Link,
  isGone: boolean,
): MessageOf<typeof bridgePortLink> {
  return {
    header: {
      addressFamily: AddressFamily.Bridge,
      type: link.traits.type,
      interfaceIndex: link.index,
      flags: link.flags >>> 0,
    },
    attributes: {
      name: link.name,
      master: bridge.index,
      mtu: link.mtu,
      operationalState: link.operationalState,
      address: link.address,
      ...(link.linkedIndex === undefined ? {} : { link: link.linkedIndex }),
      ...(isGone || bridge === link
        ? {}
        : { protocolInformation: bridge.behaviour.ports?.describe?.(bridge, link) }),
    },
  };
}
