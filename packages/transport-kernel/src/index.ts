/** Real AF_NETLINK sockets. */
export * from './kernel.js';
