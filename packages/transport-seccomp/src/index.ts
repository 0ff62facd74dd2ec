/** Runs unmodified programs with their AF_NETLINK sockets served by a `Netlink`. */
export { LaunchError } from './launch-error.js';
export { exitAs, type ExitResult, run, type RunningProgram, type RunOptions, start } from './run.js';
export type { Caller } from './supervisor.js';
