import {
  type AttributeKind,
  attr,
  bytesKind,
  defineAttributes,
  defineHeader,
  defineMessage,
  Errno,
  field,
  integerKind,
} from '@nlspace/core';
import { neighbourAges } from './neighbour-layouts.js';
import { EXTENDED_FLAGS } from './neighbour-numbers.js';

const NESTED_FLAG = 0x8000;

/** `struct ndmsg`, with its padding: strict requests leave it zero. */
const header = defineHeader('ndmsg', {
  addressFamily: field.u8,
  padding1: field.u8,
  padding2: field.u16,
  interfaceIndex: field.s32,
  state: field.u16,
  flags: field.u8,
  type: field.u8,
});

/** The kernel takes the newer attributes strictly even where it takes the older ones as they come. */
function strictly<T>(kind: AttributeKind<T>, isNested = false): AttributeKind<T> {
  return {
    ...kind,
    check(view, offset, length) {
      const isFlagged = (view.getUint16(offset - 2, true) & NESTED_FLAG) !== 0;
      if (isFlagged !== isNested) {
        const text = isNested ? 'NLA_F_NESTED is missing' : 'NLA_F_NESTED not expected';
        return { errno: Errno.EINVAL, text };
      }
      return kind.check(view, offset, length, true);
    },
  };
}

/** NTF_EXT_*: other bits are refused. */
const extendedFlags: AttributeKind<number> = (() => {
  const kind = strictly(integerKind('u32'));
  return {
    ...kind,
    check(view, offset, length, strict) {
      const failure = kind.check(view, offset, length, strict);
      if (failure !== undefined || (view.getUint32(offset, true) & ~EXTENDED_FLAGS) === 0) return failure;
      return { errno: Errno.EINVAL, text: 'reserved bit set' };
    },
  };
})();

/** Bridges take these, neighbour tables do not. */
const ofBridges: AttributeKind<Uint8Array> = {
  ...bytesKind(),
  check: () => ({ errno: Errno.EINVAL, text: 'Unsupported attribute' }),
};

/** `NDA_*` in the order in which Linux writes them. */
const attributes = defineAttributes('neighbour', {
  destination: attr.bytes(1, { max: 32 }),
  linkLayerAddress: attr.macAddress(2),
  probes: attr.u32(4),
  cacheInfo: attr.struct(3, neighbourAges),
  protocol: attr.u8(12),
  flagsExtended: attr.custom(15, extendedFlags),
  interfaceIndex: attr.u32(8, { doc: 'Dumps: only of this link.' }),
  master: attr.u32(9, { doc: 'Dumps: only of links with this master; −1: of links with none.' }),
  vlan: attr.u16(5),
  port: attr.u16(6, { byteOrder: 'network' }),
  vni: attr.u32(7),
  linkNamespaceId: attr.bytes(10),
  sourceVni: attr.bytes(11),
  nexthopId: attr.custom(13, strictly(integerKind('u32'))),
  forwardingAttributes: attr.custom(14, strictly(bytesKind(), true)),
  stateMask: attr.custom(16, ofBridges),
  flagsMask: attr.custom(17, ofBridges),
});

/** RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH */
export const neighbour = defineMessage({ name: 'neighbour', header, attributes });
