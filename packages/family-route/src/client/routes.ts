import type { AttributesOf, DecodedOf, MessageOf } from '@nlspace/core';
import { AddressFamily } from '../network/ip-bytes.js';
import { NexthopFlag, RouteFlag, RouteScope, RouteType } from '../route/route-numbers.js';
import { RouteMessageType } from '../route-message-type.js';
import {
  type AddressFamilyName,
  bytesOfAddress,
  familyName,
  familyNumber,
  familyOfBytes,
  type Prefix,
  parsePrefix,
  textOfPrefix,
} from './address-text.js';
import type { RouteLegMessage } from './kinds.js';
import { routeMessage } from './messages.js';
import {
  nameOf,
  numberOf,
  ROUTE_PROTOCOLS,
  ROUTE_TYPES,
  type RouteProtocolName,
  type RouteTypeName,
  SCOPES,
  type ScopeName,
  TABLES,
  type TableName,
} from './names.js';
import { present, without } from './present.js';
import type { LinkNames, LinkReference, LinkResolver, Translation } from './translation.js';

type Message = DecodedOf<typeof routeMessage>;
type Body = MessageOf<typeof routeMessage>;
type Attributes = AttributesOf<typeof routeMessage>;

/** What is said by other names, or only in requests. */
const HIDDEN = [
  'destination',
  'source',
  'table',
  'gateway',
  'via',
  'multipath',
  'inputInterface',
  'outputInterface',
] as const;
type Hidden = (typeof HIDDEN)[number];

/** One of several ways that packets of a route may go. */
export interface RouteLeg {
  readonly gateway?: string;
  /** Its name when the route was listed. */
  readonly link?: LinkReference;
  readonly interfaceIndex?: number;
  /** How often a flow goes this way, from 1. @default 1 */
  readonly weight?: number;
  /** RTNH_F_*; of those that are given, the kernel takes `onLink` (4) only. */
  readonly flags?: number;
}

/** A route as lists give it. What has no words of its own here is as the schema of RTM_NEWROUTE has it. */
export interface ListedRoute extends Readonly<Omit<Attributes, Hidden>> {
  readonly addressFamily: AddressFamilyName;
  /** `192.0.2.0/24`; a default route has `0.0.0.0/0` or `::/0`. */
  readonly destination: string;
  /** IPv6: it is for packets from there only. */
  readonly source?: string;
  readonly table: number;
  readonly type: RouteTypeName | number;
  readonly protocol: RouteProtocolName | number;
  readonly scope: ScopeName | number;
  readonly typeOfService: number;
  readonly gateway?: string;
  /** Its name when the route was listed. */
  readonly link?: string;
  readonly interfaceIndex?: number;
  /** RTA_MULTIPATH */
  readonly nexthops?: readonly RouteLeg[];
  /** `rtm_flags` */
  readonly flags: number;
}

/** A route to be made; one that was listed is one, too. What is left out is as `ip route add` has it. */
export interface NewRoute extends Readonly<Partial<Omit<Attributes, Hidden>>> {
  /** `192.0.2.0/24`, `2001:db8::1` or `default`. */
  readonly destination: string;
  /** Only needed for `default` without a gateway. */
  readonly addressFamily?: AddressFamilyName;
  readonly source?: string;
  readonly gateway?: string;
  readonly link?: LinkReference;
  /** Goes before `link`. */
  readonly interfaceIndex?: number;
  readonly nexthops?: readonly RouteLeg[];
  /** @default 'main' */
  readonly table?: TableName | number;
  /** @default 'unicast' */
  readonly type?: RouteTypeName | number;
  /** @default 'boot' */
  readonly protocol?: RouteProtocolName | number;
  /** @default as far as the type, or a gateway, says */
  readonly scope?: ScopeName | number;
  readonly typeOfService?: number;
  /** The gateway is a neighbour although no address says so. */
  readonly onLink?: boolean;
  readonly flags?: number;
}

/** What names a route to be removed: the first that has all of it. */
export type RouteSelector = NewRoute;

/** What a list of routes may be limited to. */
export interface RouteFilter {
  readonly addressFamily?: AddressFamilyName;
  readonly table?: TableName | number;
  readonly link?: LinkReference;
  readonly protocol?: RouteProtocolName | number;
  readonly type?: RouteTypeName | number;
}

/** What a packet is like whose way is asked for. */
export interface LookupOptions {
  /** Its source address. */
  readonly from?: string;
  /** It comes in there; without it, it is sent from here. */
  readonly inputLink?: LinkReference;
  /** It has to go out there. */
  readonly link?: LinkReference;
  readonly mark?: number;
  readonly userId?: number;
  readonly ipProtocol?: number;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Give the route that matched (RTM_F_FIB_MATCH), not the way that it leads to. @default false */
  readonly matched?: boolean;
}

