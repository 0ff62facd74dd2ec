import type { MessagePattern } from '../rules/message-pattern.js';
import { readPattern } from '../rules/pattern-text.js';
import { RuleScanner } from '../rules/rule-scanner.js';

/** Whether requests that match go on. */
export interface AuthorizationRule {
  readonly effect: 'allow' | 'deny';
  /** Its `exchange` is `do`, `dump` or nothing. */
  readonly match: MessagePattern;
  /**
   * The name of a link that the request is about. To be allowed, a request may be about no other; to be denied, it is
   * enough that it is about this one too, or about one that nobody knows.
   */
  readonly link?: string | undefined;
}

export interface AuthorizationContext {
  /** Every operation that there is, but for numbers and those with a dot, whose families come and go. @default anything */
  readonly operations?: readonly string[] | undefined;
}

const LINK = 'link';

/**
 * Reads a rule: `allow|deny WHICH REQUESTS [link NAME]`, such as `deny RTM_DELLINK,RTM_SETLINK link eth0`.
 *
 * @throws {RuleError} that points to the place in the text.
 */
export function parseAuthorization(
  text: string,
  { operations }: AuthorizationContext = {},
): AuthorizationRule {
  const scanner = new RuleScanner(text);
  const effect = scanner.skip('allow') ? 'allow' : scanner.skip('deny') ? 'deny' : undefined;
  if (effect === undefined) throw scanner.error('a rule begins with allow or deny');
  const match = readPattern(scanner, { end: LINK, operations });
  if (match.exchange === 'notification')
    throw scanner.error('notifications are not asked for: allow or deny requests', 'last');
  if (!scanner.skip(LINK)) return { effect, match };
  const link = scanner.word('the name of a link');
  if (!scanner.atEnd) throw scanner.error('the name of the link comes last');
  return { effect, match, link };
}
