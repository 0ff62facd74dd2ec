/** BSD routing sockets (PF_ROUTE) over a network, bridged both ways with what netlink says of it. */
export * from './wire/bsd-errno.js';
export * from './wire/headers.js';
export type { ValuesOf } from './wire/layout.js';
export * from './wire/message.js';
export * from './wire/numbers.js';
export * from './wire/socket-address.js';
