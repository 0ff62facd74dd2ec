import type { SocketOption } from '@nlspace/core';

/** A place where attributes stand: behind the fixed header of messages of these types. */
export interface AttributePlace {
  readonly messageTypes: readonly number[];
  /** Of the fixed header, padded. */
  readonly headerSize: number;
  readonly attributes: readonly number[];
}

/** What a dump request can ask to leave out. */
export interface DumpFilter extends AttributePlace {
  /** Bytes of the fixed header that filter: where they begin, and how many. */
  readonly fields: ReadonlyArray<readonly [offset: number, length: number]>;
}

/** Something that a kernel does not have, as its sockets show. Numbers are those of `protocol`. */
export interface MissingFeature {
  /** ENOPROTOOPT. */
  readonly options?: readonly SocketOption[];
  /** What follows is of this protocol only. */
  readonly protocol?: number;
  /** EOPNOTSUPP. */
  readonly messageTypes?: readonly number[];
  /** The last that there are without it; to join one beyond is EINVAL. */
  readonly highestGroup?: number;
  /** NLM_F_BULK is passed over. */
  readonly bulkDeletion?: boolean;
  /** Are passed over in requests, and never in replies or notifications. */
  readonly attributes?: readonly AttributePlace[];
  /** Are passed over: everything is listed. */
  readonly dumpFilters?: readonly DumpFilter[];
  /** NLMSGERR_ATTR_*: never in extended ACKs, of any protocol. */
  readonly acknowledgementAttributes?: readonly number[];
}