/** As iproute2 chooses it, where nothing is said. */
const SCOPES_BY_TYPE: Readonly<Record<number, number>> = {
  [RouteType.Local]: RouteScope.Host,
  [RouteType.Nat]: RouteScope.Host,
  [RouteType.Broadcast]: RouteScope.Link,
  [RouteType.Multicast]: RouteScope.Link,
  [RouteType.Anycast]: RouteScope.Link,
};

export const ROUTES: Translation<ListedRoute, NewRoute, RouteSelector, RouteFilter, Message, Body> = {
  name: 'routes',
  types: {
    add: RouteMessageType.NewRoute,
    remove: RouteMessageType.DeleteRoute,
    get: RouteMessageType.GetRoute,
  },
  message: routeMessage,
  read: (message, links) =>
    (message.header.flags & RouteFlag.Cloned) === 0 ? readRoute(message, links) : undefined,

  async query({ addressFamily, table, link, protocol, type }, resolve) {
    const number = table === undefined ? 0 : numberOf(TABLES, table, 'table');
    return {
      header: {
        addressFamily: familyNumber(addressFamily),
        protocol: protocol === undefined ? 0 : numberOf(ROUTE_PROTOCOLS, protocol, 'protocol'),
        type: type === undefined ? 0 : numberOf(ROUTE_TYPES, type, 'route type'),
      },
      attributes: present<Attributes>({
        table: number === 0 ? undefined : number,
        outputInterface: link === undefined ? undefined : await resolve(link),
      } as never),
    };
  },

  matches(listed, { addressFamily, table, protocol, type }, interfaceIndex) {
    return (
      (addressFamily === undefined || listed.addressFamily === addressFamily) &&
      (table === undefined || listed.table === numberOf(TABLES, table, 'table')) &&
      (protocol === undefined || isNamed(ROUTE_PROTOCOLS, listed.protocol, protocol)) &&
      (type === undefined || isNamed(ROUTE_TYPES, listed.type, type)) &&
      (interfaceIndex === undefined ||
        listed.interfaceIndex === interfaceIndex ||
        listed.nexthops?.some((leg) => leg.interfaceIndex === interfaceIndex) === true)
    );
  },

  async write(given, resolve) {
    const { body, type } = await writeRoute(given, resolve);
    const { protocol = 'boot', scope, gateway, nexthops, nexthopId } = given;
    const isWay = gateway === undefined && nexthops === undefined && nexthopId === undefined;
    const isIpv4 = body.header?.addressFamily === AddressFamily.Inet;
    const byItself =
      SCOPES_BY_TYPE[type] ??
      (type === RouteType.Unicast && isWay && isIpv4 ? RouteScope.Link : RouteScope.Universe);
    return {
      header: {
        ...body.header,
        type,
        protocol: numberOf(ROUTE_PROTOCOLS, protocol, 'protocol'),
        scope: scope === undefined ? byItself : numberOf(SCOPES, scope, 'scope'),
      },
      attributes: body.attributes,
    };
  },

  async writeSelector(given, resolve) {
    const { body } = await writeRoute(given, resolve);
    const { type, protocol, scope } = given;
    return {
      header: {
        ...body.header,
        type: type === undefined ? RouteType.Unspecified : numberOf(ROUTE_TYPES, type, 'route type'),
        protocol: protocol === undefined ? 0 : numberOf(ROUTE_PROTOCOLS, protocol, 'protocol'),
        scope: scope === undefined ? RouteScope.Nowhere : numberOf(SCOPES, scope, 'scope'),
      },
      attributes: body.attributes,
    };
  },
};

export function isNamed(
  names: Readonly<Record<string, number>>,
  listed: string | number,
  wanted: string | number,
): boolean {
  return numberOf(names, listed, 'name') === numberOf(names, wanted, 'name');
}

/** A route of a list, or what a lookup has found. */
export function readRoute({ header, attributes }: Message, links: LinkNames): ListedRoute | undefined {
  const addressFamily = familyName(header.addressFamily);
  if (addressFamily === undefined) return undefined;
  const { destination, source, table = header.table, gateway, via, multipath, outputInterface } = attributes;
  return {
    ...without(attributes, ...HIDDEN),
    ...present<ListedRoute>({
      addressFamily,
      destination: textOfPrefix(header.addressFamily, destination, header.destinationLength),
      source:
        header.sourceLength === 0
          ? undefined
          : textOfPrefix(header.addressFamily, source, header.sourceLength),
      table,
      type: nameOf(ROUTE_TYPES, header.type),
      protocol: nameOf(ROUTE_PROTOCOLS, header.protocol),
      scope: nameOf(SCOPES, header.scope),
      typeOfService: header.typeOfService,
      gateway: gateway ?? via,
      link: outputInterface === undefined ? undefined : links.nameOf(outputInterface),
      interfaceIndex: outputInterface,
      nexthops: multipath?.map((leg) => readLeg(leg, links)),
      flags: header.flags,
    } as never),
  };
}

function readLeg({ header, attributes }: RouteLegMessage, links: LinkNames): RouteLeg {
  const { interfaceIndex, hops, flags } = header;
  const { gateway, via } = attributes;
  return present<RouteLeg>({
    gateway: gateway ?? via,
    link: links.nameOf(interfaceIndex),
    interfaceIndex,
    weight: hops + 1,
    flags,
  });
}

