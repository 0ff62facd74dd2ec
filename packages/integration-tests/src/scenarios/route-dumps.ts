import type { Scenario } from '@nlspace/testkit';
import { attribute, u16, u32, zeros } from '../hostile/bytes.js';
import { ACK, DUMP, GET_ROUTE, INET, INET6, ipv4, ipv6, routeHeader } from '../hostile/seeds.js';
import { raw, rawStrict } from './raw-requests.js';
import { CONNECTED, TWO_NETWORKS } from './worlds-begin.js';

const FAMILIES = [INET, INET6] as const;
/** A header that asks for everything. */
const all = (family: number, fields: Parameters<typeof routeHeader>[2] = {}): readonly number[] =>
  routeHeader(family, 0, { table: 0, protocol: 0, type: 0, ...fields });
/** Without the messages, whose stamps and order are another matter: how a dump ends. */
const end = (command: string): string => `${command} | sed 's/^\\(message.*\\): .*/\\1/' | uniq -c`;
const lookup = (family: number, fields: Parameters<typeof routeHeader>[2] = {}): readonly number[] =>
  routeHeader(family, family === INET ? 32 : 128, { table: 0, protocol: 0, type: 0, ...fields });
const destination = (family: number): readonly number[] => attribute(1, family === INET ? ipv4('192.0.2.9') : ipv6(9));

/** Routes of many kinds in several tables, both families. */
const MANY = [
  ...TWO_NETWORKS,
  'ip route add 192.0.2.0/24 via 10.0.0.2 proto static',
  'ip route add 192.0.3.0/24 via 10.1.0.2 proto bird table 100',
  'ip route add 192.0.4.0/24 dev w0 scope link metric 9',
  'ip route add 192.0.5.0/24 nexthop via 10.0.0.2 nexthop via 10.1.0.2 weight 3',
  'ip route add blackhole 192.0.6.0/24 table 100',
  'ip route add unreachable 192.0.0.0/16 metric 50',
  'ip route add default via 10.0.0.3 table 1000',
  'ip -6 route add 2001:db8:a::/48 via 2001:db8::2 proto static',
  'ip -6 route add 2001:db8:b::/48 via 2001:db8:1::2 proto bird table 100',
  'ip -6 route add 2001:db8:c::/48 dev w0 metric 9',
  'ip -6 route add 2001:db8:d::/48 nexthop via 2001:db8::2 nexthop via 2001:db8:1::2 weight 3',
  'ip -6 route add blackhole 2001:db8:e::/48 table 100',
  'ip -6 route add default via 2001:db8::3 table 1000',
] as const;
const both = (...selectors: readonly string[]): string[] => selectors.flatMap((selector) => [`ip route show ${selector}`, `ip -6 route show ${selector}`]);
const flushed = (...selectors: readonly string[]): string[] =>
  selectors.flatMap((selector) => [`ip route flush ${selector}`, `ip -6 route flush ${selector}`, 'ip route show table all']);

