import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { LinkFlag, LinkType } from '../link/link-flags.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import { linkMessage } from './messages.js';
import { nameOf, OPERATIONAL_STATES, type OperationalStateName } from './names.js';
import { present } from './present.js';
import type { LinkReference, LinkResolver, Translation } from './translation.js';

type Message = DecodedOf<typeof linkMessage>;
type Body = MessageOf<typeof linkMessage>;
type Attributes = AttributesOf<typeof linkMessage>;

/** What is said by other names. */
type Hidden = 'name' | 'information' | 'master' | 'link' | 'properties' | 'operationalState';

/** A link as lists give it. What has no words of its own here is as the schema of RTM_NEWLINK has it. */
export interface ListedLink extends Readonly<Omit<Attributes, Hidden>> {
  readonly interfaceIndex: number;
  readonly name: string;
  readonly alternativeNames: readonly string[];
  /** `dummy`, `veth`, …; what is no virtual link has none. */
  readonly kind?: string;
  /** IFLA_INFO_DATA as bytes. */
  readonly kindData?: Uint8Array;
  /** The kind of the link that it is a port of. */
  readonly portKind?: string;
  readonly portData?: Uint8Array;
  /** IFF_UP: it is meant to be up. */
  readonly isUp: boolean;
  /** IFF_LOWER_UP: it has carrier. */
  readonly hasCarrier: boolean;
  readonly operationalState: OperationalStateName | number;
  /** IFF_* */
  readonly flags: number;
  /** ARPHRD_* */
  readonly type: number;
  readonly isLoopback: boolean;
  /** Index of the link that it is a port of. */
  readonly master?: number;
  /** Index of the link below, or at the other end. */
  readonly lower?: number;
}

/** What requests may say of any link. */
interface LinkSettings extends Readonly<Pick<Attributes, Settable>> {
  /** @default as it is; a new link is down */
  readonly up?: boolean;
  /** IFF_*, of which those in `flagsMask` are set as they are here. */
  readonly flags?: number;
  readonly flagsMask?: number;
}

type Settable =
  | 'mtu'
  | 'address'
  | 'broadcast'
  | 'transmitQueueLength'
  | 'alias'
  | 'group'
  | 'mode'
  | 'carrier'
  | 'protoDown'
  | 'gsoMaximumSize'
  | 'gsoMaximumSegments'
  | 'groMaximumSize'
  | 'gsoIpv4MaximumSize'
  | 'groIpv4MaximumSize'
  | 'addressFamilies';

/** A link to be made. */
export interface NewLink extends LinkSettings {
  /** @default the kind's name with a number */
  readonly name?: string;
  readonly kind: string;
  /** IFLA_INFO_DATA as bytes, with what the kind takes. */
  readonly kindData?: Uint8Array;
  readonly interfaceIndex?: number;
  readonly transmitQueues?: number;
  readonly receiveQueues?: number;
  /** The link below. */
  readonly lower?: LinkReference;
  readonly master?: LinkReference;
}

/** What is to be otherwise. */
export interface LinkChange extends LinkSettings {
  /** Its new name. */
  readonly name?: string;
  /** The link that it is to be a port of; null for none. */
  readonly master?: LinkReference | null;
  /** Sets what only links of this kind have. */
  readonly kind?: string;
  readonly kindData?: Uint8Array;
  /** Sets what only ports of such a master have. */
  readonly portKind?: string;
  readonly portData?: Uint8Array;
}

export interface LinkFilter {
  readonly kind?: string;
  readonly master?: LinkReference;
  readonly up?: boolean;
}

/** IFNAMSIZ: longer names are alternative ones. */
const LONGEST_NAME = 15;

const EXTENDED_MASK = 1;

