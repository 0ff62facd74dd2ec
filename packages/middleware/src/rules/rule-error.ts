/** Where a rule's text stands: a command line, or a line of a file. */
export interface RulePlace {
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

/** A rule that cannot be read: says what is wrong, and where in the text. */
export class RuleError extends Error {
  override readonly name = 'RuleError';

  constructor(
    readonly problem: string,
    readonly text: string,
    /** Characters before the place. */
    readonly offset: number,
    { file, line }: RulePlace = {},
  ) {
    const where = file === undefined ? '' : `${file}:${line ?? 1}:${offset + 1}: `;
    super(`${where}${problem}\n  ${text}\n  ${' '.repeat(offset)}^`);
  }

  /** The same in a file, whose line has so many spaces in front. */
  at(place: RulePlace, indent: number): RuleError {
    return new RuleError(this.problem, ' '.repeat(indent) + this.text, this.offset + indent, place);
  }
}