export const ROUTE_DUMPS: readonly Scenario[] = [
  {
    name: 'routes are shown by table, protocol, type, device and scope',
    commands: [
      ...MANY,
      ...both(
        'table 100',
        'table all proto static',
        'table all proto bird',
        'table all type blackhole',
        'table all type unicast dev w0',
        'table 100 dev w0',
        'dev v0 scope link',
        'table local type local',
        'scope global',
        'table all scope host',
      ),
    ],
  },
  {
    name: 'routes are shown by gateway, metric, and how they cover a prefix',
    commands: [
      ...MANY,
      ...both('via 10.0.0.2', 'via 2001:db8::2', 'metric 9', 'metric 1024', 'table all via 10.1.0.2', 'nexthop via 10.1.0.2'),
      'ip route show root 192.0.0.0/16',
      'ip route show match 192.0.2.7',
      'ip route show exact 192.0.2.0/24',
      'ip route show table all root 192.0.0.0/16 match 192.0.3.0/24',
      'ip -6 route show root 2001:db8::/32',
      'ip -6 route show match 2001:db8:a::7',
      'ip -6 route show exact 2001:db8:b::/48 table 100',
      'ip -6 route show table all root 2001:db8::/32 match 2001:db8:b::/64',
    ],
  },
  {
    name: 'what is cached or cloned is nothing',
    commands: [...CONNECTED, 'ip route get 10.0.0.9', 'ip -6 route get 2001:db8::9', ...both('cache', 'cloned', 'table cache', 'table all cached')],
  },
  {
    name: 'routes are flushed by table, protocol, type and device',
    commands: [...MANY, ...flushed('table 77', 'proto static', 'type blackhole table 100', 'table 1000', 'dev w0', 'table main')],
  },
  {
    name: 'routes are flushed by prefix, gateway, scope and metric',
    commands: [
      ...MANY,
      ...flushed('root 192.0.2.0/23', 'exact 192.0.4.0/24', 'match 192.0.5.9', 'root 2001:db8:a::/48', 'via 10.1.0.2 table all', 'scope link', 'metric 50'),
    ],
  },
  {
    // The cache is flushed through a file of the machine, which an ordinary user may not write.
    name: 'a flush of the cache, of nothing, and with statistics',
    needsRoot: true,
    commands: [
      ...MANY,
      'ip route flush cache',
      'ip -6 route flush cache',
      'ip route flush',
      'ip -s route flush table 100',
      'ip -s -s -6 route flush table 100',
      'ip -s route flush cache',
      'ip route flush dev nosuch',
      'ip route show table all',
    ],
  },
  {
    name: 'routes of several tables are saved and restored',
    commands: [
      ...MANY,
      'ip route save table 100 > $SCRATCH/hundred',
      'ip route save table 1000 > $SCRATCH/thousand',
      'ip route showdump < $SCRATCH/hundred',
      'ip route flush table 100',
      'ip route flush table 1000',
      'ip route restore < $SCRATCH/hundred',
      'ip route restore < $SCRATCH/thousand',
      'ip route show table all',
      'ip route restore < $SCRATCH/thousand',
      'ip route restore < /dev/null',
      'echo nonsense | ip route restore',
    ],
  },
  {
    name: 'IPv6 routes of several tables are saved and restored',
    commands: [
      ...MANY,
      'ip -6 route add 2001:db8:f::/48 via 2001:db8::2 mtu lock 1400 pref high metric 3 table 100',
      'ip -6 route add 2001:db8:10::/48 via 2001:db8::2 expires 500 table 100',
      'ip -6 route save table 100 > $SCRATCH/hundred',
      'ip -6 route showdump < $SCRATCH/hundred',
      'ip -6 route flush table 100',
      'ip -6 route restore < $SCRATCH/hundred',
      'ip -6 route show table 100',
      'ip -6 route save proto static > $SCRATCH/static',
      'ip -6 route flush proto static',
      'ip -6 route restore < $SCRATCH/static',
      'ip -6 route show',
    ],
  },
  {
    name: 'everything is saved, and what is missing is restored',
    commands: [
      ...MANY,
      'ip route save table all > $SCRATCH/all',
      'ip route showdump < $SCRATCH/all | sed "s/expires [0-9]*sec//"',
      'ip route del 192.0.2.0/24',
      'ip route del 192.0.5.0/24',
      'ip -6 route del 2001:db8:d::/48',
      'ip route restore < $SCRATCH/all',
      'ip route show table all',
    ],
  },
  {
    name: 'a lookup that asks for the route: every kind of it',
    commands: [
      ...MANY,
      'ip link set lo up',
      ...['192.0.2.9', '192.0.5.9', '192.0.6.9', '192.0.9.9', '10.0.0.1', '10.0.0.255', '10.0.0.9', '127.0.0.1', '8.8.8.8', '224.0.0.5', '255.255.255.255'].map(
        (to) => `ip route get fibmatch ${to}`,
      ),
      ...['2001:db8:a::9', '2001:db8:c::9', '2001:db8::1', '2001:db8::9', '::1', 'ff02::1', 'fe80::1', '2620::1'].map((to) => `ip -6 route get fibmatch ${to}`),
      'ip route get fibmatch 192.0.2.9 oif v0',
      'ip route get fibmatch 192.0.2.9 oif w0',
      'ip route get fibmatch 192.0.2.9 from 10.0.0.1',
      'ip -6 route get fibmatch 2001:db8:a::9 oif w0',
      'ip -6 route get fibmatch 2001:db8:a::9 from 2001:db8:1::1',
      'ip rule add table 100',
      'ip route get fibmatch 192.0.3.9',
      'ip route get fibmatch 192.0.6.9',
      'ip -j -d route get fibmatch 192.0.3.9',
    ],
  },
  {
    name: 'strict dumps of routes are filtered by header and attributes',
    needsProgram: 'RAW_REQUESTS',
    commands: [
      ...MANY,
      ...FAMILIES.flatMap((family) => [
        end(rawStrict([GET_ROUTE, DUMP, all(family)])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { table: 100 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), attribute(15, u32(1000))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { protocol: 4 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { type: 6 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { type: 2, table: 255 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), attribute(4, u32(3))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { flags: 0x200 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { flags: 0x800 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { table: 77 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(0, { table: 100 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(0, { table: 77 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(0, { protocol: 4 })])),
      ]),
    ],
  },
  {
    name: 'dumps of routes without strict checking look at nothing but clones',
    needsProgram: 'RAW_REQUESTS',
    commands: [
      ...MANY,
      ...FAMILIES.flatMap((family) => [
        end(raw([GET_ROUTE, DUMP, all(family)])),
        end(raw([GET_ROUTE, DUMP, all(family, { table: 100 })])),
        end(raw([GET_ROUTE, DUMP, all(family, { protocol: 4, type: 6, scope: 5 })])),
        end(raw([GET_ROUTE, DUMP, all(family), attribute(4, u32(99))])),
        end(raw([GET_ROUTE, DUMP, all(family, { flags: 0x200 })])),
        end(raw([GET_ROUTE, DUMP, all(family, { flags: 0x800 })])),
        end(raw([GET_ROUTE, DUMP, [family]])),
        end(raw([GET_ROUTE, DUMP, all(family), [1, 2, 3]])),
      ]),
    ],
  },
  {
    name: 'strict dumps of routes refuse what they do not know, in so many words',
    needsProgram: 'RAW_REQUESTS',
    commands: [
      ...CONNECTED,
      ...FAMILIES.flatMap((family) => [
        end(rawStrict([GET_ROUTE, DUMP, [family, 0, 0, 0]])),
        end(rawStrict([GET_ROUTE, DUMP, routeHeader(family, 24, { table: 0, protocol: 0, type: 0 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { source: 8 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { tos: 4 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { scope: 253 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { flags: 1 })])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { table: 254 }), attribute(5, zeros(16))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), attribute(4, u16(3))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), attribute(4, u32(99))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { table: 254 }), attribute(4, u32(99))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), [1, 2, 3]])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { protocol: 4 }), [1, 2, 3]])),
        end(rawStrict([GET_ROUTE, DUMP, all(family), attribute(99, u32(1))])),
        end(rawStrict([GET_ROUTE, DUMP, all(family, { type: 1 }), attribute(99, u32(1))])),
      ]),
    ],
  },
  {
    name: 'lookups with headers that are wrong in one way each',
    needsProgram: 'RAW_REQUESTS',
    commands: [
      ...CONNECTED,
      'ip route add 192.0.2.0/24 via 10.0.0.2',
      ...FAMILIES.flatMap((family) =>
        [raw, rawStrict].flatMap((ask) => [
          end(ask([GET_ROUTE, ACK, [family, 32, 0, 0]])),
          end(ask([GET_ROUTE, ACK, routeHeader(family, 24, { table: 0, protocol: 0, type: 0 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { source: 8 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { table: 5 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { protocol: 5 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { scope: 5 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { type: 5 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { flags: 1 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { flags: 0x100 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family, { flags: 0x1000 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(5, family === INET ? ipv4('10.0.0.2') : ipv6(2))])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(15, u32(254))])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(20, [1])])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(27, [200])])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(28, u16(0))])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(4, u32(99))])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(3, u32(99))])),
          end(ask([GET_ROUTE, ACK, routeHeader(family, 0, { table: 0, protocol: 0, type: 0 }), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family), attribute(2, family === INET ? ipv4('10.0.0.1') : ipv6(1)), destination(family)])),
          end(ask([GET_ROUTE, ACK, lookup(family), attribute(1, [1, 2, 3])])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), [1, 2, 3]])),
          end(ask([GET_ROUTE, ACK, lookup(family), destination(family), attribute(99, u32(1))])),
        ]),
      ),
    ],
  },
  {
    name: 'IPv6 multipath routes gain and lose one leg at a time',
    commands: [
      ...TWO_NETWORKS,
      'ip -6 route add 2001:db8:a::/48 via 2001:db8::2',
      'ip -6 route append 2001:db8:a::/48 nexthop via 2001:db8::3 nexthop via 2001:db8:1::3 weight 5',
      'ip -6 route',
      'ip -6 route append 2001:db8:a::/48 nexthop via 2001:db8::4 nexthop via 2001:db8::3',
      'ip -6 route',
      'ip -6 route del 2001:db8:a::/48 via 2001:db8:1::3',
      'ip -6 route del 2001:db8:a::/48 via 2001:db8:1::3 dev v0',
      'ip -6 route del 2001:db8:a::/48 nexthop via 2001:db8::2 nexthop via 2001:db8::77',
      'ip -6 route',
      'ip -6 route del 2001:db8:a::/48 dev w0',
      'ip -6 route del 2001:db8:a::/48 dev v0',
      'ip -6 route',
    ],
  },
  {
    name: 'IPv6 multipath routes are replaced by one way and by several',
    commands: [
      ...TWO_NETWORKS,
      'ip -6 route add 2001:db8:a::/48 nexthop via 2001:db8::2 nexthop via 2001:db8:1::2',
      'ip -6 route replace 2001:db8:a::/48 nexthop via 2001:db8::3 nexthop via 2001:db8::4 nexthop via 2001:db8:1::5',
      'ip -6 route',
      'ip -6 route replace 2001:db8:a::/48 via 2001:db8::9',
      'ip -6 route',
      'ip -6 route replace 2001:db8:a::/48 nexthop via 2001:db8::6 nexthop via 2001:db8:1::6',
      'ip -6 route',
      'ip -6 route change 2001:db8:a::/48 nexthop via 2001:db8::7 nexthop via 2001:dead::7',
      'ip -6 route',
      'ip -6 route replace 2001:db8:b::/48 nexthop via 2001:db8::7 nexthop via 2001:db8::8',
      'ip -6 route change 2001:db8:c::/48 nexthop via 2001:db8::7 nexthop via 2001:db8::8',
      'ip -6 route add 2001:db8:b::/48 nexthop via 2001:db8::7 nexthop via 2001:db8::9',
      'ip -6 route',
    ],
  },
  {
    name: 'nexthops are not deleted in bulk, but one after the other',
    needsProgram: 'RAW_REQUESTS',
    commands: [
      ...CONNECTED,
      'ip nexthop add id 1 via 10.0.0.2 dev v0',
      raw([105, ACK | 0x200, zeros(8)]),
      raw([105, ACK | 0x200, zeros(8), attribute(1, u32(1))]),
      raw([21, ACK | 0x200, zeros(8)]),
      raw([25, ACK | 0x200, zeros(12)]),
      raw([25, ACK | 0x200, routeHeader(INET, 0)]),
      raw([33, ACK | 0x200, [INET, ...zeros(11)]]),
      'ip nexthop flush',
      'ip nexthop',
    ],
  },
];
