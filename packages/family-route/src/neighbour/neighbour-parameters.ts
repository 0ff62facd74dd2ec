import type { Link } from '../link/link.js';
import type { AddressFamily } from '../network/ip-bytes.js';

/** What an entry goes by, per link and protocol (NDTPA_*). */
export interface NeighbourTiming {
  /** What the reachable time is drawn around. */
  readonly baseReachableTimeMs: number;
  readonly retransmitTimeMs: number;
  /** How long an unused entry may stay once the table is large. */
  readonly staleTimeMs: number;
  readonly delayProbeTimeMs: number;
  readonly managedProbeIntervalMs: number;
  readonly anycastDelayMs: number;
  readonly proxyDelayMs: number;
  readonly lockTimeMs: number;
  readonly queueBytes: number;
  readonly proxyQueueLength: number;
  readonly applicationProbes: number;
  readonly unicastProbes: number;
  readonly multicastProbes: number;
  readonly multicastReprobes: number;
}

/** Those of a machine that nobody has tuned. The lock time is ARP's alone. */
export const DEFAULT_TIMING: NeighbourTiming = {
  baseReachableTimeMs: 30_000,
  retransmitTimeMs: 1000,
  staleTimeMs: 60_000,
  delayProbeTimeMs: 5000,
  managedProbeIntervalMs: 5000,
  anycastDelayMs: 1000,
  proxyDelayMs: 800,
  lockTimeMs: 0,
  queueBytes: 212_992,
  proxyQueueLength: 64,
  applicationProbes: 0,
  unicastProbes: 3,
  multicastProbes: 3,
  multicastReprobes: 0,
};

/** The kernel counts such times in ticks (HZ = 250). */
export const TICK_MS = 4;
/** No retransmission is sooner. */
const SHORTEST_RETRANSMIT_MS = 10;

/** One set of parameters: of a link, or the table's own, which new links begin with. */
export class NeighbourParameters implements NeighbourTiming {
  baseReachableTimeMs!: number;
  retransmitTimeMs!: number;
  staleTimeMs!: number;
  delayProbeTimeMs!: number;
  managedProbeIntervalMs!: number;
  anycastDelayMs!: number;
  proxyDelayMs!: number;
  lockTimeMs!: number;
  queueBytes!: number;
  proxyQueueLength!: number;
  applicationProbes!: number;
  unicastProbes!: number;
  multicastProbes!: number;
  multicastReprobes!: number;
  /** How long a confirmation holds: drawn between half and one and a half of the base (RFC 4861). */
  reachableTimeMs: number;
  readonly #random: () => number;

  constructor(
    readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6,
    /** Undefined for the table's own. */
    readonly link: Link | undefined,
    timing: NeighbourTiming,
    random: () => number,
  ) {
    this.#random = random;
    Object.assign(this, pick(timing));
    this.reachableTimeMs = this.#drawReachableTime();
  }

  /** Applies a request. A new base takes effect at once. */
  change(changes: Partial<NeighbourTiming>): void {
    Object.assign(this, changes);
    if (changes.baseReachableTimeMs !== undefined) this.reachableTimeMs = this.#drawReachableTime();
  }

  get retransmitDelayMs(): number {
    return Math.max(this.retransmitTimeMs, SHORTEST_RETRANSMIT_MS);
  }

  #drawReachableTime(): number {
    const base = Math.floor(this.baseReachableTimeMs / TICK_MS);
    return (Math.floor(this.#random() * base) + (base >> 1)) * TICK_MS;
  }
}

function pick(timing: NeighbourTiming): NeighbourTiming {
  const keys = Object.keys(DEFAULT_TIMING) as Array<keyof NeighbourTiming>;
  return Object.fromEntries(keys.map((key) => [key, timing[key]])) as unknown as NeighbourTiming;
}
