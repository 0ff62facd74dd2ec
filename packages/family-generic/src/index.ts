/** NETLINK_GENERIC: families as decorated classes, their numbers, and nlctrl. */
export * from './control/control-message.js';
export { GenericClient, type GenericClientOptions, type GenericMessage } from './generic-client.js';
export { GenericFamily, type GenericFamilyOptions } from './generic-family.js';
export { genericHeader } from './generic-header.js';
export { GenericNetlink } from './generic-netlink.js';
export * from './plain-family.js';
export { type DescribedFamily, describeYnl } from './ynl/describe-ynl.js';
export type * from './ynl/ynl-spec.js';
