import type { Link } from '../link/link.js';
import type { Deadline } from '../network/deadline-queue.js';
import { type PackedBytes, packedZeros } from '../network/packed-bytes.js';
import { NeighbourState } from './neighbour-numbers.js';
import type { NeighbourParameters } from './neighbour-parameters.js';

/** An entry of a neighbour cache. Plain state: the rules are those of its table. */
export class Neighbour implements Deadline {
  /** NUD_* */
  state: number = NeighbourState.None;
  /** NTF_*, those of NDA_FLAGS_EXT above the first eight. */
  flags = 0;
  /** RTPROT_* of who added it; 0 is nobody in particular. */
  protocol = 0;
  /** How often it has been asked for in vain. */
  probes = 0;
  /** As long as its link's addresses. */
  linkLayerAddress: PackedBytes;
  dueMs = 0;
  usedMs: number;
  confirmedMs: number;
  updatedMs: number;

  constructor(
    readonly parameters: NeighbourParameters,
    readonly link: Link,
    readonly address: PackedBytes,
    /** RTN_* of the address when the entry was made. */
    readonly type: number,
    nowMs: number,
  ) {
    this.linkLayerAddress = packedZeros(link.address.length);
    this.usedMs = nowMs;
    this.updatedMs = nowMs;
    this.confirmedMs = nowMs - 2 * parameters.baseReachableTimeMs;
  }

  /** Whether it is in one of these states. */
  isIn(states: number): boolean {
    return (this.state & states) !== 0;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }
}
