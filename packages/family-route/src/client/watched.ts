import { MessageFlag } from '@nlspace/core';
import { AddressFlag } from '../address/address-flags.js';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import type { ListedAddress } from './addresses.js';
import { attributesIn } from './attributes-in.js';
import type { ListedLink } from './links.js';
import type { Identity } from './mirror.js';
import type { ListedNeighbour } from './neighbours.js';
import type { ListedNexthop } from './nexthops.js';
import type { ListedRoute } from './routes.js';
import type { ListedRule } from './rules.js';

/** What lists give, by the name of the list. */
export interface ListedObjects {
  readonly links: ListedLink;
  readonly addresses: ListedAddress;
  readonly routes: ListedRoute;
  readonly nexthops: ListedNexthop;
  readonly neighbours: ListedNeighbour;
  readonly rules: ListedRule;
}
export type ObjectName = keyof ListedObjects;

/** In the order in which they are listed: what is named by others comes first. */
export const OBJECT_NAMES = [
  'links',
  'addresses',
  'nexthops',
  'routes',
  'neighbours',
  'rules',
] as const satisfies readonly ObjectName[];

/** What happened, as far as it matters to other objects than the one that the notification is about. */
export type Happening =
  | 'link-state'
  | 'link-gone'
  | 'link-named'
  | 'lower-changed'
  | 'address-gone'
  | 'nexthop-changed'
  | 'nexthop-gone';

/** How one kind of object is followed. */
export interface Watched<Listed> {
  readonly groups: readonly number[];
  readonly identity: Identity<Listed>;
  /** Whether it is there as far as notifications go. @default always */
  isTold?(listed: Listed): boolean;
  /** What changes it without a notification of its own: the list is read again then. */
  readonly silentlyChangedBy: readonly Happening[];
}

const { link, ipv4Address, ipv6Address, ipv4Route, ipv6Route, neighbour, nexthop, ipv4Rule, ipv6Rule } =
  ROUTE_GROUPS;

/** `link` is only a name, which may change while what has it stays the same. */
export const WATCHED: { readonly [K in ObjectName]: Watched<ListedObjects[K]> } = {
  links: {
    groups: [link],
    identity: {
      keyOf: ({ interfaceIndex }) => String(interfaceIndex),
      isUnique: true,
      volatile: [
        'statistics',
        'statistics64',
        'addressFamilies',
        'carrierChanges',
        'carrierUpCount',
        'carrierDownCount',
        'event',
      ],
      steady: {
        kindData: (bytes, { kind }) => (kind === 'bridge' ? withoutAttributes(bytes, BRIDGE_TIMERS) : bytes),
        portData: (bytes, { portKind }) =>
          portKind === 'bridge' ? withoutAttributes(bytes, BRIDGE_PORT_TIMERS) : bytes,
      },
    },
    silentlyChangedBy: ['lower-changed'],
  },
  addresses: {
    groups: [ipv4Address, ipv6Address],
    identity: {
      keyOf: ({ interfaceIndex, address, peer = '' }) => `${interfaceIndex} ${address} ${peer}`,
      isUnique: true,
      volatile: ['link', 'validSeconds', 'preferredSeconds'],
    },
    // Nobody hears of an IPv6 address before it is known to be nobody else's, or to be somebody's.
    isTold: ({ flags }) => (flags & UNDECIDED) !== AddressFlag.Tentative,
    silentlyChangedBy: [],
  },
  nexthops: {
    groups: [nexthop],
    identity: { keyOf: ({ id }) => String(id), isUnique: true, volatile: ['link', 'resilientGroup'] },
    silentlyChangedBy: ['link-state', 'link-gone', 'nexthop-gone'],
  },
  routes: {
    groups: [ipv4Route, ipv6Route],
    identity: {
      keyOf: ({ addressFamily, table, destination, source = '', typeOfService, priority = 0 }) =>
        `${addressFamily} ${table} ${destination} ${source} ${typeOfService} ${priority}`,
      isUnique: false,
      volatile: ['link', 'cacheInfo'],
      unsettled: ['flags'],
      // IPv6 makes one route with several ways of routes that differ in nothing else.
      mayMerge: (added, present) =>
        added.addressFamily === 'inet6' && hasGateway(added) && hasGateway(present),
    },
    silentlyChangedBy: ['link-state', 'link-gone', 'address-gone', 'nexthop-changed', 'nexthop-gone'],
  },
  neighbours: {
    groups: [neighbour],
    identity: {
      keyOf: ({ interfaceIndex, address, isProxy }) => `${interfaceIndex} ${address} ${isProxy}`,
      isUnique: true,
      volatile: ['link', 'cacheInfo', 'probes'],
    },
    silentlyChangedBy: ['link-state', 'link-gone'],
  },
  rules: {
    groups: [ipv4Rule, ipv6Rule],
    identity: {
      keyOf: ({ addressFamily, priority }) => `${addressFamily} ${priority}`,
      isUnique: false,
      volatile: [],
      unsettled: ['flags'],
    },
    silentlyChangedBy: ['link-gone', 'link-named'],
  },
};

const UNDECIDED = AddressFlag.Tentative | AddressFlag.DuplicateDetected;

/** IFLA_BR_HELLO_TIMER, …TCN_TIMER, …TOPOLOGY_CHANGE_TIMER, …GC_TIMER */
const BRIDGE_TIMERS = [16, 17, 18, 19];
/** IFLA_BRPORT_MESSAGE_AGE_TIMER, …FORWARD_DELAY_TIMER, …HOLD_TIMER */
const BRIDGE_PORT_TIMERS = [21, 22, 23];

function withoutAttributes(bytes: Uint8Array, types: readonly number[]): readonly string[] {
  return [...attributesIn(bytes)]
    .filter(({ type }) => !types.includes(type))
    .map(({ bytes }) => bytes.join());
}

function hasGateway({ gateway, nexthops }: ListedRoute): boolean {
  return gateway !== undefined || nexthops !== undefined;
}

/** Every watch hears of these, because of what they change silently. */
export const ALWAYS_HEARD: readonly number[] = [link, ipv4Address, nexthop];

/** The objects that a message type is about. */
export const OBJECT_OF_TYPE: ReadonlyMap<number, ObjectName> = new Map<number, ObjectName>([
  [RouteMessageType.NewLink, 'links'],
  [RouteMessageType.NewAddress, 'addresses'],
  [RouteMessageType.NewRoute, 'routes'],
  [RouteMessageType.NewNeighbour, 'neighbours'],
  [RouteMessageType.NewRule, 'rules'],
  [RouteMessageType.NewNexthop, 'nexthops'],
]);

/** A nexthop that was not there before changes no route. */
export function createsNexthop(flags: number): boolean {
  return (flags & MessageFlag.Create) !== 0 && !replaces(flags);
}

export function replaces(flags: number): boolean {
  return (flags & MessageFlag.Replace) !== 0;
}
