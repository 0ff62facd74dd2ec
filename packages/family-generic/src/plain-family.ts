import {
  type AttributeKey,
  type AttributeSet,
  type AttributeShape,
  type AttributeValues,
  type Class,
  type DoResult,
  type DumpContext,
  type Exchange,
  GROUP_NOTIFIER,
  type GroupNotifier,
  inject,
  type MessageOf,
  type MessageSchema,
  type NotifyOptions,
  type OperationOptions,
  type RawDump,
  type RequestOf,
  recordOperation,
  type TypedOptions,
} from '@nlspace/core';
import { GenericFamily, type GenericFamilyOptions } from './generic-family.js';

/** An operation of a plain family, made by `doOperation` and `dumpOperation`. */
export interface PlainOperation {
  readonly exchange: Exchange;
  readonly number: number;
  readonly message: MessageSchema;
  readonly options: OperationOptions;
  readonly handle: (request: never, context: never) => unknown;
}

/** The same as a method marked with `@Do`. */
export function doOperation<
  M extends MessageSchema,
  Required extends AttributeKey<M> = never,
  R extends MessageSchema = M,
>(
  command: number,
  message: M,
  options: TypedOptions<Required, R>,
  handle: (request: RequestOf<M, Required>) => DoResult<R> | Promise<DoResult<R>>,
): PlainOperation {
  return { exchange: 'do', number: command, message, options, handle };
}

/** The same as a method marked with `@Dump`. */
export function dumpOperation<
  M extends MessageSchema,
  Required extends AttributeKey<M> = never,
  R extends MessageSchema = M,
>(
  command: number,
  message: M,
  options: TypedOptions<Required, R>,
  handle: (request: RequestOf<M, Required>, context: DumpContext) => Iterable<MessageOf<R>> | RawDump,
): PlainOperation {
  return { exchange: 'dump', number: command, message, options, handle };
}

/** What a plain family does beside answering. */
export interface PlainFamilyContext<Group extends string, A extends AttributeShape> {
  /** Tells the members of a group, in messages of a command. */
  notify(
    group: Group,
    command: number,
    body: { readonly header?: object; readonly attributes: AttributeValues<A> },
    options?: NotifyOptions,
  ): void;
}

export interface PlainFamilyOptions<Group extends string, A extends AttributeShape>
  extends GenericFamilyOptions {
  readonly attributes?: AttributeSet<A>;
  readonly groups?: readonly Group[];
  /** By name, for messages to humans. A function is called at each registration: what it declares belongs to that one. */
  readonly operations:
    | Readonly<Record<string, PlainOperation>>
    | ((family: PlainFamilyContext<Group, A>) => Readonly<Record<string, PlainOperation>>);
}

/**
 * A generic family without decorators, to be registered like a decorated class.
 *
 * @example
 * const echo = genericFamily({
 *   name: 'echo',
 *   attributes,
 *   operations: { say: doOperation(1, message, { required: ['text'] }, ({ attributes }) => ({ attributes })) },
 * });
 * domain.register(echo);
 */
export function genericFamily<const Group extends string = never, A extends AttributeShape = AttributeShape>({
  operations,
  ...options
}: PlainFamilyOptions<Group, A>): Class {
  class PlainFamily {
    constructor(groups: GroupNotifier<Group>) {
      const family: PlainFamilyContext<Group, A> = {
        notify: (group, command, body, notifyOptions) => groups.notify(group, command, body, notifyOptions),
      };
      const given = typeof operations === 'function' ? operations(family) : operations;
      for (const [method, { exchange, number, message, options: operationOptions, handle }] of Object.entries(
        given,
      )) {
        Object.defineProperty(this, method, { value: handle });
        recordOperation(this, { exchange, number, message, options: operationOptions, method });
      }
    }
  }
  // Messages to humans name the family.
  Object.defineProperty(PlainFamily, 'name', { value: options.name });
  inject(GROUP_NOTIFIER)(PlainFamily, undefined, 0);
  GenericFamily(options as unknown as GenericFamilyOptions)(PlainFamily);
  return PlainFamily;
}
