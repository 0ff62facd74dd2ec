/** Numbers by the names that ip(8) has for them. */
type Names = Readonly<Record<string, number>>;

/** RTPROT_* */
export const ROUTE_PROTOCOLS = {
  unspec: 0,
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  mrouted: 17,
  keepalived: 18,
  babel: 42,
  ovn: 84,
  openr: 99,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
} as const satisfies Names;
export type RouteProtocolName = keyof typeof ROUTE_PROTOCOLS;

/** RTN_* */
export const ROUTE_TYPES = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
  nat: 10,
  xresolve: 11,
} as const satisfies Names;
export type RouteTypeName = keyof typeof ROUTE_TYPES;

/** RT_SCOPE_* */
export const SCOPES = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
} as const satisfies Names;
export type ScopeName = keyof typeof SCOPES;

/** RT_TABLE_* */
export const TABLES = { default: 253, main: 254, local: 255 } as const satisfies Names;
export type TableName = keyof typeof TABLES;

/** NUD_* */
export const NEIGHBOUR_STATES = {
  none: 0,
  incomplete: 0x01,
  reachable: 0x02,
  stale: 0x04,
  delay: 0x08,
  probe: 0x10,
  failed: 0x20,
  noarp: 0x40,
  permanent: 0x80,
} as const satisfies Names;
export type NeighbourStateName = keyof typeof NEIGHBOUR_STATES;

/** FR_ACT_* */
export const RULE_ACTIONS = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const satisfies Names;
export type RuleActionName = keyof typeof RULE_ACTIONS;

/** IFLA_OPERSTATE */
export const OPERATIONAL_STATES = {
  unknown: 0,
  notpresent: 1,
  down: 2,
  lowerlayerdown: 3,
  testing: 4,
  dormant: 5,
  up: 6,
} as const satisfies Names;
export type OperationalStateName = keyof typeof OPERATIONAL_STATES;

/** The number itself where there is no name: nothing is guessed. */
export function nameOf<N extends Names>(names: N, value: number): keyof N | number {
  for (const name in names) if (names[name] === value) return name;
  return value;
}

/** @throws {RangeError} naming the names there are. */
export function numberOf(names: Names, given: string | number, what: string): number {
  if (typeof given === 'number') return given;
  const value = Object.hasOwn(names, given) ? names[given] : undefined;
  if (value === undefined)
    throw new RangeError(`there is no ${what} "${given}"; there are ${Object.keys(names).join(', ')}`);
  return value;
}
