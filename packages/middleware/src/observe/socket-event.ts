/** A socket that somebody watches, or that a file tells of. */
export interface ObservedSocket {
  /** Counts from 0, in the order of opening. */
  readonly number: number;
  readonly protocol: number;
  /** 0 where nobody knows. */
  readonly processId: number;
  /** The name of the process when it opened the socket; undefined where nobody knows. */
  readonly program: string | undefined;
  /** 0 until it is bound. */
  readonly portId: number;
}

/** What a socket was asked for beside datagrams; `bound` is not asked for: a bind, a connect or the first send leads to it. */
export type SocketCall =
  | 'open'
  | 'bind'
  | 'bound'
  | 'connect'
  | 'join'
  | 'leave'
  | 'memberships'
  | 'set-option'
  | 'get-option'
  | 'send'
  | 'receive'
  | 'close';

interface EventBase {
  /** Microseconds since 1970. */
  readonly time: number;
  readonly socket: ObservedSocket;
}

/** A call that has ended. `send` and `receive` only when they have failed: else they are datagrams. */
export interface CallEvent extends EventBase {
  readonly kind: 'call';
  readonly call: SocketCall;
  readonly arguments: ReadonlyArray<string | number>;
  readonly results: readonly number[];
  /** 0 is success. */
  readonly errno: number;
}

/** A datagram that is about to be sent. Bytes are valid while the listener runs. */
export interface SentEvent extends EventBase {
  readonly kind: 'sent';
  readonly bytes: Uint8Array;
  /** 0 is the serving side. */
  readonly destinationPortId: number;
}

/** A datagram that the owner of the socket has taken. Bytes are valid while the listener runs. */
export interface ReceivedEvent extends EventBase {
  readonly kind: 'received';
  readonly bytes: Uint8Array;
  readonly sourcePortId: number;
  /** 0 for unicast. */
  readonly group: number;
  /** Another namespace that it comes from. */
  readonly namespaceNumber: number | undefined;
}

/** One thing that happened on a socket, as its owner saw it. */
export type SocketEvent = CallEvent | SentEvent | ReceivedEvent;
