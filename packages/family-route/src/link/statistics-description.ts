import { AddressFamily } from '../network/ip-bytes.js';
import { speaksLacp } from './kinds/bond/bond-kind.js';
import type { Link } from './link.js';
import type { StatisticsMessage } from './statistics-message.js';

/** The bits of `filter_mask`: IFLA_STATS_FILTER_BIT(IFLA_STATS_*). */
enum Statistics {
  Link64 = 1,
  OfKind = 2,
  OfPort = 4,
  Offload = 8,
  AddressFamilies = 16,
}
export const ALL_STATISTICS = 31;

/** The bit of IFLA_OFFLOAD_XSTATS_HW_S_INFO. */
const HARDWARE_INFORMATION = 2;

/** Nobody sends packets, so nothing has been counted. */
const LINK_64 = new Uint8Array(200);
const BRIDGE_MULTICAST = new Uint8Array(240);
const SPANNING_TREE = new Uint8Array(48);
/** Nine counters of frames, each with its number from 0 on. */
const LACP = new Uint8Array(9 * 12);
for (let n = 0; n < 9; n++) LACP.set([12, 0, n, 0], n * 12);

/** RTM_NEWSTATS about a link: what the two masks ask for, and the link has. */
export function describeStatistics(link: Link, mask: number, offloadMask: number): StatisticsMessage {
  const wants = (one: Statistics) => (mask & one) !== 0;
  const offersHardware = (offloadMask & HARDWARE_INFORMATION) !== 0;
  return {
    header: {
      addressFamily: AddressFamily.Unspecified,
      padding: 0,
      morePadding: 0,
      interfaceIndex: link.index,
      filterMask: mask,
    },
    attributes: {
      ...(wants(Statistics.Link64) ? { link64: LINK_64 } : {}),
      ...(wants(Statistics.OfKind) ? described('ofKind', link, { multicast: BRIDGE_MULTICAST }) : {}),
      ...(wants(Statistics.OfPort)
        ? described('ofPort', link.master, { multicast: BRIDGE_MULTICAST, spanningTree: SPANNING_TREE })
        : {}),
      ...(wants(Statistics.Offload) && offersHardware
        ? { offload: { information: { layer3: { requested: 0, used: 0 } } } }
        : {}),
      ...(wants(Statistics.AddressFamilies) ? { addressFamilies: {} } : {}),
    },
  };
}

/** What bridges and bonds count, of themselves and of their ports. */
function described<K extends string>(key: K, of: Link | undefined, bridge: object) {
  if (of?.kind === 'bridge') return { [key]: { bridge } } as Record<K, { bridge: object }>;
  if (of?.kind === 'bond')
    return { [key]: { bond: speaksLacp(of) ? { lacp: LACP } : {} } } as Record<K, { bond: object }>;
  return {};
}
