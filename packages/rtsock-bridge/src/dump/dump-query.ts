import type { DumpKind } from '../wire/numbers.js';

/** The name of a sysctl below `net.route`: CTL_NET, PF_ROUTE, 0, and these. */
export interface DumpQuery {
  readonly kind: DumpKind | number;
  /** AF_* of FreeBSD; 0 for all. @default 0 */
  readonly family?: number;
  /** Flags of NET_RT_FLAGS, of which RTF_LLDATA and none are those of neighbours; the index of a link for lists of interfaces, 0 for all. @default 0 */
  readonly argument?: number;
  /** @default 0 */
  readonly fib?: number;
}
