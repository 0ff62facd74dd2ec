import { type Cause, MESSAGE_HEADER_SIZE, MessageFlag } from '@nlspace/core';
import type { Clock } from '../network/clock.js';
import type { AddressFamily } from '../network/ip-bytes.js';
import { RouteMessageType } from '../route-message-type.js';
import type { Fib } from './fib.js';
import type { RouteEnvironment } from './route-environment.js';
import type { RouteReason } from './route-reason.js';

/** A route has come, changed or gone. Nothing is copied until somebody asks for the message. */
export interface RouteEvent {
  readonly type: 'route-changed' | 'route-removed';
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  /** `nlmsg_flags` of its notification: how the route came (CREATE, EXCL, APPEND, REPLACE). */
  readonly messageFlags: number;
  readonly cause: Cause;
  readonly reason: RouteReason;
  /** The complete RTM_NEWROUTE or RTM_DELROUTE; only while the event is being emitted. */
  copyMessage(): Uint8Array;
  /** Where only a leg has come or gone: the RTM_NEWROUTE of the route as it is now (NLM_F_REPLACE); likewise. */
  copyWhole?(): Uint8Array;
}

/** Routes show something new because the nexthop object has changed that they name. */
export interface RoutesUpdatedEvent {
  readonly type: 'routes-updated';
  readonly addressFamily: AddressFamily.Inet | AddressFamily.Inet6;
  readonly cause: Cause;
  /** Their RTM_NEWROUTE messages, in the kernel's order; only while the event is being emitted. */
  messages(): Iterable<Uint8Array>;
}

/** Tells the network about a stored route; about one that goes, before it is gone. */
export function announceRoute(
  environment: RouteEnvironment,
  fib: Fib,
  route: number,
  type: RouteEvent['type'],
  messageFlags: number,
  cause: Cause,
  reason: RouteReason,
): void {
  environment.emit(new StoredRouteEvent(type, fib, route, messageFlags, cause, reason, environment.clock));
}

/** Tells the network about a leg that has joined or left `route`, which is stored as it is now. */
export function announceLeg(
  environment: RouteEnvironment,
  fib: Fib,
  route: number,
  leg: Pick<RouteEvent, 'type' | 'messageFlags' | 'cause' | 'reason'> & {
    /** What is told of the leg; undefined: the route. */
    readonly message?: Uint8Array;
  },
): void {
  const { addressFamily } = fib;
  const { message, ...event } = leg;
  const { type, messageFlags } = event;
  const nowMs = environment.clock.now();
  const copyMessage = (): Uint8Array =>
    withHeader(message?.slice() ?? fib.copyMessage(route, nowMs), type, messageFlags);
  const copyWhole = (): Uint8Array => messageOf(fib, route, MessageFlag.Replace, nowMs);
  environment.emit({ ...event, addressFamily, copyMessage, copyWhole });
}

class StoredRouteEvent implements RouteEvent {
  constructor(
    readonly type: RouteEvent['type'],
    private readonly fib: Fib,
    private readonly route: number,
    readonly messageFlags: number,
    readonly cause: Cause,
    readonly reason: RouteReason,
    private readonly clock: Clock,
  ) {}

  get addressFamily(): AddressFamily.Inet | AddressFamily.Inet6 {
    return this.fib.addressFamily;
  }

  copyMessage(): Uint8Array {
    // One that goes has no time left.
    const nowMs = this.type === 'route-removed' ? undefined : this.clock.now();
    return withHeader(this.fib.copyMessage(this.route, nowMs), this.type, this.messageFlags);
  }
}

/** The message of a stored route as a notification, with the flags of its message header. */
export function messageOf(fib: Fib, route: number, messageFlags: number, nowMs: number): Uint8Array {
  return withHeader(fib.copyMessage(route, nowMs), 'route-changed', messageFlags);
}

function withHeader(message: Uint8Array, type: RouteEvent['type'], messageFlags: number): Uint8Array {
  const view = new DataView(message.buffer, 0, MESSAGE_HEADER_SIZE);
  view.setUint16(
    4,
    type === 'route-removed' ? RouteMessageType.DeleteRoute : RouteMessageType.NewRoute,
    true,
  );
  view.setUint16(6, messageFlags, true);
  return message;
}
