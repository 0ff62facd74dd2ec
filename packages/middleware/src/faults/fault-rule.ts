import type { AnyExchange, MessagePattern } from '../rules/message-pattern.js';
import type { Occurrences } from './occurrences.js';

/** What goes wrong. */
export type FaultAction =
  /** The request is not handed on; the answer is this error. */
  | {
      readonly kind: 'fail';
      readonly errno: number;
      /** Of the extended ACK, for sockets that have asked for it. */
      readonly text?: string | undefined;
      /** The attribute at fault, by its key; a path reaches nested ones. */
      readonly attribute?: string | undefined;
      /** NLMSG_ERROR, or the NLMSG_DONE of a dump. @default 'error' */
      readonly in?: 'error' | 'done';
    }
  /** NLM_F_DUMP_INTR on the first message after the dump's first datagram: as if a change came in between. */
  | { readonly kind: 'interrupt' }
  /** The socket's next receive fails with ENOBUFS; a notification that matches is lost, and so many in all. */
  | { readonly kind: 'overrun'; readonly losing?: number }
  /** What matches arrives later, and what is behind it too; of a request, its answer. */
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** The request is handed on later, as when the kernel waits for a lock; its sender waits. */
  | { readonly kind: 'stall'; readonly milliseconds: number }
  /** The notification arrives behind so many later ones of the socket, or after REORDER_PATIENCE_MS. */
  | { readonly kind: 'reorder'; readonly behind?: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'duplicate' }
  /** The datagram with the notification, or the first with an answer, ends after so many bytes. */
  | { readonly kind: 'truncate'; readonly bytes: number }
  /** The socket is of no use any more: ECONNRESET, as when whoever serves it has died. */
  | { readonly kind: 'close' };

export type FaultKind = FaultAction['kind'];

/** When something goes wrong, and what. */
export interface FaultRule {
  /** @default everything that the action can concern */
  readonly match?: MessagePattern;
  readonly action: FaultAction;
  readonly when?: Occurrences;
}

/** After this time a notification does not wait any more for later ones to overtake it. */
export const REORDER_PATIENCE_MS = 100;

const REQUESTS: readonly AnyExchange[] = ['do', 'dump'];
const NOTIFICATIONS: readonly AnyExchange[] = ['notification'];
const ALL: readonly AnyExchange[] = [...REQUESTS, ...NOTIFICATIONS];

/** What each action can concern. A kernel loses notifications, never replies. */
export const CONCERNS: Readonly<Record<FaultKind, readonly AnyExchange[]>> = {
  fail: REQUESTS,
  interrupt: ['dump'],
  overrun: ALL,
  delay: ALL,
  stall: REQUESTS,
  reorder: NOTIFICATIONS,
  drop: NOTIFICATIONS,
  duplicate: NOTIFICATIONS,
  truncate: ALL,
  close: ALL,
};

/** Whether a rule means messages that come by in this way. */
export function concerns({ match, action }: FaultRule, exchange: AnyExchange): boolean {
  return (
    CONCERNS[action.kind].includes(exchange) && (match?.exchange === undefined || match.exchange === exchange)
  );
}