/** What of a new route is no attribute as it is, or not one for requests. */
const OWN_WORDS = [
  'destination',
  'addressFamily',
  'source',
  'gateway',
  'link',
  'interfaceIndex',
  'nexthops',
  'table',
  'type',
  'protocol',
  'scope',
  'typeOfService',
  'onLink',
  'flags',
  'cacheInfo',
] as const;

/** What adding and removing have in common. */
async function writeRoute(
  given: NewRoute,
  resolve: LinkResolver,
): Promise<{ readonly body: Body; readonly type: number }> {
  const { source, gateway, nexthops = [], table = 'main', type = 'unicast' } = given;
  const { typeOfService = 0, onLink = false, flags = 0 } = given;
  const others = without(given, ...OWN_WORDS);
  const { family, prefix } = destinationOf(given);
  const number = numberOf(TABLES, table, 'table');
  const from = source === undefined ? undefined : parsePrefix(source);
  // Lists also tell what a nexthop object stands for; requests must not.
  const hasOwnWay = others.nexthopId === undefined;
  const legs: RouteLegMessage[] = [];
  if (hasOwnWay) for (const leg of nexthops) legs.push(await writeLeg(leg, family, resolve));
  const way = hasOwnWay
    ? {
        ...gatewayOf(gateway, family),
        outputInterface: await indexOf(given, resolve),
        multipath: legs.length === 0 ? undefined : legs,
      }
    : {};
  return {
    type: numberOf(ROUTE_TYPES, type, 'route type'),
    body: {
      header: {
        addressFamily: family,
        destinationLength: prefix.length,
        sourceLength: from?.length ?? 0,
        typeOfService,
        table: number < 256 ? number : 0,
        flags: onLink ? NexthopFlag.OnLink : flags & NexthopFlag.OnLink,
      },
      attributes: {
        ...others,
        ...present<Attributes>({
          destination: prefix.length === 0 ? undefined : prefix.bytes,
          source: from?.bytes,
          table: number,
          ...way,
        } as never),
      },
    },
  };
}

function destinationOf({ destination, addressFamily, gateway }: NewRoute): {
  readonly family: AddressFamily;
  readonly prefix: Prefix;
} {
  if (destination !== 'default' && destination !== 'any') {
    const prefix = parsePrefix(destination);
    return { family: familyOfBytes(prefix.bytes), prefix };
  }
  const family =
    addressFamily !== undefined || gateway === undefined
      ? familyNumber(addressFamily ?? 'inet')
      : familyOfBytes(bytesOfAddress(gateway));
  return { family, prefix: { bytes: new Uint8Array(family === AddressFamily.Inet ? 4 : 16), length: 0 } };
}

async function writeLeg(leg: RouteLeg, family: number, resolve: LinkResolver): Promise<RouteLegMessage> {
  const { gateway, weight = 1, flags = 0 } = leg;
  return {
    header: {
      interfaceIndex: (await indexOf(leg, resolve)) ?? 0,
      hops: weight - 1,
      flags: flags & NexthopFlag.OnLink,
    },
    attributes: present<RouteLegMessage['attributes']>(gatewayOf(gateway, family) as never),
  };
}

/** RTA_GATEWAY, or RTA_VIA for a gateway of another family. */
function gatewayOf(gateway: string | undefined, family: number): { gateway?: string; via?: string } {
  if (gateway === undefined) return {};
  return familyOfBytes(bytesOfAddress(gateway)) === family ? { gateway } : { via: gateway };
}

export async function indexOf(
  given: { readonly link?: LinkReference; readonly interfaceIndex?: number },
  resolve: LinkResolver,
): Promise<number | undefined> {
  const { link, interfaceIndex } = given;
  if (interfaceIndex !== undefined) return interfaceIndex;
  return link === undefined ? undefined : await resolve(link);
}

/** RTM_GETROUTE of one: how a packet would go. */
export async function writeLookup(
  destination: string,
  options: LookupOptions,
  resolve: LinkResolver,
): Promise<Body> {
  const bytes = bytesOfAddress(destination);
  const { from, inputLink, link, matched = false, mark, userId, ...flow } = options;
  const { ipProtocol, sourcePort, destinationPort } = flow;
  const source = from === undefined ? undefined : bytesOfAddress(from);
  return {
    header: {
      addressFamily: familyOfBytes(bytes),
      destinationLength: bytes.length * 8,
      sourceLength: (source?.length ?? 0) * 8,
      flags: RouteFlag.LookupTable | (matched ? RouteFlag.FibMatch : 0),
    },
    attributes: present<Attributes>({
      destination: bytes,
      source,
      inputInterface: inputLink === undefined ? undefined : await resolve(inputLink),
      outputInterface: link === undefined ? undefined : await resolve(link),
      mark,
      userId,
      ipProtocol,
      sourcePort,
      destinationPort,
    } as never),
  };
}
