/** Where nlspace answers a malformed request otherwise than the kernel, and why. `name` begins with the case's. */
export interface NamedDifference {
  readonly name: string;
  readonly reason: string;
}

/** What a program acts on differs: errno, flags, what is sent back. */
export const DIFFERENT_RESULTS: readonly NamedDifference[] = [
  { name: 'strict address dump of every family by index 99', reason: 'a dump of every family does not look for the index' },
  { name: 'NEWROUTE with metrics of 3 bytes', reason: 'a nest shorter than an attribute header passes where routes read it themselves' },
];
