import { attr, defineAttributes, defineHeader, defineMessage, field, type MessageOf } from '@nlspace/core';
import { AddressFamily } from '../../network/ip-bytes.js';
import type { Link } from '../link.js';
import type { VxlanProperties } from './vxlan-database.js';
import type { Destination, VxlanEntry } from './vxlan-forwarding.js';

/** `struct ndmsg` */
const header = defineHeader('ndmsg', {
  addressFamily: field.u8,
  padding: field.pad(3),
  interfaceIndex: field.s32,
  state: field.u16,
  flags: field.u8,
  type: field.u8,
});

/** `struct nda_cacheinfo`; ages in hundredths of a second. */
const ages = defineHeader('nda_cacheinfo', {
  confirmed: field.u32,
  used: field.u32,
  updated: field.u32,
  references: field.u32,
});

/** RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE, in the order in which VXLANs write them. */
export const vxlanEntry = defineMessage({
  name: 'vxlan-entry',
  header,
  attributes: defineAttributes('vxlan-entry', {
    address: attr.bytes(2),
    nexthopId: attr.u32(13),
    destination: attr.bytes(1),
    port: attr.u16(6, { byteOrder: 'network' }),
    vni: attr.u32(7),
    interfaceIndex: attr.u32(8),
    sourceVni: attr.u32(11),
    ages: attr.struct(3, ages),
  }),
});

/** RTN_UNICAST */
const UNICAST = 1;

/** @param nowMs of the network's clock. */
export function describeVxlanEntry(
  link: Link,
  properties: VxlanProperties,
  entry: VxlanEntry,
  destination: Destination | undefined,
  nowMs: number,
): MessageOf<typeof vxlanEntry> {
  const age = (sinceMs: number) => Math.floor((nowMs - sinceMs) / 10);
  const { nexthop, sourceVni } = entry;
  return {
    header: {
      addressFamily: AddressFamily.Bridge,
      interfaceIndex: link.index,
      state: entry.state,
      flags: entry.flags & 0xff,
      type: UNICAST,
    },
    attributes: {
      address: entry.address,
      ...(nexthop === undefined ? {} : { nexthopId: nexthop.id }),
      ...(destination === undefined ? {} : describeDestination(destination, properties)),
      ...(properties.isExternal && sourceVni !== 0 ? { sourceVni } : {}),
      ages: { confirmed: 0, used: age(entry.usedAtMs), updated: age(entry.updatedAtMs), references: 0 },
    },
  };
}

/** What is as it is for the whole link is not said. */
function describeDestination({ address, port, vni, interfaceIndex }: Destination, link: VxlanProperties) {
  return {
    destination: address,
    ...(port === 0 || port === link.port ? {} : { port }),
    ...(vni === link.vni ? {} : { vni }),
    ...(interfaceIndex === 0 ? {} : { interfaceIndex }),
  };
}
