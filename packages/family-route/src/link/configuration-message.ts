import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct netconfmsg` */
const header = defineHeader('netconfmsg', { addressFamily: field.u8 });

/** `NETCONFA_*` in the order in which Linux writes them. */
const attributes = defineAttributes('configuration', {
  interfaceIndex: attr.s32(1, { doc: '−1: all links; −2: the default for new ones.' }),
  forwarding: attr.s32(2),
  reversePathFilter: attr.s32(3),
  multicastForwarding: attr.s32(4),
  broadcastForwarding: attr.s32(8),
  neighbourProxying: attr.s32(5),
  ignoresRoutesWithLinkDown: attr.s32(6),
});

/** RTM_NEWNETCONF, RTM_DELNETCONF, RTM_GETNETCONF */
export const configuration = defineMessage({ name: 'configuration', header, attributes });
export type ConfigurationMessage = MessageOf<typeof configuration>;
