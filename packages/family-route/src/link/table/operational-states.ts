import { NO_CAUSE } from '@nlspace/core';
import type { Link } from '../link.js';
import { LinkMode, OperationalState } from '../link-flags.js';

/**
 * Carriers, and the operational states that follow them at the end of an operation, in whatever namespaces the links are: the
 * kernel's link watch, which runs a moment later.
 */
export class OperationalStates {
  /** Links whose carrier has changed in the operation that goes on. */
  readonly #unsettled = new Set<Link>();
  /** How many links are just going. */
  #leaving = 0;

  setCarrier(link: Link, hasCarrier: boolean): void {
    if (link.hasCarrier === hasCarrier) return;
    link.hasCarrier = hasCarrier;
    if (hasCarrier) link.carrierUpCount++;
    else link.carrierDownCount++;
    this.watch(link);
  }

  /** Carrier and dormancy of a link follow those of the one below it (`netif_stacked_transfer_operstate`). */
  transfer(lower: Link, upper: Link): void {
    const isDormant = lower.settledState === OperationalState.Dormant;
    const isTested = lower.settledState === OperationalState.Testing;
    if (isDormant !== upper.isDormant || isTested !== upper.isTested) this.watch(upper);
    upper.isDormant = isDormant;
    upper.isTested = isTested;
    this.setCarrier(upper, lower.hasCarrier);
  }

  /** The link is looked at at the end of the operation. */
  watch(link: Link): void {
    this.#unsettled.add(link);
  }

  /** The link is gone for good. */
  forget(link: Link): void {
    this.#unsettled.delete(link);
  }

  /** Does what comes with a link's going: what goes along with it ends no operation. */
  whileLeaving(work: () => void): void {
    this.#leaving++;
    try {
      work();
    } finally {
      this.#leaving--;
    }
  }

  /** The end of an operation: operational states follow carriers. */
  settle(): void {
    if (this.#leaving > 0) return;
    for (const link of this.#unsettled) {
      this.#unsettled.delete(link);
      const state = stateOf(link);
      // What does not change is not looked at more closely.
      if (state !== link.settledState) link.settledState = waitingState(link, state);
      link.home.announceState(link, NO_CAUSE);
    }
  }
}

function stateOf(link: Link): OperationalState {
  if (link.isTested) return OperationalState.Testing;
  if (!link.hasCarrier) {
    // By index, in its own namespace, whatever that finds there: so does the kernel (default_operstate).
    const other = link.linkedIndex === undefined ? undefined : link.home.byIndex(link.linkedIndex);
    return other === undefined || other === link || other.hasCarrier
      ? OperationalState.Down
      : OperationalState.LowerLayerDown;
  }
  return link.isDormant ? OperationalState.Dormant : OperationalState.Up;
}

/** A link that could work waits until a request says that it does, if its mode is so (rfc2863_policy). */
function waitingState({ mode }: Link, state: OperationalState): OperationalState {
  if (state !== OperationalState.Up) return state;
  if (mode === LinkMode.Testing) return OperationalState.Testing;
  return mode === LinkMode.Dormant ? OperationalState.Dormant : state;
}
