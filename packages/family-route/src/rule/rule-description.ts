import { encodeMessageOf } from '../network/encoded-dump.js';
import { addressBytes } from '../route/ip-words.js';
import { RouteTableId } from '../route/route-numbers.js';
import { DETACHED, type Rule } from './rule.js';
import { type RuleMessage, rule as ruleMessage } from './rule-message.js';
import { RuleAction, RuleFamily, RuleFlag } from './rule-numbers.js';

/** A complete RTM_NEWRULE or RTM_DELRULE. */
export function encodeRule(rule: Rule, messageType: number): Uint8Array {
  return encodeMessageOf(ruleMessage, describeRule(rule), messageType);
}

export function describeRule(rule: Rule): RuleMessage {
  const { is, table, priority } = rule;
  return {
    header: {
      addressFamily: is.addressFamily,
      ...(isMulticast(rule)
        ? {}
        : {
            destinationLength: is.destination?.length ?? 0,
            sourceLength: is.source?.length ?? 0,
            typeOfService: is.typeOfService,
          }),
      table: table < 256 ? table : RouteTableId.Compat,
      action: is.action,
      flags: flagsOf(rule),
    },
    attributes: {
      table,
      suppressPrefixLength: is.suppressedLength >>> 0,
      protocol: is.protocol,
      ...(is.input ? { inputName: is.input } : {}),
      ...(is.output ? { outputName: is.output } : {}),
      ...unlessZero({ priority, mark: is.mark }),
      ...(is.mark === 0 && is.markMask === 0 ? {} : { markMask: is.markMask }),
      ...unlessZero({ target: is.target }),
      ...(is.tunnelId === 0n ? {} : { tunnelId: is.tunnelId }),
      ...(is.asksLink ? { asksLink: 1 } : {}),
      ...(is.users === undefined ? {} : { users: is.users }),
      ...(is.sourcePorts === undefined ? {} : { sourcePorts: is.sourcePorts }),
      ...unlessZero({ sourcePortMask: is.sourcePortMask }),
      ...(is.destinationPorts === undefined ? {} : { destinationPorts: is.destinationPorts }),
      ...unlessZero({ destinationPortMask: is.destinationPortMask, ipProtocol: is.ipProtocol }),
      ...(is.suppressedGroup === -1 ? {} : { suppressGroup: is.suppressedGroup }),
      ...(isMulticast(rule) ? {} : selectorOf(rule)),
    },
  };
}

function isMulticast({ is }: Rule): boolean {
  return is.addressFamily === RuleFamily.MulticastInet || is.addressFamily === RuleFamily.MulticastInet6;
}

/** What the address family itself writes. */
function selectorOf({ is, dscpMask }: Rule): RuleMessage['attributes'] {
  const isIpv4 = is.addressFamily === RuleFamily.Inet;
  const size = isIpv4 ? 4 : 16;
  return {
    ...(is.dscp === undefined ? {} : { dscp: is.dscp, dscpMask }),
    ...(is.flowLabelMask ? { flowLabel: is.flowLabel ?? 0, flowLabelMask: is.flowLabelMask } : {}),
    ...(is.destination === undefined ? {} : { destination: addressBytes(is.destination.address, size) }),
    ...(is.source === undefined ? {} : { source: addressBytes(is.source.address, size) }),
    ...(isIpv4 && is.realms ? { flow: is.realms } : {}),
  };
}

/** The flags of the request and what has become of the names and the target in it. */
function flagsOf({ is, input, output, targetPosition }: Rule): number {
  let { flags } = is;
  if (is.action === RuleAction.Goto && targetPosition < 0) flags |= RuleFlag.Unresolved;
  if (is.input && input?.index === DETACHED) flags |= RuleFlag.InputDetached;
  if (is.output && output?.index === DETACHED) flags |= RuleFlag.OutputDetached;
  return flags >>> 0;
}

function unlessZero<K extends string>(values: Record<K, number>): { [key in K]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0)) as {
    [key in K]?: number;
  };
}
