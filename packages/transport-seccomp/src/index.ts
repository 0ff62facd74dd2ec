/** Runs unmodified programs with their AF_NETLINK sockets served by a `Netlink`. */
export { LaunchError } from './launch-error.js';
export { type ExitResult, exitAs, type RunningProgram, type RunOptions, run, start } from './run.js';
export type { Caller } from './supervisor.js';
export type { TunDevice, TunDevices, TunRequest } from './tun-requests.js';
