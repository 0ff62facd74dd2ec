import { Matcher } from '../rules/matcher.js';
import type { AnyExchange } from '../rules/message-pattern.js';
import type { SeenMessage } from '../rules/seen-message.js';
import { concerns, type FaultAction, type FaultRule } from './fault-rule.js';
import { OccurrenceCounter } from './occurrences.js';

/** What has become of a rule so far. */
export interface FaultCount {
  readonly rule: FaultRule;
  /** Messages that it is about. */
  readonly matched: number;
  /** Times that something went wrong; in a dry run, would have. */
  readonly happened: number;
  /** Why it cannot match, where that is known. */
  readonly complaint: string | undefined;
}

/** Something that goes wrong, or in a dry run would. */
export interface FaultEvent {
  readonly rule: FaultRule;
  /** The rule's place, from 0. */
  readonly index: number;
  readonly message: SeenMessage;
  /** How many messages the rule has matched. */
  readonly matched: number;
}

interface Entry {
  readonly rule: FaultRule;
  readonly index: number;
  readonly matcher: Matcher;
  readonly counter: OccurrenceCounter;
}

/** The rules of one middleware; they count over all its sockets. */
export class RuleBook {
  readonly #entries: readonly Entry[];
  readonly #byExchange: ReadonlyMap<AnyExchange, readonly Entry[]>;

  constructor(
    rules: readonly FaultRule[],
    seed: number,
    private readonly isDryRun: boolean,
    private readonly onFault: (event: FaultEvent) => void,
  ) {
    this.#entries = rules.map((rule, index) => ({
      rule,
      index,
      matcher: new Matcher(rule.match ?? {}),
      // Another rule in front does not change what this one does by chance, as long as its place is the same.
      counter: new OccurrenceCounter(rule.when ?? {}, seed + index * 0x9e37_79b9),
    }));
    const exchanges: readonly AnyExchange[] = ['do', 'dump', 'notification'];
    this.#byExchange = new Map(
      exchanges.map((exchange) => [exchange, this.#entries.filter(({ rule }) => concerns(rule, exchange))]),
    );
  }

  /** Whether there is a rule about messages that come by so. */
  concerns(exchange: AnyExchange): boolean {
    return this.#byExchange.get(exchange)?.length !== 0;
  }

  counts(): FaultCount[] {
    return this.#entries.map(({ rule, counter, matcher }) => ({
      rule,
      matched: counter.matched,
      happened: counter.meant,
      complaint: matcher.complaint,
    }));
  }

  /** What goes wrong with a message: every rule has its say. To be asked once. */
  actionsFor(message: SeenMessage): FaultAction[] {
    const actions: FaultAction[] = [];
    for (const { rule, index, matcher, counter } of this.#byExchange.get(message.exchange) ?? []) {
      if (!matcher.matches(message) || !counter.next()) continue;
      this.onFault({ rule, index, message, matched: counter.matched });
      if (!this.isDryRun) actions.push(rule.action);
    }
    return actions;
  }
}
