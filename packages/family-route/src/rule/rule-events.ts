import type { Cause } from '@nlspace/core';
import type { Rule } from './rule.js';

export interface RuleEvent {
  readonly type: 'rule-changed' | 'rule-removed';
  readonly rule: Rule;
  readonly cause: Cause;
}
