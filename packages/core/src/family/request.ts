import type { AttributeShape, AttributeValues } from '../schema/attributes.js';
import type { HeaderShape, HeaderValues } from '../schema/header.js';
import type { MessageSchema } from '../schema/message.js';
import type { Credentials, NamespaceView } from '../socket/netlink.js';
import { MessageFlag } from '../wire/message-header.js';

/** Who caused a change; goes with the events of a model, so that notifications can name the originator. */
export interface Cause {
  /** The port of the socket that asked for it. */
  readonly portId: number;
  readonly sequence: number;
  /** NLM_F_ECHO: the originator wants the notification itself, member of the group or not. */
  readonly echo: boolean;
}

/** What the kernel side does by itself. */
export const NO_CAUSE: Cause = { portId: 0, sequence: 0, echo: false };

/** `nlmsg_flags` of a request, as claims. */
export class RequestFlags {
  constructor(readonly bits: number) {}

  get ack(): boolean {
    return (this.bits & MessageFlag.Ack) !== 0;
  }
  get echo(): boolean {
    return (this.bits & MessageFlag.Echo) !== 0;
  }
  get replace(): boolean {
    return (this.bits & MessageFlag.Replace) !== 0;
  }
  get exclusive(): boolean {
    return (this.bits & MessageFlag.Exclusive) !== 0;
  }
  get create(): boolean {
    return (this.bits & MessageFlag.Create) !== 0;
  }
  get append(): boolean {
    return (this.bits & MessageFlag.Append) !== 0;
  }
  get bulk(): boolean {
    return (this.bits & MessageFlag.Bulk) !== 0;
  }
}

/** One request as a handler gets it. */
export interface Request<H extends HeaderShape = HeaderShape, A extends AttributeShape = AttributeShape> {
  readonly messageType: number;
  readonly flags: RequestFlags;
  readonly sequence: number;
  /** Of the socket that sent it. */
  readonly portId: number;
  readonly credentials: Credentials;
  /** How the sender names other network namespaces; undefined where it knows of none. */
  readonly namespaces: NamespaceView | undefined;
  /** The socket asked for strict checking of its GETs (NETLINK_GET_STRICT_CHK). */
  readonly strict: boolean;
  readonly cause: Cause;
  /** Everything behind the message header; valid during the handler's call (copy what is kept). */
  readonly payload: Uint8Array;
  readonly header: HeaderValues<H>;
  readonly attributes: AttributeValues<A>;
}

type WithRequired<A, K extends PropertyKey> = A & { [P in K & keyof A]-?: Exclude<A[P], undefined> };

/** The request type of a message; `Required` names the attributes that the operation declares as required. */
export type RequestOf<M, Required extends string = never> =
  M extends MessageSchema<infer H, infer A>
    ? Omit<Request<H, A>, 'attributes'> & { readonly attributes: WithRequired<AttributeValues<A>, Required> }
    : never;

/** What a dump handler can say about the dump beside its messages. */
export interface DumpContext {
  /** The messages from now on carry NLM_F_DUMP_FILTERED, and NLMSG_DONE does unless only they are named. */
  markFiltered(what?: 'messages'): void;
  /** The next message, or NLMSG_DONE, carries NLM_F_DUMP_INTR: the dump is not a consistent snapshot. */
  markInterrupted(): void;
}
