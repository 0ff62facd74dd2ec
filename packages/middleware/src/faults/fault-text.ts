import { Errno } from '@nlspace/core';
import { readPattern } from '../rules/pattern-text.js';
import { RuleError } from '../rules/rule-error.js';
import { RuleScanner, suggestion } from '../rules/rule-scanner.js';
import { CONCERNS, type FaultAction, type FaultKind, type FaultRule } from './fault-rule.js';
import type { Occurrences } from './occurrences.js';

const ERRNO_NAMES = Object.keys(Errno).filter((name) => /^E/.test(name));
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000 };

/** How each action is written, behind the colon. */
const ACTIONS: Readonly<Record<FaultKind, (scanner: RuleScanner) => FaultAction>> = {
  fail: readFailure,
  interrupt: () => ({ kind: 'interrupt' }),
  overrun: (scanner) =>
    scanner.skip('losing')
      ? { kind: 'overrun', losing: readNumber(scanner, 'how many are lost') }
      : { kind: 'overrun' },
  delay: (scanner) => ({ kind: 'delay', milliseconds: readTime(scanner) }),
  stall: (scanner) => ({ kind: 'stall', milliseconds: readTime(scanner) }),
  reorder: (scanner) =>
    scanner.skip('behind')
      ? { kind: 'reorder', behind: readNumber(scanner, 'how many overtake it') }
      : { kind: 'reorder' },
  drop: () => ({ kind: 'drop' }),
  duplicate: () => ({ kind: 'duplicate' }),
  truncate: (scanner) => ({
    kind: 'truncate',
    bytes: readNumber(scanner, 'the number of bytes that are left'),
  }),
  close: () => ({ kind: 'close' }),
};

const OCCURRENCE_WORDS = ['once', 'twice', 'times', 'every', 'from', 'seed'];

export interface FaultContext {
  /** Every operation that there is, but for numbers and those with a dot, whose families come and go. @default anything */
  readonly operations?: readonly string[] | undefined;
}

/**
 * Reads a rule: `WHICH MESSAGES: WHAT GOES WRONG [WHEN]`, such as `RTM_GETROUTE dump: interrupt once`.
 *
 * @throws {RuleError} that points to the place in the text.
 */
export function parseFault(text: string, { operations }: FaultContext = {}): FaultRule {
  const scanner = new RuleScanner(text);
  const match = readPattern(scanner, { end: ':', operations });
  if (!scanner.skip(':')) throw scanner.error('a colon and what goes wrong are missing');
  const kind = scanner.word('what goes wrong') as FaultKind;
  if (!Object.hasOwn(ACTIONS, kind)) {
    const kinds = Object.keys(ACTIONS);
    throw scanner.error(
      `there is no fault "${kind}"${suggestion(kind, kinds)} (${kinds.join(', ')})`,
      'last',
    );
  }
  if (match.exchange !== undefined && !CONCERNS[kind].includes(match.exchange)) {
    const possible = CONCERNS[kind].join(', ');
    throw scanner.error(`${kind} cannot happen to a ${match.exchange}, only to: ${possible}`, 'last');
  }
  const action = ACTIONS[kind](scanner);
  return { match, action, when: readOccurrences(scanner) };
}

/**
 * Reads a file of rules, one a line; empty lines and lines that begin with `#` are passed over.
 *
 * @throws {RuleError} that names file, line and column.
 */
export function parseFaults(content: string, file: string, context: FaultContext = {}): FaultRule[] {
  return content.split('\n').flatMap((line, index) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    try {
      return [parseFault(text, context)];
    } catch (error) {
      if (error instanceof RuleError) throw error.at({ file, line: index + 1 }, line.indexOf(text));
      throw error;
    }
  });
}

function readFailure(scanner: RuleScanner): FaultAction {
  const name = scanner.word('an errno');
  const errno = /^\d+$/.test(name) ? Number(name) : (Errno[name as keyof typeof Errno] ?? 0);
  if (errno < 1 || errno > 4095)
    throw scanner.error(`"${name}" is no errno${suggestion(name, ERRNO_NAMES)}`, 'last');
  const text = scanner.quotation();
  const attribute = scanner.skip('at') ? scanner.word('the key of an attribute') : undefined;
  if (!scanner.skip('in')) return { kind: 'fail', errno, text, attribute };
  if (!scanner.skip('done')) throw scanner.error('"in" is followed by "done"');
  return { kind: 'fail', errno, text, attribute, in: 'done' };
}

function readNumber(scanner: RuleScanner, expected: string): number {
  const found = scanner.match(/^\d{1,9}$/);
  if (found === undefined) throw scanner.error(`${expected} is missing: a number`);
  return Number(found[0]);
}

function readTime(scanner: RuleScanner): number {
  const found = scanner.match(/^(\d+(?:\.\d+)?)(ms|s)$/);
  if (found === undefined) throw scanner.error('how long is missing, such as 200ms or 1.5s');
  return Number(found[1]) * (UNITS[found[2] ?? ''] ?? 0);
}

/** When: each takes one or two pieces. Several go together. */
const OCCURRENCES: ReadonlyArray<
  readonly [RegExp, (scanner: RuleScanner, found: RegExpExecArray) => Occurrences]
> = [
  [/^once$/, () => ({ times: 1 })],
  [/^twice$/, () => ({ times: 2 })],
  [/^[1-9]\d*$/, readTimes],
  [/^([1-9]\d*)(?:st|nd|rd|th)$/, (_, [, place]) => ({ from: Number(place), times: 1 })],
  [/^from$/, (scanner) => ({ from: readOrdinal(scanner) })],
  [/^every$/, (scanner) => ({ every: readOrdinal(scanner) })],
  [/^(\d+(?:\.\d+)?)%$/, readProbability],
  [/^seed$/, (scanner) => ({ seed: readNumber(scanner, 'the seed') })],
];

function readOccurrences(scanner: RuleScanner): Occurrences {
  const when: Occurrences = {};
  while (!scanner.atEnd) {
    const said = OCCURRENCES.some(([pattern, read]) => {
      const found = scanner.match(pattern);
      if (found !== undefined) Object.assign(when, read(scanner, found));
      return found !== undefined;
    });
    const wrong = scanner.peek() ?? '';
    if (!said) throw scanner.error(`"${wrong}" does not say when${suggestion(wrong, OCCURRENCE_WORDS)}`);
  }
  return when;
}

function readTimes(scanner: RuleScanner, [count]: RegExpExecArray): Occurrences {
  if (!scanner.skip('times')) throw scanner.error('"times" is missing');
  return { times: Number(count) };
}

function readProbability(scanner: RuleScanner, [, percent]: RegExpExecArray): Occurrences {
  const probability = Number(percent) / 100;
  if (probability > 1) throw scanner.error('that is more than always', 'last');
  return { probability };
}

function readOrdinal(scanner: RuleScanner): number {
  const found = scanner.match(/^([1-9]\d*)(?:st|nd|rd|th)$/);
  if (found === undefined) throw scanner.error('a number such as 3rd is missing');
  return Number(found[1]);
}
