import type { BondData, BondSlaveData } from './bond-message.js';
import { type BondSettings, LacpRate } from './bond-settings.js';
import { type BondSlave, SlaveLink } from './bond-slave.js';

// IEEE 802.3ad on a wire on which nobody answers: the state in which its machines come to rest. Each port is alone in an
// aggregator of its own, and one of them is used.

/** BOND_AD_* */
enum Selection {
  /** As long as the aggregator works, it stays. */
  Stable = 0,
  Bandwidth = 1,
  Count = 2,
  PortPriority = 3,
}

/** LACP_STATE_* */
enum PortState {
  Active = 0x1,
  ShortTimeout = 0x2,
  Aggregatable = 0x4,
  InSync = 0x8,
  Defaulted = 0x40,
}

/** What a port takes for granted of a partner that it has never heard of. */
const PARTNER_KEY = 1;
const PARTNER_STATE = PortState.Active;

/** AD_LINK_SPEED_* */
const SPEED_CODES: Readonly<Record<number, number>> = {
  10: 2,
  100: 3,
  1000: 4,
  2500: 5,
  5000: 6,
  10000: 7,
  20000: 9,
  25000: 10,
  40000: 11,
  50000: 12,
};
const FULL_DUPLEX = 1;
const USER_KEY_SHIFT = 6;

/** The slave whose aggregator is to be used; undefined while none can be (ad_agg_selection_logic). */
export function selectAggregator(
  slaves: readonly BondSlave[],
  used: BondSlave | undefined,
  { aggregatorSelection }: BondSettings,
): BondSlave | undefined {
  const isUsable = (slave: BondSlave) => slave.hasLink && slave.state === SlaveLink.Up;
  let best = used !== undefined && isUsable(used) ? used : undefined;
  for (const slave of slaves)
    if (isUsable(slave) && (best === undefined || isBetter(slave, best, aggregatorSelection))) best = slave;
  if (aggregatorSelection !== Selection.Stable || used === undefined || !isUsable(used)) return best;
  return keyOf(used) === 0 && best !== undefined && keyOf(best) !== 0 ? best : used;
}

function isBetter(slave: BondSlave, best: BondSlave, selection: number): boolean {
  if (slave.isFullDuplex !== best.isFullDuplex) return slave.isFullDuplex;
  if (selection === Selection.PortPriority && slave.portPriority !== best.portPriority)
    return slave.portPriority > best.portPriority;
  return (slave.link.traits.speedMbps ?? 0) > (best.link.traits.speedMbps ?? 0);
}

/** Ports whose keys differ cannot be aggregated. */
function keyOf({ link, userKey, isFullDuplex }: BondSlave): number {
  const speed = SPEED_CODES[link.traits.speedMbps ?? 0] ?? 0;
  return (userKey << USER_KEY_SHIFT) | (speed << 1) | (isFullDuplex ? FULL_DUPLEX : 0);
}

/** IFLA_BOND_AD_INFO */
export function describeAggregator(used: BondSlave): NonNullable<BondData['aggregator']> {
  return {
    aggregator: used.aggregator,
    ports: 1,
    actorKey: keyOf(used),
    partnerKey: PARTNER_KEY,
    partnerAddress: new Uint8Array(6),
  };
}

/** What IFLA_INFO_SLAVE_DATA says of a port. */
export function describePort(slave: BondSlave, isUsed: boolean, settings: BondSettings): BondSlaveData {
  const { lacpActive, lacpRate } = settings;
  const actorPortState =
    (lacpActive === 1 ? PortState.Active : 0) |
    (lacpRate === LacpRate.Fast ? PortState.ShortTimeout : 0) |
    PortState.Aggregatable |
    PortState.Defaulted |
    (isUsed ? PortState.InSync : 0);
  return {
    ...(slave.isSelected
      ? { aggregator: slave.aggregator, actorPortState, partnerPortState: PARTNER_STATE }
      : {}),
    portPriority: slave.portPriority,
  };
}
