import { attribute, type Bytes, u16, u32, zeros } from './bytes.js';
import { EXTENDED, type HostileCase, STRICT } from './cases.js';
import { FORWARDING_PLACES } from './forwarding.js';
import { namesNamespace } from './mutation.js';
import {
  addressHeader,
  CREATE,
  DELETE_NEXTHOP,
  DELETE_RULE,
  DUMP,
  EXCLUSIVE,
  GET_ADDRESS,
  GET_LINK,
  GET_NEXTHOP,
  GET_NEXTHOP_BUCKET,
  GET_ROUTE,
  INET,
  INET6,
  ipv4,
  ipv6,
  linkHeader,
  NEW_ADDRESS,
  NEW_NEXTHOP,
  NEW_ROUTE,
  NEW_RULE,
  nexthopGroup,
  nexthopHeader,
  request,
  routeHeader,
  ruleHeader,
  SET_LINK,
} from './seeds.js';

const LENGTHS = [0, 1, 2, 3, 4, 8, 16, 40];

interface Place {
  readonly name: string;
  /** One beyond the last attribute type that the kernel knows, and one more. */
  readonly types: number;
  readonly build: (extra: Bytes) => Bytes;
}

const via = attribute(5, ipv4('192.0.2.2'));
const out = attribute(4, u32(3));

const PLACES: readonly Place[] = [
  { name: 'SETLINK', types: 71, build: (extra) => request(SET_LINK, 0, linkHeader(3), extra) },
  { name: 'GETLINK', types: 71, build: (extra) => request(GET_LINK, 0, linkHeader(3), extra) },
  { name: 'NEWADDR', types: 14, build: (extra) => request(NEW_ADDRESS, CREATE, addressHeader(INET, 24, 3), attribute(2, ipv4('192.0.2.9')), extra) },
  { name: 'IPv6 NEWADDR', types: 14, build: (extra) => request(NEW_ADDRESS, CREATE, addressHeader(INET6, 64, 3), attribute(2, ipv6(7)), extra) },
  { name: 'IPv6 GETADDR', types: 14, build: (extra) => request(GET_ADDRESS, 0, addressHeader(INET6, 64, 3), attribute(1, ipv6(1)), extra) },
  {
    name: 'NEWROUTE',
    types: 33,
    build: (extra) => request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET, 24), attribute(1, ipv4('203.0.113.0')), via, extra),
  },
  { name: 'IPv6 NEWROUTE', types: 33, build: (extra) => request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET6, 64), attribute(1, ipv6(0)), out, extra) },
  {
    name: 'GETROUTE',
    types: 33,
    build: (extra) => request(GET_ROUTE, 0, routeHeader(INET, 32, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv4('192.0.2.5')), extra),
  },
  {
    name: 'IPv6 GETROUTE',
    types: 33,
    build: (extra) => request(GET_ROUTE, 0, routeHeader(INET6, 128, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv6(9)), extra),
  },
  { name: 'NEWRULE', types: 32, build: (extra) => request(NEW_RULE, CREATE, ruleHeader(INET), attribute(6, u32(7)), extra) },
  { name: 'IPv6 NEWRULE', types: 32, build: (extra) => request(NEW_RULE, CREATE, ruleHeader(INET6), attribute(6, u32(7)), extra) },
  { name: 'DELRULE', types: 32, build: (extra) => request(DELETE_RULE, 0, ruleHeader(INET), attribute(6, u32(99)), extra) },
  { name: 'NEWNEXTHOP', types: 19, build: (extra) => request(NEW_NEXTHOP, CREATE, nexthopHeader(INET), attribute(1, u32(7)), attribute(5, u32(3)), extra) },
  {
    name: 'NEWNEXTHOP of a group',
    types: 19,
    build: (extra) => request(NEW_NEXTHOP, CREATE, nexthopHeader(), attribute(1, u32(7)), attribute(2, nexthopGroup(1)), extra),
  },
  { name: 'DELNEXTHOP', types: 4, build: (extra) => request(DELETE_NEXTHOP, 0, nexthopHeader(), attribute(1, u32(1)), extra) },
  { name: 'GETNEXTHOP', types: 19, build: (extra) => request(GET_NEXTHOP, 0, nexthopHeader(), attribute(1, u32(1)), extra) },
  { name: 'dumping GETNEXTHOP', types: 19, build: (extra) => request(GET_NEXTHOP, DUMP, nexthopHeader(), extra) },
  {
    name: 'GETNEXTHOPBUCKET',
    types: 19,
    build: (extra) => request(GET_NEXTHOP_BUCKET, 0, nexthopHeader(), attribute(1, u32(5)), attribute(13 | 0x8000, attribute(1, u16(2))), extra),
  },
  { name: 'dumping GETNEXTHOPBUCKET', types: 19, build: (extra) => request(GET_NEXTHOP_BUCKET, DUMP, nexthopHeader(), extra) },
  ...FORWARDING_PLACES,
];

