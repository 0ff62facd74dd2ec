import { attr, defineAttributes, defineMessage, type MessageOf } from '@nlspace/core';

/** By this name a daemon is found on NETLINK_GENERIC. */
export const DAEMON_FAMILY = 'nlspace';

const group = defineAttributes('nlspace-group', { name: attr.string(1), number: attr.u32(2) });

/** The numbers are the wire format: append, never renumber or reuse. */
export const daemonAttributes = defineAttributes('nlspace', {
  name: attr.string(1, { max: 255 }),
  protocol: attr.u32(2),
  number: attr.u32(3, { doc: 'The message type of a generic family.' }),
  version: attr.u32(4),
  groups: attr.flagged(attr.array(5, group)),
  file: attr.string(6, { max: 4_095, doc: 'A module of JavaScript, as an absolute path of the daemon.' }),
  text: attr.string(7, { doc: 'A piece of JSON.' }),
});

export const daemonMessage = defineMessage({ attributes: daemonAttributes });
export type DaemonMessage = MessageOf<typeof daemonMessage>;

export enum DaemonCommand {
  List = 1,
  Load = 2,
  Unload = 3,
  Describe = 4,
}
