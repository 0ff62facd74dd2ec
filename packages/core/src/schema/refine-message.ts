import type { AttributeKind } from './attribute-kinds.js';
import { type AttributeDefinition, type AttributeShape, defineAttributes } from './attributes.js';
import type { HeaderShape } from './header.js';
import { defineMessage, type MessageSchema } from './message.js';

/** Other kinds for some attributes of a shape. */
// biome-ignore lint/suspicious/noExplicitAny: kinds of any value type
export type Refinement<A extends AttributeShape> = { readonly [K in keyof A]?: AttributeKind<any> };

/** A shape whose attributes read as a refinement says, the others as they did. */
export type RefinedShape<A extends AttributeShape, R> = {
  readonly [K in keyof A]: K extends keyof R
    ? R[K] extends AttributeKind<infer T>
      ? A[K] extends AttributeDefinition<unknown, infer Many>
        ? AttributeDefinition<T, Many>
        : never
      : A[K]
    : A[K];
};

/**
 * The same message, some of whose attributes read as other kinds: addresses as text, opaque bytes as what is in them.
 * Numbers, order and header stay.
 */
export function refineMessage<H extends HeaderShape, A extends AttributeShape, const R extends Refinement<A>>(
  message: MessageSchema<H, A>,
  kinds: R,
): MessageSchema<H, RefinedShape<A, R>> {
  const shape = Object.fromEntries(
    Object.entries(message.attributes.shape).map(([key, definition]) => {
      const kind = kinds[key];
      return [key, kind === undefined ? definition : { ...definition, kind }];
    }),
  ) as unknown as RefinedShape<A, R>;
  const { name, header } = message;
  return defineMessage({ name, header, attributes: defineAttributes(message.attributes.name, shape) });
}
