import { MESSAGE_HEADER_SIZE } from '@nlspace/core';

/**
 * Where requests mention descriptors or processes, which mean something only to the program that sends them. It does no
 * harm to look at too much: a number counts only if the program has that descriptor open.
 */
interface Place {
  readonly protocol: number;
  readonly messageTypes: (type: number) => boolean;
  /** Types of attributes, at whatever depth; all without it. */
  readonly attributeTypes?: ReadonlySet<number>;
}

const NLCTRL = 16;

const PLACES: readonly Place[] = [
  {
    // IFLA_NET_NS_PID and IFLA_NET_NS_FD, also of a veth's peer; the descriptors of GTP, PPP and XDP
    protocol: 0,
    messageTypes: (type) => type >= 16 && type <= 19,
    attributeTypes: new Set([1, 2, 8, 19, 28]),
  },
  {
    // NETNSA_PID, NETNSA_FD
    protocol: 0,
    messageTypes: (type) => type >= 88 && type <= 90,
    attributeTypes: new Set([2, 3]),
  },
  {
    // TCA_ACT_BPF_FD, TCA_BPF_FD
    protocol: 0,
    messageTypes: (type) => type >= 44 && type <= 50,
    attributeTypes: new Set([5, 6]),
  },
  { protocol: 16, messageTypes: (type) => type > NLCTRL },
  // NETLINK_RDMA
  { protocol: 20, messageTypes: () => true },
];

const LITTLE_ENDIAN = true;
const ATTRIBUTE_SIZE = 8;
const TYPE_MASK = 0x3fff;

/** The values of 32-bit attributes that may be descriptors or process IDs; undefined when there are none. */
export function mentionsOf(protocol: number, datagram: Uint8Array): readonly number[] | undefined {
  let found: Set<number> | undefined;
  const view = new DataView(datagram.buffer, datagram.byteOffset, datagram.byteLength);
  for (let offset = 0; datagram.length - offset >= MESSAGE_HEADER_SIZE; ) {
    const length = view.getUint32(offset, LITTLE_ENDIAN);
    if (length < MESSAGE_HEADER_SIZE || length > datagram.length - offset) break;
    const type = view.getUint16(offset + 4, LITTLE_ENDIAN);
    const place = PLACES.find((one) => one.protocol === protocol && one.messageTypes(type));
    if (place !== undefined) {
      found ??= new Set();
      collect(view, offset + MESSAGE_HEADER_SIZE, offset + length, place, found);
    }
    offset += (length + 3) & ~3;
  }
  return found === undefined || found.size === 0 ? undefined : [...found];
}

function collect(
  view: DataView,
  start: number,
  end: number,
  { attributeTypes }: Place,
  found: Set<number>,
): void {
  for (let at = start; at + ATTRIBUTE_SIZE <= end; at += 4) {
    if (view.getUint16(at, LITTLE_ENDIAN) !== ATTRIBUTE_SIZE) continue;
    if (attributeTypes?.has(view.getUint16(at + 2, LITTLE_ENDIAN) & TYPE_MASK) === false) continue;
    const value = view.getInt32(at + 4, LITTLE_ENDIAN);
    if (value >= 0) found.add(value);
  }
}
