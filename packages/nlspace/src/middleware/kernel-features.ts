import { align4, NetlinkProtocol, SocketOption } from '@nlspace/core';
import { ROUTE_GROUPS, RouteMessageType, route } from '@nlspace/family-route';
import type { MissingFeature } from '@nlspace/middleware';

/** Something that Linux has not always had. */
export interface KernelFeature {
  readonly name: string;
  /** The first version with it. */
  readonly since: string;
  /** Where that is known from. */
  readonly source: string;
  /** What a kernel without it is like. */
  readonly missing: MissingFeature;
}

const Route = NetlinkProtocol.Route;
const ROUTE_MESSAGES = [
  RouteMessageType.NewRoute,
  RouteMessageType.DeleteRoute,
  RouteMessageType.GetRoute,
] as const;
const NEXTHOP_ID = route.attributes.shape.nexthopId.type;

/** The messages of an object whose first is RTM_NEW…: RTM_DEL…, RTM_GET… and RTM_SET… too. */
const messagesOf = (first: number) => [first, first + 1, first + 2, first + 3];

/** RTM_NEWVLAN */
const NEW_VLAN = 112;

/** What dumps can leave out: fields of the fixed header, by their place in it, and attributes. */
const DUMP_FILTERS: MissingFeature['dumpFilters'] = [
  // IFLA_MASTER, IFLA_LINKINFO
  { messageTypes: [RouteMessageType.GetLink], headerSize: 16, fields: [[4, 4]], attributes: [10, 18] },
  { messageTypes: [RouteMessageType.GetAddress], headerSize: 8, fields: [[4, 4]], attributes: [] },
  // rtm_table, rtm_protocol, rtm_type; RTA_TABLE, RTA_OIF
  {
    messageTypes: [RouteMessageType.GetRoute],
    headerSize: align4(route.header.size),
    fields: [
      [4, 2],
      [7, 1],
    ],
    attributes: [4, 15],
  },
  // NDA_IFINDEX, NDA_MASTER
  { messageTypes: [RouteMessageType.GetNeighbour], headerSize: 12, fields: [[4, 4]], attributes: [8, 9] },
  // NHA_GROUPS, NHA_OIF, NHA_MASTER, NHA_FDB
  { messageTypes: [RouteMessageType.GetNexthop], headerSize: 8, fields: [], attributes: [4, 5, 10, 11] },
];

/** From the oldest on. What each does is in `docs/profiles.md`, which a test compares with this. */
export const KERNEL_FEATURES: readonly KernelFeature[] = [
  {
    name: 'listen-all-nsid',
    since: '4.2',
    source: 'netlink(7); commit 59324cf35aba',
    missing: { options: [SocketOption.ListenAllNamespaces] },
  },
  {
    name: 'cap-ack',
    since: '4.3',
    source: 'netlink(7); commit 0a6a3a23ea6e',
    missing: { options: [SocketOption.CapAck] },
  },
  {
    name: 'extended-ack',
    since: '4.12',
    source: 'commit 2d4bc93368f5',
    missing: { options: [SocketOption.ExtendedAck] },
  },
  {
    name: 'strict-checking',
    since: '4.20',
    source: 'commit 89d35528d17d',
    missing: { options: [SocketOption.StrictChecking] },
  },
  {
    name: 'dump-filters',
    since: '4.20',
    source: 'commit effe67926624',
    missing: { protocol: Route, dumpFilters: DUMP_FILTERS },
  },
  {
    name: 'nexthop-objects',
    since: '5.3',
    source: 'commits 65ee00a9409f, ab84be7e54fc',
    missing: {
      protocol: Route,
      messageTypes: messagesOf(RouteMessageType.NewNexthop),
      highestGroup: ROUTE_GROUPS.nexthop - 1,
      attributes: [
        {
          messageTypes: ROUTE_MESSAGES,
          headerSize: align4(route.header.size),
          attributes: [NEXTHOP_ID],
        },
      ],
    },
  },
  {
    name: 'alternative-names',
    since: '5.5',
    source: 'commit 36fbf1e52bd3',
    missing: {
      protocol: Route,
      messageTypes: messagesOf(RouteMessageType.NewLinkProperty),
      // IFLA_PROP_LIST, IFLA_ALT_IFNAME
      attributes: [
        { messageTypes: messagesOf(RouteMessageType.NewLink), headerSize: 16, attributes: [52, 53] },
      ],
    },
  },
  {
    name: 'bridge-vlan-messages',
    since: '5.6',
    source: 'commit 8dcea187088b',
    missing: {
      protocol: Route,
      messageTypes: messagesOf(NEW_VLAN),
      highestGroup: ROUTE_GROUPS.bridgeVlan - 1,
    },
  },
  {
    name: 'policy-in-ack',
    since: '5.10',
    source: 'commit 44f3625bc616',
    missing: { acknowledgementAttributes: [4] },
  },
  {
    name: 'resilient-groups',
    since: '5.13',
    source: 'commit 283a72a5599e',
    missing: { protocol: Route, messageTypes: messagesOf(RouteMessageType.NewNexthopBucket) },
  },
  {
    name: 'tunnel-messages',
    since: '5.18',
    source: 'commit 7b8135f4df98',
    missing: {
      protocol: Route,
      messageTypes: messagesOf(RouteMessageType.NewTunnel),
      highestGroup: ROUTE_GROUPS.tunnel - 1,
    },
  },
  {
    name: 'bulk-deletion',
    since: '5.19',
    source: 'commit 545528d78855',
    missing: { protocol: Route, bulkDeletion: true },
  },
  {
    name: 'missing-in-ack',
    since: '6.1',
    source: 'commit 690252f19f0e',
    missing: { acknowledgementAttributes: [5, 6] },
  },
];

/** What a version of Linux does not have. @throws {RangeError} for what is no version. */
export function featuresAfter(version: string): KernelFeature[] {
  if (!/^\d{1,3}\.\d{1,3}$/.test(version)) throw new RangeError(`${version} is no version such as 4.19`);
  return KERNEL_FEATURES.filter(({ since }) => numberOf(since) > numberOf(version));
}

function numberOf(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}
