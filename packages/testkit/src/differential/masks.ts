/** What two worlds may say differently, named, with the reason why it cannot be equal. */
export interface Mask {
  readonly name: string;
  readonly reason: string;
  /** Where it applies: every scenario, those that name it in `masks`, or all while an ordinary user runs them. */
  readonly applies: 'always' | 'when named' | 'for ordinary users';
  /** Finds the value in one line of normalised output; the first group is what is masked. */
  readonly pattern: RegExp;
  /** The whole line is left out where the pattern matches. */
  readonly removesLine?: true;
  /** Numbers that are no further apart count as equal; without it any two values do. */
  readonly tolerance?: number;
}

/** All of them. A difference that is not in this table is a failure. */
export const MASKS: readonly Mask[] = [
  {
    name: 'remaining lifetime',
    reason: 'Seconds left of an address or a route count down while the commands run.',
    applies: 'always',
    pattern: /(?:_life_time": |_lft |expires(?:": | ))(\d+)/g,
    tolerance: 10,
  },
  {
    name: 'idle time',
    reason: 'How long a bucket of a resilient nexthop group has been idle counts up while the commands run.',
    applies: 'when named',
    pattern: /idle_time(?:": | )([0-9.]+)/g,
    tolerance: 10,
  },
  {
    name: 'mac',
    reason: 'A MAC address that nobody chose is random.',
    applies: 'when named',
    pattern: /\b((?!ff:ff|00:00:00:00:00:00)(?:[0-9a-f]{2}:){5}[0-9a-f]{2})\b/g,
  },
  {
    name: 'uid',
    reason:
      'An ordinary user is root in the user namespace that the kernel needs, and nobody but itself on nlspace.',
    applies: 'for ordinary users',
    pattern: /\buid(?:": | )(\d+)/g,
  },
  {
    name: 'multicast neighbours',
    reason:
      'The kernel keeps neighbour entries for the multicast listener reports it sends, and says when it drops them; nlspace sends no packets.',
    applies: 'always',
    pattern: /^\[NEIGH\]/,
    removesLine: true,
  },
];

/** Whether a mask leaves this line out altogether. */
export function isMaskedLine(line: string): boolean {
  return MASKS.some(({ removesLine, pattern }) => removesLine === true && new RegExp(pattern).test(line));
}

/** Two lines with everything replaced that a mask allows to differ. */
export function maskLines(left: string, right: string, named: readonly string[] = []): [string, string] {
  for (const mask of MASKS) {
    if (mask.removesLine) continue;
    if (mask.applies === 'when named' && !named.includes(mask.name)) continue;
    if (mask.applies === 'for ordinary users' && process.getuid?.() === 0) continue;
    [left, right] = applyMask(mask, left, right);
  }
  return [left, right];
}

function applyMask(mask: Mask, left: string, right: string): [string, string] {
  const values = [left, right].map((line) => [...line.matchAll(mask.pattern)].map((match) => match[1] ?? ''));
  const [leftValues = [], rightValues = []] = values;
  const equal = leftValues.map((value, index) => countsAsEqual(mask, value, rightValues[index]));
  const replace = (line: string): string => {
    let index = 0;
    return line.replace(mask.pattern, (whole: string, value: string) =>
      equal[index++] ? whole.replace(value, `<${mask.name}>`) : whole,
    );
  };
  return [replace(left), replace(right)];
}

function countsAsEqual(mask: Mask, left: string, right: string | undefined): boolean {
  if (right === undefined) return false;
  return mask.tolerance === undefined || Math.abs(Number(left) - Number(right)) <= mask.tolerance;
}
