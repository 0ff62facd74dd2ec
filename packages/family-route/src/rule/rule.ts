import type { AddressWords } from '../route/ip-words.js';
import type { RuleFamily } from './rule-numbers.js';

/** What a rule's link name stands for while no link has it. */
export const DETACHED = -1;

/** An inclusive range. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface RulePrefix {
  readonly address: AddressWords;
  readonly length: number;
}

/** The link that a rule names, and its index as long as there is one. */
export interface RuleLink {
  readonly name: string;
  index: number;
  isVrf: boolean;
}

/**
 * What a request says of a rule: of a new one, or to find one. Absent is what was not said.
 */
export interface RuleRequest {
  readonly addressFamily: RuleFamily;
  readonly priority?: number;
  /** FR_ACT_* */
  readonly action: number;
  /** FIB_RULE_*, all bits as sent. */
  readonly flags: number;
  /** 0 for none. */
  readonly table: number;
  /** RTPROT_*, 0 for none. */
  readonly protocol: number;
  readonly source?: RulePrefix;
  readonly destination?: RulePrefix;
  readonly input?: string;
  readonly output?: string;
  readonly mark: number;
  readonly markMask: number;
  readonly tunnelId: bigint;
  /** Whether the table is that of the VRF which the packet's link belongs to (l3mdev). */
  readonly asksLink: boolean;
  readonly users?: Range;
  /** 0 for any. */
  readonly ipProtocol: number;
  readonly sourcePorts?: Range;
  readonly sourcePortMask: number;
  readonly destinationPorts?: Range;
  readonly destinationPortMask: number;
  /** The old selector, without the bits of precedence; 0 for none. */
  readonly typeOfService: number;
  readonly dscp?: number;
  readonly dscpMask?: number;
  readonly flowLabel?: number;
  readonly flowLabelMask?: number;
  /** IPv4: what routes found by the rule belong to. */
  readonly realms?: number;
  /** Routes with prefixes up to this length do not count; -1 for none. */
  readonly suppressedLength: number;
  /** Routes over links of this group do not count; -1 for none. */
  readonly suppressedGroup: number;
  /** The priority of the rule to go on with; of actions `Goto`. */
  readonly target: number;
}

/** One rule of a list. */
export class Rule {
  readonly input: RuleLink | undefined;
  readonly output: RuleLink | undefined;
  readonly dscpMask: number;
  /** Where in the list the target of a goto is; -1 while it is not there. */
  targetPosition = -1;

  constructor(
    readonly is: RuleRequest,
    readonly priority: number,
    readonly table: number,
  ) {
    this.input = is.input === undefined ? undefined : { name: is.input, index: DETACHED, isVrf: false };
    this.output = is.output === undefined ? undefined : { name: is.output, index: DETACHED, isVrf: false };
    this.dscpMask = is.dscp === undefined ? 0 : (is.dscpMask ?? 0x3f);
  }
}
