import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { NexthopFlag } from '../route/route-numbers.js';
import { RouteMessageType } from '../route-message-type.js';
import {
  type AddressFamilyName,
  bytesOfAddress,
  familyName,
  familyNumber,
  familyOfBytes,
} from './address-text.js';
import type { NexthopMember } from './kinds.js';
import { nexthopMessage } from './messages.js';
import { nameOf, numberOf, ROUTE_PROTOCOLS, type RouteProtocolName } from './names.js';
import { present, without } from './present.js';
import { indexOf } from './routes.js';
import type { LinkReference, Translation } from './translation.js';

type Message = DecodedOf<typeof nexthopMessage>;
type Body = MessageOf<typeof nexthopMessage>;
type Attributes = AttributesOf<typeof nexthopMessage>;

const HIDDEN = [
  'group',
  'groups',
  'master',
  'interfaceIndex',
  'operationFlags',
  'statistics',
  'resilientBucket',
  'hardwareStatisticsUsed',
] as const;
type Hidden = (typeof HIDDEN)[number];

/** A nexthop object as lists give it. What has no words of its own here is as the schema of RTM_NEWNEXTHOP has it. */
export interface ListedNexthop extends Readonly<Omit<Attributes, Hidden | 'id'>> {
  readonly id: number;
  /** Of what it is for; groups and what is for all have none. */
  readonly addressFamily?: AddressFamilyName;
  readonly protocol: RouteProtocolName | number;
  /** Its name when the nexthop was listed. */
  readonly link?: string;
  readonly interfaceIndex?: number;
  readonly members?: readonly Required<NexthopMember>[];
  /** RTNH_F_* */
  readonly flags: number;
}

/** A nexthop object to be made; one that was listed is one, too. */
export interface NewNexthop extends Readonly<Partial<Omit<Attributes, Hidden>>> {
  /** @default the next that is free */
  readonly id?: number;
  /** Only needed without a gateway. @default as the gateway's, else 'inet' */
  readonly addressFamily?: AddressFamilyName;
  /** @default 'boot' */
  readonly protocol?: RouteProtocolName | number;
  readonly link?: LinkReference;
  /** Goes before `link`. */
  readonly interfaceIndex?: number;
  /** Makes it a group. */
  readonly members?: readonly NexthopMember[];
  /** The gateway is a neighbour although no address says so. */
  readonly onLink?: boolean;
  readonly flags?: number;
}

export interface NexthopFilter {
  readonly link?: LinkReference;
  readonly groups?: boolean;
}

/** What of a new nexthop is no attribute as it is. */
const OWN_WORDS = [
  'addressFamily',
  'protocol',
  'link',
  'interfaceIndex',
  'members',
  'onLink',
  'flags',
] as const;

export const NEXTHOPS: Translation<ListedNexthop, NewNexthop, number, NexthopFilter, Message, Body> = {
  name: 'nexthops',
  types: {
    add: RouteMessageType.NewNexthop,
    remove: RouteMessageType.DeleteNexthop,
    get: RouteMessageType.GetNexthop,
  },
  message: nexthopMessage,

  read({ header, attributes }, links) {
    const { id = 0, group, interfaceIndex } = attributes;
    return {
      ...without(attributes, ...HIDDEN),
      ...present<ListedNexthop>({
        id,
        addressFamily: familyName(header.addressFamily),
        protocol: nameOf(ROUTE_PROTOCOLS, header.protocol),
        link: interfaceIndex === undefined ? undefined : links.nameOf(interfaceIndex),
        interfaceIndex,
        members: group as ListedNexthop['members'],
        flags: header.flags,
      } as never),
    };
  },

  async query({ link, groups = false }, resolve) {
    return {
      attributes: present<Attributes>({
        interfaceIndex: link === undefined ? undefined : await resolve(link),
        groups: groups ? true : undefined,
      } as never),
    };
  },

  matches: (listed, { groups = false }, interfaceIndex) =>
    (!groups || listed.members !== undefined) &&
    (interfaceIndex === undefined || listed.interfaceIndex === interfaceIndex),

  async write(given, resolve) {
    const { protocol = 'boot', gateway, members, onLink = false, flags = 0 } = given;
    const isOnLink = onLink || (flags & NexthopFlag.OnLink) !== 0;
    const byItself = gateway === undefined ? AddressFamily.Inet : familyOfBytes(bytesOfAddress(gateway));
    const family =
      given.addressFamily === undefined
        ? members === undefined
          ? byItself
          : AddressFamily.Unspecified
        : familyNumber(given.addressFamily);
    return {
      header: {
        addressFamily: family,
        protocol: numberOf(ROUTE_PROTOCOLS, protocol, 'protocol'),
        flags: isOnLink ? NexthopFlag.OnLink : 0,
      },
      attributes: {
        ...without(given, ...OWN_WORDS),
        ...present<Attributes>({
          gateway,
          group: members,
          interfaceIndex: await indexOf(given, resolve),
        } as never),
      },
    };
  },

  writeSelector: async (id) => ({ attributes: { id } }),
};
