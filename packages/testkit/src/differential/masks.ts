/** What two worlds may say differently, named, with the reason why it cannot be equal. */
export interface Mask {
  readonly name: string;
  readonly reason: string;
  /** Where it applies: every scenario, those that name it in `masks`, or all while an ordinary user runs them. */
  readonly applies: 'always' | 'when named' | 'for ordinary users';
  /** Finds the value in one line of normalised output; the first group is what is masked. */
  readonly pattern: RegExp;
  /** The whole line is left out where the pattern matches; so is the whole object of a list in JSON. */
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
    name: 'bridge timer',
    reason: 'What is left of the timers of a bridge and its ports counts down while the commands run.',
    applies: 'always',
    pattern: /_timer(?:":)?( +\d+(?:\.\d+)?)/g,
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
      'The kernel keeps neighbour entries for the multicast packets it sends, and says when it drops them; nlspace sends no packets.',
    applies: 'always',
    pattern:
      /^(?:\[NEIGH\])?(?:Deleted )?(?:ff[0-9a-f]{2}:|2(?:2[4-9]|3\d)\.)\S* (?:dev \S+ )?lladdr (?:33:33|01:00:5e|00:00:00:00:00:00).* NOARP|^\{"dst":"(?:ff|2(?:2[4-9]|3\d)\.).*"lladdr":"(?:33:33|01:00:5e|00:00:00:00:00:00).*"NOARP"/,
    removesLine: true,
  },
  {
    name: 'neighbour ages',
    reason: 'How long ago an entry was used, confirmed and updated grows while the commands run.',
    applies: 'always',
    pattern: /(?<=\b(?:used|confirmed|updated)": |\bused (?:\d+\/)*)(\d+)/g,
    tolerance: 10,
  },
  {
    name: 'drawn times',
    reason:
      'Reachable times are drawn at random, and the entries that the kernel makes for multicast packets count as holders of parameters.',
    applies: 'always',
    pattern: /(?:(?<=^\s+refcnt \d+ reachable |"reachable": )|(?<=^\s+refcnt )(?=\d+ reachable))(\d+)/g,
  },
  {
    name: 'neighbour table counters',
    reason:
      'One neighbour table serves all network namespaces of a machine, so its counters and stamps are not of this one.',
    applies: 'when named',
    pattern:
      /(?:entries|last_flush|last_rand|hash_rnd|hash_mask|allocs|destroys|hash_grows|res_failed|lookups|hits|rcv_probes_mcast|rcv_probes_ucast|periodic_gc_runs|forced_gc_runs|table_fulls)(?:": | )("[^"]*"|\d{4}-\d\d-\d\d [\d:]+|[0-9a-f]+)/g,
  },
];

/** Output whose order says nothing: lines are compared sorted. */
export interface Disorder {
  readonly name: string;
  readonly reason: string;
  /** The commands whose output it is. */
  readonly commands: RegExp;
}

export const DISORDERS: readonly Disorder[] = [
  {
    name: 'order of neighbours',
    reason: 'The kernel dumps neighbours in the order of a hash whose secret is drawn when it boots.',
    commands: /\bip\b(?!.*\bmonitor\b).* neigh\b/,
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
