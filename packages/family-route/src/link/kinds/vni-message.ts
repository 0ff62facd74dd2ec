import { attr, defineAttributes, defineHeader, defineMessage, field } from '@nlspace/core';

/** RTM_NEWTUNNEL, RTM_DELTUNNEL, RTM_GETTUNNEL, behind `struct tunnel_msg` */
export const tunnelRequest = defineMessage({
  name: 'tunnel-request',
  header: defineHeader('tunnel_msg', {
    addressFamily: field.u8,
    flags: field.u8,
    reserved: field.u16,
    interfaceIndex: field.u32,
  }),
  attributes: defineAttributes('tunnel-request', {
    entry: attr.nested(1, defineAttributes('tunnel-entry', {}), { checked: false }),
  }),
});
