/** A scenario in which nlspace is known to answer differently, and why. Its test fails once it does not any more. */
export interface KnownDifference {
  readonly scenario: string;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    scenario: 'lo cannot be deleted, its mtu can be changed',
    reason:
      'A link whose MTU falls below 68 loses IPv4 altogether in the kernel, and `lo` never loses IPv6; in nlspace IPv4 stays.',
  },
  {
    scenario: 'an ifb whose MTU becomes too small for IPv4',
    reason: 'A link whose MTU falls below 68 loses IPv4 altogether in the kernel; in nlspace IPv4 stays.',
  },
];
