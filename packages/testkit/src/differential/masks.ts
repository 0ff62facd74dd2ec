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

const NOTIFICATION_ORDER: Mask = {
  name: 'order of notifications',
  reason:
    'Duplicate address detection takes a random time, and carriers of two links are seen in either order, so that what follows has no order.',
  applies: 'when named',
  pattern: /(?!)/g,
};

const LINK_ORDER: Mask = {
  name: 'order between links',
  reason:
    'The kernel sees the carriers of two links in either order, and detects duplicates in its own time; what is told of one link keeps its order, but for addresses and routes of IPv6.',
  applies: 'when named',
  pattern: /(?!)/g,
};

const NOTIFICATION_MOMENT: Mask = {
  name: 'moment of notifications',
  reason:
    'Probes, daemons and libraries work in their own time, so that what they cause comes with one command or another.',
  applies: 'when named',
  pattern: /(?!)/g,
};

/** All of them. A difference that is not in this table is a failure. */
export const MASKS: readonly Mask[] = [
  NOTIFICATION_ORDER,
  LINK_ORDER,
  NOTIFICATION_MOMENT,
  {
    name: 'remaining lifetime',
    reason: 'Seconds left of an address or a route count down while the commands run.',
    applies: 'always',
    pattern: /(?:_life_time": |_lft |expires(?:": | )|(?:preferred|valid)Seconds )(\d+)/g,
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
    pattern:
      /(?:_timer(?:":)?|\] [a-zA-Z]+Timer)( +\d+(?:\.\d+)?)|(?<=^ +1 @32 (?:[0-9a-f]{2} ){4}08 00 01 00) (?:[0-9a-f]{2} ){3}[0-9a-f]{2}/g,
  },
  {
    name: 'remaining membership',
    reason: 'What is left of the time of a multicast group at a port counts down while the commands run.',
    applies: 'always',
    pattern: /(?<=^ +members @32 )((?:[0-9a-f]{2} ?){4})/g,
  },
  {
    name: 'mac',
    reason: 'A MAC address that nobody chose is random.',
    applies: 'when named',
    pattern:
      /((?:\b(?!ff:ff|00:00:00:00:00:00)(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b)|(?<=\baddress |(?:bridge|root)Id (?:[0-9a-f]{2} ){2})(?:[0-9a-f]{2} ){5}[0-9a-f]{2}$)/g,
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
      /^(?:\[NEIGH\])?(?:Deleted )?(?:ff[0-9a-f]{2}:|2(?:2[4-9]|3\d)\.)\S* (?:dev \S+ )?lladdr (?:33:33|01:00:5e|00:00:00:00:00:00).* NOARP|^\{"dst":"(?:ff|2(?:2[4-9]|3\d)\.).*"lladdr":"(?:33:33|01:00:5e|00:00:00:00:00:00).*"NOARP"|^RTM_...NEIGH to .* destination (?:ff|e[0-9a-f] |2(?:2[4-9]|3\d)\.)/,
    removesLine: true,
  },
  {
    name: 'ages in notifications',
    reason: 'In notifications ages are counted in hundredths of a second.',
    applies: 'always',
    pattern: /(?<=^ +3 \[16\] cacheInfo \{)((?:(?:confirmed|used|updated) \d+(?:, )?)*)/g,
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
  {
    name: 'multicast groups heard of',
    reason:
      'Links of the kernel join multicast groups of IPv6 with packets, which bridges hear; nobody sends any in nlspace.',
    applies: 'always',
    pattern: /^RTM_...MDB to .* members @0 (?:[0-9a-f]{2} ){8}ff 02 /,
    removesLine: true,
  },
  {
    name: 'learned addresses',
    reason:
      'Bridges learn addresses from packets; nobody sends any here. Requested entries that age look like them.',
    applies: 'always',
    pattern: /^RTM_...NEIGH to .* ndmsg\{addressFamily 7, interfaceIndex \d+, state [24][,}]/,
    removesLine: true,
  },
  {
    name: 'ends of namespaces',
    reason: 'The kernel takes a namespace apart some time after its last user has gone, and says so then.',
    applies: 'always',
    pattern: /^RTM_DELNSID to /,
    removesLine: true,
  },
  {
    name: 'statistics',
    reason: 'The kernel sends packets of its own and counts them; nlspace sends none.',
    applies: 'always',
    pattern: /^ +(?:statistics|statistics64|icmp6Statistics) @\d+ (.*)$/g,
  },
  {
    name: 'stamps',
    reason: 'Moments at which addresses and links changed are counted from the start of the machine.',
    applies: 'always',
    pattern: /(?:createdStamp|changedStamp) (\d+)/g,
  },
  {
    name: 'reachable time',
    reason:
      'Each link draws the time for which it trusts a neighbour at random; with it comes the moment of the last change.',
    applies: 'always',
    pattern:
      /(?<=^ +5 \[16\] cacheInfo \{maximumReassembly \d+, )((?:(?:changedAt|reachableTimeMs) \d+(?:, )?)*)/g,
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
export function isMaskedLine(line: string, named: readonly string[] = []): boolean {
  return MASKS.some(
    ({ name, applies, removesLine, pattern }) =>
      removesLine === true &&
      (applies !== 'when named' || named.includes(name)) &&
      new RegExp(pattern).test(line),
  );
}

/** Notifications without the messages that a mask leaves out. Of each message the first line is not indented. */
export function unmaskedNotifications(lines: readonly string[], named: readonly string[] = []): string[] {
  if (named.includes(NOTIFICATION_MOMENT.name)) return [];
  const messages: string[][] = [];
  for (const line of lines) {
    if (line.startsWith(' ')) messages.at(-1)?.push(line);
    else messages.push([line]);
  }
  const kept = messages.filter((message) => !isMaskedLine(message.join(' '), named));
  if (named.includes(NOTIFICATION_ORDER.name)) sortMasked(kept, named);
  if (named.includes(LINK_ORDER.name)) kept.sort((a, b) => placeOf(a) - placeOf(b) || inAnyOrder(a, b));
  return kept.flat();
}

/** What a mask hides does not decide about the order. */
function sortMasked(messages: string[][], named: readonly string[]): void {
  const keys = new Map(
    messages.map((message) => [message, message.map((line) => maskLine(line, named).text).join()]),
  );
  messages.sort((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
}

const OF_IPV6 = /^RTM_\w+ to ipv6(?:Address|MulticastAddress|Route)\b/;

/** Behind what is about links comes what is told when detection is over. */
function placeOf(message: readonly string[]): number {
  return OF_IPV6.test(message[0] ?? '') ? Number.MAX_SAFE_INTEGER : linkOf(message);
}

function inAnyOrder(a: readonly string[], b: readonly string[]): number {
  if (!OF_IPV6.test(a[0] ?? '')) return 0;
  return a.join() < b.join() ? -1 : 1;
}

/** Index of the only link that a message is about; 0 for those about none or several. */
function linkOf(message: readonly string[]): number {
  const found = new Set(
    message.flatMap((line) =>
      [...line.matchAll(/\b(?:interfaceIndex|outputInterface) (\d+)/g)].map(([, index]) => index),
    ),
  );
  return found.size === 1 ? Number([...found][0]) : 0;
}

/** A line with everything replaced that a mask allows to differ. */
export interface MaskedLine {
  readonly text: string;
  /** What was replaced but may differ by no more than this. */
  readonly numbers: ReadonlyArray<{ readonly value: number; readonly tolerance: number }>;
}

export function maskLine(line: string, named: readonly string[] = []): MaskedLine {
  const numbers: Array<MaskedLine['numbers'][number]> = [];
  let text = line;
  for (const { name, applies, pattern, removesLine, tolerance } of MASKS) {
    if (removesLine || (applies === 'when named' && !named.includes(name))) continue;
    if (applies === 'for ordinary users' && process.getuid?.() === 0) continue;
    text = text.replace(pattern, (whole: string, value: string) => {
      if (tolerance !== undefined) numbers.push({ value: Number(value), tolerance });
      return value === undefined || value === '' ? `<${name}>` : whole.replace(value, () => `<${name}>`);
    });
  }
  return { text, numbers };
}

export function areEqual(left: MaskedLine, right: MaskedLine): boolean {
  if (left.text !== right.text) return false;
  return left.numbers.every(({ value, tolerance }, index) => {
    const other = right.numbers[index];
    return other !== undefined && Math.abs(value - other.value) <= tolerance;
  });
}
