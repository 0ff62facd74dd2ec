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
  /** Attributes that this scenario leaves to chance; see `MASKS`. */
  readonly masks?: readonly string[];
}

/** One command with everything that its caller sees of it. */
export interface Answer {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** Commands that show the whole state, run after those of every scenario. */
export const STATE_PROBES: readonly string[] = [
  'ip -j -d link show',
  'ip -j -d addr show',
  'ip -j -d route show table all',
  'ip -j -d -6 route show table all',
  'ip -d rule',
  'ip -6 -d rule',
  'ip -d addr show',
  'ip -d route show table all',
  'ip -d -6 route show table all',
  'ip -d nexthop show',
  'ip -j -d neigh show nud all',
  'ip neigh show proxy',
];
