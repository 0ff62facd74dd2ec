import { attr, type DecodedOf, defineAttributes, defineMessage, Errno, NetlinkError } from '@nlspace/core';
import type { Link } from '../link/link.js';
import { neighbour } from './neighbour-message.js';
import type { NeighbourRequestMessage } from './neighbour-operations.js';

type Decoded = DecodedOf<typeof neighbour>;

/** A request about the forwarding database that a link keeps (RTM_NEWNEIGH, RTM_DELNEIGH of AF_BRIDGE). */
export interface DatabaseRequest {
  readonly header: Decoded['header'];
  readonly attributes: Decoded['attributes'];
  readonly flags: NeighbourRequestMessage['flags'];
  /** NDA_LLADDR: six bytes. */
  readonly address: Uint8Array;
}

const MAX_VLAN = 4094;

/** RTM_DELNEIGH with NLM_F_BULK: its attributes are read by whose database it is. */
export const flush = defineMessage({
  name: 'flush',
  header: neighbour.header,
  attributes: defineAttributes('flush', {
    destination: attr.bytes(1),
    vlan: attr.u16(5, { min: 1, max: MAX_VLAN }),
    port: attr.u16(6, { byteOrder: 'network' }),
    vni: attr.u32(7),
    interfaceIndex: attr.s32(8, { min: 1 }),
    sourceVni: attr.u32(11),
    nexthopId: attr.u32(13),
    stateMask: attr.u16(16),
    flagsMask: attr.u8(17),
  }),
});

/** Which entries a request without an address means. */
export type FlushRequest = Pick<DecodedOf<typeof flush>, 'header' | 'attributes'>;

/** What the requests mean for links of some kinds. */
export interface LinkDatabase {
  put(link: Link, request: DatabaseRequest): void;
  delete(link: Link, request: DatabaseRequest): void;
  /** @returns a message. @throws {NetlinkError} EOPNOTSUPP where links of a kind cannot say. */
  get(link: Link, request: DatabaseRequest): Uint8Array;
  flush(link: Link, request: FlushRequest): void;
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
  { header, attributes }: FlushRequest,
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
