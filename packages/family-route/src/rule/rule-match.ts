import type { Flow } from '../route/flow.js';
import { type AddressWords, isUnspecified, samePrefixWords } from '../route/ip-words.js';
import type { Range, Rule, RuleLink } from './rule.js';
import { RuleAction, RuleFamily, RuleFlag } from './rule-numbers.js';

/** The bits of the type of service that the old selector looks at. */
const TOS_MASK = 0x1c;

/** Whether a rule applies to a packet (fib_rule_match). */
export function ruleMatches(rule: Rule, flow: Flow): boolean {
  return matchesAll(rule, flow) !== ((rule.is.flags & RuleFlag.Invert) !== 0);
}

function matchesAll({ is, input, output, dscpMask }: Rule, flow: Flow): boolean {
  if (input !== undefined && !comesFrom(input, flow)) return false;
  if (output !== undefined && !goesTo(output, flow)) return false;
  if (((is.mark ^ flow.mark) & is.markMask) !== 0) return false;
  // Packets that come out of a tunnel are not looked up here.
  if (is.tunnelId !== 0n) return false;
  if (is.asksLink && flow.vrf === 0) return false;
  if (is.users !== undefined && !contains(is.users, flow.userId)) return false;
  const isIpv4 = is.addressFamily === RuleFamily.Inet;
  if (is.destination !== undefined && !within(is.destination, flow.destination)) return false;
  if (is.source !== undefined && !sourceMatches(is.source, isIpv4, is.flags, flow)) return false;
  if (is.dscp !== undefined) {
    if ((((flow.typeOfService >>> 2) ^ is.dscp) & dscpMask) !== 0) return false;
  } else if (is.typeOfService !== 0) {
    const selected = isIpv4 ? flow.typeOfService & TOS_MASK : flow.typeOfService & 0xfc;
    if (selected !== is.typeOfService) return false;
  }
  if (is.flowLabel !== undefined && ((flow.flowLabel ^ is.flowLabel) & (is.flowLabelMask ?? 0)) !== 0)
    return false;
  if (is.ipProtocol !== 0 && is.ipProtocol !== flow.ipProtocol) return false;
  return (
    portMatches(is.sourcePorts, is.sourcePortMask, flow.sourcePort) &&
    portMatches(is.destinationPorts, is.destinationPortMask, flow.destinationPort)
  );
}

/** A VRF stands for all its links. */
function comesFrom({ index, isVrf }: RuleLink, flow: Flow): boolean {
  return isVrf ? flow.vrf === index && !flow.isVrfOfOutput : flow.inputInterface === index;
}

function goesTo({ index, isVrf }: RuleLink, flow: Flow): boolean {
  return isVrf ? flow.vrf === index && flow.isVrfOfOutput : flow.outputInterface === index;
}

function sourceMatches(
  source: NonNullable<Rule['is']['source']>,
  isIpv4: boolean,
  flags: number,
  flow: Flow,
): boolean {
  if (!isIpv4 && isUnspecified(flow.source)) return (flags & RuleFlag.FindSource) !== 0;
  return within(source, flow.source);
}

function within(
  { address, length }: { address: AddressWords; length: number },
  other: AddressWords,
): boolean {
  return samePrefixWords(address, other, length);
}

function portMatches(ports: Range | undefined, mask: number, port: number): boolean {
  if (ports === undefined) return true;
  if (ports.start !== ports.end) return contains(ports, port);
  return ((ports.start ^ port) & mask) === 0;
}

function contains({ start, end }: Range, value: number): boolean {
  return value >= start && value <= end;
}

/** Whether the rule's action is to look into a table. */
export function looksUp(rule: Rule): boolean {
  return rule.is.action === RuleAction.ToTable;
}
