import type { MessageSchema } from '../schema/message.js';
import type { DumpContext, Request } from './request.js';

/** Do and dump: the two exchanges that a request can begin. */
export type Exchange = 'do' | 'dump';

export interface OperationOptions {
  /** Keys of attributes without which the request is refused (EINVAL, NLMSGERR_ATTR_MISS_TYPE). */
  readonly required?: readonly string[];
  /**
   * `admin` and `uns-admin` need netAdmin, else EPERM; nlctrl tells them apart (GENL_ADMIN_PERM, GENL_UNS_ADMIN_PERM: in the
   * first or in the sender's own user namespace). @default none
   */
  readonly privilege?: 'admin' | 'uns-admin';
  /**
   * `strict`: unknown attributes, wrong lengths and trailing bytes are refused, as the newer families of the kernel
   * do for every request. `none`: the handler reads `payload` by itself; `header` and `attributes` are not decoded.
   * @default 'liberal'
   */
  readonly validation?: 'liberal' | 'strict' | 'none';
  /** What replies are encoded by, where it is not the request's schema. */
  readonly reply?: MessageSchema;
  /** Of replies: a message type, or a generic family's command. @default what the family derives from the request's type */
  readonly replyType?: number;
  /** Dumps: NLMSG_DONE comes in a datagram of its own, or behind the last message. @default 'merged' */
  readonly done?: 'apart' | 'merged';
  /** Dumps: messages say that others follow (NLM_F_MULTI), which some of the kernel's do not. @default true */
  readonly multipart?: boolean;
  /**
   * Dumps: whether what the handler throws before it returns ends up in NLMSG_DONE, like what is thrown later, or is an
   * NLMSG_ERROR. (A generator returns before its first line runs.) @default 'done'; 'error' in generic families
   */
  readonly refusedBy?: 'done' | 'error';
  /**
   * Dumps under strict checking: whether the fixed header alone says that only part is wanted, which NLMSG_DONE tells
   * (NLM_F_DUMP_FILTERED) even where attributes are refused.
   */
  readonly isRestricted?: (payload: Uint8Array) => boolean;
  /** A refused attribute's policy goes with the extended ACK. @default false; true in generic families */
  readonly tellsPolicy?: boolean;
  readonly doc?: string;
}

/** What a decorator has recorded about a method. */
export interface OperationRecord {
  readonly exchange: Exchange;
  /** The message type, or a generic family's command. */
  readonly number: number;
  readonly message: MessageSchema;
  readonly options: OperationOptions;
  readonly method: string | symbol;
}

/** An operation record with the method bound to its instance. */
export interface Operation extends OperationRecord {
  /** `LinkHandler.add`, for messages to humans. */
  readonly name: string;
  call(request: Request, context: DumpContext | undefined): unknown;
}

const RECORDS = Symbol('nlspace:operations');

interface WithRecords {
  [RECORDS]?: OperationRecord[];
}

/** Remembers an operation: decorators with the class, by its prototype; who makes handlers otherwise with the handler itself. */
export function recordOperation(owner: object, record: OperationRecord): void {
  const target = owner as WithRecords;
  if (!Object.hasOwn(target, RECORDS)) target[RECORDS] = [...(target[RECORDS] ?? [])];
  target[RECORDS]?.push(record);
}

/** The operations of a handler object, bound to it. */
export function operationsOf(handler: object): Operation[] {
  const records = (handler as WithRecords)[RECORDS] ?? [];
  const methods = handler as Record<string | symbol, (request: Request, context?: DumpContext) => unknown>;
  return records.map((record) => ({
    ...record,
    name: `${handler.constructor.name}.${String(record.method)}`,
    // biome-ignore lint/style/noNonNullAssertion: the decorator was applied to this very method
    call: (request, context) => methods[record.method]!(request, context),
  }));
}
