import {
  attr,
  attributePolicy,
  defineAttributes,
  defineMessage,
  keyedKind,
  type MessageOf,
  nestedKind,
  type ValueNames,
} from '@nlspace/core';
import { LONGEST_NAME } from '../names.js';

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

const familyId = attr.u16(1);
const familyName = attr.string(2, { max: LONGEST_NAME, terminated: true });

/** CTRL_ATTR_* of CTRL_CMD_GETFAMILY. */
const familyRequestAttributes = defineAttributes('nlctrl', { familyId, familyName });
/** CTRL_ATTR_* of CTRL_CMD_GETPOLICY: it knows the numbers between, and refuses them. */
const policyRequestAttributes = defineAttributes('nlctrl', {
  familyId,
  familyName,
  version: attr.unsupported(3),
  headerSize: attr.unsupported(4),
  highestAttribute: attr.unsupported(5),
  operations: attr.unsupported(6),
  groups: attr.unsupported(7),
  policies: attr.unsupported(8),
  operationPolicies: attr.unsupported(9),
  operation: attr.u32(10),
});

export const familyRequest = defineMessage({ attributes: familyRequestAttributes });
export const policyRequest = defineMessage({ attributes: policyRequestAttributes });

/** CTRL_ATTR_OP_* */
const operationFlags: ValueNames = { name: 'operation-flags', type: 'flags', entries: OperationFlag };
const operation = defineAttributes('operation', {
  command: attr.u32(1),
  flags: attr.u32(2, { valueNames: operationFlags }),
});
/** CTRL_ATTR_MCAST_GRP_*, in the order in which Linux writes them. */
const group = defineAttributes('group', { id: attr.u32(2), name: attr.string(1) });
/** CTRL_ATTR_POLICY_*: the indexes of policies. */
const exchanges = defineAttributes('exchanges', { do: attr.u32(1), dump: attr.u32(2) });
/** CTRL_ATTR_* as nlctrl writes them. */
const attributes = defineAttributes('nlctrl', {
  familyName,
  familyId,
  version: attr.u32(3),
  headerSize: attr.u32(4),
  highestAttribute: attr.u32(5),
  operations: attr.array(6, operation),
  groups: attr.array(7, group),
  /** By command. */
  operationPolicies: attr.keyed(9, nestedKind(exchanges)),
  /** By index, then by attribute. */
  policies: attr.keyed(8, keyedKind(nestedKind(attributePolicy))),
  operation: attr.u32(10),
});

/** What nlctrl says of a family. */
export const familyDescription = defineMessage({ name: 'nlctrl', attributes });
export type FamilyDescription = MessageOf<typeof familyDescription>;
