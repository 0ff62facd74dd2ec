import type { RawMessage, ReadableMessage } from '@nlspace/core';
import type { CallEvent, ObservedSocket } from '@nlspace/middleware';

/** How a request ended: ACK, ERROR or DONE. */
export interface Outcome {
  readonly name: 'ACK' | 'ERROR' | 'DONE';
  /** 0 is success. */
  readonly errno: number;
  /** Of the extended ACK. */
  readonly text: string | undefined;
  /** The attribute at fault, or the one that is missing, by name where it has one. */
  readonly attribute: string | undefined;
  readonly offset: number | undefined;
  /** The type of the attribute that is missing. */
  readonly missing: number | undefined;
}

interface Traced {
  /** Microseconds since 1970. */
  readonly time: number;
  readonly socket: ObservedSocket;
}

/** A message with names instead of numbers, as far as there are any. */
export interface TracedMessage extends Traced {
  readonly kind: 'message';
  readonly isSent: boolean;
  /** The name of the group that a notification came through. */
  readonly group: string | undefined;
  /** Another namespace that it comes from. */
  readonly namespaceNumber: number | undefined;
  readonly name: string;
  /** Of a control message only what says that a dump was interrupted. */
  readonly flags: readonly string[];
  readonly raw: RawMessage;
  /** Undefined where nobody knows how its payload reads. */
  readonly content: ReadableMessage | undefined;
  readonly outcome: Outcome | undefined;
  /** The request that a reply belongs to. */
  readonly request: string | undefined;
  /** Microseconds since that request, where this is the end of it. */
  readonly duration: number | undefined;
  /** Messages of a dump, at the end of it. */
  readonly count: number | undefined;
}

/** What is in a datagram behind its last message. */
export interface TracedRest extends Traced {
  readonly kind: 'rest';
  readonly isSent: boolean;
  readonly length: number;
}

/** What a socket was asked for beside datagrams. */
export interface TracedCall extends Traced {
  readonly kind: 'call';
  readonly call: CallEvent;
  readonly text: string;
}

/** A line of a trace. */
export type TracedLine = TracedMessage | TracedRest | TracedCall;
