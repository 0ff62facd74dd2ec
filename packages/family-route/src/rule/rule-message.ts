import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct fib_rule_hdr` */
const header = defineHeader('fib_rule_hdr', {
  addressFamily: field.u8,
  destinationLength: field.u8,
  sourceLength: field.u8,
  typeOfService: field.u8,
  table: field.u8,
  reserved1: field.u8,
  reserved2: field.u8,
  action: field.u8,
  flags: field.u32,
});

/** `struct fib_rule_uid_range` */
const userRange = defineHeader('fib_rule_uid_range', { start: field.u32, end: field.u32 });
/** `struct fib_rule_port_range` */
const portRange = defineHeader('fib_rule_port_range', { start: field.u16, end: field.u16 });

/** RTM_NEWRULE, RTM_DELRULE, RTM_GETRULE. `FRA_*` in the order in which the kernel writes them. */
export const rule = defineMessage({
  name: 'rule',
  header,
  attributes: defineAttributes('rule', {
    table: attr.u32(15),
    suppressPrefixLength: attr.u32(14),
    protocol: attr.u8(21),
    inputName: attr.string(3, { max: 15 }),
    outputName: attr.string(17, { max: 15 }),
    priority: attr.u32(6),
    mark: attr.u32(10),
    markMask: attr.u32(16),
    target: attr.u32(4, { doc: 'FRA_GOTO' }),
    tunnelId: attr.u64(12, { byteOrder: 'network' }),
    asksLink: attr.u8(19, { doc: 'FRA_L3MDEV' }),
    users: attr.struct(20, userRange),
    sourcePorts: attr.struct(23, portRange),
    sourcePortMask: attr.u16(28),
    destinationPorts: attr.struct(24, portRange),
    destinationPortMask: attr.u16(29),
    ipProtocol: attr.u8(22),
    suppressGroup: attr.u32(13),
    dscp: attr.u8(25, { max: 63 }),
    dscpMask: attr.u8(30),
    flowLabel: attr.u32(26, { byteOrder: 'network' }),
    flowLabelMask: attr.u32(27, { byteOrder: 'network' }),
    destination: attr.bytes(1),
    source: attr.bytes(2),
    flow: attr.u32(11),
  }),
});
export type RuleMessage = MessageOf<typeof rule>;
