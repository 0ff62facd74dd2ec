import { attr, defineAttributes, defineMessage, type MessageOf } from '@nlspace/core';
import { agesOf, forwardingHeader, neighbourAges } from '../../neighbour/neighbour-layouts.js';
import { AddressFamily } from '../../network/ip-bytes.js';
import type { Link } from '../link.js';
import type { VxlanProperties } from './vxlan-database.js';
import type { Destination, VxlanEntry } from './vxlan-forwarding.js';

/** RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE, in the order in which VXLANs write them. */
export const vxlanEntry = defineMessage({
  name: 'vxlan-entry',
  header: forwardingHeader,
  attributes: defineAttributes('vxlan-entry', {
    address: attr.bytes(2),
    nexthopId: attr.u32(13),
    destination: attr.bytes(1),
    port: attr.u16(6, { byteOrder: 'network' }),
    vni: attr.u32(7),
    interfaceIndex: attr.u32(8),
    sourceVni: attr.u32(11),
    ages: attr.struct(3, neighbourAges),
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
      ages: agesOf(entry, nowMs),
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
