import {
  type AttributeSet,
  type Class,
  injectable,
  type MessageSchema,
  markGuest,
  NetlinkProtocol,
} from '@nlspace/core';

/** What a generic family says of itself. */
export interface GenericFamilyOptions {
  /** At most 15 bytes (GENL_NAMSIZ); clients find the family by it. */
  readonly name: string;
  readonly doc?: string;
  /** The enum of its commands, for traces and for messages to humans. */
  readonly commands?: Readonly<Record<string, string | number>>;
  /** @default 1 */
  readonly version?: number;
  /** The attributes of its messages, as nlctrl tells them (the highest number, the policy). */
  readonly attributes?: AttributeSet;
  /** The header behind `struct genlmsghdr`, where the family has one: any message of it. */
  readonly header?: MessageSchema;
  /** What notifications are written by, where their command is not that of a request or a reply: by command. */
  readonly notifications?: Readonly<Record<number, MessageSchema>>;
  /** Multicast groups by name, at most 15 bytes each; their numbers are found out at run time. */
  readonly groups?: readonly string[];
  /**
   * Commands from here on are refused when reserved parts of the headers are set, as the kernel does for every command
   * that was invented since Linux 6.1. @default 0
   */
  readonly strictHeadersFrom?: number;
}

const OPTIONS = Symbol('nlspace:generic-family');

/** Marks a class as a generic family: its `@Do` and `@Dump` methods are commands, by `genlmsghdr.cmd`. */
export function GenericFamily(options: GenericFamilyOptions) {
  return (target: Class): void => {
    injectable()(target);
    markGuest(target, { protocol: NetlinkProtocol.Generic, host: 'GenericNetlink' });
    Object.defineProperty(target, OPTIONS, { value: options });
  };
}

/** @throws {TypeError} when the class is not decorated. */
export function genericFamilyOptionsOf(target: Class): GenericFamilyOptions {
  const options = (target as { [OPTIONS]?: GenericFamilyOptions })[OPTIONS];
  if (options === undefined)
    throw new TypeError(`${target.name} is not a generic family; decorate it with @GenericFamily(…)`);
  return options;
}
