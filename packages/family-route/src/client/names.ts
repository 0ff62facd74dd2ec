import { OperationalState } from '../link/link-flags.js';
import { NeighbourState } from '../neighbour/neighbour-numbers.js';
import { RouteProtocol, RouteScope, RouteTableId, RouteType } from '../route/route-numbers.js';
import { RuleAction } from '../rule/rule-numbers.js';

/** Numbers by the names that ip(8) has for them. */
type Names = Readonly<Record<string, number>>;

/** RTPROT_* */
export const ROUTE_PROTOCOLS = {
  unspec: RouteProtocol.Unspecified,
  redirect: 1,
  kernel: RouteProtocol.Kernel,
  boot: RouteProtocol.Boot,
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
  unspec: RouteType.Unspecified,
  unicast: RouteType.Unicast,
  local: RouteType.Local,
  broadcast: RouteType.Broadcast,
  anycast: RouteType.Anycast,
  multicast: RouteType.Multicast,
  blackhole: RouteType.Blackhole,
  unreachable: RouteType.Unreachable,
  prohibit: RouteType.Prohibit,
  throw: RouteType.Throw,
  nat: RouteType.Nat,
  xresolve: RouteType.ExternalResolver,
} as const satisfies Names;
export type RouteTypeName = keyof typeof ROUTE_TYPES;

/** RT_SCOPE_* */
export const SCOPES = {
  global: RouteScope.Universe,
  site: RouteScope.Site,
  link: RouteScope.Link,
  host: RouteScope.Host,
  nowhere: RouteScope.Nowhere,
} as const satisfies Names;
export type ScopeName = keyof typeof SCOPES;

/** RT_TABLE_* */
export const TABLES = {
  default: RouteTableId.Default,
  main: RouteTableId.Main,
  local: RouteTableId.Local,
} as const satisfies Names;
export type TableName = keyof typeof TABLES;

/** NUD_* */
export const NEIGHBOUR_STATES = {
  none: NeighbourState.None,
  incomplete: NeighbourState.Incomplete,
  reachable: NeighbourState.Reachable,
  stale: NeighbourState.Stale,
  delay: NeighbourState.Delay,
  probe: NeighbourState.Probe,
  failed: NeighbourState.Failed,
  noarp: NeighbourState.NoArp,
  permanent: NeighbourState.Permanent,
} as const satisfies Names;
export type NeighbourStateName = keyof typeof NEIGHBOUR_STATES;

/** FR_ACT_* */
export const RULE_ACTIONS = {
  table: RuleAction.ToTable,
  goto: RuleAction.Goto,
  nop: RuleAction.Nothing,
  blackhole: RuleAction.Blackhole,
  unreachable: RuleAction.Unreachable,
  prohibit: RuleAction.Prohibit,
} as const satisfies Names;
export type RuleActionName = keyof typeof RULE_ACTIONS;

/** IFLA_OPERSTATE */
export const OPERATIONAL_STATES = {
  unknown: OperationalState.Unknown,
  notpresent: OperationalState.NotPresent,
  down: OperationalState.Down,
  lowerlayerdown: OperationalState.LowerLayerDown,
  testing: OperationalState.Testing,
  dormant: OperationalState.Dormant,
  up: OperationalState.Up,
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
