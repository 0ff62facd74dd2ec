/** BSD routing sockets on a network, and served to programs: apart, so that nobody loads them who has no use for them. */
export * from '@nlspace/rtsock-bridge';
export * from './rtsock-client.js';
export * from './serve-rtsock.js';
