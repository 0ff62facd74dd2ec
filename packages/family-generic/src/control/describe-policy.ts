import {
  type AttributeKind,
  type AttributePolicy,
  type AttributeSet,
  type Operation,
  policyOfKind,
} from '@nlspace/core';
import type { Command, ServedGenericFamily } from '../served-generic-family.js';
import type { FamilyDescription } from './control-message.js';

/**
 * CTRL_CMD_GETPOLICY about commands of a family: a message per command with the indexes of its policies, then one per
 * attribute of each policy. Undefined where no command has a policy.
 */
export function describePolicies(
  { familyId }: ServedGenericFamily,
  commands: readonly Command[],
): Iterable<FamilyDescription> | undefined {
  const policies = new PolicyIndex();
  for (const command of commands) {
    policies.add(policyOf(command.do));
    policies.add(policyOf(command.dump));
  }
  return policies.isEmpty ? undefined : messages(familyId, commands, policies);
}

/** An operation without attributes has no policy: it does not look at what comes. */
export function policyOf(operation: Operation | undefined): AttributeSet | undefined {
  const set = operation?.message.attributes;
  return set === undefined || set.byType.length === 0 ? undefined : set;
}

/** Attribute sets by the index that they get when they are first met, what is nested in them right behind. */
class PolicyIndex {
  readonly #indexes = new Map<AttributeSet, number>();

  get isEmpty(): boolean {
    return this.#indexes.size === 0;
  }

  add(set: AttributeSet | undefined): void {
    if (set === undefined || this.#indexes.has(set)) return;
    const added = [set];
    this.#indexes.set(set, this.#indexes.size);
    for (const one of added) {
      for (const entry of one.byType) {
        const inner = entry === undefined ? undefined : nestedPolicyOf(entry.definition.kind);
        if (inner === undefined || this.#indexes.has(inner)) continue;
        this.#indexes.set(inner, this.#indexes.size);
        added.push(inner);
      }
    }
  }

  of(set: AttributeSet): number {
    // biome-ignore lint/style/noNonNullAssertion: everything that is described has been added
    return this.#indexes.get(set)!;
  }

  entries(): Iterable<[AttributeSet, number]> {
    return this.#indexes;
  }
}

function nestedPolicyOf({ nested, checked = true }: AttributeKind<unknown>): AttributeSet | undefined {
  return checked && nested !== undefined && nested.byType.length > 0 ? nested : undefined;
}

function* messages(
  familyId: number,
  commands: readonly Command[],
  policies: PolicyIndex,
): Generator<FamilyDescription> {
  for (const command of commands) {
    const doPolicy = policyOf(command.do);
    const dumpPolicy = policyOf(command.dump);
    if (doPolicy === undefined && dumpPolicy === undefined) continue;
    const exchanges = {
      ...(doPolicy === undefined ? {} : { do: policies.of(doPolicy) }),
      ...(dumpPolicy === undefined ? {} : { dump: policies.of(dumpPolicy) }),
    };
    // Linux takes the number from the do; where there is none it says 0.
    const number = command.do === undefined ? 0 : command.number;
    yield { attributes: { familyId, operationPolicies: new Map([[number, exchanges]]) } };
  }
  for (const [set, index] of policies.entries()) {
    for (const [type, entry] of set.byType.entries()) {
      if (entry === undefined || entry.definition.replyOnly) continue;
      const policy = describeKind(entry.definition.kind, policies);
      if (policy !== undefined)
        yield { attributes: { familyId, policies: new Map([[index, new Map([[type, policy]])]]) } };
    }
  }
}

function describeKind(kind: AttributeKind<unknown>, policies: PolicyIndex): AttributePolicy | undefined {
  const { type, ...limits } = policyOfKind(kind) ?? {};
  if (type === undefined) return undefined;
  const nested = nestedPolicyOf(kind);
  if (nested === undefined) return { ...limits, type };
  return { nestedPolicy: policies.of(nested), nestedHighestAttribute: nested.byType.length - 1, type };
}
