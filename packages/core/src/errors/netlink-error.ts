import type { AttributeKind } from '../schema/attribute-kinds.js';
import { errnoName } from './errno.js';

/** What an extended ACK says beside its text. */
export interface ErrorDetails {
  /** The attribute at fault, by its key in the schema; a path such as `multipath.gateway` reaches nested ones. */
  readonly attribute?: string;
  /** NLMSGERR_ATTR_OFFS: bytes from the start of the request. Found from `attribute` when absent. */
  readonly offset?: number;
  /** NLMSGERR_ATTR_MISS_TYPE: the type of an attribute that had to be there; inside of `attribute`, where there is one (MISS_NEST). */
  readonly missing?: number;
  /** NLMSGERR_ATTR_COOKIE */
  readonly cookie?: Uint8Array;
  /** NLMSGERR_ATTR_POLICY: what the attribute at fault should have held. */
  readonly policy?: AttributeKind<unknown>;
  /** The request that was refused, on the client's side. */
  readonly operation?: string;
  readonly sequence?: number;
}

/**
 * A refusal, on both sides of a socket: handlers throw it and the dispatcher turns it into NLMSG_ERROR; clients get it
 * back. `text` is what the extended ACK carries; without one the kernel says nothing either.
 */
export class NetlinkError extends Error {
  override readonly name = 'NetlinkError';

  constructor(
    readonly errno: number,
    readonly text?: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    const subject = details.operation === undefined ? '' : `${details.operation}: `;
    super(`${subject}${errnoName(errno)}${text === undefined ? '' : `: ${text}`}`, options);
  }
}