/** Attribute types whose length nlspace judges otherwise than the kernel, and why. */
export interface DifferentPolicy {
  /** Of a case, with and without `strict`. */
  readonly place: string;
  readonly attributes: readonly number[];
  readonly reason: string;
}

const READ_BY_HAND = 'routes are read by hand: attributes that they do not keep are not checked';
const ONE_POLICY = 'one schema serves both address families, so what one of them ignores is checked for both';
const STRICT_LOOKUP = 'a strict lookup does not refuse attributes that are no part of the question';

export const DIFFERENT_POLICIES: readonly DifferentPolicy[] = [
  { place: 'SETLINK', attributes: [22], reason: 'virtual functions are not modelled, so EOPNOTSUPP' },
  { place: 'GETLINK', attributes: [22], reason: 'virtual functions are not modelled, so their nest is not looked at' },
  { place: 'SETLINK', attributes: [62], reason: 'a request with the nest of a reply is read as that nest' },
  { place: 'GETLINK', attributes: [62], reason: 'a request with the nest of a reply is read as that nest' },
  { place: 'IPv6 NEWADDR', attributes: [3, 4], reason: ONE_POLICY },
  { place: 'IPv6 GETADDR', attributes: [3, 4], reason: ONE_POLICY },
  { place: 'IPv6 GETADDR', attributes: [10], reason: 'there is one namespace, so its ID is not looked up' },
  { place: 'strict IPv6 GETADDR', attributes: [1, 2, 5, 6, 7, 8, 9, 11], reason: STRICT_LOOKUP },
  { place: 'NEWROUTE', attributes: [2, 3, 8, 16, 20, 22, 23, 25, 27, 29, 30, 31], reason: READ_BY_HAND },
  { place: 'NEWROUTE', attributes: [5], reason: 'a second gateway of zeros counts as no gateway' },
  { place: 'IPv6 NEWROUTE', attributes: [3, 8, 16, 22, 25, 27, 29, 30, 31], reason: READ_BY_HAND },
  { place: 'GETROUTE', attributes: [2, 5, 7, 8, 9, 20, 22, 23, 26, 30, 31], reason: ONE_POLICY },
  { place: 'IPv6 GETROUTE', attributes: [5, 7, 8, 9, 11, 22, 26, 30, 31], reason: ONE_POLICY },
  { place: 'strict IPv6 GETROUTE', attributes: [11], reason: STRICT_LOOKUP },
];

/** The rows that a case of `EVERY_ATTRIBUTE` is about, each with its attribute. */
export function policiesOf({ name }: HostileCase): string[] {
  const [, strict = '', place, type] = /^(strict )?(.*) with \d+ zeros of attribute (\d+)$/.exec(name) ?? [];
  return DIFFERENT_POLICIES.filter((row) => row.place === place || row.place === `${strict}${place}`)
    .filter(({ attributes }) => attributes.includes(Number(type)))
    .map((row) => `${row.place}: attribute ${type}`);
}

/** Every attribute type of every request (those about nexthops are always strict), zeros of every interesting length: the whole policy, seen from outside. */
export const EVERY_ATTRIBUTE: readonly HostileCase[] = PLACES.flatMap(({ name, types, build }) =>
  Array.from({ length: types }, (_, type) => type).flatMap((type) =>
    LENGTHS.flatMap((length) => {
      const bytes = build(attribute(type, zeros(length)));
      const label = `${name} with ${length} zeros of attribute ${type}`;
      const cases = [{ name: label, bytes, options: EXTENDED }];
      return name.includes('GET') && !name.includes('NEXTHOP') ? [...cases, { name: `strict ${label}`, bytes, options: STRICT }] : cases;
    }),
  ),
).filter(({ bytes }) => !namesNamespace(bytes));
