import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';

/** `struct ifaddrmsg` */
export const addressHeader = defineHeader('ifaddrmsg', {
  addressFamily: field.u8,
  prefixLength: field.u8,
  flags: field.u8,
  scope: field.u8,
  interfaceIndex: field.u32,
});

/** `struct ifa_cacheinfo`; stamps are in hundredths of a second. */
export const addressCacheInfo = defineHeader('ifa_cacheinfo', {
  preferredSeconds: field.u32,
  validSeconds: field.u32,
  createdStamp: field.u32,
  changedStamp: field.u32,
});

/** `IFA_*` in the order in which IPv4 writes them. */
const ipv4Attributes = defineAttributes('address', {
  address: attr.bytes(1, {
    min: 4,
    doc: 'The other side of a point-to-point pair, else the address itself.',
  }),
  local: attr.bytes(2, { min: 4 }),
  broadcast: attr.bytes(4, { min: 4 }),
  label: attr.string(3, { max: 15 }),
  protocol: attr.u8(11),
  flags: attr.u32(8),
  priority: attr.u32(9, { doc: 'Metric of the prefix route.' }),
  cacheInfo: attr.struct(6, addressCacheInfo),
  anycast: attr.bytes(5),
  multicast: attr.bytes(7),
  targetNamespaceId: attr.s32(10),
});

/** RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR */
export const address = defineMessage({ name: 'address', header: addressHeader, attributes: ipv4Attributes });
export type AddressMessage = MessageOf<typeof address>;

/** The same in the order in which IPv6 writes it. */
export const ipv6Address = defineMessage({
  name: 'ipv6-address',
  header: addressHeader,
  attributes: defineAttributes('ipv6-address', {
    local: attr.bytes(2),
    address: attr.bytes(1),
    priority: attr.u32(9),
    cacheInfo: attr.struct(6, addressCacheInfo),
    flags: attr.u32(8),
    protocol: attr.u8(11),
  }),
});
export type Ipv6AddressMessage = MessageOf<typeof ipv6Address>;
