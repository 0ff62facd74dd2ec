/** Netlink over frames through a Unix-domain socket. */
export * from './address.js';
export * from './address-error.js';
export * from './connect.js';
export * from './listen.js';
export * from './stream-channel.js';
