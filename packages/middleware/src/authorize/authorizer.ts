import { Matcher } from '../rules/matcher.js';
import type { SeenMessage } from '../rules/seen-message.js';
import type { AuthorizationRule } from './authorization-rule.js';
import type { LinkNames } from './link-names.js';

/** Decides about requests: the first rule that matches, or else what the rest gets. */
export class Authorizer {
  readonly #rules: ReadonlyArray<{ readonly rule: AuthorizationRule; readonly matcher: Matcher }>;

  constructor(
    rules: readonly AuthorizationRule[],
    private readonly isReadOnly: boolean,
  ) {
    this.#rules = rules.map((rule) => ({ rule, matcher: new Matcher(rule.match) }));
  }

  get asksForLinks(): boolean {
    return this.#rules.some(({ rule }) => rule.link !== undefined);
  }

  /** Why a request is denied; undefined when it is allowed. */
  denial(message: SeenMessage, links: LinkNames | undefined): string | undefined {
    for (const { rule, matcher } of this.#rules) {
      if (!matcher.matches(message) || !concernsLink(rule, message, links)) continue;
      return rule.effect === 'allow' ? undefined : `${message.name} is denied`;
    }
    if (!this.isReadOnly || message.vocabulary.isRead(message.raw)) return undefined;
    return `${message.name} is denied: read-only`;
  }
}

function concernsLink(
  { effect, link }: AuthorizationRule,
  message: SeenMessage,
  links: LinkNames | undefined,
): boolean {
  if (link === undefined) return true;
  const names = links?.of(message) ?? [undefined];
  return effect === 'allow'
    ? names.length > 0 && names.every((name) => name === link)
    : names.some((name) => name === link || name === undefined);
}