export const LINKS: Translation<ListedLink, NewLink, LinkReference, LinkFilter, Message, Body> = {
  name: 'links',
  types: {
    add: RouteMessageType.NewLink,
    remove: RouteMessageType.DeleteLink,
    get: RouteMessageType.GetLink,
  },
  message: linkMessage,
  // Bridges and IPv6 tell of links in messages of their own families.
  read: ({ header, attributes }) =>
    header.addressFamily === AddressFamily.Unspecified ? readLink(header, attributes) : undefined,

  async query({ kind, master }, resolve) {
    return {
      attributes: present<Attributes>({
        extendedMask: EXTENDED_MASK,
        master: master === undefined ? undefined : await resolve(master),
        information: kind === undefined ? undefined : { kind },
      } as never),
    };
  },

  matches(listed, { kind, master, up }, masterIndex) {
    return (
      (kind === undefined || listed.kind === kind) &&
      (master === undefined || listed.master === masterIndex) &&
      (up === undefined || listed.isUp === up)
    );
  },

  async write({ name, kind, kindData, interfaceIndex = 0, lower, master, ...settings }, resolve) {
    const information = present<Attributes['information'] & object>({ kind, data: kindData } as never);
    return writeLink(interfaceIndex, settings, {
      name,
      information,
      link: lower === undefined ? undefined : await resolve(lower),
      master: master === undefined ? undefined : await resolve(master),
    });
  },

  async writeSelector(link) {
    return selectLink(link);
  },
};

/** IFLA_IFNAME, IFLA_ALT_IFNAME or `ifi_index`. */
export function selectLink(link: LinkReference): Body {
  if (typeof link === 'number') return { header: { interfaceIndex: link }, attributes: {} };
  return {
    attributes:
      new TextEncoder().encode(link).length > LONGEST_NAME ? { alternativeName: link } : { name: link },
  };
}

/** RTM_NEWLINKPROP, RTM_DELLINKPROP */
export function writeNames(interfaceIndex: number, alternativeNames: readonly string[]): Body {
  return {
    header: { interfaceIndex },
    attributes: { properties: { alternativeNames: [...alternativeNames] } },
  };
}

export async function writeChange(
  interfaceIndex: number,
  { name, master, kind, kindData, portKind, portData, ...settings }: LinkChange,
  resolve: LinkResolver,
): Promise<Body> {
  const information =
    kind === undefined && portKind === undefined
      ? undefined
      : present<Attributes['information'] & object>({
          kind,
          data: kindData,
          slaveKind: portKind,
          slaveData: portData,
        } as never);
  return writeLink(interfaceIndex, settings, {
    name,
    information,
    master: master === null ? 0 : master === undefined ? undefined : await resolve(master),
  });
}

function writeLink(
  interfaceIndex: number,
  { up, flags = 0, flagsMask = 0, ...attributes }: LinkSettings,
  more: object,
): Body {
  return {
    header: {
      interfaceIndex,
      flags: flags | (up === true ? LinkFlag.Up : 0),
      changedFlags: flagsMask | (up === undefined ? 0 : LinkFlag.Up),
    },
    attributes: present<Attributes>({ ...attributes, ...more } as never),
  };
}

function readLink(header: Message['header'], attributes: Attributes): ListedLink {
  const { interfaceIndex, flags, type } = header;
  const {
    name = '',
    information = {},
    master,
    link: lower,
    properties,
    operationalState = 0,
    ...others
  } = attributes;
  const { kind, data, slaveKind, slaveData } = information;
  return {
    ...others,
    ...present<ListedLink>({
      interfaceIndex,
      name,
      alternativeNames: properties?.alternativeNames ?? [],
      kind,
      kindData: data,
      portKind: slaveKind,
      portData: slaveData,
      isUp: (flags & LinkFlag.Up) !== 0,
      hasCarrier: (flags & LinkFlag.LowerUp) !== 0,
      operationalState: nameOf(OPERATIONAL_STATES, operationalState),
      flags,
      type,
      isLoopback: type === LinkType.Loopback,
      master,
      lower,
    } as never),
  };
}
