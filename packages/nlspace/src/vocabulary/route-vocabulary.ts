import { MessageFlag, type MessageSchema, type RawMessage } from '@nlspace/core';
import { multicastGroups, ROUTE_CATALOG, ROUTE_GROUPS, RouteMessageType } from '@nlspace/family-route';
import type { Vocabulary } from '@nlspace/middleware';
import { linkSchema } from './link-schema.js';
import { ROUTE_TEXTS } from './route-texts.js';

/** RTM_NEW…: the first type of each object (linux/rtnetlink.h). */
const OBJECTS: Readonly<Record<number, string>> = {
  16: 'LINK',
  20: 'ADDR',
  24: 'ROUTE',
  28: 'NEIGH',
  32: 'RULE',
  36: 'QDISC',
  40: 'TCLASS',
  44: 'TFILTER',
  48: 'ACTION',
  52: 'PREFIX',
  56: 'MULTICAST',
  60: 'ANYCAST',
  64: 'NEIGHTBL',
  68: 'NDUSEROPT',
  72: 'ADDRLABEL',
  76: 'DCB',
  80: 'NETCONF',
  84: 'MDB',
  88: 'NSID',
  92: 'STATS',
  96: 'CACHEREPORT',
  100: 'CHAIN',
  104: 'NEXTHOP',
  108: 'LINKPROP',
  112: 'VLAN',
  116: 'NEXTHOPBUCKET',
  120: 'TUNNEL',
};

const VERBS = ['NEW', 'DEL', 'GET', 'SET'] as const;

const MODIFIERS: ReadonlyArray<ReadonlyArray<readonly [number, string]>> = [
  [
    [MessageFlag.Replace, 'REPLACE'],
    [MessageFlag.Exclusive, 'EXCL'],
    [MessageFlag.Create, 'CREATE'],
    [MessageFlag.Append, 'APPEND'],
  ],
  [[MessageFlag.Bulk, 'BULK']],
  [
    [MessageFlag.Dump, 'DUMP'],
    [MessageFlag.Root, 'ROOT'],
    [MessageFlag.Match, 'MATCH'],
  ],
];

const GROUP_NAMES = new Map<number, string>(
  Object.entries(ROUTE_GROUPS).map(([name, group]) => [group, name]),
);

const NAMES = Object.values(OBJECTS).flatMap((object) => VERBS.map((verb) => `RTM_${verb}${object}`));

const isGet = (messageType: number) => (messageType & 3) === VERBS.indexOf('GET');

/** What a message reads by, where what is in it or who sends it decides; else the catalog knows. */
function schemaOf({ header: { type, flags }, payload }: RawMessage): MessageSchema | undefined {
  const object = type & ~3;
  if (object === RouteMessageType.NewLink) return linkSchema(payload);
  if (object === RouteMessageType.NewMulticastGroup && (flags & MessageFlag.Request) === 0)
    return multicastGroups as unknown as MessageSchema;
  return ROUTE_CATALOG.get(type, payload);
}

/** NETLINK_ROUTE. */
export const ROUTE_VOCABULARY: Vocabulary = {
  texts: ROUTE_TEXTS,
  schemaOf,
  nameOf({ header: { type: messageType } }) {
    const object = OBJECTS[messageType & ~3];
    return object === undefined ? `type ${messageType}` : `RTM_${VERBS[messageType & 3]}${object}`;
  },
  names: () => NAMES,
  isDump: ({ header }) => isGet(header.type) && (header.flags & MessageFlag.Dump) !== 0,
  isRead: ({ header }) => isGet(header.type),
  modifiersOf: (messageType) => MODIFIERS[messageType & 3] ?? [],
  groupName: (group) => GROUP_NAMES.get(group) ?? String(group),
};
