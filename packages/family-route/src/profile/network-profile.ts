import type { NetworkEvent } from '../network/network-events.js';
import type { RouteReason } from '../route/route-reason.js';
import { RouteMessageType } from '../route-message-type.js';

/**
 * Where systems part in what NETLINK_ROUTE tells, refuses and lets follow. Whoever meets such a place asks the one flag.
 * What each value is known from: `docs/profiles.md`.
 */
export interface NetworkProfile {
  readonly name: string;
  /** The message types that are served; others get EOPNOTSUPP. Undefined: all that there are. */
  readonly messageTypes: ReadonlySet<number> | undefined;
  /** What the groups hear of at all. Undefined: everything. */
  readonly announcedEvents: ReadonlySet<NetworkEvent['type']> | undefined;
  /** Why a route has come or gone when its group hears of it. */
  readonly announcedRoutes: {
    readonly ipv4: ReadonlySet<RouteReason>;
    readonly ipv6: ReadonlySet<RouteReason>;
  };
  /** What is told when a leg joins or leaves a route: the leg, or the route as it is now, as if replaced. */
  readonly legChange: 'leg' | 'route';
  /** What is told of a link with a new name: that it has changed, or that the old one is gone and a new one here. */
  readonly linkRename: 'change' | 'removal and arrival';
  /** Notifications of addresses and neighbours name who asked for it, as those of routes and nexthops do anyway. */
  readonly namesOriginators: boolean;
  /** What happens to routes through a nexthop object that is deleted: they go, or keep its ways as their own. */
  readonly nexthopRemoval: 'takes routes' | 'leaves routes';
  /** NLM_F_REPLACE changes a nexthop object; else what is there is there (EEXIST). */
  readonly replacesNexthops: boolean;
  /** The acknowledgement of a new link tells its index and name (NLMSGERR_ATTR_COOKIE). */
  readonly tellsNewLink: boolean;
  /** A link can be made with an alias; else the alias of a request that makes one is not looked at. */
  readonly aliasesNewLinks: boolean;
}

/** Every reason: IPv6 keeps nothing to itself. */
const ALL_REASONS: ReadonlySet<RouteReason> = new Set([
  'request',
  'kernel',
  'link',
  'addresses',
  'source',
  'nexthop',
  'expiry',
]);

export const LINUX_NETWORK: NetworkProfile = {
  name: 'linux',
  messageTypes: undefined,
  announcedEvents: undefined,
  announcedRoutes: {
    // What link, last address or nexthop object take along goes without a word: subscribers are to know by themselves.
    ipv4: new Set<RouteReason>(['request', 'kernel', 'source']),
    ipv6: ALL_REASONS,
  },
  legChange: 'leg',
  linkRename: 'change',
  namesOriginators: true,
  nexthopRemoval: 'takes routes',
  replacesNexthops: true,
  tellsNewLink: false,
  aliasesNewLinks: false,
};

const REQUESTS_ONLY: ReadonlySet<RouteReason> = new Set(['request']);

const { NewLink, DeleteLink, GetLink, NewAddress, DeleteAddress, GetAddress } = RouteMessageType;
const { NewRoute, DeleteRoute, GetRoute, NewNeighbour, DeleteNeighbour, GetNeighbour } = RouteMessageType;
const { NewNexthop, DeleteNexthop, GetNexthop } = RouteMessageType;

export const FREEBSD_NETWORK: NetworkProfile = {
  name: 'freebsd',
  messageTypes: new Set([
    ...[NewLink, DeleteLink, GetLink],
    ...[NewAddress, DeleteAddress, GetAddress],
    ...[NewRoute, DeleteRoute, GetRoute],
    ...[NewNeighbour, DeleteNeighbour, GetNeighbour],
    ...[NewNexthop, DeleteNexthop, GetNexthop],
  ]),
  announcedEvents: new Set<NetworkEvent['type']>([
    'link-changed',
    'link-removed',
    'address-changed',
    'address-removed',
    'route-changed',
    'route-removed',
    'neighbour-changed',
    'neighbour-removed',
    'nexthop-changed',
    'nexthop-removed',
  ]),
  announcedRoutes: { ipv4: REQUESTS_ONLY, ipv6: REQUESTS_ONLY },
  legChange: 'route',
  linkRename: 'removal and arrival',
  namesOriginators: false,
  nexthopRemoval: 'leaves routes',
  replacesNexthops: false,
  tellsNewLink: true,
  aliasesNewLinks: true,
};
