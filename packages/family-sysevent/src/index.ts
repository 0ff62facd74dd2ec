/** The family nlsysevent of NETLINK_GENERIC: what happens to links and addresses, as FreeBSD tells it. */

export { SysEventFamily, sysEventFamily } from './sys-event-family.js';
export { SysEventCommand, sysEvent } from './sys-event-message.js';
export type { SystemEvent, SystemName } from './system-events.js';
