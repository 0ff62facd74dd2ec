/** A sequence of shell commands whose every answer must be the same on nlspace and on the real kernel. */
export interface Scenario {
  /** A short claim or situation; unique within its table. */
  readonly name: string;
  /** Lines for /bin/sh. `$SCRATCH` is an empty directory of the run's own. */
  readonly commands: readonly string[];
  /** Link kind that the kernel needs for it: where it has not got it the scenario is skipped by name. */
  readonly needsKind?: string;
  /** Environment variable with the path of a program that it runs: where there is none the scenario is skipped by name. */
  readonly needsProgram?: string;
  /** It needs rights outside netlink, which an ordinary user has in neither world alike. */
  readonly needsRoot?: true;
  /** It leaves traces outside its world, such as names under /run/netns: nothing else runs meanwhile. */
  readonly isAlone?: true;
  /** Attributes that this scenario leaves to chance; see `MASKS`. */
  readonly masks?: readonly string[];
  /** Commands that remove what it has left outside its world. What they answer is not looked at. */
  readonly end?: readonly string[];
}

/** One command with everything that its caller sees of it, and what it told the groups. */
export interface Answer {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
  /** Every notification that came while it ran, or that followed from it, as lines. */
  readonly notifications: readonly string[];
}

/** What `ip` shows of the whole state: a line for each object, and those again that IPv6 keeps for itself. */
const SHOWN = ['link show', 'addr show', 'route show table all', 'nexthop show', 'rule show', 'netconf show'];
const SHOWN_OF_IPV6 = ['route show table all', 'rule show', 'netconf show'];

/** Commands that show the whole state, run after those of every scenario. */
export const STATE_PROBES: readonly string[] = [
  showAll('ip -j -d', SHOWN),
  showAll('ip -6 -j -d', SHOWN_OF_IPV6),
  'ip -j -d neigh show nud all',
  'ip neigh show proxy',
];

/** One program start for all of them. */
function showAll(program: string, objects: readonly string[]): string {
  return `${program} -force -batch - <<END\n${objects.join('\n')}\nEND`;
}
