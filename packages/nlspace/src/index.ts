/** The kernel side of netlink in user space: what a program needs in one import. */
export * from '@nlspace/core';
export * from '@nlspace/family-generic';
export {
  AddressFamily,
  address,
  addTun,
  DEFAULT_LINK_KINDS,
  ETHERNET,
  FREEBSD_NETWORK,
  LINUX_NETWORK,
  type Link,
  type LinkBehaviour,
  type LinkCreation,
  LinkFlag,
  LinkKind,
  type LinkParameters,
  type LinkTable,
  LinkType,
  link,
  Network,
  type NetworkEvent,
  type NetworkOptions,
  type NetworkProfile,
  ROUTE_CATALOG,
  ROUTE_GROUPS,
  RouteFamily,
  RouteMessageType,
  type RouteReason,
  route,
  routeFamily,
  type TunOptions,
  validateMacAddress,
} from '@nlspace/family-route';
export * from '@nlspace/family-route/client';
export * from '@nlspace/middleware';
export { type KernelOptions, kernel } from '@nlspace/transport-kernel';
export {
  type ExitResult,
  exitAs,
  LaunchError,
  type RunningProgram,
  type RunOptions,
  run,
  start,
  type TunDevice,
  type TunDevices,
  type TunRequest,
} from '@nlspace/transport-seccomp';
export {
  AddressError,
  connect,
  defaultAddress,
  type Listener,
  type ListenOptions,
  listen,
  type Peer,
} from '@nlspace/transport-unix';
export { createNetlink, type NetlinkOptions } from './create-netlink.js';
export { authorize } from './middleware/authorize.js';
export { faults } from './middleware/faults.js';
export { KERNEL_FEATURES, type KernelFeature } from './middleware/kernel-features.js';
export { type KernelAge, kernelProfile, parseKernelAge } from './middleware/kernel-profile.js';
export { PROFILES, type Profile, type ProfileName } from './profiles.js';
export { type TraceOptions, trace } from './trace/trace.js';
export { tunDevices } from './tun-devices.js';
export { ROUTE_VOCABULARY } from './vocabulary/route-vocabulary.js';
export { vocabulariesOf } from './vocabulary/vocabularies-of.js';
