import { equalAddress } from '../route/ip-words.js';
import type { Range, Rule, RulePrefix, RuleRequest } from './rule.js';
import { RuleFamily } from './rule-numbers.js';

/**
 * Whether a request to delete means a rule: what it does not say can be anything. Neither the target of a goto nor the
 * flags are looked at.
 */
export function isMeant(rule: Rule, wanted: RuleRequest): boolean {
  const { is } = rule;
  return (
    (wanted.action === 0 || is.action === wanted.action) &&
    (wanted.table === 0 || rule.table === wanted.table) &&
    (wanted.priority === undefined || rule.priority === wanted.priority) &&
    (!wanted.input || is.input === wanted.input) &&
    (!wanted.output || is.output === wanted.output) &&
    (wanted.mark === 0 || is.mark === wanted.mark) &&
    (wanted.suppressedGroup === -1 || is.suppressedGroup === wanted.suppressedGroup) &&
    (wanted.suppressedLength === -1 || is.suppressedLength === wanted.suppressedLength) &&
    (wanted.markMask === 0 || is.markMask === wanted.markMask) &&
    (wanted.tunnelId === 0n || is.tunnelId === wanted.tunnelId) &&
    (!wanted.asksLink || is.asksLink) &&
    (wanted.users === undefined || sameRange(is.users, wanted.users)) &&
    (wanted.ipProtocol === 0 || is.ipProtocol === wanted.ipProtocol) &&
    (wanted.protocol === 0 || is.protocol === wanted.protocol) &&
    (wanted.sourcePorts === undefined || sameRange(is.sourcePorts, wanted.sourcePorts)) &&
    (wanted.destinationPorts === undefined || sameRange(is.destinationPorts, wanted.destinationPorts)) &&
    (wanted.sourcePortMask === 0 || is.sourcePortMask === wanted.sourcePortMask) &&
    (wanted.destinationPortMask === 0 || is.destinationPortMask === wanted.destinationPortMask) &&
    selectorFits(rule, wanted)
  );
}

/**
 * Whether a rule is there already, as NLM_F_EXCL understands it: prefixes, TOS, flow label and realms that the new one
 * does not say make no difference.
 */
export function isTwin(rule: Rule, added: RuleRequest, priority: number): boolean {
  const { is } = rule;
  return (
    is.action === added.action &&
    rule.table === added.table &&
    rule.priority === priority &&
    (is.input ?? '') === (added.input ?? '') &&
    (is.output ?? '') === (added.output ?? '') &&
    is.mark === added.mark &&
    is.suppressedGroup === added.suppressedGroup &&
    is.suppressedLength === added.suppressedLength &&
    is.markMask === added.markMask &&
    is.tunnelId === added.tunnelId &&
    is.asksLink === added.asksLink &&
    sameRange(is.users, added.users) &&
    is.ipProtocol === added.ipProtocol &&
    is.protocol === added.protocol &&
    sameRange(is.sourcePorts, added.sourcePorts) &&
    sameRange(is.destinationPorts, added.destinationPorts) &&
    is.sourcePortMask === added.sourcePortMask &&
    is.destinationPortMask === added.destinationPortMask &&
    selectorFits(rule, added)
  );
}

/** What the address family compares. Multicast routing compares nothing. */
function selectorFits({ is, dscpMask }: Rule, wanted: RuleRequest): boolean {
  if (is.addressFamily === RuleFamily.MulticastInet || is.addressFamily === RuleFamily.MulticastInet6)
    return true;
  return (
    (wanted.typeOfService === 0 || (is.dscp === undefined && is.typeOfService === wanted.typeOfService)) &&
    (wanted.dscp === undefined || is.dscp === wanted.dscp) &&
    (wanted.dscpMask === undefined || (is.dscp !== undefined && dscpMask === wanted.dscpMask)) &&
    (wanted.flowLabel === undefined || (is.flowLabel ?? 0) === wanted.flowLabel) &&
    (wanted.flowLabelMask === undefined || (is.flowLabelMask ?? 0) === wanted.flowLabelMask) &&
    (is.addressFamily !== RuleFamily.Inet ||
      wanted.realms === undefined ||
      (is.realms ?? 0) === wanted.realms) &&
    prefixFits(is.source, wanted.source) &&
    prefixFits(is.destination, wanted.destination)
  );
}

function prefixFits(prefix: RulePrefix | undefined, wanted: RulePrefix | undefined): boolean {
  if (wanted === undefined) return true;
  return prefix?.length === wanted.length && equalAddress(prefix.address, wanted.address);
}

function sameRange(a: Range | undefined, b: Range | undefined): boolean {
  return a?.start === b?.start && a?.end === b?.end;
}
