import {
  type AttributeKind,
  attr,
  type DecodedOf,
  decodeMessage,
  defineAttributes,
  Errno,
  encodeMessage,
  NetlinkError,
  PolicyType,
} from '@nlspace/core';
import type { Link } from '../link.js';
import { type LinkBehaviour, type LinkCreation, LinkKind, type LinkParameters } from '../link-kind.js';
import { link as linkMessage } from '../link-message.js';
import { linkParametersOf } from '../link-parameters.js';
import { ETHERNET, validateMacAddress } from './ethernet.js';

type LinkMessage = DecodedOf<typeof linkMessage>;

/** VETH_INFO_PEER holds a link message of its own: `ifinfomsg` and attributes. */
const peerKind: AttributeKind<LinkMessage> = {
  name: 'link',
  policyType: PolicyType.Unspecified,
  nested: linkMessage.attributes as never,
  check(view, offset, length, strict) {
    if (length < linkMessage.header.size)
      return { errno: Errno.ERANGE, text: 'Attribute failed policy validation' };
    const start = offset + linkMessage.header.size;
    return linkMessage.attributes.check(view, start, offset + length, strict)?.failure;
  },
  read: (view, offset, length) =>
    decodeMessage(linkMessage, new Uint8Array(view.buffer, view.byteOffset + offset, length)),
  write: (writer, value) => encodeMessage(linkMessage, writer, value),
};

/** `VETH_INFO_*` */
const data = defineAttributes('veth', {
  peer: attr.custom(1, peerKind),
});

/** Two ends of a wire: what one sends the other gets, so carrier needs both to be up. */
@LinkKind('veth')
export class VethKind implements LinkBehaviour {
  readonly data = data as never;
  readonly traits = {
    ...ETHERNET,
    transmitQueues: 2,
    receiveQueues: 2,
    tsoMaximumSize: 524280,
    speedMbps: 10_000,
  };

  validate(parameters: LinkParameters): void {
    validateMacAddress(parameters);
    const { mtu } = parameters;
    if (mtu !== undefined && (mtu < this.traits.minimumMtu || mtu > this.traits.maximumMtu)) {
      throw new NetlinkError(Errno.EINVAL);
    }
  }

  /** The peer is made first and gets the lower index. Without a description of its own it is like the link asked for. */
  create({ parameters, data, links, cause, companionLinks }: LinkCreation): Link {
    const peerMessage: LinkMessage | undefined = data.peer;
    let peerParameters: LinkParameters;
    if (peerMessage === undefined) {
      const {
        name: _name,
        index: _index,
        address: _address,
        flags: _flags,
        flagsMask: _mask,
        ...shared
      } = parameters;
      peerParameters = shared;
    } else {
      if (peerMessage.header.interfaceIndex < 0)
        throw new NetlinkError(Errno.EINVAL, "ifindex can't be negative", {
          attribute: 'information.data.peer',
        });
      peerParameters = linkParametersOf(peerMessage);
      this.validate(peerParameters);
    }
    const peerLinks = companionLinks(peerMessage?.attributes ?? {});
    const peer = peerLinks.register('veth', this, {
      ...peerParameters,
      name: peerParameters.name ?? 'veth%d',
    });
    peer.loneIndex = 0;
    peerLinks.setCarrier(peer, false);
    peerLinks.configure(peer, peerParameters, cause);
    let link: Link;
    try {
      link = links.register('veth', this, { ...parameters, name: parameters.name ?? 'veth%d' });
    } catch (error) {
      peerLinks.unregister([peer], cause);
      throw error;
    }
    links.setCarrier(link, false);
    link.loneIndex = 0;
    link.linked = peer;
    peer.linked = link;
    return link;
  }

  up(link: Link): void {
    const { linked: peer } = link;
    if (peer?.isUp) {
      link.home.setCarrier(link, true);
      peer.home.setCarrier(peer, true);
    }
  }

  down(link: Link): void {
    for (const one of ends(link)) one.home.setCarrier(one, false);
  }

  /** What comes from a link has been sent by its peer. */
  provideRoom({ linked: peer }: Link, headroom: number): void {
    if (peer !== undefined) peer.headroom = headroom;
  }

  dismantle(link: Link): readonly Link[] {
    const gone = ends(link);
    for (const one of gone) one.linked = undefined;
    return gone;
  }
}

function ends(link: Link): readonly Link[] {
  return link.linked === undefined ? [link] : [link, link.linked];
}
