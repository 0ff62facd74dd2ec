import { type AttributeKind, PolicyType } from './attribute-kinds.js';
import { type AttributeValues, attr, defineAttributes } from './attributes.js';

/** NL_POLICY_TYPE_ATTR_*: what is told of the policy of an attribute, in the order in which Linux writes it. */
export const attributePolicy = defineAttributes('policy', {
  minimumSigned: attr.s64(2),
  maximumSigned: attr.s64(3),
  minimum: attr.u64(4),
  maximum: attr.u64(5),
  mask: attr.u64(12),
  bitfieldMask: attr.u32(10),
  minimumLength: attr.u32(6),
  maximumLength: attr.u32(7),
  nestedPolicy: attr.u32(8),
  nestedHighestAttribute: attr.u32(9),
  type: attr.u32(1, { valueNames: { name: 'attribute-type', type: 'enum', entries: PolicyType } }),
});
export type AttributePolicy = AttributeValues<(typeof attributePolicy)['shape']>;

const SIGNED: ReadonlySet<PolicyType> = new Set([
  PolicyType.S8,
  PolicyType.S16,
  PolicyType.S32,
  PolicyType.S64,
  PolicyType.Sint,
]);

/** The policy of an attribute, without that of what is nested in it; undefined where there is nothing to tell. */
export function policyOfKind({
  policyType: type,
  limits = {},
}: AttributeKind<unknown>): AttributePolicy | undefined {
  if (type === PolicyType.Unspecified) return undefined;
  const { minimum, maximum, mask, minimumLength, maximumLength } = limits;
  const isSigned = SIGNED.has(type);
  return {
    ...(minimum === undefined ? {} : { [isSigned ? 'minimumSigned' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [isSigned ? 'maximumSigned' : 'maximum']: maximum }),
    ...(mask === undefined ? {} : type === PolicyType.Bitfield32 ? { bitfieldMask: Number(mask) } : { mask }),
    // Of lengths that are only bounded below the kernel tells nothing.
    ...(minimumLength === undefined || maximumLength === undefined ? {} : { minimumLength }),
    ...(maximumLength === undefined ? {} : { maximumLength }),
    type,
  };
}
