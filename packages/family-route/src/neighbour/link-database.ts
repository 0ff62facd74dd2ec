import {
  type AttributeKind,
  type AttributeShape,
  attr,
  bytesKind,
  type DecodedOf,
  defineAttributes,
  defineMessage,
  Errno,
  NetlinkError,
  unsupportedKind,
} from '@nlspace/core';
import type { Link } from '../link/link.js';
import { neighbour } from './neighbour-message.js';
import type { NeighbourRequestMessage } from './neighbour-operations.js';

const NESTED_FLAG = 0x8000;

/** The kernel reads it strictly where it reads it at all: whether it says that it is a nest counts. */
const nestBytes: AttributeKind<{ readonly isFlagged: boolean }> = {
  ...bytesKind(),
  read: (view, offset) => ({ isFlagged: (view.getUint16(offset - 2, true) & NESTED_FLAG) !== 0 }),
  write: () => undefined,
};

/** RTM_NEWNEIGH and RTM_DELNEIGH of AF_BRIDGE: no policy looks at the attributes before those do who need them. */
export const databaseRequest = defineMessage({
  name: 'forwarding-database-request',
  header: neighbour.header,
  attributes: defineAttributes('forwarding-database-request', {
    destination: attr.bytes(1),
    linkLayerAddress: attr.bytes(2),
    vlan: attr.bytes(5),
    port: attr.bytes(6),
    vni: attr.bytes(7),
    interfaceIndex: attr.bytes(8),
    sourceVni: attr.bytes(11),
    nexthopId: attr.bytes(13),
    forwardingAttributes: attr.custom(14, nestBytes),
    flagsExtended: attr.bytes(15),
  }),
});

type Decoded = DecodedOf<typeof databaseRequest>;

/** A request about the forwarding database that a link keeps. */
export interface DatabaseRequest {
  readonly header: Decoded['header'];
  readonly attributes: Decoded['attributes'];
  readonly flags: NeighbourRequestMessage['flags'];
  /** NDA_LLADDR: six bytes. */
  readonly address: Uint8Array;
}

/** What RTM_GETNEIGH asks for: an address of one VLAN, or of one number. */
export interface DatabaseQuestion {
  readonly address: Uint8Array;
  readonly vlan: number | undefined;
  readonly vni: number | undefined;
}

/** RTM_DELNEIGH with NLM_F_BULK, with what entries of one kind may be chosen by. */
function flushSchema<S extends AttributeShape>(name: string, shape: S) {
  return defineMessage({
    name,
    header: neighbour.header,
    attributes: defineAttributes(name, { ...shape, stateMask: attr.u16(16), flagsMask: attr.u8(17) }),
  });
}

const refused = (type: number) => attr.custom(type, unsupportedKind());
/** Attributes that no flush takes: addresses, ages, masters and the like. */
const NEVER = Object.fromEntries(
  [2, 3, 4, 9, 10, 12, 14, 15].map((type) => [`refused${type}`, refused(type)]),
);
const MAX_VLAN = 4094;

export const bridgeFlush = flushSchema('bridge-flush', {
  ...NEVER,
  vlan: attr.u16(5, { min: 1, max: MAX_VLAN }),
  interfaceIndex: attr.s32(8, { min: 1 }),
  destination: refused(1),
  port: refused(6),
  vni: refused(7),
  sourceVni: refused(11),
  nexthopId: refused(13),
});

export const vxlanFlush = flushSchema('vxlan-flush', {
  ...NEVER,
  destination: attr.custom(1, {
    ...bytesKind({ min: 4, max: 16 }),
    check: (_view, _offset, length) =>
      length < 4 || length > 16
        ? { errno: Errno.ERANGE, text: 'binary attribute size out of range' }
        : undefined,
  }),
  port: attr.u16(6, { byteOrder: 'network' }),
  vni: attr.u32(7),
  interfaceIndex: refused(8),
  sourceVni: attr.u32(11),
  nexthopId: attr.u32(13),
  vlan: refused(5),
});

/** What the requests mean for links of some kinds. */
export interface LinkDatabase {
  put(link: Link, request: DatabaseRequest): void;
  delete(link: Link, request: DatabaseRequest): void;
  /** @returns a message. @throws {NetlinkError} EOPNOTSUPP where links of a kind cannot say. */
  get(link: Link, question: DatabaseQuestion): Uint8Array;
  /** @param payload of a message without an address, to be read as the database does. */
  flush(link: Link, payload: Uint8Array): void;
  /** Messages about all entries. */
  dump(link: Link): Iterable<Uint8Array>;
}

/** NUD_* and NTF_* that a flush may choose entries by. */
export interface FlushLimits {
  readonly states: number;
  readonly flags: number;
}

export interface FlushMasks {
  readonly state: number;
  readonly stateMask: number;
  readonly flags: number;
  readonly flagsMask: number;
}

/** NTF_SELF and NTF_MASTER say whose database it is, not which entries. */
const WHOSE = 0x06;

/** @throws {NetlinkError} EINVAL for bits that entries are not chosen by. */
export function flushMasks(
  {
    header,
    attributes,
  }: { header: Decoded['header']; attributes: { stateMask?: number; flagsMask?: number } },
  limits: FlushLimits,
  where = '',
): FlushMasks {
  const refuse = (text: string) => new NetlinkError(Errno.EINVAL, `${where}${text}`);
  const flags = header.flags & ~WHOSE;
  const { state } = header;
  if ((flags & ~limits.flags) !== 0) throw refuse('Unsupported fdb flush ndm flag bits set');
  if ((state & ~limits.states) !== 0) throw refuse('Unsupported fdb flush ndm state bits set');
  const { stateMask = 0, flagsMask = 0 } = attributes;
  if ((stateMask & ~limits.states) !== 0) throw refuse('Unsupported fdb flush state mask bits set');
  if ((flagsMask & ~limits.flags) !== 0) throw refuse('Unsupported fdb flush flag mask bits set');
  return { state, stateMask, flags, flagsMask };
}

/** An integer that nobody has checked: what is missing of it is zero. */
export function uncheckedNumber(bytes: Uint8Array | undefined): number {
  let value = 0;
  for (let i = 3; i >= 0; i--) value = value * 256 + (bytes?.[i] ?? 0);
  return value;
}
