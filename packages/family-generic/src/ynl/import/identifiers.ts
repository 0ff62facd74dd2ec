/** Words that a module cannot declare, or that generated modules use themselves. */
const TAKEN: readonly string[] = [
  ...'break case catch class const continue debugger default delete do else enum export extends false finally for'.split(
    ' ',
  ),
  ...'function if import in instanceof new null return super switch this throw true try typeof var void while'.split(
    ' ',
  ),
  ...'with yield let static implements interface package private protected public await arguments eval'.split(
    ' ',
  ),
  ...'undefined NaN Infinity Object Array Map Set Promise Iterable AsyncGenerator Uint8Array Error Symbol'.split(
    ' ',
  ),
  ...'string number boolean bigint symbol object any unknown never async of get set'.split(' '),
];

/** Identifiers of one scope: each is given out once. */
export class Identifiers {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set([...TAKEN, ...taken]);
  }

  /** The one that was asked for, or the same with a number behind it. */
  take(wanted: string): string {
    let identifier = wanted;
    for (let count = 2; this.#taken.has(identifier); count++) identifier = `${wanted}_${count}`;
    this.#taken.add(identifier);
    return identifier;
  }
}

/** `xdp-rx-metadata`, `10base-t` → `xdpRxMetadata`, `_10baseT`. Digits that begin a word keep their gap: `bit-0` → `bit_0`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name);
  return pascal.charAt(0).toLowerCase() + pascal.slice(1);
}

export function pascalCase(name: string): string {
  const joined = name
    .split(/[^0-9A-Za-z]+/)
    .filter((word) => word !== '')
    .map((word) => (/^\d/.test(word) ? `_${word}` : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  return joined === '' ? '_' : joined;
}
