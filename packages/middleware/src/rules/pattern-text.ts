import { NetlinkProtocol } from '@nlspace/core';
import {
  type AnyExchange,
  type FieldCondition,
  type MessagePattern,
  operationTest,
} from './message-pattern.js';
import { type RuleScanner, suggestion } from './rule-scanner.js';

const EXCHANGES: readonly AnyExchange[] = ['do', 'dump', 'notification'];
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['route', NetlinkProtocol.Route],
  ['generic', NetlinkProtocol.Generic],
]);
const WORDS = [...EXCHANGES, 'by', 'with', 'on'];

/** What else is known where a pattern stands. */
export interface PatternContext {
  /** A mark behind it, which is left where it is. */
  readonly end?: string;
  /** Every operation that there is, but for numbers and those with a dot, whose families come and go. @default anything */
  readonly operations?: readonly string[] | undefined;
}

/**
 * Reads what a rule is about, up to the end:
 * `OPERATION[,OPERATION…] [do|dump|notification] [by PROGRAM] [on PROTOCOL] [with KEY[=VALUE] [and KEY[=VALUE]…]]`
 */
export function readPattern(
  scanner: RuleScanner,
  { end, operations: known }: PatternContext = {},
): MessagePattern {
  const operations: string[] = [];
  do operations.push(readOperation(scanner, known));
  while (scanner.skip(','));
  const pattern: { -readonly [K in keyof MessagePattern]: MessagePattern[K] } = { operations };
  while (!scanner.atEnd && scanner.peek() !== end) {
    const exchange = EXCHANGES.find((candidate) => scanner.skip(candidate));
    if (exchange !== undefined) pattern.exchange = exchange;
    else if (scanner.skip('by')) pattern.program = readProgram(scanner);
    else if (scanner.skip('on')) pattern.protocol = readProtocol(scanner);
    else if (scanner.skip('with')) pattern.conditions = [...readConditions(scanner)];
    else {
      const wrong = scanner.peek() ?? '';
      throw scanner.error(`"${wrong}" says nothing about messages${suggestion(wrong, WORDS)}`);
    }
  }
  return pattern;
}

function readOperation(scanner: RuleScanner, known: readonly string[] | undefined): string {
  const operation = scanner.word('an operation (RTM_GETROUTE, meter.Set, *)');
  const isKnown = operationTest([operation]);
  if (known === undefined || /\.|^\d+$/.test(operation) || known.some((name) => isKnown(name, -1)))
    return operation;
  throw scanner.error(`there is no operation "${operation}"${suggestion(operation, known)}`, 'last');
}

function readProgram(scanner: RuleScanner): string | number {
  const program = scanner.word('the name of a program, or a process ID,');
  return /^\d+$/.test(program) ? Number(program) : program;
}

function readProtocol(scanner: RuleScanner): number {
  const name = scanner.word('a protocol');
  const known = PROTOCOLS.get(name);
  if (known !== undefined) return known;
  if (/^\d{1,3}$/.test(name)) return Number(name);
  throw scanner.error(`"${name}" is no protocol: route, generic, or a number`, 'last');
}

function* readConditions(scanner: RuleScanner): Generator<FieldCondition> {
  do {
    const key = scanner.word('a key');
    yield scanner.skip('=') ? { key, value: scanner.word(`the value of ${key}`) } : { key };
  } while (scanner.skip('and'));
}
