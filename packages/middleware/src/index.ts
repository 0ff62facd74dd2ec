/** What stands between the two sides of netlink: a base for middleware, names of messages, captures, faults, authorization, older kernels. */
export {
  type AuthorizationContext,
  type AuthorizationRule,
  parseAuthorization,
} from './authorize/authorization-rule.js';
export { type AuthorizeOptions, authorize } from './authorize/authorize.js';
export type { LinkNames, LinkNamesOf } from './authorize/link-names.js';
export * from './capture/capture.js';
export { type CapturedEvent, CaptureError, readCapture } from './capture/read-capture.js';
export type { FaultAction, FaultKind, FaultRule } from './faults/fault-rule.js';
export { REORDER_PATIENCE_MS } from './faults/fault-rule.js';
export { parseFault, parseFaults } from './faults/fault-text.js';
export { type FaultOptions, FaultyNetlink, faults } from './faults/faults.js';
export type { Occurrences } from './faults/occurrences.js';
export type { FaultCount, FaultEvent } from './faults/rule-book.js';
export * from './forwarding-socket.js';
export { flagNames, flagText } from './message-flags.js';
export * from './middleware.js';
export { callText } from './observe/call-text.js';
export * from './observe/observe.js';
export { protocolName } from './observe/protocol-name.js';
export * from './observe/socket-event.js';
export { type KernelProfileOptions, kernelProfile } from './profile/kernel-profile.js';
export type { AttributePlace, DumpFilter, MissingFeature } from './profile/missing-feature.js';
export { type Refusal, RefusingSocket } from './refusing-socket.js';
export { type ReplayOptions, replay } from './replay/replay.js';
export type { AnyExchange, FieldCondition, MessagePattern } from './rules/message-pattern.js';
export { RuleError, type RulePlace } from './rules/rule-error.js';
export type { Opener, SeenMessage } from './rules/seen-message.js';
export * from './vocabulary.js';
