import { attr, defineAttributes, defineMessage } from '@nlspace/core';

export enum SysEventCommand {
  /** `NLSE_CMD_NEWEVENT` */
  NewEvent = 1,
}

/** `NLSE_ATTR_*` */
export const sysEventAttributes = defineAttributes('sysEvent', {
  system: attr.string(1),
  subsystem: attr.string(2),
  type: attr.string(3),
  data: attr.string(4),
});

export const sysEvent = defineMessage({ attributes: sysEventAttributes });
