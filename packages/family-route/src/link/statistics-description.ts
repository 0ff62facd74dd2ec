import { AddressFamily } from '../network/ip-bytes.js';
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
      ...(wants(Statistics.OfKind) && link.kind === 'bridge'
        ? { ofKind: { bridge: { multicast: BRIDGE_MULTICAST } } }
        : {}),
      ...(wants(Statistics.OfPort) && link.master?.kind === 'bridge'
        ? { ofPort: { bridge: { multicast: BRIDGE_MULTICAST, spanningTree: SPANNING_TREE } } }
        : {}),
      ...(wants(Statistics.Offload) && offersHardware
        ? { offload: { information: { layer3: { requested: 0, used: 0 } } } }
        : {}),
      ...(wants(Statistics.AddressFamilies) ? { addressFamilies: {} } : {}),
    },
  };
}
