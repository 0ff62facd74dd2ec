import { injectable } from 'tsyringe';
import type { MessageOf, MessageSchema } from '../schema/message.js';
import type { AckCookie } from './ack-cookie.js';
import { type OperationOptions, recordOperation } from './operation.js';
import type { RawDump } from './raw-dump.js';
import type { DumpContext, RequestOf } from './request.js';

// biome-ignore lint/suspicious/noExplicitAny: constructors of decorated classes take what the container gives
export type Class<T = object> = new (...parameters: any[]) => T;

/** The names of attributes that a message has. */
export type AttributeKey<M> = M extends MessageSchema
  ? Extract<keyof M['attributes']['shape'], string>
  : never;

/** Options of an operation whose attributes and replies are known. */
export interface TypedOptions<Required extends string, R extends MessageSchema> extends OperationOptions {
  readonly required?: readonly Required[];
  readonly reply?: R;
}

/** A complete message, header included: its sequence and port ID are filled in when it is sent. */
export type RawReply = Uint8Array;

/** What the handler of a `@Do` may return. */
export type DoResult<R> = void | MessageOf<R> | RawReply | AckCookie | Iterable<MessageOf<R>>;

/**
 * Marks the method that answers single requests of a command or message type. It returns nothing, one message or
 * several, or a promise of that, or throws `NetlinkError`; acknowledging is not its business.
 */
export function Do<
  M extends MessageSchema,
  Required extends AttributeKey<M> = never,
  R extends MessageSchema = M,
>(number: number, message: M, options: TypedOptions<Required, R> = {}) {
  return <H extends (request: RequestOf<M, Required>) => DoResult<R> | Promise<DoResult<R>>>(
    prototype: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    recordOperation(prototype, { exchange: 'do', number, message, options, method });
  };
}

/**
 * Marks the method that lists. It is asked for the next message only while there is room; a generator therefore sees
 * the changes that happen meanwhile. What it throws before its first message ends up in NLMSG_DONE.
 */
export function Dump<
  M extends MessageSchema,
  Required extends AttributeKey<M> = never,
  R extends MessageSchema = M,
>(number: number, message: M, options: TypedOptions<Required, R> = {}) {
  return <
    H extends (request: RequestOf<M, Required>, context: DumpContext) => Iterable<MessageOf<R>> | RawDump,
  >(
    prototype: object,
    method: string | symbol,
    _descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    recordOperation(prototype, { exchange: 'dump', number, message, options, method });
  };
}

/** What a family of a protocol is made of. */
export interface FamilyOptions {
  /** The number in `socket(AF_NETLINK, …, protocol)`. */
  readonly protocol: number;
  readonly name: string;
  /** Group names by number; the highest is the last that can be joined. */
  readonly groups: Readonly<Record<string, number>>;
  /** Classes with `@Do` and `@Dump` methods, made by the family's container. */
  readonly handlers: readonly Class[];
  /** Whether a request asks for a dump. */
  isDump(messageType: number, flags: number): boolean;
  /** The type of replies to a request. */
  replyType(messageType: number): number;
  /**
   * Requests that only read: unknown attributes and trailing bytes are refused when the socket asked for strict
   * checking. @default dumps only
   */
  isRead?(messageType: number): boolean;
  /**
   * Whether there is an operation for the first byte of a request, where that chooses one as rtnetlink's address
   * family does; without one it is EOPNOTSUPP, whatever else is in it. @default always
   */
  isServed?(messageType: number, isDump: boolean, firstByte: number): boolean;
  /** Why a request is refused (EOPNOTSUPP) before anything else of it is looked at; undefined when it is not. */
  refusal?(messageType: number, flagBits: number, firstByte: number): string | undefined;
  /** Payloads below this are ignored without an answer, as rtnetlink does for its family byte. @default 0 */
  readonly smallestPayload?: number;
}

const FAMILY = Symbol('nlspace:family');

/**
 * Marks the class that serves a protocol. Its own methods may be operations too. `onLoad` is called when the family
 * has been registered, `onUnload` before it goes.
 */
export function NetlinkFamily(options: FamilyOptions) {
  return (target: Class): void => {
    injectable()(target);
    Object.defineProperty(target, FAMILY, { value: options });
  };
}

export function hasFamilyOptions(target: Class): boolean {
  return FAMILY in target;
}

/** @throws {TypeError} when the class is not decorated. */
export function familyOptionsOf(target: Class): FamilyOptions {
  const options = (target as { [FAMILY]?: FamilyOptions })[FAMILY];
  if (options === undefined)
    throw new TypeError(`${target.name} is not a family; decorate it with @NetlinkFamily(…)`);
  return options;
}

/** What the container calls. */
export interface FamilyLifecycle {
  onLoad?(): void;
  onUnload?(): void;
  /** Whether a message type is served at all; others get EOPNOTSUPP. @default those with operations */
  serves?(messageType: number): boolean;
}
