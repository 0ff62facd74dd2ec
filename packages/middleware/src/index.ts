/** What stands between the two sides of netlink: the type, the socket that passes everything on, and names of messages. */
export * from './forwarding-socket.js';
export * from './middleware.js';
export * from './vocabulary.js';
