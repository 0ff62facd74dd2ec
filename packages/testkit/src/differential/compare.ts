import {
  areEqual,
  DISORDERS,
  isMaskedLine,
  type MaskedLine,
  maskLine,
  unmaskedNotifications,
} from './masks.js';
import type { Answer, Scenario } from './scenario.js';

const ASPECTS = ['stdout', 'stderr', 'status', 'notifications'] as const;

/** One command that two worlds answered differently. */
export interface Difference {
  readonly command: string;
  readonly aspect: (typeof ASPECTS)[number];
  /** Lines with `-` are the first world's alone, with `+` the second's. */
  readonly lines: readonly string[];
}

/** Everything in which the second world's answers differ from the first's, but for what masks allow. */
export function compare(
  scenario: Scenario,
  first: readonly Answer[],
  second: readonly Answer[],
): Difference[] {
  const differences: Difference[] = [];
  for (const [index, expected] of first.entries()) {
    const actual = second[index];
    if (actual === undefined) {
      differences.push({ command: expected.command, aspect: 'status', lines: ['+ never ran'] });
      continue;
    }
    for (const aspect of ASPECTS) {
      const lines = differingLines(
        linesOf(expected, aspect, scenario),
        linesOf(actual, aspect, scenario),
        scenario.masks,
      );
      if (lines.length > 0) differences.push({ command: expected.command, aspect, lines });
    }
  }
  return differences;
}

/**
 * As `compare`, for two worlds that both work in their own time, as two kernels do: every notification counts, but not
 * with which command it came, nor in which order.
 */
export function compareRegardlessOfMoments(
  scenario: Scenario,
  first: readonly Answer[],
  second: readonly Answer[],
): Difference[] {
  const isTold = !first.some(isRepeated);
  const masks = [...(scenario.masks ?? []), isTold ? 'order of notifications' : 'moment of notifications'];
  return compare({ ...scenario, masks }, gatherNotifications(first), gatherNotifications(second));
}

/** All with the last command. */
function gatherNotifications(answers: readonly Answer[]): Answer[] {
  const all = answers.flatMap(({ notifications }) => notifications);
  return answers.map((answer, index) => ({
    ...answer,
    notifications: index === answers.length - 1 ? all : [],
  }));
}

/** Differences as text for a test's failure. */
export function describeDifferences(differences: readonly Difference[]): string {
  return differences
    .map(
      ({ command, aspect, lines }) =>
        `$ ${command}   [${aspect}]\n${lines.map((line) => `    ${line}`).join('\n')}`,
    )
    .join('\n');
}

/** JSON is laid out with one value per line, so that a difference shows its field. */
function linesOf(answer: Answer, aspect: Difference['aspect'], { masks }: Scenario): string[] {
  if (aspect === 'notifications')
    return isRepeated(answer) ? [] : unmaskedNotifications(answer.notifications, masks);
  const text = String(answer[aspect]);
  const isDisordered = aspect === 'stdout' && DISORDERS.some(({ commands }) => commands.test(answer.command));
  const isJson = aspect === 'stdout' && /\b(?:ip|bridge) .*-j\b/.test(answer.command);
  const kept = text.split('\n').filter((line) => !isMaskedLine(line));
  const lines = isJson ? kept.flatMap((line) => layOut(line, isDisordered)) : kept;
  return isDisordered && !isJson ? lines.sort() : lines;
}

/** A loop until something has happened goes round as often as it takes. */
function isRepeated({ command }: Answer): boolean {
  return /^(?:wait=0; )?until /.test(command);
}

/** Of JSON every line is a whole document. */
function layOut(line: string, isDisordered: boolean): string[] {
  if (!line.startsWith('[')) return [line];
  try {
    return JSON.stringify(comparable(JSON.parse(line), isDisordered), null, 1).split('\n');
  } catch {
    // Not JSON after all: ip mixes in text when it fails half-way.
    return [line];
  }
}

/** A list in JSON without what is masked, sorted if its order says nothing. */
function comparable(value: unknown, isDisordered: boolean): unknown {
  if (!Array.isArray(value)) return value;
  const objects = value.map((one) => ({ one, text: JSON.stringify(one) }));
  const kept = objects.filter(({ text }) => !isMaskedLine(text));
  if (isDisordered) kept.sort((a, b) => (a.text < b.text ? -1 : 1));
  return kept.map(({ one }) => one);
}

/** Lines that differ are shown in a list of so many. */
const MOST_LINES = 2_000;

/** The lines of both sides that are not in a longest common subsequence, in order. */
function differingLines(left: string[], right: string[], masks: readonly string[] = []): string[] {
  const [maskedLeft, maskedRight] = [left, right].map((lines) => lines.map((line) => maskLine(line, masks)));
  const equal = (i: number, j: number): boolean =>
    areEqual(maskedLeft?.[i] as MaskedLine, maskedRight?.[j] as MaskedLine);
  let first = 0;
  while (first < left.length && first < right.length && equal(first, first)) first++;
  let [leftEnd, rightEnd] = [left.length, right.length];
  while (leftEnd > first && rightEnd > first && equal(leftEnd - 1, rightEnd - 1)) {
    leftEnd--;
    rightEnd--;
  }
  if (first === leftEnd && first === rightEnd) return [];
  // Beyond, finding what belongs together takes more memory than a machine has: the beginnings must do.
  leftEnd = Math.min(leftEnd, first + MOST_LINES);
  rightEnd = Math.min(rightEnd, first + MOST_LINES);
  const lengths = Array.from({ length: leftEnd + 1 }, () => new Uint32Array(rightEnd + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = leftEnd - 1; i >= first; i--) {
    for (let j = rightEnd - 1; j >= first; j--) {
      (lengths[i] as Uint32Array)[j] = equal(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  for (let i = first, j = first; i < leftEnd || j < rightEnd; ) {
    if (i < leftEnd && j < rightEnd && equal(i, j)) {
      i++;
      j++;
    } else if (j >= rightEnd || (i < leftEnd && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${left[i++]}`);
    } else {
      lines.push(`+ ${right[j++]}`);
    }
  }
  return lines;
}
