import { GROUP_NOTIFIER, type GroupNotifier, inject, injectable } from '@nlspace/core';
import { ROUTE_GROUPS } from '../route-groups.js';
import { RouteMessageType } from '../route-message-type.js';
import { encodeRule } from './rule-description.js';
import type { RuleEvent } from './rule-events.js';
import { RuleFamily } from './rule-numbers.js';

/** Tells the groups about rules. */
@injectable()
export class RuleNotifier {
  constructor(@inject(GROUP_NOTIFIER) private readonly groups: GroupNotifier) {}

  notify(event: RuleEvent): void {
    const { rule, cause } = event;
    const isIpv4 =
      rule.is.addressFamily === RuleFamily.Inet || rule.is.addressFamily === RuleFamily.MulticastInet;
    const group = isIpv4 ? ROUTE_GROUPS.ipv4Rule : ROUTE_GROUPS.ipv6Rule;
    if (!this.groups.hasListeners(group, cause)) return;
    const type = event.type === 'rule-changed' ? RouteMessageType.NewRule : RouteMessageType.DeleteRule;
    this.groups.notifyRaw(group, encodeRule(rule, type), cause);
  }
}
