import {
  type AttributeKind,
  type AttributeSet,
  type AttributeShape,
  type AttributeValues,
  nestedKind,
} from '@nlspace/core';

/** Attributes inside, which the kernel checks as strictly as any, although its policy does not tell of them. */
export function untold<S extends AttributeShape>(set: AttributeSet<S>): AttributeKind<AttributeValues<S>> {
  return { ...nestedKind(set), checked: false };
}
