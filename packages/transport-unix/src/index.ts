/** Netlink over frames through a Unix-domain socket. */
export * from './address.js';
export * from './address-error.js';
export * from './connect.js';
export * from './listen.js';
export { ownerIsAdmin } from './peer-credentials.js';
export { listenAtPath, type PathServer, type SocketFile } from './socket-file.js';
export * from './stream-channel.js';
