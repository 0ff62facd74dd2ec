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
  {
    scenario: 'an ifb whose MTU becomes too small for IPv4',
    reason:
      'Where duplicates are not looked for, a link-local address that comes with an MTU of 1280 is told before what IPv6 knows of the link, in the kernel after it.',
  },
];
