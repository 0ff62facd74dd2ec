/** A scenario in which nlspace is known to answer differently, and why. Its test fails once it does not any more. */
export interface KnownDifference {
  readonly scenario: string;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    scenario: 'encapsulations that the kernel has',
    reason:
      'No encapsulation is modelled: every type gets the EOPNOTSUPP of a kernel that was built without it, where this one has `ip`, `ip6`, `seg6`, `seg6local` and `bpf`.',
  },
];
