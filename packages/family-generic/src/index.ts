/** NETLINK_GENERIC: families as decorated classes, their numbers, and nlctrl. */
export * from './control/control-message.js';
export * from './family-client.js';
export {
  GenericClient,
  type GenericClientOptions,
  type GenericExchange,
  type GenericMessage,
} from './generic-client.js';
export { GenericFamily, type GenericFamilyOptions } from './generic-family.js';
export { genericHeader, withVisibleHeader } from './generic-header.js';
export { GenericNetlink } from './generic-netlink.js';
export * from './plain-family.js';
export { type DescribedFamily, describeYnl } from './ynl/describe-ynl.js';
export type { ImportedSpec } from './ynl/import/imported-spec.js';
export { YnlError, type YnlPath } from './ynl/import/place.js';
export { readYnl } from './ynl/import/read-spec.js';
export { type ModuleOptions, writeModule } from './ynl/import/write-module.js';
export type * from './ynl/ynl-spec.js';
