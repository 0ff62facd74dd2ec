import { type Clock, type Netlink, type NetlinkSocket, type OpenOptions, systemClock } from '@nlspace/core';
import { NUMBERS_ONLY, type Vocabularies } from '../vocabulary.js';
import type { FaultRule } from './fault-rule.js';
import { type FaultContext, parseFault } from './fault-text.js';
import { FaultySocket } from './faulty-socket.js';
import { type FaultCount, type FaultEvent, RuleBook } from './rule-book.js';

export interface FaultOptions extends FaultContext {
  /** In the order in which they have their say; a text is read by `parseFault`. */
  readonly rules: ReadonlyArray<FaultRule | string>;
  /** Of chance: the same seed and the same messages have the same faults. @default 1 */
  readonly seed?: number;
  /** @default numbers only */
  readonly vocabularies?: Vocabularies;
  /** The name of the program behind a process ID. @default nobody knows */
  readonly nameOfProcess?: (processId: number) => string | undefined;
  /** @default the clock of this process */
  readonly clock?: Clock;
  /** Nothing goes wrong; `onFault` says what would. @default false */
  readonly dryRun?: boolean;
  /** Hears of each fault, before it happens. */
  readonly onFault?: (event: FaultEvent) => void;
}

/**
 * Middleware: makes things go wrong as they do with a kernel that is busy, full or of another mind.
 *
 * @throws {RuleError} for a text that is no rule, pointing to the place.
 * @example
 * const netlink = faults(createNetlink(), { rules: ['RTM_GETROUTE dump: interrupt once'] });
 */
export function faults(inner: Netlink, options: FaultOptions): FaultyNetlink {
  return new FaultyNetlink(inner, options);
}

/** A `Netlink` on which things go wrong. */
export class FaultyNetlink implements Netlink {
  readonly #book: RuleBook;

  constructor(
    private readonly inner: Netlink,
    private readonly options: FaultOptions,
  ) {
    const { rules, operations, seed = 1, dryRun = false, onFault = () => {} } = options;
    const read = rules.map((rule) => (typeof rule === 'string' ? parseFault(rule, { operations }) : rule));
    this.#book = new RuleBook(read, seed, dryRun, onFault);
  }

  /** What has become of the rules so far. */
  counts(): FaultCount[] {
    return this.#book.counts();
  }

  async open(options: OpenOptions): Promise<NetlinkSocket> {
    const { vocabularies = () => NUMBERS_ONLY, nameOfProcess, clock = systemClock } = this.options;
    const { protocol, credentials } = options;
    const processId = credentials?.pid ?? 0;
    const opener = { protocol, processId, program: nameOfProcess?.(processId) };
    const socket = await this.inner.open(options);
    return new FaultySocket(socket, opener, vocabularies(protocol), this.#book, clock);
  }
}
