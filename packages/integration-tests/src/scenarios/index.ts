import type { Scenario } from '@nlspace/testkit';
import { ADDRESS_STATES } from './address-states.js';
import { ADDRESSES } from './addresses.js';
import { BATCHES } from './batches.js';
import { BIRD } from './bird.js';
import { BRIDGES } from './bridges.js';
import { ETHTOOL } from './ethtool.js';
import { FORWARDING } from './forwarding.js';
import { FRR } from './frr.js';
import { GENERIC } from './generic.js';
import { GO_LIBRARY } from './go-library.js';
import { IPV4_ROUTES } from './ipv4-routes.js';
import { IPV6_ROUTES } from './ipv6-routes.js';
import { IPV6_SOURCE_ROUTES } from './ipv6-source-routes.js';
import { LIBNL } from './libnl.js';
import { LINKS } from './links.js';
import { MONITORS } from './monitors.js';
import { MULTICAST_GROUPS } from './multicast-groups.js';
import { NAMESPACES } from './namespaces.js';
import { NEIGHBOURS } from './neighbours.js';
import { NEXTHOPS } from './nexthops.js';
import { PROGRAMS } from './programs.js';
import { PYROUTE2 } from './pyroute2.js';
import { ROUTE_ATTRIBUTES } from './route-attributes.js';
import { ROUTE_DUMPS } from './route-dumps.js';
import { RULES } from './rules.js';
import { STACKED_LINKS } from './stacked-links.js';
import { TUNS } from './tuns.js';

/** Every scenario, by the object it is about. */
export const SCENARIOS: Readonly<Record<string, readonly Scenario[]>> = {
  link: LINKS,
  bridge: BRIDGES,
  'stacked link': STACKED_LINKS,
  'multicast group': MULTICAST_GROUPS,
  'forwarding database': FORWARDING,
  tun: TUNS,
  address: ADDRESSES,
  'state of address': ADDRESS_STATES,
  'IPv4 route': IPV4_ROUTES,
  'IPv6 route': IPV6_ROUTES,
  'IPv6 source route': IPV6_SOURCE_ROUTES,
  'attribute of routes': ROUTE_ATTRIBUTES,
  'dump of routes': ROUTE_DUMPS,
  nexthop: NEXTHOPS,
  neighbour: NEIGHBOURS,
  rule: RULES,
  batch: BATCHES,
  monitor: MONITORS,
  namespace: NAMESPACES.map((scenario) => ({
    ...scenario,
    masks: [...(scenario.masks ?? []), 'order of notifications'],
    isAlone: true,
  })),
  program: PROGRAMS,
  'generic netlink': GENERIC,
  ethtool: ETHTOOL,
  BIRD: BIRD.map(inItsOwnTime),
  FRR: FRR.map(inItsOwnTime),
  'vishvananda/netlink': GO_LIBRARY.map(inItsOwnTime),
  libnl: LIBNL.map(inItsOwnTime),
  pyroute2: PYROUTE2.map(inItsOwnTime),
};

/** Daemons and libraries do several things for one command, when they get to it. */
function inItsOwnTime(scenario: Scenario): Scenario {
  return { ...scenario, masks: [...(scenario.masks ?? []), 'moment of notifications'] };
}
