/** FR_ACT_*. Others are stored as they come and refuse whoever meets them. */
export enum RuleAction {
  Unspecified = 0,
  ToTable = 1,
  Goto = 2,
  Nothing = 3,
  Blackhole = 6,
  Unreachable = 7,
  Prohibit = 8,
}

/** FIB_RULE_*: flags of requests, and what descriptions add to them. */
export enum RuleFlag {
  /** Cannot be deleted. */
  Permanent = 0x1,
  /** Matches what does not match. */
  Invert = 0x2,
  /** A goto whose target is not there. */
  Unresolved = 0x4,
  InputDetached = 0x8,
  OutputDetached = 0x10,
  /** IPv6: a source address that is not known yet is chosen by the route that the rule finds. */
  FindSource = 0x10000,
}

/** What rules can be about. Multicast routing has lists of its own, which nothing in a network without packets consults. */
export enum RuleFamily {
  Inet = 2,
  Inet6 = 10,
  MulticastInet = 128,
  MulticastInet6 = 129,
}

/** Differentiated services: the upper six bits of what was the type of service. */
export const DSCP_MASK = 0x3f;
export const FLOW_LABEL_MASK = 0xfffff;
