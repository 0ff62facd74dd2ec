import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { EXTENDED_FLAGS_SHIFT, NeighbourFlag, NeighbourState } from '../neighbour/neighbour-numbers.js';
import { RouteMessageType } from '../route-message-type.js';
import {
  type AddressFamilyName,
  bytesOfAddress,
  familyName,
  familyNumber,
  familyOfBytes,
  textOfAddress,
} from './address-text.js';
import { neighbourMessage } from './messages.js';
import { NEIGHBOUR_STATES, type NeighbourStateName, nameOf, numberOf } from './names.js';
import { present, without } from './present.js';
import { indexOf } from './routes.js';
import type { LinkReference, LinkResolver, Translation } from './translation.js';

type Message = DecodedOf<typeof neighbourMessage>;
type Body = MessageOf<typeof neighbourMessage>;
type Attributes = AttributesOf<typeof neighbourMessage>;

const HIDDEN = ['destination', 'flagsExtended', 'interfaceIndex', 'master'] as const;
type Hidden = (typeof HIDDEN)[number];

/** A neighbour as lists give it. What has no words of its own here is as the schema of RTM_NEWNEIGH has it. */
export interface ListedNeighbour extends Readonly<Omit<Attributes, Hidden>> {
  readonly addressFamily: AddressFamilyName;
  readonly address: string;
  /** Its name when the neighbour was listed. */
  readonly link?: string;
  readonly interfaceIndex: number;
  readonly state: NeighbourStateName | number;
  /** NTF_*, and above them NTF_EXT_*. */
  readonly flags: number;
  readonly isRouter: boolean;
  readonly isProxy: boolean;
}

/** A neighbour to be made known; one that was listed is one, too. */
export interface NewNeighbour extends Readonly<Partial<Omit<Attributes, Hidden>>> {
  readonly address: string;
  readonly link?: LinkReference;
  /** Goes before `link`. */
  readonly interfaceIndex?: number;
  /** @default 'permanent' */
  readonly state?: NeighbourStateName | number;
  /** NTF_*, and above them NTF_EXT_*. */
  readonly flags?: number;
  /** Requests for this address are answered here. @default false */
  readonly isProxy?: boolean;
}

export type NeighbourSelector = Pick<
  NewNeighbour,
  'address' | 'link' | 'interfaceIndex' | 'isProxy' | 'flags'
>;

export interface NeighbourFilter {
  readonly addressFamily?: AddressFamilyName;
  readonly link?: LinkReference;
  /** Those of which requests are answered, instead of the others. @default false */
  readonly isProxy?: boolean;
  /** Also those that nobody has to ask for, such as multicast addresses. @default false */
  readonly all?: boolean;
}

export const NEIGHBOURS: Translation<
  ListedNeighbour,
  NewNeighbour,
  NeighbourSelector,
  NeighbourFilter,
  Message,
  Body
> = {
  name: 'neighbours',
  types: {
    add: RouteMessageType.NewNeighbour,
    remove: RouteMessageType.DeleteNeighbour,
    get: RouteMessageType.GetNeighbour,
  },
  message: neighbourMessage,

  read({ header, attributes }, links) {
    const addressFamily = familyName(header.addressFamily);
    const { destination, flagsExtended = 0 } = attributes;
    if (addressFamily === undefined || destination === undefined) return undefined;
    const { interfaceIndex, state } = header;
    const flags = header.flags | (flagsExtended << EXTENDED_FLAGS_SHIFT);
    return {
      ...without(attributes, ...HIDDEN),
      ...present<ListedNeighbour>({
        addressFamily,
        address: destination,
        link: links.nameOf(interfaceIndex),
        interfaceIndex,
        state: nameOf(NEIGHBOUR_STATES, state),
        flags,
        isRouter: (flags & NeighbourFlag.Router) !== 0,
        isProxy: (flags & NeighbourFlag.Proxy) !== 0,
      } as never),
    };
  },

  async query({ addressFamily, link, isProxy = false }, resolve) {
    return {
      header: {
        addressFamily: familyNumber(addressFamily),
        flags: isProxy ? NeighbourFlag.Proxy : 0,
      },
      attributes: present<Attributes>({
        interfaceIndex: link === undefined ? undefined : await resolve(link),
      } as never),
    };
  },

  matches(listed, { addressFamily, isProxy = false, all = false }, interfaceIndex) {
    const isAskedFor = listed.state !== 'noarp' && listed.state !== 'none';
    return (
      (addressFamily === undefined || listed.addressFamily === addressFamily) &&
      (interfaceIndex === undefined || listed.interfaceIndex === interfaceIndex) &&
      listed.isProxy === isProxy &&
      (all || isProxy || isAskedFor)
    );
  },

  async write(given, resolve) {
    const { state = NeighbourState.Permanent } = given;
    const body = await select(given, resolve);
    return {
      header: { ...body.header, state: numberOf(NEIGHBOUR_STATES, state, 'state of a neighbour') },
      attributes: { ...without(given, ...OWN_WORDS), ...body.attributes },
    };
  },

  writeSelector: select,
};

/** What of a new neighbour is no attribute as it is, or not one for requests. */
const OWN_WORDS = [
  'address',
  'link',
  'interfaceIndex',
  'state',
  'flags',
  'isProxy',
  'cacheInfo',
  'probes',
] as const;

/** Also what asks for one (RTM_GETNEIGH). */
async function select(given: NeighbourSelector, resolve: LinkResolver): Promise<Body> {
  const { address, flags = 0, isProxy = false } = given;
  const bytes = bytesOfAddress(address);
  const extended = flags >>> EXTENDED_FLAGS_SHIFT;
  return {
    header: {
      addressFamily: familyOfBytes(bytes),
      interfaceIndex: (await indexOf(given, resolve)) ?? 0,
      flags: (flags & 0xff) | (isProxy ? NeighbourFlag.Proxy : 0),
    },
    attributes: {
      destination: textOfAddress(bytes),
      ...(extended === 0 ? {} : { flagsExtended: extended }),
    },
  };
}
