import type { MessageSchema } from '@nlspace/core';

/** A link by its name (also an alternative one) or by its index. */
export type LinkReference = string | number;

/** The names of links, as far as they are known. */
export interface LinkNames {
  nameOf(interfaceIndex: number): string | undefined;
}

/** Finds the index of a link. @throws {NetlinkError} ENODEV */
export type LinkResolver = (link: LinkReference) => Promise<number>;

/** The message types of one object. */
export interface ObjectTypes {
  readonly add: number;
  readonly remove: number;
  readonly get: number;
}

/**
 * How one kind of object stands in messages: `Listed` is what lists give, `New` what is added, `Selector` what names one to
 * remove, `Filter` what a list may be limited to.
 */
export interface Translation<Listed, New, Selector, Filter, Message, Body> {
  /** `routes`, as users see it. */
  readonly name: string;
  readonly types: ObjectTypes;
  readonly message: { readonly name: string };
  /** Undefined for what is of another kind under the same message type. */
  read(message: Message, links: LinkNames): Listed | undefined;
  /** What asks for a list. The kernel side may give more than was asked for. */
  query(filter: Filter, resolve: LinkResolver): Promise<Body>;
  /** Whether what has been listed was asked for. `interfaceIndex` is that of the filter's link. */
  matches(listed: Listed, filter: Filter, interfaceIndex: number | undefined): boolean;
  write(given: New, resolve: LinkResolver): Promise<Body>;
  writeSelector(given: Selector, resolve: LinkResolver): Promise<Body>;
}

/** Any of them, for what handles all alike. */
// biome-ignore lint/suspicious/noExplicitAny: each has its own types, which go together
export type AnyTranslation = Translation<any, any, any, any, any, any>;

export function schemaOf(translation: AnyTranslation): MessageSchema {
  return translation.message as unknown as MessageSchema;
}
