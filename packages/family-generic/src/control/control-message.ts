import { attr, defineAttributes, defineMessage, type MessageOf } from '@nlspace/core';

/** CTRL_CMD_* (linux/genetlink.h) */
export enum ControlCommand {
  NewFamily = 1,
  DeleteFamily = 2,
  GetFamily = 3,
  NewGroup = 7,
  DeleteGroup = 8,
  GetPolicy = 10,
}

/** Bits of CTRL_ATTR_OP_FLAGS: GENL_ADMIN_PERM, GENL_CMD_CAP_*, GENL_UNS_ADMIN_PERM. */
export enum OperationFlag {
  AdminPermission = 0x01,
  Do = 0x02,
  Dump = 0x04,
  HasPolicy = 0x08,
  NamespaceAdminPermission = 0x10,
}

const LONGEST_NAME = 15;

/** CTRL_ATTR_OP_* */
const operation = defineAttributes('operation', { command: attr.u32(1), flags: attr.u32(2) });
/** CTRL_ATTR_MCAST_GRP_*, in the order in which Linux writes them. */
const group = defineAttributes('group', { id: attr.u32(2), name: attr.string(1) });

/** CTRL_ATTR_* */
const attributes = defineAttributes('nlctrl', {
  familyName: attr.string(2, { max: LONGEST_NAME, terminated: true }),
  familyId: attr.u16(1),
  version: attr.u32(3, { replyOnly: true }),
  headerSize: attr.u32(4, { replyOnly: true }),
  highestAttribute: attr.u32(5, { replyOnly: true }),
  operations: attr.array(6, operation, { replyOnly: true }),
  groups: attr.array(7, group, { replyOnly: true }),
});

/** What nlctrl says of a family. */
export const familyDescription = defineMessage({ name: 'nlctrl', attributes });
export type FamilyDescription = MessageOf<typeof familyDescription>;
