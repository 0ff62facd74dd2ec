/** The kernel side of netlink in user space: what a program needs in one import. */
export {
  ClientSocket,
  Errno,
  type Netlink,
  NetlinkDomain,
  NetlinkError,
  NetlinkProtocol,
  type NetlinkSocket,
} from '@nlspace/core';
export { Network, type NetworkOptions, routeFamily } from '@nlspace/family-route';
export {
  type ExitResult,
  exitAs,
  LaunchError,
  type RunningProgram,
  type RunOptions,
  run,
  start,
} from '@nlspace/transport-seccomp';
export { createNetlink, type NetlinkOptions } from './create-netlink.js';
export { traceRequests } from './trace/trace-requests.js';
