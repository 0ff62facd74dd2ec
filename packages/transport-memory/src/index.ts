/** Netlink over frames between two parties in one process, or over a `MessagePort`. */
export * from './doors.js';
export * from './memory-link.js';
export * from './port-channel.js';
