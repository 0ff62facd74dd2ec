import { attr } from '@nlspace/core';

const network = { byteOrder: 'network' } as const;

/** What all tables of `IFLA_IPTUN_*` begin with. @param addressBytes of the packets' addresses. */
export function ipTunnelAttributes(addressBytes: 4 | 16) {
  return {
    link: attr.u32(1),
    local: attr.bytes(2, { length: addressBytes }),
    remote: attr.bytes(3, { length: addressBytes }),
  };
}

/** What all tables of `IFLA_GRE_*` begin with. @param addressBytes of the packets' addresses. */
export function greAttributes(addressBytes: 4 | 16) {
  return {
    link: attr.u32(1),
    inputFlags: attr.u16(2, network),
    outputFlags: attr.u16(3, network),
    inputKey: attr.bytes(4, { length: 4 }),
    outputKey: attr.bytes(5, { length: 4 }),
    local: attr.bytes(6, { length: addressBytes }),
    remote: attr.bytes(7, { length: addressBytes }),
  };
}

/** What all tables of `IFLA_GRE_*` end with. */
export const GRE_END_ATTRIBUTES = {
  external: attr.flag(18),
  // Only of erspan and ip6erspan.
  erspanIndex: attr.u32(21),
  erspanVersion: attr.u8(22),
  erspanDirection: attr.u8(23),
  erspanHardware: attr.u16(24),
};
