import type { Bond } from './bond.js';
import { Reselect } from './bond-settings.js';
import { type BondSlave, SlaveLink } from './bond-slave.js';

/** The slave that is to be the active one; undefined when none can be (`bond_find_best_slave`). */
export function electActive(bond: Bond): BondSlave | undefined {
  const chosen = primaryOrCurrent(bond);
  if (chosen !== undefined) return chosen;
  let best: BondSlave | undefined;
  for (const slave of bond.slaves) {
    if (slave.state === SlaveLink.Up) return slave;
    // Who comes back is taken before its time, but not before that has begun to run.
    if (slave.state !== SlaveLink.Back || !slave.hasLink || slave.delay === undefined) continue;
    if (best === undefined || slave.delayedUntilMs < best.delayedUntilMs) best = slave;
  }
  return best;
}

/** The primary, or without one the first of the highest priority, as far as it may take the place of the current one. */
function primaryOrCurrent(bond: Bond): BondSlave | undefined {
  const { active } = bond;
  let preferred = bond.primary;
  if (preferred?.state === SlaveLink.Up) {
    if (bond.prefersPrimary) {
      bond.prefersPrimary = false;
      return preferred;
    }
  } else {
    preferred = firstByPriority(bond.slaves);
    if (preferred === undefined || preferred === active)
      return active?.state === SlaveLink.Up ? active : undefined;
  }
  if (active?.state !== SlaveLink.Up) return preferred;
  switch (bond.settings.primaryReselect) {
    case Reselect.Always:
      return preferred;
    case Reselect.Better:
      return isBetter(preferred, active) ? preferred : active;
    default:
      return active;
  }
}

function firstByPriority(slaves: readonly BondSlave[]): BondSlave | undefined {
  let first: BondSlave | undefined;
  for (const slave of slaves)
    if (slave.state === SlaveLink.Up && (first === undefined || slave.priority > first.priority))
      first = slave;
  return first;
}

/** Unknown counts as more: of speeds, and of what is full and half duplex. */
function isBetter(one: BondSlave, other: BondSlave): boolean {
  return one.speed === other.speed ? !one.isFullDuplex && other.isFullDuplex : one.speed > other.speed;
}
