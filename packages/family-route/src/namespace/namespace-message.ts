import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct rtgenmsg` */
const header = defineHeader('rtgenmsg', { addressFamily: field.u8 });

/** `NETNSA_*` */
const attributes = defineAttributes('namespace', {
  number: attr.s32(1, { doc: 'As the asking network, or the target, numbers it; −1: not at all.' }),
  processId: attr.u32(2),
  descriptor: attr.u32(3),
  target: attr.s32(4, { doc: 'Whose numbers are asked for.' }),
  currentNumber: attr.s32(5, { doc: 'As the asking network numbers it, where a target was named.' }),
});

/** RTM_NEWNSID, RTM_DELNSID, RTM_GETNSID */
export const namespaceNumber = defineMessage({ name: 'namespace number', header, attributes });
export type NamespaceNumber = MessageOf<typeof namespaceNumber>;
