import { type Cause, NO_CAUSE } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import { DeadlineQueue } from '../network/deadline-queue.js';
import type { Neighbour } from './neighbour.js';
import type { NeighbourEvent } from './neighbour-events.js';
import { CONNECTED_STATES, NeighbourFlag, NeighbourState, TIMED_STATES } from './neighbour-numbers.js';
import { TICK_MS } from './neighbour-parameters.js';

/**
 * What time does to an entry (RFC 4861, 7.3). Nobody is there to answer, so a question that has been asked often
 * enough has failed.
 */
export class NeighbourAgeing {
  readonly #deadlines: DeadlineQueue<Neighbour>;

  constructor(
    private readonly clock: Clock,
    private readonly emit: (event: NeighbourEvent) => void,
    private readonly failed: () => void,
  ) {
    this.#deadlines = new DeadlineQueue(clock, (neighbour) => this.#due(neighbour));
  }

  start(neighbour: Neighbour, dueMs: number): void {
    neighbour.usedMs = Math.max(neighbour.usedMs, neighbour.confirmedMs);
    this.#deadlines.set(neighbour, dueMs);
  }

  stop(neighbour: Neighbour): void {
    this.#deadlines.cancel(neighbour);
  }

  /** What a packet to the neighbour would start. @param atOnce the first question does not wait for a tick. */
  use(neighbour: Neighbour, atOnce: boolean): void {
    const now = this.clock.now();
    const { parameters } = neighbour;
    neighbour.usedMs = now;
    if (neighbour.isIn(CONNECTED_STATES | NeighbourState.Delay | NeighbourState.Probe)) return;
    if (neighbour.isIn(NeighbourState.Stale)) {
      this.#enter(neighbour, NeighbourState.Delay);
      this.start(neighbour, now + parameters.delayProbeTimeMs);
    } else if (!neighbour.isIn(NeighbourState.Incomplete)) {
      if (parameters.multicastProbes + parameters.applicationProbes === 0) {
        this.#enter(neighbour, NeighbourState.Failed);
        return;
      }
      // There is no address to ask yet, so those questions count as asked.
      neighbour.probes = parameters.unicastProbes;
      this.#enter(neighbour, NeighbourState.Incomplete);
      this.start(neighbour, now + (atOnce ? parameters.retransmitDelayMs : TICK_MS));
      if (atOnce) this.#ask(neighbour);
    }
  }

  #due(neighbour: Neighbour): void {
    if (!neighbour.isIn(TIMED_STATES)) return;
    const now = this.clock.now();
    const { parameters } = neighbour;
    let next = now + parameters.retransmitDelayMs;
    let isWorthTelling = false;
    if (neighbour.isIn(NeighbourState.Reachable)) {
      const confirmedUntil = neighbour.confirmedMs + parameters.reachableTimeMs;
      if (now <= confirmedUntil) next = confirmedUntil;
      else if (now <= neighbour.usedMs + parameters.delayProbeTimeMs) {
        this.#enter(neighbour, NeighbourState.Delay);
        next = now + parameters.delayProbeTimeMs;
      } else {
        this.#enter(neighbour, NeighbourState.Stale);
        isWorthTelling = true;
      }
    } else if (neighbour.isIn(NeighbourState.Delay)) {
      isWorthTelling = true;
      if (now <= neighbour.confirmedMs + parameters.delayProbeTimeMs) {
        this.#enter(neighbour, NeighbourState.Reachable);
        next = neighbour.confirmedMs + parameters.reachableTimeMs;
      } else {
        this.#enter(neighbour, NeighbourState.Probe);
        neighbour.probes = 0;
      }
    }
    const isAsking = neighbour.isIn(NeighbourState.Incomplete | NeighbourState.Probe);
    if (isAsking && neighbour.probes >= maximumProbes(neighbour)) {
      this.#giveUp(neighbour);
      isWorthTelling = true;
    } else if (neighbour.isIn(TIMED_STATES)) {
      this.#deadlines.set(neighbour, Math.max(next, now + SHORTEST_WAIT_MS));
      if (isAsking) this.#ask(neighbour);
    }
    if (isWorthTelling) this.#tell('neighbour-changed', neighbour);
  }

  #giveUp(neighbour: Neighbour): void {
    if (neighbour.state === NeighbourState.Probe && neighbour.has(NeighbourFlag.ExternallyValidated)) {
      this.#enter(neighbour, NeighbourState.Stale);
      return;
    }
    this.#enter(neighbour, NeighbourState.Failed);
    this.failed();
  }

  /** Nothing is sent here, but programs that answer for the kernel are asked when it is their turn. */
  #ask(neighbour: Neighbour): void {
    const { unicastProbes, applicationProbes } = neighbour.parameters;
    const beyondUnicast = neighbour.probes - unicastProbes;
    if (beyondUnicast >= 0 && beyondUnicast < applicationProbes) this.#tell('neighbour-solicited', neighbour);
    neighbour.probes++;
  }

  #enter(neighbour: Neighbour, state: NeighbourState): void {
    this.stop(neighbour);
    neighbour.state = state;
    neighbour.updatedMs = this.clock.now();
  }

  #tell(type: NeighbourEvent['type'], neighbour: Neighbour, cause: Cause = NO_CAUSE): void {
    this.emit({ type, neighbour, holders: 1, cause });
  }
}

/** HZ / 100 of the kernel: no timer is set for sooner. */
const SHORTEST_WAIT_MS = 10;

function maximumProbes({ state, parameters }: Neighbour): number {
  const { unicastProbes, applicationProbes, multicastProbes, multicastReprobes } = parameters;
  const isProbing = (state & NeighbourState.Probe) !== 0;
  return unicastProbes + applicationProbes + (isProbing ? multicastReprobes : multicastProbes);
}
