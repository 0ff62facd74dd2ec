import type { DependencyContainer, InjectionToken } from 'tsyringe';
import type { Credentials } from '../socket/netlink.js';
import { type Class, hasFamilyOptions } from './decorators.js';
import type { GroupNotifier } from './group-notifier.js';
import type { Operation } from './operation.js';

/** A request before it is known what it asks for. */
export interface IncomingRequest {
  readonly messageType: number;
  /** `nlmsg_flags` */
  readonly flagBits: number;
  readonly credentials: Credentials;
  /** The payload is at [payloadStart, end) of it. */
  readonly view: DataView;
  readonly payloadStart: number;
  readonly end: number;
}

/**
 * A family that serves others under its own protocol, each with a share of its message types, as NETLINK_GENERIC does.
 * Implemented by the object of a `@NetlinkFamily` class.
 */
export interface FamilyHost {
  /**
   * The operation that a request asks for.
   *
   * @throws {NetlinkError} where there is none, or where the sender may not use it.
   */
  resolve(request: IncomingRequest, isDump: boolean): Operation;
  /** Takes in a family whose class is marked for this protocol, made by `container`. */
  admit(family: Class, container: DependencyContainer): Guest;
  /** What is there now. */
  guests(): readonly GuestDescription[];
}

/** A guest as a domain prints it. */
export interface GuestDescription {
  readonly name: string;
  /** The message type that its requests go by. */
  readonly number: number;
  readonly version: number;
  readonly groups: Readonly<Record<string, number>>;
  readonly operations: readonly Operation[];
}

/** A family that a host has taken in. */
export interface Guest {
  readonly name: string;
  readonly instance: object;
  /** Waits for its running handlers; later requests find it no more. */
  dispose(): Promise<void>;
}

/** What a host does with the groups of its protocol, which its guests share. */
export interface HostGroups extends GroupNotifier {
  /** The number of groups that can be joined; families come and bring more. */
  setCount(count: number): void;
  /** Every member leaves. */
  clear(group: number): void;
}

/** For the family of a protocol: all its groups. */
export const HOST_GROUPS: InjectionToken<HostGroups> = Symbol('HOST_GROUPS');

const GUEST = Symbol('nlspace:guest');

/** What the decorator of a guest leaves on its class: the protocol whose host takes it, and who that is. */
export interface GuestMark {
  readonly protocol: number;
  /** The class to register first, for messages to humans. */
  readonly host: string;
}

/** For decorators of hosts: the class is to be registered with the host of a protocol. */
export function markGuest(target: Class, mark: GuestMark): void {
  Object.defineProperty(target, GUEST, { value: mark });
}

export function guestMarkOf(target: Class): GuestMark | undefined {
  return (target as { [GUEST]?: GuestMark })[GUEST];
}

/** Whether a class can be registered with a domain. */
export function isFamily(target: unknown): target is Class {
  return (
    typeof target === 'function' &&
    (guestMarkOf(target as Class) !== undefined || hasFamilyOptions(target as Class))
  );
}

export function isFamilyHost(instance: object): instance is FamilyHost {
  return 'resolve' in instance && 'admit' in instance;
}
