import { attribute, type Bytes, u32, zeros } from './bytes.js';
import { EXTENDED, type HostileCase, STRICT } from './cases.js';
import { namesNamespace } from './mutation.js';
import {
  addressHeader, CREATE, EXCLUSIVE, GET_ADDRESS, GET_LINK, GET_ROUTE, INET, INET6, ipv4, ipv6, linkHeader, NEW_ADDRESS, NEW_ROUTE,
  request, routeHeader, SET_LINK,
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
  { name: 'NEWROUTE', types: 33, build: (extra) => request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET, 24), attribute(1, ipv4('203.0.113.0')), via, extra) },
  { name: 'IPv6 NEWROUTE', types: 33, build: (extra) => request(NEW_ROUTE, CREATE | EXCLUSIVE, routeHeader(INET6, 64), attribute(1, ipv6(0)), out, extra) },
  { name: 'GETROUTE', types: 33, build: (extra) => request(GET_ROUTE, 0, routeHeader(INET, 32, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv4('192.0.2.5')), extra) },
  { name: 'IPv6 GETROUTE', types: 33, build: (extra) => request(GET_ROUTE, 0, routeHeader(INET6, 128, { table: 0, protocol: 0, type: 0 }), attribute(1, ipv6(9)), extra) },
];

/** Every attribute type of every request, zeros of every interesting length: the whole policy, seen from outside. */
export const EVERY_ATTRIBUTE: readonly HostileCase[] = PLACES.flatMap(({ name, types, build }) =>
  Array.from({ length: types }, (_, type) => type).flatMap((type) =>
    LENGTHS.flatMap((length) => {
      const bytes = build(attribute(type, zeros(length)));
      const label = `${name} with ${length} zeros of attribute ${type}`;
      const cases = [{ name: label, bytes, options: EXTENDED }];
      return name.includes('GET') ? [...cases, { name: `strict ${label}`, bytes, options: STRICT }] : cases;
    }),
  ),
).filter(({ bytes }) => !namesNamespace(bytes));
