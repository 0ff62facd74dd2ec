/** What is known of one kind of object, and how it is told apart. */
export interface Identity<Listed> {
  /** Equal for what cannot be there twice; where `isUnique` is not so, for what a change may concern together. */
  keyOf(listed: Listed): string;
  readonly isUnique: boolean;
  /** Keys whose values change without anybody telling: counters and ages. */
  readonly volatile: readonly (keyof Listed & string)[];
  /** Keys of which only a part is volatile: what of it is not. */
  readonly steady?: {
    readonly [K in keyof Listed]?: (value: NonNullable<Listed[K]>, listed: Listed) => unknown;
  };
  /** Keys that a notification of a removal may have otherwise than the list. */
  readonly unsettled?: readonly (keyof Listed & string)[];
  /** Whether what is new may have become part of one that is there instead of standing beside it. */
  mayMerge?(added: Listed, present: Listed): boolean;
}

/** One difference, as a mirror has found it. */
export type Difference<Listed> =
  | { readonly type: 'added'; readonly object: Listed }
  | { readonly type: 'removed'; readonly object: Listed }
  | { readonly type: 'changed'; readonly object: Listed; readonly previous: Listed };

interface Entry<Listed> {
  object: Listed;
  /** Everything but what is volatile. */
  content: string;
}

/** What a notification means for a mirror; undefined when only a new list can tell. */
export type Outcome<Listed> = readonly Difference<Listed>[] | undefined;

/** The objects of one kind as lists and notifications have told of them. */
export class Mirror<Listed extends object> {
  #entries = new Map<string, Entry<Listed>[]>();

  constructor(private readonly identity: Identity<Listed>) {}

  *objects(): Generator<Listed> {
    for (const entries of this.#entries.values()) for (const { object } of entries) yield object;
  }

  /** Takes over a new list. */
  replaceAll(listed: Iterable<Listed>): Difference<Listed>[] {
    const before = this.#entries;
    this.#entries = new Map();
    for (const object of listed) {
      const key = this.identity.keyOf(object);
      const entry = this.#entryOf(object);
      const entries = this.#entries.get(key);
      // A list that is read in parts can have the same object twice.
      if (entries === undefined || this.identity.isUnique) this.#entries.set(key, [entry]);
      else if (!entries.some(({ content }) => content === entry.content)) entries.push(entry);
    }
    return [...differences(before, this.#entries)];
  }

  /** Something is there now, in the place of another one if it `replaces`. */
  put(object: Listed, replaces: boolean): Outcome<Listed> {
    const { identity } = this;
    const key = identity.keyOf(object);
    const entry = this.#entryOf(object);
    const entries = this.#entries.get(key) ?? [];
    const [only] = entries;
    const same = entries.find(({ content }) => content === entry.content);
    if (same !== undefined && (identity.isUnique || !replaces || entries.length === 1)) {
      same.object = object;
      return [];
    }
    if (only === undefined) {
      this.#entries.set(key, [entry]);
      return [{ type: 'added', object }];
    }
    if (identity.isUnique || (replaces && entries.length === 1)) {
      this.#entries.set(key, [entry]);
      return [{ type: 'changed', object, previous: only.object }];
    }
    if (replaces || entries.some((one) => identity.mayMerge?.(object, one.object) === true)) return undefined;
    entries.push(entry);
    return [{ type: 'added', object }];
  }

  /** Something is not there any more, or none of those that are followed. */
  remove(object: Listed): Outcome<Listed> {
    const { identity } = this;
    const key = identity.keyOf(object);
    const entries = this.#entries.get(key) ?? [];
    if (entries.length === 0) return [];
    const settled = this.#settledContent(object);
    const gone = identity.isUnique
      ? entries
      : entries.filter((one) => this.#settledContent(one.object) === settled);
    const [first] = gone;
    if (first === undefined || gone.length > 1) return undefined;
    if (entries.length === 1) this.#entries.delete(key);
    else entries.splice(entries.indexOf(first), 1);
    return [{ type: 'removed', object: first.object }];
  }

  #entryOf(object: Listed): Entry<Listed> {
    return { object, content: this.#contentOf(object, this.identity.volatile) };
  }

  #settledContent(object: Listed): string {
    const { volatile, unsettled = [] } = this.identity;
    return this.#contentOf(object, [...volatile, ...unsettled]);
  }

  #contentOf(object: Listed, leaveOut: readonly string[]): string {
    const { steady = {} } = this.identity;
    const kept: Record<string, unknown> = {};
    for (const [key, read] of Object.entries<(value: never, listed: Listed) => unknown>(steady as never)) {
      const value = object[key as keyof Listed];
      if (value !== undefined) kept[key] = read(value as never, object);
    }
    return contentOf({ ...object, ...kept }, leaveOut);
  }
}

function* differences<Listed>(
  before: ReadonlyMap<string, readonly Entry<Listed>[]>,
  after: ReadonlyMap<string, readonly Entry<Listed>[]>,
): Generator<Difference<Listed>> {
  for (const [key, entries] of before) {
    const now = after.get(key) ?? [];
    const gone = entries.filter(({ content }) => !now.some((one) => one.content === content));
    const come = now.filter(({ content }) => !entries.some((one) => one.content === content));
    for (const { object: previous } of gone) {
      const next = come.shift();
      yield next === undefined
        ? { type: 'removed', object: previous }
        : { type: 'changed', object: next.object, previous };
    }
    for (const { object } of come) yield { type: 'added', object };
  }
  for (const [key, entries] of after)
    if (!before.has(key)) for (const { object } of entries) yield { type: 'added', object };
}

/** A text that is equal for equal objects, whatever the order of their keys is. */
export function contentOf(value: object, leaveOut: readonly string[] = []): string {
  const entries = Object.entries(value)
    .filter(([key]) => !leaveOut.includes(key))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries, plain);
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Array.from(value).join();
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
