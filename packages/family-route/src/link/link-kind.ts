import type { AttributeSet, Cause } from '@nlspace/core';
import type { Link, LinkTraits } from './link.js';
import type { LinkTable } from './link-table.js';

/** What a request says about a link that is to be made. What is left out, the kind decides. */
export interface LinkParameters {
  readonly name?: string;
  readonly index?: number;
  readonly mtu?: number;
  readonly address?: Uint8Array;
  readonly broadcast?: Uint8Array;
  readonly transmitQueueLength?: number;
  readonly transmitQueues?: number;
  readonly receiveQueues?: number;
  readonly group?: number;
  readonly mode?: number;
  readonly operationalState?: number;
  readonly gsoMaximumSize?: number;
  readonly gsoMaximumSegments?: number;
  readonly groMaximumSize?: number;
  readonly flags?: number;
  readonly flagsMask?: number;
  readonly alias?: string;
}

/** A request to make a link, as its kind sees it. */
export interface LinkCreation {
  readonly parameters: LinkParameters;
  /** IFLA_INFO_DATA, decoded by the kind's own attribute set; empty when absent. */
  // biome-ignore lint/suspicious/noExplicitAny: typed by the kind's attribute set
  readonly data: any;
  readonly links: LinkTable;
  readonly cause: Cause;
}

/** What a link kind is: a class of its own file, registered by name. All hooks may be left out. */
export interface LinkBehaviour {
  readonly traits: LinkTraits;
  /** IFLA_INFO_DATA. A kind without takes none. */
  readonly data?: AttributeSet;
  /** False for links that only the network itself makes: they cannot be deleted either. @default true */
  readonly isCreatable?: boolean;
  /** Refuses parameters before anything is made. */
  validate?(parameters: LinkParameters): void;
  /** Makes the link, with its companions. @default registers one link */
  create?(creation: LinkCreation): Link;
  /** The link goes up or down: the place to set carriers. */
  up?(link: Link, links: LinkTable): void;
  down?(link: Link, links: LinkTable): void;
  /** The links that go together with this one, itself first. Also the place to let go of companions. */
  dismantle?(link: Link, links: LinkTable): readonly Link[];
}

const KIND = Symbol('nlspace:link-kind');

export type LinkKindClass = new () => LinkBehaviour;

/** Marks a class as a link kind (IFLA_INFO_KIND). A network knows the kinds it was given; nothing is global. */
export function LinkKind(name: string) {
  return (target: LinkKindClass): void => {
    Object.defineProperty(target, KIND, { value: name });
  };
}

/** @throws {TypeError} when the class is not decorated. */
export function linkKindName(target: LinkKindClass): string {
  const name = (target as { [KIND]?: string })[KIND];
  if (name === undefined)
    throw new TypeError(`${target.name} is not a link kind; decorate it with @LinkKind('…')`);
  return name;
}
