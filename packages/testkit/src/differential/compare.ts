import { DISORDERS, isMaskedLine, maskLines } from './masks.js';
import type { Answer, Scenario } from './scenario.js';

/** One command that two worlds answered differently. */
export interface Difference {
  readonly command: string;
  readonly aspect: 'stdout' | 'stderr' | 'status';
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
    for (const aspect of ['stdout', 'stderr', 'status'] as const) {
      const lines = differingLines(linesOf(expected, aspect), linesOf(actual, aspect), scenario.masks);
      if (lines.length > 0) differences.push({ command: expected.command, aspect, lines });
    }
  }
  return differences;
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
function linesOf(answer: Answer, aspect: Difference['aspect']): string[] {
  const text = String(answer[aspect]);
  const isDisordered = aspect === 'stdout' && DISORDERS.some(({ commands }) => commands.test(answer.command));
  if (aspect === 'stdout' && /\b(?:ip|bridge) .*-j\b/.test(answer.command) && text.trim() !== '') {
    try {
      return JSON.stringify(comparable(JSON.parse(text), isDisordered), null, 1).split('\n');
    } catch {
      // Not JSON after all: ip mixes in text when it fails half-way.
    }
  }
  const lines = text.split('\n').filter((line) => !isMaskedLine(line));
  return isDisordered ? lines.sort() : lines;
}

/** A list in JSON without what is masked, sorted if its order says nothing. */
function comparable(value: unknown, isDisordered: boolean): unknown {
  if (!Array.isArray(value)) return value;
  const objects = value.map((one) => ({ one, text: JSON.stringify(one) }));
  const kept = objects.filter(({ text }) => !isMaskedLine(text));
  if (isDisordered) kept.sort((a, b) => (a.text < b.text ? -1 : 1));
  return kept.map(({ one }) => one);
}

/** The lines of both sides that are not in a longest common subsequence, in order. */
function differingLines(left: string[], right: string[], masks: readonly string[] = []): string[] {
  const equal = (i: number, j: number): boolean => {
    const [a, b] = [left[i] as string, right[j] as string];
    if (a === b) return true;
    const [maskedA, maskedB] = maskLines(a, b, masks);
    return maskedA === maskedB;
  };
  if (left.length === right.length && left.every((_, index) => equal(index, index))) return [];
  const lengths = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      (lengths[i] as Uint32Array)[j] = equal(i, j)
        ? at(i + 1, j + 1) + 1
        : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  for (let i = 0, j = 0; i < left.length || j < right.length; ) {
    if (i < left.length && j < right.length && equal(i, j)) {
      i++;
      j++;
    } else if (j >= right.length || (i < left.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${left[i++]}`);
    } else {
      lines.push(`+ ${right[j++]}`);
    }
  }
  return lines;
}
