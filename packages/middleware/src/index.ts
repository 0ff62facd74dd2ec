/** What stands between the two sides of netlink: the type, the socket that passes everything on, and names of messages. */
export * from './capture/capture.js';
export { type CapturedEvent, CaptureError, readCapture } from './capture/read-capture.js';
export * from './forwarding-socket.js';
export * from './middleware.js';
export { callText } from './observe/call-text.js';
export * from './observe/observe.js';
export * from './observe/socket-event.js';
export * from './vocabulary.js';
