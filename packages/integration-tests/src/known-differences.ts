/** A scenario in which nlspace is known to answer differently, and why. Its test fails once it does not any more. */
export interface KnownDifference {
  readonly scenario: string;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    scenario: 'IPv6 source routes are another dimension',
    reason:
      'IPv6 routes by source address (`from`) are refused with EOPNOTSUPP and a text; the kernel has them.',
  },
];
