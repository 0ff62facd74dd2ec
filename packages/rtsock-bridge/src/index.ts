/** BSD routing sockets (PF_ROUTE) over a network, bridged both ways with what netlink says of it. */
export { type RouteRequestOptions, routeRequest } from './client/route-request.js';
export type { DumpQuery } from './dump/dump-query.js';
export { RtsockBridge, type RtsockBridgeOptions } from './rtsock-bridge.js';
export * from './rtsock-error.js';
export { RoutingSocket, type RoutingSocketOptions, type SocketOwner } from './socket/routing-socket.js';
export { addressText } from './text/address-text.js';
export { messageObject, messageText } from './text/message-text.js';
export * from './wire/bsd-errno.js';
export {
  ControlOption,
  ControlType,
  decodeControl,
  encodeControl,
} from './wire/control.js';
export * from './wire/headers.js';
export type { ValuesOf } from './wire/layout.js';
export * from './wire/message.js';
export * from './wire/numbers.js';
export * from './wire/socket-address.js';
