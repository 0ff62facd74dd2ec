import { RuleError } from './rule-error.js';

/** One piece of a rule. */
interface Token {
  readonly text: string;
  readonly offset: number;
  /** A text in quotation marks. */
  readonly quoted: boolean;
}

/** A text in quotation marks, one of `, = :`, or what stands between them and spaces. A colon counts before a space only. */
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(,|=|:(?=\s|$))|((?:[^\s,=":]|:(?!\s|$))+))/y;

/** Reads a rule's text piece by piece; every complaint points to the piece. */
export class RuleScanner {
  readonly #tokens: readonly Token[];
  #next = 0;

  /** @throws {RuleError} when a quotation does not end. */
  constructor(private readonly text: string) {
    this.#tokens = [...this.#split()];
  }

  get atEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  /** Whether the next piece is this one, which is then taken. */
  skip(text: string): boolean {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.quoted || token.text !== text) return false;
    this.#next++;
    return true;
  }

  /** The next piece as `expected`, such as `an errno`. */
  word(expected: string): string {
    const token = this.#tokens[this.#next];
    if (token === undefined || (!token.quoted && /^[,=:]$/.test(token.text)))
      throw this.error(`${expected} is missing`);
    this.#next++;
    return token.text;
  }

  /** The next piece if it is a text in quotation marks. */
  quotation(): string | undefined {
    const token = this.#tokens[this.#next];
    if (token?.quoted !== true) return undefined;
    this.#next++;
    return token.text;
  }

  /** The next piece if it reads like this. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const token = this.#tokens[this.#next];
    const found = token === undefined || token.quoted ? null : pattern.exec(token.text);
    if (found === null) return undefined;
    this.#next++;
    return found;
  }

  peek(): string | undefined {
    return this.#tokens[this.#next]?.text;
  }

  /** A complaint about the next piece, or about the one before. */
  error(problem: string, about: 'next' | 'last' = 'next'): RuleError {
    const token = this.#tokens[about === 'next' ? this.#next : this.#next - 1];
    return new RuleError(problem, this.text, token?.offset ?? this.text.length);
  }

  *#split(): Generator<Token> {
    const { text } = this;
    let end = 0;
    while (text.slice(end).trim() !== '') {
      TOKEN.lastIndex = end;
      const found = TOKEN.exec(text);
      const offset = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
      if (found === null) throw new RuleError('the quotation does not end', text, offset);
      end = TOKEN.lastIndex;
      const [, quotation, mark, word] = found;
      if (quotation === undefined) yield { text: mark ?? word ?? '', offset, quoted: false };
      else yield { text: quotation.replaceAll(/\\(.)/g, '$1'), offset, quoted: true };
    }
  }
}

/** The candidate that a mistyped word was probably meant to be, for the end of a complaint. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(2, word.length / 4)
    ? `; did you mean ${best.candidate}?`
    : '';
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
