import {
  type AttributeKind,
  attr,
  bytesKind,
  type DecodedOf,
  decodeMessage,
  defineAttributes,
  defineMessage,
  Errno,
  encodeMessage,
  integerKind,
  ipAddressKind,
  nestedKind,
} from '@nlspace/core';
import { bytesOfAddress, bytesOfMac, familyOfBytes, textOfAddress, textOfMac } from './address-text.js';
import { legHeader, legsIn } from './legs.js';
import { nameOf, numberOf, ROUTE_PROTOCOLS, type RouteProtocolName } from './names.js';

/** A kind whose values are seen, and written, as something else. */
function seenAs<T, U>(
  kind: AttributeKind<T>,
  name: string,
  read: (value: T) => U,
  write: (value: U) => T,
): AttributeKind<U> {
  return {
    ...kind,
    name,
    read: (view, offset, length) => read(kind.read(view, offset, length)),
    write: (writer, value) => kind.write(writer, write(value)),
  };
}

/** An address as text: 4 bytes or 16. */
export const addressText: AttributeKind<string> = seenAs(
  ipAddressKind(),
  'ipAddress',
  textOfAddress,
  bytesOfAddress,
);

/** A link-layer address as text, of any length. */
export const macText: AttributeKind<string> = seenAs(
  bytesKind({ max: 32 }),
  'macAddress',
  textOfMac,
  bytesOfMac,
);

/** RTA_VIA, `struct rtvia`: a gateway of another family than the route's, as text. */
export const viaText: AttributeKind<string> = seenAs(
  {
    ...bytesKind(),
    check: (_view, _offset, length) =>
      length === 6 || length === 18 ? undefined : { errno: Errno.EINVAL, text: 'invalid address length' },
  },
  'via',
  (bytes) => textOfAddress(bytes.subarray(2)),
  (text) => {
    const address = bytesOfAddress(text);
    return Uint8Array.of(familyOfBytes(address), 0, ...address);
  },
);

/** RTPROT_* by name, in an attribute. */
export const protocolName: AttributeKind<RouteProtocolName | number> = seenAs(
  integerKind('u8'),
  'u8',
  (value) => nameOf(ROUTE_PROTOCOLS, value),
  (given) => numberOf(ROUTE_PROTOCOLS, given, 'protocol'),
);

/** `RTAX_*` */
export const routeMetrics = defineAttributes('route-metrics', {
  lock: attr.u32(1),
  mtu: attr.u32(2),
  window: attr.u32(3),
  rtt: attr.u32(4),
  rttVariance: attr.u32(5),
  slowStartThreshold: attr.u32(6),
  congestionWindow: attr.u32(7),
  advertisedSegmentSize: attr.u32(8),
  reordering: attr.u32(9),
  hopLimit: attr.u32(10),
  initialCongestionWindow: attr.u32(11),
  features: attr.u32(12),
  minimumRetransmissionTimeout: attr.u32(13),
  initialReceiveWindow: attr.u32(14),
  quickAck: attr.u32(15),
  congestionControl: attr.string(16),
  fastOpenNoCookie: attr.u32(17),
});

export const metricsKind = nestedKind(routeMetrics);

/** With what of a route's attributes it may have. */
const leg = defineMessage({
  name: 'route-leg',
  header: legHeader,
  attributes: defineAttributes('route-leg', {
    gateway: attr.custom(5, addressText),
    flow: attr.u32(11),
    via: attr.custom(18, viaText),
    encapsulationType: attr.u16(21),
    encapsulation: attr.bytes(22),
  }),
});
export type RouteLegMessage = Pick<DecodedOf<typeof leg>, 'attributes'> & {
  readonly header: { readonly flags: number; readonly hops: number; readonly interfaceIndex: number };
};

/** RTA_MULTIPATH */
export const legsKind: AttributeKind<readonly RouteLegMessage[]> = {
  ...bytesKind(),
  name: 'legs',
  read(view, offset, length) {
    const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, length);
    return Array.from(legsIn(bytes), (one) => decodeMessage(leg, one));
  },
  write(writer, legs) {
    for (const one of legs) {
      const start = writer.length;
      encodeMessage(leg, writer, one);
      writer.view.setUint16(start, writer.length - start, true);
    }
  },
};

/** A nexthop in a group of them. */
export interface NexthopMember {
  readonly id: number;
  /** How often a flow takes it, from 1. @default 1 */
  readonly weight?: number;
}

const MEMBER_SIZE = 8;

/** The members in NHA_GROUP, a `struct nexthop_grp` for each. */
export function membersIn(bytes: Uint8Array): Array<Required<NexthopMember>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / MEMBER_SIZE) }, (_, index) => ({
    id: view.getUint32(index * MEMBER_SIZE, true),
    weight: view.getUint16(index * MEMBER_SIZE + 4, true) + 1,
  }));
}

/** NHA_GROUP: a `struct nexthop_grp` for each member, whose weight is a low byte, less one, and a high one. */
export const membersKind: AttributeKind<readonly NexthopMember[]> = seenAs(
  bytesKind(),
  'members',
  membersIn,
  (members) => {
    const view = new DataView(new ArrayBuffer(members.length * MEMBER_SIZE));
    for (const [index, { id, weight = 1 }] of members.entries()) {
      view.setUint32(index * MEMBER_SIZE, id, true);
      view.setUint16(index * MEMBER_SIZE + 4, weight - 1, true);
    }
    return new Uint8Array(view.buffer);
  },
);
