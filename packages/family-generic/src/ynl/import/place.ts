/** Where something stands in a specification: keys and indexes from the top. */
export type YnlPath = ReadonlyArray<string | number>;

/** What is wrong with a specification, and where. */
export class YnlError extends Error {
  constructor(
    readonly path: YnlPath,
    /** Without the place. */
    readonly text: string,
  ) {
    super(`${path.length === 0 ? 'the specification' : pathText(path)}: ${text}`);
    this.name = 'YnlError';
  }
}

function pathText(path: YnlPath): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

const NAME = /^-{0,2}[0-9A-Za-z][0-9A-Za-z._-]*$/;
/** Longer than any name of the kernel's; what is made of names stays readable. */
const LONGEST_NAME = 100;

/** A value of a specification and where it stands: it is asked for what it should be. */
export class Place {
  constructor(
    readonly value: unknown,
    readonly path: YnlPath = [],
  ) {}

  /** @throws {YnlError} always. */
  fail(text: string): never {
    throw new YnlError(this.path, text);
  }

  get isThere(): boolean {
    return this.value !== undefined;
  }

  /** The value behind a word, which may be missing. */
  at(word: string): Place {
    const { value } = this;
    const isOwn = isRecord(value) && Object.hasOwn(value, word);
    return new Place(isOwn ? value[word] : undefined, [...this.path, word]);
  }

  /** An object whose words are all known: a word that is passed over could change what the rest means. */
  record(words: ReadonlySet<string>): this {
    const { value } = this;
    if (!isRecord(value)) return this.fail(`${this.#said()} stands where words and values should`);
    for (const word of Object.keys(value)) {
      if (!words.has(word))
        this.at(word).fail(`nobody here knows this word; known are ${[...words].join(', ')}`);
    }
    return this;
  }

  list(): Place[] {
    const { value } = this;
    if (!Array.isArray(value)) return this.fail(`${this.#said()} stands where a list should`);
    return value.map((one, index) => new Place(one, [...this.path, index]));
  }

  /** Nothing where the list is missing. */
  maybeList(): Place[] {
    return this.isThere ? this.list() : [];
  }

  text(): string {
    return typeof this.value === 'string'
      ? this.value
      : this.fail(`${this.#said()} stands where text should`);
  }

  maybeText(): string | undefined {
    return this.isThere ? this.text() : undefined;
  }

  /** A name, of which the dashes before it say that C has its own. */
  name(): string {
    const { value } = this;
    // YAML takes names such as 802 for numbers.
    const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : this.text();
    if (!NAME.test(text)) this.fail(`${JSON.stringify(text)} is no name: letters, digits, dots and dashes`);
    if (text.length > LONGEST_NAME) this.fail(`a name of ${text.length} characters is too long`);
    return text.replace(/^-+/, '');
  }

  /** @throws {YnlError} where it is not an integer from `least` to `most`. */
  integer(least: number, most: number): number {
    const { value } = this;
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most)
      return this.fail(`${this.#said()} stands where a number from ${least} to ${most} should`);
    return number;
  }

  flag(): boolean {
    const { value } = this;
    if (value === undefined) return false;
    return typeof value === 'boolean'
      ? value
      : this.fail(`${this.#said()} stands where true or false should`);
  }

  oneOf<const T extends string>(words: readonly T[]): T {
    const found = words.find((word) => word === this.value);
    return found ?? this.fail(`${this.#said()} is not among ${words.join(', ')}`);
  }

  #said(): string {
    const { value } = this;
    if (value === undefined) return 'nothing';
    if (Array.isArray(value)) return 'a list';
    if (isRecord(value)) return 'an object';
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return text.length > 60 ? `${text.slice(0, 60)}…` : text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
