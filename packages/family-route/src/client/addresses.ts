import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { AddressFlag } from '../address/address-flags.js';
import { FOREVER_SECONDS } from '../address/lifetime.js';
import { AddressFamily } from '../network/ip-bytes.js';
import { RouteScope } from '../route/route-numbers.js';
import { RouteMessageType } from '../route-message-type.js';
import {
  type AddressFamilyName,
  familyName,
  familyNumber,
  familyOfBytes,
  parsePrefix,
  textOfAddress,
} from './address-text.js';
import { addressMessage } from './messages.js';
import { nameOf, numberOf, SCOPES, type ScopeName } from './names.js';
import { present, without } from './present.js';
import { indexOf } from './routes.js';
import type { LinkReference, LinkResolver, Translation } from './translation.js';

type Message = DecodedOf<typeof addressMessage>;
type Body = MessageOf<typeof addressMessage>;
type Attributes = AttributesOf<typeof addressMessage>;

type Hidden = 'address' | 'local' | 'flags' | 'cacheInfo' | 'targetNamespaceId' | 'multicast' | 'anycast';

/** An address of a link as lists give it. What has no words of its own here is as the schema of RTM_NEWADDR has it. */
export interface ListedAddress extends Readonly<Omit<Attributes, Hidden>> {
  readonly addressFamily: AddressFamilyName;
  /** With its prefix length: `192.0.2.1/24`. */
  readonly address: string;
  /** The other side, of a point-to-point pair. */
  readonly peer?: string;
  /** Its name when the address was listed. */
  readonly link?: string;
  readonly interfaceIndex: number;
  readonly scope: ScopeName | number;
  /** IFA_F_* */
  readonly flags: number;
  readonly isPermanent: boolean;
  readonly isTentative: boolean;
  readonly isSecondary: boolean;
  readonly isDeprecated: boolean;
  /** How long it is still there when it is listed; absent for ever. */
  readonly validSeconds?: number;
  /** How long it is still taken for new connections; absent for ever. */
  readonly preferredSeconds?: number;
}

/** An address to be given to a link; one that was listed is one, too. */
export interface NewAddress extends Readonly<Partial<Omit<Attributes, Hidden>>> {
  /** With its prefix length; without one it is alone in its prefix. */
  readonly address: string;
  readonly peer?: string;
  readonly link?: LinkReference;
  /** Goes before `link`. */
  readonly interfaceIndex?: number;
  /** @default 'host' for 127.0.0.0/8, else 'global' */
  readonly scope?: ScopeName | number;
  /** IFA_F_* */
  readonly flags?: number;
  readonly validSeconds?: number;
  readonly preferredSeconds?: number;
}

export type AddressSelector = Pick<NewAddress, 'address' | 'peer' | 'link' | 'interfaceIndex' | 'label'>;

export interface AddressFilter {
  readonly addressFamily?: AddressFamilyName;
  readonly link?: LinkReference;
  /** The address, with or without its prefix length. */
  readonly address?: string;
}

/** First byte of IPv4's loopback addresses. */
const LOOPBACK = 127;

/** Flags that the kernel side sets itself. */
const REPORTED =
  AddressFlag.Permanent |
  AddressFlag.Secondary |
  AddressFlag.Deprecated |
  AddressFlag.Tentative |
  AddressFlag.DuplicateDetected;

export const ADDRESSES: Translation<
  ListedAddress,
  NewAddress,
  AddressSelector,
  AddressFilter,
  Message,
  Body
> = {
  name: 'addresses',
  types: {
    add: RouteMessageType.NewAddress,
    remove: RouteMessageType.DeleteAddress,
    get: RouteMessageType.GetAddress,
  },
  message: addressMessage,

  read({ header, attributes }, links) {
    const addressFamily = familyName(header.addressFamily);
    const { address, local = address, flags = header.flags, cacheInfo, ...others } = attributes;
    if (addressFamily === undefined || local === undefined) return undefined;
    const { validSeconds = FOREVER_SECONDS, preferredSeconds = FOREVER_SECONDS } = cacheInfo ?? {};
    const { interfaceIndex, prefixLength, scope } = header;
    return {
      ...others,
      ...present<ListedAddress>({
        addressFamily,
        address: `${local}/${prefixLength}`,
        peer: address === local ? undefined : address,
        link: links.nameOf(interfaceIndex),
        interfaceIndex,
        scope: nameOf(SCOPES, scope),
        flags,
        isPermanent: (flags & AddressFlag.Permanent) !== 0,
        isTentative: (flags & AddressFlag.Tentative) !== 0,
        isSecondary: (flags & AddressFlag.Secondary) !== 0,
        isDeprecated: (flags & AddressFlag.Deprecated) !== 0,
        validSeconds: validSeconds === FOREVER_SECONDS ? undefined : validSeconds,
        preferredSeconds: preferredSeconds === FOREVER_SECONDS ? undefined : preferredSeconds,
      } as never),
    };
  },

  async query({ addressFamily, link }, resolve) {
    return {
      header: {
        addressFamily: familyNumber(addressFamily),
        interfaceIndex: link === undefined ? 0 : await resolve(link),
      },
      attributes: {},
    };
  },

  matches(listed, { addressFamily, address }, interfaceIndex) {
    return (
      (addressFamily === undefined || listed.addressFamily === addressFamily) &&
      (interfaceIndex === undefined || listed.interfaceIndex === interfaceIndex) &&
      (address === undefined || isAddress(listed.address, address))
    );
  },

  async write(given, resolve) {
    const { validSeconds, preferredSeconds, scope, flags = 0 } = given;
    const body = await select(given, resolve);
    const { bytes } = parsePrefix(given.address);
    const isLoopback = bytes.length === 4 && bytes[0] === LOOPBACK;
    const wanted = flags & ~REPORTED;
    const isLimited = validSeconds !== undefined || preferredSeconds !== undefined;
    return {
      header: {
        ...body.header,
        scope:
          scope === undefined
            ? isLoopback
              ? RouteScope.Host
              : RouteScope.Universe
            : numberOf(SCOPES, scope, 'scope'),
        flags: wanted & 0xff,
      },
      attributes: {
        ...without(given, 'address', 'peer', 'link', 'interfaceIndex', 'scope', 'flags'),
        ...body.attributes,
        ...present<Attributes>({
          flags: wanted === 0 ? undefined : wanted,
          cacheInfo: isLimited
            ? {
                validSeconds: validSeconds ?? FOREVER_SECONDS,
                preferredSeconds: preferredSeconds ?? validSeconds ?? FOREVER_SECONDS,
                createdStamp: 0,
                changedStamp: 0,
              }
            : undefined,
        } as never),
      },
    };
  },

  writeSelector: select,
};

async function select(given: AddressSelector, resolve: LinkResolver): Promise<Body> {
  const { bytes, length } = parsePrefix(given.address);
  const local = textOfAddress(bytes);
  const addressFamily = familyOfBytes(bytes);
  const { peer, label } = given;
  const isIpv4 = addressFamily === AddressFamily.Inet;
  return {
    header: {
      addressFamily,
      prefixLength: length,
      interfaceIndex: (await indexOf(given, resolve)) ?? 0,
    },
    attributes: present<Attributes>({
      local: isIpv4 || peer !== undefined ? local : undefined,
      address: peer ?? local,
      label,
    } as never),
  };
}

function isAddress(listed: string, wanted: string): boolean {
  const { bytes, length } = parsePrefix(wanted);
  const text = textOfAddress(bytes);
  return wanted.includes('/') ? listed === `${text}/${length}` : listed.startsWith(`${text}/`);
}
